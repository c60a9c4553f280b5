// Links a program with the functions it calls, and patches what only the running kernel decides: map descriptors,
// CO-RE results, helpers that an older kernel has under another number. Pure: descriptors come in as numbers.

import type { Insn } from "../bpf/isa.js";
import { LD_IMM64, PseudoCall, PseudoLoad } from "../bpf/isa.js";
import type { FunctionSpec, LineInfo, ObjectSpec, Relocation } from "../object/spec.js";
import { assert } from "../util/assert.js";
import { ObjectError } from "./errors.js";
import type { ProgramPart } from "./verifier-log.js";

/** A program with all its functions in one piece. Indices count from the first instruction of the piece. */
export interface LinkedProgram {
  readonly name: string;
  readonly section: string;
  readonly insns: readonly Insn[];
  /** The program itself first. */
  readonly parts: readonly ProgramPart[];
  /** Names of the maps it uses, and of the data sections. */
  readonly usedMaps: readonly string[];
}

/** What relocations are patched to. */
export interface Descriptors {
  map(name: string): number;
  data(section: string): number;
}

/** Gives a function's instructions with their CO-RE relocations resolved. */
export type ResolveFunction = (spec: FunctionSpec) => readonly Insn[];

export function linkProgram(
  program: FunctionSpec,
  object: ObjectSpec,
  resolve: ResolveFunction,
  descriptors: Descriptors,
): LinkedProgram {
  const parts = collectParts(program, object);
  const starts = new Map(parts.map((part) => [part.spec.name, part.startInsn]));
  const insns: Insn[] = [];
  const usedMaps = new Set<string>();
  for (const { spec, startInsn } of parts) {
    assert(insns.length === startInsn, `function ${spec.name} does not start where the link put it`);
    const own = [...resolve(spec)];
    assert(own.length === spec.insns.length, `CO-RE changed the number of instructions of ${spec.name}`);
    for (const relocation of spec.relocations) {
      patch(own, relocation, spec, startInsn, starts, descriptors);
      if (relocation.kind === "map") usedMaps.add(relocation.map);
      if (relocation.kind === "data") usedMaps.add(relocation.section);
    }
    for (const insn of own) insns.push(insn);
  }
  return { name: program.name, section: program.section, insns, parts, usedMaps: [...usedMaps] };
}

/** The program and every function it reaches, each once, in the order they are first named. */
function collectParts(program: FunctionSpec, object: ObjectSpec): ProgramPart[] {
  const known = new Map<string, FunctionSpec>();
  for (const spec of [...object.programs, ...object.subprograms]) known.set(spec.name, spec);
  const parts: ProgramPart[] = [{ startInsn: 0, spec: program }];
  const placed = new Set([program.name]);
  let next = program.insns.length;
  // `parts` grows while it is walked: a function found late is walked as well.
  for (const part of parts) {
    for (const relocation of part.spec.relocations) {
      if (relocation.kind !== "call" && relocation.kind !== "function") continue;
      if (placed.has(relocation.target)) continue;
      const target = known.get(relocation.target);
      if (!target) {
        throw new ObjectError(
          `link program "${program.name}": "${part.spec.name}" calls "${relocation.target}", ` +
            "which is not in the object",
        );
      }
      placed.add(target.name);
      parts.push({ startInsn: next, spec: target });
      next += target.insns.length;
    }
  }
  return parts;
}

function patch(
  insns: Insn[],
  relocation: Relocation,
  spec: FunctionSpec,
  startInsn: number,
  starts: ReadonlyMap<string, number>,
  descriptors: Descriptors,
): void {
  const index = relocation.insnIndex;
  const insn = insns[index];
  if (!insn) throw new ObjectError(`link "${spec.name}": a relocation names instruction ${index}, which it has not`);
  if (relocation.kind === "call") {
    const distance = (starts.get(relocation.target) ?? 0) - (startInsn + index + 1);
    insns[index] = { ...insn, src: PseudoCall.BPF, imm: distance };
    return;
  }
  const second = insns[index + 1];
  if (insn.opcode !== LD_IMM64 || !second) {
    throw new ObjectError(`link "${spec.name}": instruction ${index} is not the 64-bit load its relocation needs`);
  }
  const patchPair = (src: number, low: number, high: number): void => {
    insns[index] = { ...insn, src, imm: low };
    insns[index + 1] = { ...second, imm: high };
  };
  switch (relocation.kind) {
    case "map":
      return patchPair(PseudoLoad.MAP_FD, descriptors.map(relocation.map), 0);
    case "data":
      return patchPair(PseudoLoad.MAP_VALUE, descriptors.data(relocation.section), relocation.offset | 0);
    case "function":
      return patchPair(PseudoLoad.FUNC, (starts.get(relocation.target) ?? 0) - (startInsn + index + 1), 0);
  }
}

/** bpf_probe_read_{user,kernel}{,_str} to bpf_probe_read{,_str}: the older names read both kinds of memory. */
const oldProbeRead: ReadonlyMap<number, number> = new Map([
  [112, 4],
  [113, 4],
  [114, 45],
  [115, 45],
]);

export function usesNewProbeRead(insns: readonly Insn[]): boolean {
  return insns.some((insn) => isHelperCall(insn) && oldProbeRead.has(insn.imm));
}

/** For kernels before 5.5. */
export function replaceProbeRead(insns: readonly Insn[]): Insn[] {
  return insns.map((insn) => (isHelperCall(insn) ? { ...insn, imm: oldProbeRead.get(insn.imm) ?? insn.imm } : insn));
}

function isHelperCall(insn: Insn): boolean {
  const CALL = 0x85;
  return insn.opcode === CALL && insn.src === PseudoCall.HELPER;
}

/** Line records of the whole piece, in order; undefined where the kernel would refuse them. */
export function linkedLines(parts: readonly ProgramPart[], insns: readonly Insn[]): LineInfo[] | undefined {
  const lines: LineInfo[] = [];
  for (const { spec, startInsn } of parts) {
    // Every function's first instruction needs a record, or none may have one (check_btf_line, Linux 5.0).
    if (spec.lines[0]?.insnIndex !== 0) return undefined;
    let last = -1;
    for (const line of spec.lines) {
      // The second half of a 64-bit load is no instruction to the kernel.
      const valid = line.insnIndex > last && (insns[startInsn + line.insnIndex]?.opcode ?? 0) !== 0;
      if (!valid) continue;
      last = line.insnIndex;
      lines.push({ ...line, insnIndex: startInsn + line.insnIndex });
    }
  }
  return lines;
}

/** The func info of the whole piece; undefined unless every function has some. */
export function linkedFuncs(
  parts: readonly ProgramPart[],
): { readonly insnIndex: number; readonly typeId: number }[] | undefined {
  const funcs: { insnIndex: number; typeId: number }[] = [];
  for (const { spec, startInsn } of parts) {
    if (spec.funcTypeId === undefined) return undefined;
    funcs.push({ insnIndex: startInsn, typeId: spec.funcTypeId });
  }
  return funcs;
}
