// .BTF.ext: what ties instructions to types, source lines and CO-RE relocations. Here it is the section's own plain
// data, with offsets in bytes from the start of an ELF section; object/ turns it into indices per function.
// Source: Documentation/bpf/btf.rst and include/uapi/linux/bpf.h (struct bpf_func_info, bpf_line_info, bpf_core_relo).

import { ByteReader, ByteWriter, FormatError } from "../util/bytes.js";
import { coreRelocKinds } from "./types.js";
import type { BtfTypeId, CoreRelocKind } from "./types.js";

export interface ExtFunc {
  readonly offsetBytes: number;
  readonly typeId: BtfTypeId;
}

export interface ExtLine {
  readonly offsetBytes: number;
  readonly file: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface ExtCore {
  readonly offsetBytes: number;
  readonly typeId: BtfTypeId;
  readonly access: string;
  readonly kind: CoreRelocKind;
}

/** The records of one ELF section. */
export interface ExtSection {
  readonly section: string;
  readonly funcs: readonly ExtFunc[];
  readonly lines: readonly ExtLine[];
  readonly core: readonly ExtCore[];
}

const EXT_HEADER_BYTES = 32;
/** The header of kernels before 5.4 ends before the CO-RE table. */
const EXT_MIN_HEADER_BYTES = 24;
const RECORD_BYTES = { funcs: 8, lines: 16, core: 16 } as const;
const COLUMN_BITS = 10;
const MAX_COLUMN = (1 << COLUMN_BITS) - 1;
const MAX_LINE = 2 ** 22 - 1;

type Table = keyof typeof RECORD_BYTES;

/** `stringAt` reads the string table of the .BTF that belongs to it. */
export function decodeBtfExt(bytes: Uint8Array, stringAt: (offset: number) => string, what = "BTF.ext"): ExtSection[] {
  const reader = new ByteReader(bytes, what);
  if (bytes.length < EXT_MIN_HEADER_BYTES)
    throw new FormatError(`${what}: ${bytes.length} bytes are too few for a header`);
  const magic = reader.u16(0);
  if (magic === 0x9feb)
    throw new FormatError(`${what}: big-endian BTF is not supported (compile for little-endian BPF)`);
  if (magic !== 0xeb9f) throw new FormatError(`${what}: this is not BTF (magic 0x${magic.toString(16)}, not 0xeb9f)`);
  if (reader.u8(2) !== 1) throw new FormatError(`${what}: BTF version ${reader.u8(2)} is not supported, only 1 is`);
  const headerBytes = reader.u32(4);
  if (headerBytes < EXT_MIN_HEADER_BYTES || headerBytes > bytes.length) {
    throw new FormatError(`${what}: header length ${headerBytes} is out of range`);
  }
  const strings = cached(stringAt);
  const sections = new Map<string, { funcs: ExtFunc[]; lines: ExtLine[]; core: ExtCore[] }>();
  const of = (name: string): { funcs: ExtFunc[]; lines: ExtLine[]; core: ExtCore[] } => {
    const known = sections.get(name);
    if (known !== undefined) return known;
    const made = { funcs: [], lines: [], core: [] };
    sections.set(name, made);
    return made;
  };
  const walk = (table: Table, field: number, take: (section: string, at: number) => void): void => {
    if (field + 8 > headerBytes) return;
    const start = headerBytes + reader.u32(field);
    walkTable({ reader, what, table, start, end: start + reader.u32(field + 4) }, strings, take);
  };
  walk("funcs", 8, (section, at) => {
    of(section).funcs.push({ offsetBytes: reader.u32(at), typeId: reader.u32(at + 4) });
  });
  walk("lines", 16, (section, at) => of(section).lines.push(decodeLine(reader, at, strings)));
  walk("core", 24, (section, at) => of(section).core.push(decodeCore(reader, at, strings, what)));
  return [...sections].map(([section, records]) => ({ section, ...records }));
}

/** Strings go to the string table of the .BTF that belongs to it, through `stringOffset`. */
export function encodeBtfExt(
  sections: readonly ExtSection[],
  stringOffset: (text: string) => number,
): Uint8Array<ArrayBuffer> {
  const tables = [
    encodeTable("funcs", sections, stringOffset, (out, section) => {
      for (const { offsetBytes, typeId } of section.funcs) out.u32(offsetBytes).u32(typeId);
    }),
    encodeTable("lines", sections, stringOffset, (out, section) => {
      for (const { offsetBytes, file, text, line, column } of section.lines) {
        // Places beyond what the 22 and 10 bits hold are clamped: a wrong column is better than a wrong line.
        const packed = Math.min(line, MAX_LINE) * (1 << COLUMN_BITS) + Math.min(column, MAX_COLUMN);
        out.u32(offsetBytes).u32(stringOffset(file)).u32(stringOffset(text)).u32(packed);
      }
    }),
    encodeTable("core", sections, stringOffset, (out, section) => {
      for (const { offsetBytes, typeId, access, kind } of section.core) {
        out.u32(offsetBytes).u32(typeId).u32(stringOffset(access)).u32(coreRelocKinds.indexOf(kind));
      }
    }),
  ];
  const out = new ByteWriter();
  out.u16(0xeb9f).u8(1).u8(0).u32(EXT_HEADER_BYTES);
  let start = 0;
  for (const table of tables) {
    out.u32(start).u32(table.length);
    start += table.length;
  }
  for (const table of tables) out.raw(table);
  return out.finish();
}

interface TableRange {
  readonly reader: ByteReader;
  readonly what: string;
  readonly table: Table;
  readonly start: number;
  readonly end: number;
}

/** Calls `take` for each record. Records may be longer than we know; what is appended to them is passed over. */
function walkTable(
  range: TableRange,
  strings: (offset: number) => string,
  take: (section: string, at: number) => void,
): void {
  const { reader, what, table, start, end } = range;
  if (end > reader.length) throw new FormatError(`${what}: the ${table} table ends after the data (truncated?)`);
  if (start === end) return;
  const recordBytes = reader.u32(start);
  if (recordBytes < RECORD_BYTES[table] || recordBytes % 4 !== 0) {
    throw new FormatError(`${what}: ${recordBytes} is no size for ${table} records`);
  }
  let at = start + 4;
  while (at < end) {
    if (at + 8 > end) throw new FormatError(`${what}: the ${table} table is cut off`);
    const section = strings(reader.u32(at));
    const count = reader.u32(at + 4);
    at += 8;
    if (at + count * recordBytes > end)
      throw new FormatError(`${what}: ${count} ${table} records do not fit their table`);
    for (let index = 0; index < count; index++, at += recordBytes) take(section, at);
  }
}

function decodeLine(reader: ByteReader, at: number, strings: (offset: number) => string): ExtLine {
  const packed = reader.u32(at + 12);
  return {
    offsetBytes: reader.u32(at),
    file: strings(reader.u32(at + 4)),
    text: strings(reader.u32(at + 8)),
    line: packed >>> COLUMN_BITS,
    column: packed & MAX_COLUMN,
  };
}

function decodeCore(reader: ByteReader, at: number, strings: (offset: number) => string, what: string): ExtCore {
  const number = reader.u32(at + 12);
  const kind = coreRelocKinds[number];
  if (kind === undefined) throw new FormatError(`${what}: CO-RE relocation kind ${number} is unknown`);
  return { offsetBytes: reader.u32(at), typeId: reader.u32(at + 4), access: strings(reader.u32(at + 8)), kind };
}

function encodeTable(
  table: Table,
  sections: readonly ExtSection[],
  stringOffset: (text: string) => number,
  records: (out: ByteWriter, section: ExtSection) => void,
): Uint8Array {
  const used = sections.filter((section) => section[table].length > 0);
  const out = new ByteWriter();
  if (used.length === 0) return out.view();
  out.u32(RECORD_BYTES[table]);
  for (const section of used) {
    out.u32(stringOffset(section.section)).u32(section[table].length);
    records(out, section);
  }
  return out.view();
}

/** Thousands of lines share a few file names. */
function cached(stringAt: (offset: number) => string): (offset: number) => string {
  const known = new Map<number, string>();
  return (offset) => {
    const text = known.get(offset) ?? stringAt(offset);
    known.set(offset, text);
    return text;
  };
}
