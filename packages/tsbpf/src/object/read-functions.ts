// Functions of an object: executable sections split at their function symbols, each with its relocations and with the
// records of .BTF.ext that belong to it, all counted in instructions from the function's start.

import { Class, decodeInsns, INSN_SIZE_BYTES, Jmp, LD_IMM64, PseudoCall } from "../bpf/isa.js";
import type { Insn } from "../bpf/isa.js";
import type { ExtSection } from "../btf/ext.js";
import type { CoreReloc, BtfTypeId } from "../btf/types.js";
import { FormatError } from "../util/bytes.js";
import { readRelocations, RelocationType, SectionType, SymbolBinding, SymbolType } from "./elf.js";
import type { ElfFile, ElfRelocation, ElfSection, ElfSymbol } from "./elf.js";
import type { FunctionSpec, LineInfo, Relocation } from "./spec.js";

/** What symbols may stand for besides functions. */
export interface Targets {
  /** Map names by offset in section .maps. */
  readonly maps: ReadonlyMap<number, string>;
  readonly mapsSection: number | undefined;
  /** Names of data sections by section index. */
  readonly data: ReadonlyMap<number, string>;
}

export interface Functions {
  readonly programs: FunctionSpec[];
  readonly subprograms: FunctionSpec[];
}

export const TEXT_SECTION = ".text";
/** The opcode of a call of a helper or, with src 1, of another function. */
export const CALL = Class.JMP | Jmp.CALL;
/** A call's immediate before it is relocated: it counts from the next instruction, so that -1 adds nothing. */
export const UNRESOLVED_CALL = -1;

export function readFunctions(
  file: ElfFile,
  sections: readonly ElfSection[],
  targets: Targets,
  ext: readonly ExtSection[],
  what: string,
): Functions {
  const code = new Map(sections.map((section) => [section.index, splitSection(file, section, what)]));
  checkNames(
    [...code.values()].flatMap((part) => part.functions),
    what,
  );
  const relocations = relocationsByTarget(file, what);
  const records = new Map(ext.map((section) => [section.section, section]));
  const found: Functions = { programs: [], subprograms: [] };
  for (const part of code.values()) {
    const context: Context = { file, part, code, targets, what: `${what}: section ${part.section.name}` };
    const collected = part.functions.map((): Collected => ({
      relocations: [],
      core: [],
      lines: [],
      typeId: undefined,
    }));
    collectRelocations(context, relocations.get(part.section.index) ?? [], collected);
    collectRecords(context, records.get(part.section.name), collected);
    for (const [index, place] of part.functions.entries()) {
      const entry = collected[index];
      if (entry === undefined) continue;
      (place.subprogram ? found.subprograms : found.programs).push({
        name: place.name,
        section: part.section.name,
        insns: part.insns.slice(place.start, place.end),
        relocations: entry.relocations.sort((a, b) => a.insnIndex - b.insnIndex),
        coreRelocations: entry.core.sort((a, b) => a.insnIndex - b.insnIndex),
        funcTypeId: entry.typeId,
        lines: entry.lines.sort((a, b) => a.insnIndex - b.insnIndex),
      });
    }
  }
  return found;
}

/** A function's place in its section, in instructions. */
interface Place {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly subprogram: boolean;
}

interface CodeSection {
  readonly section: ElfSection;
  readonly insns: Insn[];
  readonly functions: readonly Place[];
  /** Indexed by instruction: the function it belongs to, -1 for none. */
  readonly owners: Int32Array;
}

interface Collected {
  readonly relocations: Relocation[];
  readonly core: CoreReloc[];
  readonly lines: LineInfo[];
  typeId: BtfTypeId | undefined;
}

interface Context {
  readonly file: ElfFile;
  readonly part: CodeSection;
  readonly code: ReadonlyMap<number, CodeSection>;
  readonly targets: Targets;
  readonly what: string;
}

function splitSection(file: ElfFile, section: ElfSection, what: string): CodeSection {
  const label = `${what}: section ${section.name}`;
  const insns = decodeInsns(section.bytes, label);
  const symbols = file.symbols
    .filter((symbol) => symbol.section === section.index && symbol.type === SymbolType.FUNC)
    .sort((a, b) => a.value - b.value);
  if (symbols.length === 0) throw new FormatError(`${label} has instructions but no function`);
  const owners = new Int32Array(insns.length).fill(-1);
  const functions = symbols.map((symbol, index): Place => {
    const next = symbols[index + 1]?.value ?? section.bytes.length;
    // Hand-written assembly may leave out the size: then the function goes up to the next one.
    const endBytes = symbol.sizeBytes === 0 ? next : symbol.value + symbol.sizeBytes;
    const [start, end] = [symbol.value / INSN_SIZE_BYTES, endBytes / INSN_SIZE_BYTES];
    if (!Number.isInteger(start) || !Number.isInteger(end) || start >= end || end > insns.length) {
      throw new FormatError(`${label}: function "${symbol.name}" does not lie inside the section`);
    }
    if (endBytes > next) throw new FormatError(`${label}: function "${symbol.name}" overlaps the next one`);
    owners.fill(index, start, end);
    const subprogram = section.name === TEXT_SECTION || symbol.binding === SymbolBinding.LOCAL;
    return { name: symbol.name, start, end, subprogram };
  });
  return { section, insns, functions, owners };
}

/** Relocations name functions, so that a name must be enough to find one. */
function checkNames(functions: readonly Place[], what: string): void {
  const seen = new Set<string>();
  for (const { name } of functions) {
    if (name === "") throw new FormatError(`${what}: a function has no name`);
    if (seen.has(name)) throw new FormatError(`${what}: two functions have the name "${name}"`);
    seen.add(name);
  }
}

function relocationsByTarget(file: ElfFile, what: string): Map<number, ElfRelocation[]> {
  const found = new Map<number, ElfRelocation[]>();
  for (const section of file.sections) {
    const target = file.sections[section.info];
    if (target === undefined || target.type !== SectionType.PROGBITS) continue;
    if (section.type === SectionType.RELA && target.name === TEXT_SECTION) {
      throw new FormatError(`${what}: section ${section.name}: relocations with addends (RELA) are not used with BPF`);
    }
    if (section.type !== SectionType.REL) continue;
    if (found.has(target.index)) throw new FormatError(`${what}: section ${target.name} has two relocation sections`);
    found.set(target.index, readRelocations(section, what));
  }
  return found;
}

function collectRelocations(
  context: Context,
  entries: readonly ElfRelocation[],
  collected: readonly Collected[],
): void {
  const { file, part, what } = context;
  const relocated = new Set<number>();
  for (const entry of entries) {
    const at = entry.offsetBytes / INSN_SIZE_BYTES;
    const symbol = file.symbols[entry.symbol];
    if (symbol === undefined)
      throw new FormatError(`${what}: a relocation refers to symbol ${entry.symbol}, which does not exist`);
    const { place, index } = placeAt(context, at, "a relocation");
    if (relocated.has(at)) throw new FormatError(`${what}: instruction ${at} has two relocations`);
    relocated.add(at);
    collected[index]?.relocations.push(toRelocation(context, entry, symbol, at, at - place.start));
  }
  for (const [at, insn] of part.insns.entries()) {
    const index = part.owners[at] ?? -1;
    if (insn.opcode !== CALL || insn.src !== PseudoCall.BPF || relocated.has(at) || index < 0) continue;
    // An assembler resolves calls inside one section by itself: the distance counts from the next instruction.
    const target = functionAt(context, part, at + 1 + insn.imm, `the call at instruction ${at}`);
    const start = part.functions[index]?.start ?? 0;
    collected[index]?.relocations.push({ kind: "call", insnIndex: at - start, target });
    part.insns[at] = { ...insn, imm: UNRESOLVED_CALL };
  }
}

/** Also clears in the instruction what the relocation now says. */
function toRelocation(
  context: Context,
  entry: ElfRelocation,
  symbol: ElfSymbol,
  at: number,
  insnIndex: number,
): Relocation {
  const { part, code, targets, what } = context;
  const insn = part.insns[at];
  const label = `the relocation of instruction ${at}`;
  if (symbol.section === 0) {
    throw new FormatError(
      `${what}: ${label} needs "${symbol.name}", which the object does not define (extern is not supported)`,
    );
  }
  const target = code.get(symbol.section);
  if (insn?.opcode === CALL) {
    if (entry.type !== RelocationType.R_BPF_64_32)
      throw new FormatError(`${what}: ${label} has type ${entry.type} on a call`);
    if (target === undefined) throw new FormatError(`${what}: ${label} calls "${symbol.name}", which is no function`);
    const slot = symbol.value / INSN_SIZE_BYTES + insn.imm + 1;
    part.insns[at] = { ...insn, src: PseudoCall.BPF, imm: UNRESOLVED_CALL };
    return { kind: "call", insnIndex, target: functionAt(context, target, slot, label) };
  }
  const second = part.insns[at + 1];
  if (insn?.opcode !== LD_IMM64 || second?.opcode !== 0 || part.owners[at + 1] !== part.owners[at]) {
    throw new FormatError(`${what}: ${label} is on neither a call nor a 64-bit load`);
  }
  if (entry.type !== RelocationType.R_BPF_64_64)
    throw new FormatError(`${what}: ${label} has type ${entry.type} on a load`);
  part.insns[at] = { ...insn, src: 0, imm: 0 };
  part.insns[at + 1] = { ...second, imm: 0 };
  const offset = symbol.value + insn.imm;
  if (target !== undefined) {
    return { kind: "function", insnIndex, target: functionAt(context, target, offset / INSN_SIZE_BYTES, label) };
  }
  if (symbol.section === targets.mapsSection) {
    const map = targets.maps.get(offset);
    if (map === undefined) throw new FormatError(`${what}: ${label}: no map begins at offset ${offset}`);
    return { kind: "map", insnIndex, map };
  }
  const section = targets.data.get(symbol.section);
  if (section === undefined)
    throw new FormatError(`${what}: ${label} needs "${symbol.name}", which is no map, data or function`);
  return { kind: "data", insnIndex, section, offset };
}

function functionAt({ what }: Context, part: CodeSection, slot: number, label: string): string {
  const place = part.functions[part.owners[slot] ?? -1];
  if (place === undefined || place.start !== slot) {
    throw new FormatError(`${what}: ${label}: no function begins at instruction ${slot} of ${part.section.name}`);
  }
  return place.name;
}

function placeAt({ part, what }: Context, at: number, label: string): { place: Place; index: number } {
  const index = part.owners[at] ?? -1;
  const place = part.functions[index];
  if (place === undefined) throw new FormatError(`${what}: ${label} at instruction ${at} is outside all functions`);
  return { place, index };
}

function collectRecords(context: Context, records: ExtSection | undefined, collected: readonly Collected[]): void {
  if (records === undefined) return;
  for (const { offsetBytes, typeId } of records.funcs) {
    const { place, index } = placeAt(context, offsetBytes / INSN_SIZE_BYTES, "function info");
    const entry = collected[index];
    if (entry !== undefined && place.start * INSN_SIZE_BYTES === offsetBytes) entry.typeId = typeId;
  }
  for (const { offsetBytes, file, text, line, column } of records.lines) {
    const at = offsetBytes / INSN_SIZE_BYTES;
    const { place, index } = placeAt(context, at, "line info");
    collected[index]?.lines.push({ insnIndex: at - place.start, file, text, line, column });
  }
  for (const { offsetBytes, typeId, access, kind } of records.core) {
    const at = offsetBytes / INSN_SIZE_BYTES;
    const { place, index } = placeAt(context, at, "a CO-RE relocation");
    collected[index]?.core.push({ insnIndex: at - place.start, kind, typeId, access });
  }
}
