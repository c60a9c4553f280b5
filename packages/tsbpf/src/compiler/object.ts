// From machine code and declarations to an object: BTF for everything that has a type, then the ELF file.

import { mapKindByName } from "../bpf/map-kinds.js";
import { BtfBuilder } from "../btf/encode.js";
import type { BtfMember, BtfTypeId } from "../btf/types.js";
import type { DataSpec, FunctionSpec, LineInfo, MapSpec } from "../object/spec.js";
import { writeObject } from "../object/write.js";
import { assert } from "../util/assert.js";
import type { MachineCode } from "./codegen/code.js";
import type { DataSection } from "./frontend/data-sections.js";
import { layOutKernel } from "./frontend/kernel.js";
import type { DataDeclaration, KernelStruct, KernelType, MapDeclaration } from "./frontend/operands.js";
import { intName, sizeOf, type DataType, type IntType } from "./frontend/types.js";

/** A function with its code, as the object holds it. */
export interface CompiledFunction {
  readonly name: string;
  readonly section: string;
  readonly code: MachineCode;
}

export interface ObjectParts {
  readonly license: string;
  readonly functions: readonly CompiledFunction[];
  readonly maps: readonly MapDeclaration[];
  readonly data: readonly DataSection[];
  readonly kernelStructs: ReadonlyMap<string, KernelStruct>;
  readonly lineText: (file: string, line: number) => string;
}

/** The object file. The same parts give the same bytes. */
export function assembleObject(parts: ObjectParts): Uint8Array<ArrayBuffer> {
  const types = new TypeWriter();
  const programs = parts.functions.map((fn) => functionSpec(types, parts, fn));
  const maps = parts.maps.map((map) => mapSpec(types, map));
  const data = parts.data.map((section) => dataSpec(types, section));
  return writeObject({ license: parts.license, programs, subprograms: [], maps, data }, types.btf);
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
    const struct = parts.kernelStructs.get(core.typeKey);
    assert(struct, `${fn.name} relocates the unknown type ${core.typeKey}`);
    return {
      insnIndex: core.insnIndex,
      kind: core.reloc,
      typeId: types.kernelStruct(struct),
      access: core.access,
    };
  });
  return {
    name: fn.name,
    section: fn.section,
    insns: fn.code.insns,
    relocations: fn.code.relocations,
    coreRelocations,
    funcTypeId: types.program(fn.name),
    lines,
  };
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

/** Describes the front end's types in BTF; each of them once. */
class TypeWriter {
  readonly btf = new BtfBuilder();
  readonly #kernelStructs = new Map<KernelStruct, BtfTypeId>();

  /** `int NAME(void *ctx)`, global: what every program looks like from outside. */
  program(name: string): BtfTypeId {
    const context = this.btf.add({ kind: "ptr", type: 0 });
    const returns = this.btf.add(intType("int", 4, "signed"));
    const proto = this.btf.add({ kind: "func_proto", returns, params: [{ name: "ctx", type: context }] });
    return this.btf.add({ kind: "func", name, type: proto, linkage: "global" });
  }

  /** The variables of a data section, in the order of their places. */
  section(name: string, size: number, variables: readonly DataDeclaration[]): BtfTypeId {
    const vars = variables.map((variable) => {
      const value = this.data(variable.type);
      const type = variable.isConstant ? this.btf.add({ kind: "const", type: value }) : value;
      const id = this.btf.add({ kind: "var", name: variable.name, type, linkage: "global" });
      return { type: id, offset: variable.offset, size: sizeOf(variable.type) };
    });
    return this.btf.add({ kind: "datasec", name, size, vars });
  }

  data(type: DataType): BtfTypeId {
    switch (type.kind) {
      case "int":
        return this.int(type);
      case "bool":
        return this.btf.add(intType("bool", 1, "bool"));
      case "array": {
        const element = type.form === "chars" ? this.char() : this.data(type.element);
        return this.btf.add({ kind: "array", element, index: this.indexType(), length: type.length });
      }
      case "struct": {
        const members: BtfMember[] = type.fields.map((field) => ({
          name: field.name,
          type: this.data(field.type),
          offsetBits: field.offset * 8,
          bitfieldSizeBits: 0,
        }));
        return this.btf.add({ kind: "struct", name: type.name, size: type.size, members });
      }
    }
  }

  /** The local type of a `bpfCore…` interface. It may point to itself, so that its id comes before its members. */
  kernelStruct(struct: KernelStruct): BtfTypeId {
    const known = this.#kernelStructs.get(struct);
    if (known !== undefined) return known;
    const id = this.btf.reserve();
    this.#kernelStructs.set(struct, id);
    const { offsets, size } = layOutKernel(struct);
    const members: BtfMember[] = struct.fields.map((field, index) => ({
      name: field.name,
      type: this.kernelType(field.type),
      offsetBits: (offsets[index] ?? 0) * 8,
      bitfieldSizeBits: 0,
    }));
    this.btf.define(id, { kind: "struct", name: struct.name, size, members });
    return id;
  }

  private kernelType(type: KernelType): BtfTypeId {
    switch (type.kind) {
      case "scalar":
        return this.data(type.type);
      case "pointer":
        return this.btf.add({ kind: "ptr", type: this.kernelStruct(type.struct) });
      case "struct":
        return this.kernelStruct(type.struct);
      case "array": {
        const element = type.form === "chars" ? this.char() : this.kernelType(type.element);
        return this.btf.add({ kind: "array", element, index: this.indexType(), length: type.length });
      }
    }
  }

  private int(type: IntType): BtfTypeId {
    // The names that kernel headers give them, so that tools print what a C programmer knows.
    return this.btf.add(
      intType(`__${intName(type).replace("i", "s")}`, type.bits / 8, type.signed ? "signed" : "unsigned"),
    );
  }

  private char(): BtfTypeId {
    return this.btf.add(intType("char", 1, "char"));
  }

  private indexType(): BtfTypeId {
    return this.btf.add(intType("__ARRAY_SIZE_TYPE__", 4, "unsigned"));
  }
}

function intType(
  name: string,
  size: number,
  encoding: "unsigned" | "signed" | "char" | "bool",
): Parameters<BtfBuilder["add"]>[0] {
  return { kind: "int", name, size, bits: size * 8, offsetBits: 0, encoding };
}
