// ObjectSpec to an object file that libbpf, bpftool and other loaders take as it is. Map definitions become BTF here,
// in the form those loaders read. The same spec and builder state always give the same bytes.

import { encodeInsns, INSN_SIZE_BYTES, LD_IMM64, PseudoCall } from "../bpf/isa.js";
import type { Insn } from "../bpf/isa.js";
import type { BtfBuilder } from "../btf/encode.js";
import { encodeBtfExt } from "../btf/ext.js";
import type { ExtSection } from "../btf/ext.js";
import { assert } from "../util/assert.js";
import { ByteWriter } from "../util/bytes.js";
import {
  encodeRelocations,
  RelocationType,
  SectionFlag,
  SectionType,
  SymbolBinding,
  SymbolType,
  SymbolVisibility,
  writeElf,
} from "./elf.js";
import type { ElfRelocation, ElfSectionInput, ElfSymbol } from "./elf.js";
import { TEXT_SECTION, UNRESOLVED_CALL } from "./read-functions.js";
import type { DataSpec, FunctionSpec, ObjectSpec, Relocation } from "./spec.js";
import { addMapTypes } from "./write-maps.js";
import type { WrittenMap } from "./write-maps.js";

/** Type ids in `spec` are the builder's. The builder gets the types of the maps and is then finished. */
export function writeObject(spec: Omit<ObjectSpec, "btf" | "btfBytes">, btf: BtfBuilder): Uint8Array<ArrayBuffer> {
  const maps = addMapTypes(spec.maps, btf);
  const code = layOutCode(spec, btf);
  const sections: ElfSectionInput[] = code.parts.map((part) => codeSection(part, code.places));
  if (spec.license !== "") sections.push(progbits("license", new ByteWriter().cString(spec.license).finish(), 1));
  if (maps.length > 0) sections.push(progbits(".maps", new Uint8Array(sum(maps.map((map) => map.sizeBytes))), 8));
  for (const data of spec.data) sections.push(dataSection(data, btf));
  const symbols = makeSymbols({ spec, code, maps, btf, sections });
  for (const part of code.parts) {
    const entries = relocationsOf(part, code.places, symbols);
    if (entries.length > 0) sections.push(relocationSection(part.name, entries, sections));
  }
  // .BTF.ext puts its strings into the string table of .BTF, which is therefore finished last.
  const ext = encodeBtfExt(code.parts.map(extSection), (text) => btf.stringOffset(text));
  sections.push({ ...progbits(".BTF", btf.finish(), 4), flags: 0 });
  sections.push({ ...progbits(".BTF.ext", ext, 4), flags: 0 });
  return writeElf(sections, symbols.list);
}

/** A function and where its instructions begin in its section. */
interface Place {
  readonly fn: FunctionSpec;
  readonly start: number;
  /** Global functions have a symbol that others refer to; local ones are reached through their section. */
  readonly global: boolean;
}

interface CodePart {
  readonly name: string;
  readonly places: readonly Place[];
}

type Places = ReadonlyMap<string, Place>;

interface Code {
  readonly parts: readonly CodePart[];
  readonly places: Places;
}

/** Subprograms (.text) first, then the programs' sections in order of first use. */
function layOutCode(spec: Pick<ObjectSpec, "programs" | "subprograms">, btf: BtfBuilder): Code {
  const parts = new Map<string, Place[]>();
  const places = new Map<string, Place>();
  const add = (fn: FunctionSpec, global: boolean): void => {
    assert(!places.has(fn.name), `two functions have the name ${fn.name}`);
    assert(fn.insns.length > 0, `function ${fn.name} has no instructions`);
    const part = parts.get(fn.section) ?? [];
    const last = part.at(-1);
    const place: Place = { fn, start: last === undefined ? 0 : last.start + last.fn.insns.length, global };
    part.push(place);
    parts.set(fn.section, part);
    places.set(fn.name, place);
  };
  for (const fn of spec.subprograms) {
    const type = btf.type(fn.funcTypeId ?? 0);
    // Outside .text a global function would be a program.
    add(fn, fn.section === TEXT_SECTION && type?.kind === "func" && type.linkage === "global");
  }
  for (const fn of spec.programs) {
    assert(fn.section !== TEXT_SECTION, `program ${fn.name} stands in section .text`);
    add(fn, true);
  }
  return { parts: [...parts].map(([name, list]) => ({ name, places: list })), places };
}

function progbits(name: string, bytes: Uint8Array, align: number): ElfSectionInput {
  return { name, type: SectionType.PROGBITS, flags: SectionFlag.ALLOC | SectionFlag.WRITE, align, bytes };
}

function codeSection(part: CodePart, places: Places): ElfSectionInput {
  const insns = part.places.flatMap(({ fn }) => fn.insns);
  for (const { fn, start } of part.places) {
    for (const relocation of fn.relocations) {
      prepareInsn(insns, start + relocation.insnIndex, relocation, places, `${fn.name}: ${relocation.insnIndex}`);
    }
  }
  return {
    ...progbits(part.name, encodeInsns(insns), INSN_SIZE_BYTES),
    flags: SectionFlag.ALLOC | SectionFlag.EXECINSTR,
  };
}

/** Puts the relocation's addend into the instruction: BPF uses REL sections, which have no room for it. */
function prepareInsn(insns: Insn[], at: number, relocation: Relocation, places: Places, label: string): void {
  const insn = insns[at];
  assert(insn !== undefined, `${label}: there is no such instruction to relocate`);
  if (relocation.kind === "call") {
    const target = placeOf(places, relocation.target);
    insns[at] = { ...insn, src: PseudoCall.BPF, imm: target.global ? UNRESOLVED_CALL : target.start + UNRESOLVED_CALL };
    return;
  }
  const second = insns[at + 1];
  assert(insn.opcode === LD_IMM64 && second?.opcode === 0, `${label}: the instruction to relocate is no 64-bit load`);
  insns[at] = { ...insn, src: 0, imm: loadAddend(relocation, places) };
  insns[at + 1] = { ...second, imm: 0 };
}

function loadAddend(relocation: Exclude<Relocation, { kind: "call" }>, places: Places): number {
  switch (relocation.kind) {
    case "map":
      return 0;
    case "data":
      return relocation.offset;
    case "function": {
      const target = placeOf(places, relocation.target);
      return target.global ? 0 : target.start * INSN_SIZE_BYTES;
    }
  }
}

function placeOf(places: Places, name: string): Place {
  const place = places.get(name);
  assert(place !== undefined, `the object has no function ${name}`);
  return place;
}

function dataSection(data: DataSpec, btf: BtfBuilder): ElfSectionInput {
  const { section, bytes, typeId } = data;
  if (typeId !== undefined) {
    const type = btf.type(typeId);
    assert(
      type?.kind === "datasec" && type.name === section,
      `BTF type ${typeId} does not describe section ${section}`,
    );
    assert(type.size === bytes.length, `the BTF of ${section} has ${type.size} bytes, the section ${bytes.length}`);
  }
  const nobits = section === ".bss" || section.startsWith(".bss.");
  assert(!nobits || bytes.every((byte) => byte === 0), `section ${section} has bytes that are not zero`);
  const flags = SectionFlag.ALLOC | (data.readOnly ? 0 : SectionFlag.WRITE);
  return { ...progbits(section, bytes, 8), flags, type: nobits ? SectionType.NOBITS : SectionType.PROGBITS };
}

function relocationSection(
  name: string,
  entries: readonly ElfRelocation[],
  sections: readonly ElfSectionInput[],
): ElfSectionInput {
  const bytes = encodeRelocations(entries);
  const relocates = sectionIndex(sections, name);
  return { name: `.rel${name}`, type: SectionType.REL, flags: SectionFlag.INFO_LINK, align: 8, bytes, relocates };
}

/** The ELF index; the null section has 0. */
function sectionIndex(sections: readonly ElfSectionInput[], name: string): number {
  const index = sections.findIndex((section) => section.name === name);
  assert(index >= 0, `the object has no section ${name}`);
  return index + 1;
}

/** The symbol table and the indices by which relocations refer to it. */
interface Symbols {
  readonly list: readonly ElfSymbol[];
  readonly bySection: ReadonlyMap<string, number>;
  readonly byName: ReadonlyMap<string, number>;
}

interface SymbolSources {
  readonly spec: Pick<ObjectSpec, "data">;
  readonly code: Code;
  readonly maps: readonly WrittenMap[];
  readonly btf: BtfBuilder;
  readonly sections: readonly ElfSectionInput[];
}

function makeSymbols({ spec, code, maps, btf, sections }: SymbolSources): Symbols {
  const bySection = new Map<string, number>();
  // The null section has index 0.
  const indices = new Map(sections.map(({ name }, index) => [name, index + 1]));
  const locals: ElfSymbol[] = [];
  const globals: ElfSymbol[] = [];
  const add = (
    name: string,
    type: number,
    section: string,
    value: number,
    sizeBytes: number,
    global: boolean,
  ): void => {
    const binding = global ? SymbolBinding.GLOBAL : SymbolBinding.LOCAL;
    const symbol = { name, type, binding, visibility: SymbolVisibility.DEFAULT, value, sizeBytes };
    const index = indices.get(section);
    assert(index !== undefined, `the object has no section ${section}`);
    (global ? globals : locals).push({ ...symbol, section: index });
  };
  for (const section of [...code.parts.map((part) => part.name), ...spec.data.map((data) => data.section)]) {
    add("", SymbolType.SECTION, section, 0, 0, false);
    bySection.set(section, locals.length);
  }
  for (const part of code.parts) {
    for (const { fn, start, global } of part.places) {
      const [value, sizeBytes] = [start * INSN_SIZE_BYTES, fn.insns.length * INSN_SIZE_BYTES];
      add(fn.name, SymbolType.FUNC, part.name, value, sizeBytes, global);
    }
  }
  for (const map of maps) add(map.name, SymbolType.OBJECT, ".maps", map.offsetBytes, map.sizeBytes, true);
  for (const data of spec.data) {
    const type = btf.type(data.typeId ?? 0);
    for (const variable of type?.kind === "datasec" ? type.vars : []) {
      const declared = btf.type(variable.type);
      assert(declared?.kind === "var", `BTF type ${variable.type} in ${data.section} is no variable`);
      add(
        declared.name,
        SymbolType.OBJECT,
        data.section,
        variable.offset,
        variable.size,
        declared.linkage !== "static",
      );
    }
  }
  const byName = new Map(globals.map((symbol, index) => [symbol.name, locals.length + index + 1]));
  assert(byName.size === globals.length, "two global symbols have the same name");
  return { list: [...locals, ...globals], bySection, byName };
}

function relocationsOf(part: CodePart, places: Places, symbols: Symbols): ElfRelocation[] {
  return part.places.flatMap(({ fn, start }) =>
    fn.relocations.map((relocation) => {
      const type = relocation.kind === "call" ? RelocationType.R_BPF_64_32 : RelocationType.R_BPF_64_64;
      const symbol = symbolFor(relocation, places, symbols);
      assert(symbol !== undefined, `${fn.name}: no symbol for the relocation of instruction ${relocation.insnIndex}`);
      return { offsetBytes: (start + relocation.insnIndex) * INSN_SIZE_BYTES, type, symbol };
    }),
  );
}

function symbolFor(relocation: Relocation, places: Places, symbols: Symbols): number | undefined {
  switch (relocation.kind) {
    case "map":
      return symbols.byName.get(relocation.map);
    case "data":
      return symbols.bySection.get(relocation.section);
    case "call":
    case "function": {
      const { fn, global } = placeOf(places, relocation.target);
      return global ? symbols.byName.get(fn.name) : symbols.bySection.get(fn.section);
    }
  }
}

function extSection({ name, places }: CodePart): ExtSection {
  const bytes = (start: number, insnIndex: number): number => (start + insnIndex) * INSN_SIZE_BYTES;
  return {
    section: name,
    funcs: places.flatMap(({ fn, start }) =>
      fn.funcTypeId === undefined ? [] : [{ offsetBytes: bytes(start, 0), typeId: fn.funcTypeId }],
    ),
    lines: places.flatMap(({ fn, start }) =>
      fn.lines.map(({ insnIndex, file, text, line, column }) => ({
        offsetBytes: bytes(start, insnIndex),
        file,
        text,
        line,
        column,
      })),
    ),
    core: places.flatMap(({ fn, start }) =>
      fn.coreRelocations.map(({ insnIndex, kind, typeId, access }) => ({
        offsetBytes: bytes(start, insnIndex),
        kind,
        typeId,
        access,
      })),
    ),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
