// From machine code and declarations to an object: BTF for everything that has a type, then the ELF file.

import { Class, LD_IMM64, type Insn } from "../bpf/isa.js";
import { mapKindByName } from "../bpf/map-kinds.js";
import { localCoreValue } from "../btf/core.js";
import { decodeBtf } from "../btf/decode.js";
import type { Btf } from "../btf/types.js";
import type { DataSpec, FunctionSpec, LineInfo, MapSpec } from "../object/spec.js";
import { writeObject } from "../object/write.js";
import { assert } from "../util/assert.js";
import type { MachineCode } from "./codegen/code.js";
import type { DataSection } from "./frontend/data-sections.js";
import type { KernelRoot } from "./frontend/kernel-types.js";
import type { MapDeclaration } from "./frontend/operands.js";
import type { Signature } from "./frontend/signatures.js";
import { sizeOf } from "./frontend/types.js";
import { TypeWriter } from "./local-types.js";

/** A function with its code, as the object holds it. */
export interface CompiledFunction {
  readonly name: string;
  readonly section: string;
  readonly code: MachineCode;
  /** Undefined for a program. */
  readonly signature: Signature | undefined;
}

export interface ObjectParts {
  readonly license: string;
  readonly functions: readonly CompiledFunction[];
  readonly maps: readonly MapDeclaration[];
  readonly data: readonly DataSection[];
  readonly kernelRoots: ReadonlyMap<string, KernelRoot>;
  readonly lineText: (file: string, line: number) => string;
}

/** The object file. The same parts give the same bytes. */
export function assembleObject(parts: ObjectParts): Uint8Array<ArrayBuffer> {
  const types = new TypeWriter();
  const specs = parts.functions.map((fn) => functionSpec(types, parts, fn));
  const maps = parts.maps.map((map) => mapSpec(types, map));
  const data = parts.data.map((section) => dataSpec(types, section));
  const complete = fillIn(specs, types);
  const isProgram = (_: FunctionSpec, index: number): boolean => parts.functions[index]?.signature === undefined;
  const programs = complete.filter(isProgram);
  const subprograms = complete.filter((fn, index) => !isProgram(fn, index));
  const spec = { license: parts.license, programs, subprograms, maps, data };
  return writeObject(spec, types.btf);
}

function functionSpec(types: TypeWriter, parts: ObjectParts, fn: CompiledFunction): FunctionSpec {
  const lines: LineInfo[] = fn.code.lines.map(({ insnIndex, span }) => ({
    insnIndex,
    file: span.file,
    text: parts.lineText(span.file, span.line),
    line: span.line,
    column: span.column,
  }));
  const coreRelocations = fn.code.core.map((core) => {
    const root = parts.kernelRoots.get(core.typeKey);
    assert(root, `${fn.name} relocates the unknown type ${core.typeKey}`);
    return { insnIndex: core.insnIndex, kind: core.reloc, typeId: types.kernelRoot(root), access: core.access };
  });
  return {
    name: fn.name,
    section: fn.section,
    insns: fn.code.insns,
    relocations: fn.code.relocations,
    coreRelocations,
    funcTypeId: fn.signature ? types.subprogram(fn.name, fn.signature) : types.program(fn.name),
    lines,
  };
}

/** Relocated instructions hold what is right for the program's own types, which are complete only now. */
function fillIn(functions: readonly FunctionSpec[], types: TypeWriter): FunctionSpec[] {
  if (functions.every((fn) => fn.coreRelocations.length === 0)) return [...functions];
  const local = decodeBtf(types.btf.finish());
  return functions.map((fn) => ({ ...fn, insns: withLocalValues(fn, local) }));
}

function withLocalValues(fn: FunctionSpec, local: Btf): readonly Insn[] {
  const insns = [...fn.insns];
  for (const reloc of fn.coreRelocations) {
    const value = localCoreValue(local, reloc);
    const insn = insns[reloc.insnIndex];
    assert(insn, `${fn.name} relocates instruction ${reloc.insnIndex}, which it has not`);
    const imm = Number(BigInt.asIntN(32, value));
    const second = insns[reloc.insnIndex + 1];
    if ((insn.opcode & 7) === Class.LDX) {
      insns[reloc.insnIndex] = { ...insn, offset: Number(value) };
    } else {
      insns[reloc.insnIndex] = { ...insn, imm };
      if (insn.opcode === LD_IMM64 && second) {
        insns[reloc.insnIndex + 1] = { ...second, imm: Number(BigInt.asIntN(32, value >> 32n)) };
      }
    }
  }
  return insns;
}

function mapSpec(types: TypeWriter, map: MapDeclaration): MapSpec {
  const kind = mapKindByName(map.kind);
  assert(kind, `map kind ${map.kind} has no row`);
  const fixed = (rule: unknown): number => (typeof rule === "number" ? rule : 0);
  return {
    name: map.name,
    type: kind.type,
    keySize: map.key ? sizeOf(map.key) : fixed(kind.keySize),
    valueSize: map.value ? sizeOf(map.value) : (map.valueBytes ?? fixed(kind.valueSize)),
    maxEntries: map.maxEntries,
    flags: kind.requiredFlags,
    keyTypeId: map.key && types.data(map.key),
    valueTypeId: map.value && types.data(map.value),
    eventTypeId: map.event && types.data(map.event),
  };
}

/** A section without variables has no type: its bytes are known by address alone. */
function dataSpec(types: TypeWriter, { name, bytes, variables }: DataSection): DataSpec {
  const typeId = variables.length > 0 ? types.section(name, bytes.length, variables) : undefined;
  return { section: name, bytes, readOnly: name.startsWith(".rodata"), typeId };
}
