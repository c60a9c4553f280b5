// ELF64 little-endian relocatable files for BPF, as far as objects need it: sections, symbols and relocations as plain
// data, both ways. Source: the System V ABI (gABI chapters 4 and 5), elf.h and Documentation/bpf/llvm_reloc.rst.

import { assert } from "../util/assert.js";
import { ByteReader, ByteWriter, FormatError } from "../util/bytes.js";

export const SectionType = { NULL: 0, PROGBITS: 1, SYMTAB: 2, STRTAB: 3, RELA: 4, NOBITS: 8, REL: 9 } as const;
export const SectionFlag = { WRITE: 1, ALLOC: 2, EXECINSTR: 4, INFO_LINK: 0x40 } as const;
export const SymbolType = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3 } as const;
export const SymbolBinding = { LOCAL: 0, GLOBAL: 1, WEAK: 2 } as const;
export const SymbolVisibility = { DEFAULT: 0, INTERNAL: 1, HIDDEN: 2 } as const;
/** R_BPF_64_64 patches a 64-bit immediate load, R_BPF_64_32 a call. */
export const RelocationType = { R_BPF_64_64: 1, R_BPF_64_32: 10 } as const;

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly link: number;
  readonly info: number;
  readonly sizeBytes: number;
  /** Empty for NOBITS, which takes no room in the file. */
  readonly bytes: Uint8Array;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly sizeBytes: number;
  readonly type: number;
  readonly binding: number;
  readonly visibility: number;
  /** Index of the section it stands in; 0: it is not defined here; 0xff00 and above are special. */
  readonly section: number;
}

export interface ElfRelocation {
  readonly offsetBytes: number;
  readonly type: number;
  readonly symbol: number;
}

export interface ElfFile {
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

/** What to write of a section; link and info of REL sections are filled in through `relocates`. */
export interface ElfSectionInput {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  readonly bytes: Uint8Array;
  /** For a REL section: the index of the section it patches. */
  readonly relocates?: number;
}

const HEADER_BYTES = 64;
const SECTION_HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const RELOCATION_BYTES = 16;
const ET_REL = 1;
const EM_BPF = 247;
/** Memory for .bss is made from a number in the file; a BPF map cannot be that large anyway. */
const MAX_NOBITS_BYTES = 64 * 2 ** 20;

/** Throws FormatError for anything but a well-formed BPF object file. */
export function readElf(input: Uint8Array, what: string): ElfFile {
  // A plain Uint8Array, so that what is handed out does not depend on whether the caller had a Buffer.
  const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  const reader = new ByteReader(bytes, what);
  checkHeader(reader, what);
  const sections = readSections(reader, what);
  return { sections, symbols: readSymbols(sections, what) };
}

/** The entries of a REL section, in the file's order. */
export function readRelocations(section: ElfSection, what: string): ElfRelocation[] {
  const reader = new ByteReader(section.bytes, `${what}: section ${section.name}`);
  if (section.bytes.length % RELOCATION_BYTES !== 0) {
    throw new FormatError(`${what}: section ${section.name} is not a whole number of 16-byte relocations`);
  }
  const relocations: ElfRelocation[] = [];
  for (let at = 0; at < section.bytes.length; at += RELOCATION_BYTES) {
    relocations.push({ offsetBytes: reader.size64(at), type: reader.u32(at + 8), symbol: reader.u32(at + 12) });
  }
  return relocations;
}

export function encodeRelocations(relocations: readonly ElfRelocation[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(relocations.length * RELOCATION_BYTES);
  for (const { offsetBytes, type, symbol } of relocations) out.size64(offsetBytes).u32(type).u32(symbol);
  return out.finish();
}

/**
 * Writes the sections with indices from 1 on in the order given, then the symbol table and the string table.
 * `symbols` has local ones first; entry 0, the null symbol, is not part of it, so that symbol indices count from 1.
 */
export function writeElf(sections: readonly ElfSectionInput[], symbols: readonly ElfSymbol[]): Uint8Array<ArrayBuffer> {
  const firstGlobal = symbols.findIndex((symbol) => symbol.binding !== SymbolBinding.LOCAL);
  const locals = firstGlobal < 0 ? symbols.length : firstGlobal;
  assert(
    symbols.slice(locals).every((symbol) => symbol.binding !== SymbolBinding.LOCAL),
    "a local symbol follows a global one",
  );
  const strings = new StringTable();
  const symbolBytes = encodeSymbols(symbols, strings);
  const symtabIndex = sections.length + 1;
  const nameOffsets = [...sections.map((section) => section.name), ".symtab", ".strtab"].map((name) =>
    strings.offset(name),
  );
  const contents = sections.reduce((sum, { bytes, align }) => sum + bytes.length + align, symbolBytes.length);
  const headerBytes = (sections.length + 3) * SECTION_HEADER_BYTES;
  const out = new ByteWriter(HEADER_BYTES + contents + strings.sizeBytes + headerBytes + 16).zeros(HEADER_BYTES);
  const headers = new ByteWriter(headerBytes).zeros(SECTION_HEADER_BYTES);
  const place = (row: HeaderRow, bytes: Uint8Array): void => {
    const nobits = row.type === SectionType.NOBITS;
    out.align(nobits ? 1 : row.align);
    headers
      .u32(nameOffsets[headers.length / SECTION_HEADER_BYTES - 1] ?? 0)
      .u32(row.type)
      .size64(row.flags)
      .size64(0);
    headers.size64(out.length).size64(bytes.length).u32(row.link).u32(row.info);
    headers.size64(row.align).size64(row.entryBytes);
    if (!nobits) out.raw(bytes);
  };
  for (const { type, flags, align, bytes, relocates } of sections) {
    const rel = type === SectionType.REL;
    assert(rel === (relocates !== undefined), "a REL section, and only that, patches another section");
    const [link, info, entryBytes] = rel ? [symtabIndex, relocates ?? 0, RELOCATION_BYTES] : [0, 0, 0];
    place({ type, flags, align, link, info, entryBytes }, bytes);
  }
  const symtab = {
    type: SectionType.SYMTAB,
    flags: 0,
    align: 8,
    link: symtabIndex + 1,
    info: locals + 1,
    entryBytes: SYMBOL_BYTES,
  };
  place(symtab, symbolBytes);
  place({ type: SectionType.STRTAB, flags: 0, align: 1, link: 0, info: 0, entryBytes: 0 }, strings.view());
  out.align(8);
  const sectionTableAt = out.length;
  const file = out.raw(headers.view()).finish();
  file.set(encodeHeader(sectionTableAt, symtabIndex + 1), 0);
  return file;
}

function checkHeader(reader: ByteReader, what: string): void {
  if (reader.length < 4 || reader.u32(0) !== 0x464c457f) throw new FormatError(`${what}: this is not an ELF file`);
  if (reader.length < HEADER_BYTES) throw new FormatError(`${what}: the ELF header is cut off (truncated?)`);
  if (reader.u8(4) !== 2) throw new FormatError(`${what}: this is not a 64-bit ELF file (compile with -target bpf)`);
  if (reader.u8(5) !== 1) {
    throw new FormatError(`${what}: big-endian objects are not supported (compile for little-endian: -target bpfel)`);
  }
  const machine = reader.u16(18);
  if (machine !== EM_BPF) {
    throw new FormatError(`${what}: the ELF machine is ${machine}, not BPF (247) (compile with -target bpf)`);
  }
  const type = reader.u16(16);
  if (type !== ET_REL) throw new FormatError(`${what}: the ELF type is ${type}, not relocatable (1)`);
}

function readSections(reader: ByteReader, what: string): ElfSection[] {
  const tableAt = reader.size64(40);
  const entryBytes = reader.u16(58);
  const count = reader.u16(60);
  const nameIndex = reader.u16(62);
  if (entryBytes !== SECTION_HEADER_BYTES)
    throw new FormatError(`${what}: section headers of ${entryBytes} bytes are unknown`);
  if (count === 0) throw new FormatError(`${what}: the file has no sections`);
  if (tableAt + count * SECTION_HEADER_BYTES > reader.length) {
    throw new FormatError(`${what}: the section headers end after the file (truncated?)`);
  }
  if (nameIndex >= count) throw new FormatError(`${what}: the section name index ${nameIndex} is out of range`);
  const budget: Budget = { file: reader.length * 2, nobits: MAX_NOBITS_BYTES };
  const headerAt = (index: number): number => tableAt + index * SECTION_HEADER_BYTES;
  const names = new ByteReader(
    contentOf(reader, headerAt(nameIndex), what, nameIndex, budget),
    `${what}: section names`,
  );
  const sections: ElfSection[] = [];
  for (let index = 0; index < count; index++) {
    const at = headerAt(index);
    sections.push({
      index,
      name: index === 0 ? "" : boundedName(names, reader.u32(at)),
      type: reader.u32(at + 4),
      flags: reader.size64(at + 8),
      link: reader.u32(at + 40),
      info: reader.u32(at + 44),
      sizeBytes: reader.size64(at + 32),
      bytes: contentOf(reader, at, what, index, budget),
    });
  }
  return sections;
}

/** Bytes that may still be handed out: sections that overlap again and again would multiply a small file. */
interface Budget {
  file: number;
  nobits: number;
}

function contentOf(reader: ByteReader, at: number, what: string, index: number, budget: Budget): Uint8Array {
  const type = reader.u32(at + 4);
  const sizeBytes = reader.size64(at + 32);
  if (type === SectionType.NULL) return new Uint8Array(0);
  if (type === SectionType.NOBITS) {
    budget.nobits -= sizeBytes;
    if (budget.nobits < 0) throw new FormatError(`${what}: section ${index} of ${sizeBytes} zero bytes is too large`);
    return new Uint8Array(0);
  }
  const offset = reader.size64(at + 24);
  if (offset + sizeBytes > reader.length)
    throw new FormatError(`${what}: section ${index} ends after the file (truncated?)`);
  budget.file -= sizeBytes;
  if (budget.file < 0) throw new FormatError(`${what}: its sections overlap`);
  return reader.slice(offset, sizeBytes);
}

function readSymbols(sections: readonly ElfSection[], what: string): ElfSymbol[] {
  const table = sections.find((section) => section.type === SectionType.SYMTAB);
  if (table === undefined) return [];
  const strings = sections[table.link];
  if (strings === undefined || strings.type !== SectionType.STRTAB) {
    throw new FormatError(`${what}: the symbol table's string table (section ${table.link}) does not exist`);
  }
  if (table.bytes.length % SYMBOL_BYTES !== 0) {
    throw new FormatError(`${what}: the symbol table is not a whole number of 24-byte symbols`);
  }
  const names = new ByteReader(strings.bytes, `${what}: symbol names`);
  const reader = new ByteReader(table.bytes, `${what}: symbol table`);
  const symbols: ElfSymbol[] = [];
  for (let at = 0; at < table.bytes.length; at += SYMBOL_BYTES) {
    const info = reader.u8(at + 4);
    const nameOffset = reader.u32(at);
    symbols.push({
      name: nameOffset === 0 ? "" : boundedName(names, nameOffset),
      type: info & 15,
      binding: info >> 4,
      visibility: reader.u8(at + 5) & 3,
      section: reader.u16(at + 6),
      value: reader.size64(at + 8),
      sizeBytes: reader.size64(at + 16),
    });
  }
  return symbols;
}

const MAX_NAME_BYTES = 4096;

/** Names that all end one long string would multiply a small file as well. */
function boundedName(names: ByteReader, offset: number): string {
  const name = new ByteReader(names.bytes.subarray(offset, offset + MAX_NAME_BYTES), "name");
  if (offset >= names.length) throw new FormatError(`name offset ${offset} is outside the string table`);
  return name.cString(0);
}

interface HeaderRow {
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  readonly link: number;
  readonly info: number;
  readonly entryBytes: number;
}

function encodeHeader(sectionTableAt: number, stringTableIndex: number): Uint8Array {
  const out = new ByteWriter(HEADER_BYTES);
  // Magic, 64-bit, little-endian, version 1, System V; then the padding of e_ident.
  out.u32(0x464c457f).u8(2).u8(1).u8(1).u8(0).zeros(8);
  out.u16(ET_REL).u16(EM_BPF).u32(1).size64(0).size64(0).size64(sectionTableAt).u32(0);
  out
    .u16(HEADER_BYTES)
    .u16(0)
    .u16(0)
    .u16(SECTION_HEADER_BYTES)
    .u16(stringTableIndex + 1)
    .u16(stringTableIndex);
  return out.finish();
}

function encodeSymbols(symbols: readonly ElfSymbol[], strings: StringTable): Uint8Array {
  const out = new ByteWriter((symbols.length + 1) * SYMBOL_BYTES).zeros(SYMBOL_BYTES);
  for (const { name, type, binding, visibility, section, value, sizeBytes } of symbols) {
    out
      .u32(strings.offset(name))
      .u8(type | (binding << 4))
      .u8(visibility)
      .u16(section);
    out.size64(value).size64(sizeBytes);
  }
  return out.view();
}

/** Names in order of first use, each once. */
class StringTable {
  readonly #offsets = new Map<string, number>([["", 0]]);
  readonly #bytes = new ByteWriter().u8(0);

  offset(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.#bytes.length;
    this.#bytes.cString(name);
    this.#offsets.set(name, offset);
    return offset;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.view();
  }
}
