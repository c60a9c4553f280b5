// Bytes to BTF. Opening makes one pass that finds where each type begins and checks that none leaves the table; types
// are decoded when they are asked for. The kernel's own BTF has 130,000 types, of which a loader needs a few dozen.
// The bytes are foreign: anything malformed throws FormatError.

import { ByteReader, decodeText, encodeText, FormatError } from "../util/bytes.js";
import {
  BTF_HEADER_BYTES,
  BTF_MAGIC,
  BTF_VERSION,
  IntEncoding,
  kindLayouts,
  linkages,
  TYPE_HEADER_BYTES,
} from "./kinds.js";
import { essentialEnd, essentialName } from "./name.js";
import type { Btf, BtfEnumValue, BtfLinkage, BtfMember, BtfParam, BtfType, BtfTypeId, BtfVarSecInfo } from "./types.js";

/** BTF with its string table, which the records of .BTF.ext refer to. */
export interface DecodedBtf extends Btf {
  /** The text at an offset of the string table; a very long one is cut. Throws FormatError outside the table. */
  string(offset: number): string;
  /** The type's kind, without decoding it. */
  kindOf(id: BtfTypeId): BtfType["kind"];
  /** Where a type's record begins in the bytes that were decoded. */
  offsetOf(id: BtfTypeId): number;
}

/** Opens BTF. The bytes must not change afterwards. */
export function decodeBtf(bytes: Uint8Array, what = "BTF"): DecodedBtf {
  return new LazyBtf(bytes, what);
}

/** Names in kernel BTF end at 511 bytes (KSYM_NAME_LEN); this leaves room for mangled ones and bounds hostile input. */
const MAX_NAME_BYTES = 4096;
const SEARCHES_BEFORE_INDEX = 8;
/** A text that stands in so many places, or names at so many, is looked for in the index instead. */
const MAX_HITS = 4096;
const MAX_PLACES = 8;
/** How many bytes of a name enter its hash. */
const HASHED_BYTES = 24;
const UNDERSCORE = 0x5f;

const entryBytesByKind = Uint8Array.from(kindLayouts, (row) => row.entryBytes);
const sizeByKind = Uint8Array.from(kindLayouts, (row) => TYPE_HEADER_BYTES + row.fixedBytes);

/** Offsets are from the start of the bytes. */
interface Sections {
  readonly typesStart: number;
  readonly typesEnd: number;
  readonly stringsStart: number;
  readonly stringsEnd: number;
}

class LazyBtf implements DecodedBtf {
  readonly typeCount: number;
  readonly #what: string;
  readonly #reader: ByteReader;
  readonly #sections: Sections;
  /** Indexed by type id; entry 0 is unused. */
  readonly #offsets: Int32Array;
  readonly #types = new Map<BtfTypeId, BtfType>([[0, { kind: "void" }]]);
  #names: NameIndex | undefined;
  #searches = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#what = what;
    this.#reader = new ByteReader(bytes, what);
    this.#sections = readHeader(this.#reader, what);
    const found = findTypes(bytes, this.#sections, what);
    this.#offsets = found.offsets;
    this.typeCount = found.count;
  }

  type(id: BtfTypeId): BtfType {
    const known = this.#types.get(id);
    if (known !== undefined) return known;
    const type = this.#decode(this.offsetOf(id), id);
    this.#types.set(id, type);
    return type;
  }

  offsetOf(id: BtfTypeId): number {
    if (!Number.isInteger(id) || id < 1 || id >= this.typeCount) {
      throw new FormatError(`${this.#what}: type ${id} does not exist (there are ${this.typeCount})`);
    }
    return this.#offsets[id] ?? 0;
  }

  kindOf(id: BtfTypeId): BtfType["kind"] {
    if (id === 0) return "void";
    return kindLayouts[kindNumber(this.#reader.u32(this.offsetOf(id) + 4))]?.kind ?? "void";
  }

  idsByEssentialName(name: string): readonly BtfTypeId[] {
    const wanted = encodeText(`${essentialName(name)}\0`);
    if (wanted.length === 1 || wanted.length > MAX_NAME_BYTES) return [];
    // An index of all names costs as much as a dozen searches for one, and most programs name only a few types.
    if (!this.#names && this.#searches < SEARCHES_BEFORE_INDEX) {
      this.#searches++;
      const found = searchNames(this.#reader.bytes, this.#sections, this.#offsets, this.typeCount, wanted);
      if (found) return found;
    }
    this.#names ??= indexNames(this.#reader.bytes, this.#sections, this.#offsets, this.typeCount);
    return lookUp(this.#names, this.#reader.bytes, wanted);
  }

  string(offset: number): string {
    const { start, end } = this.#stringAt(offset);
    return decodeText(this.#reader.bytes.subarray(start, Math.min(end, start + MAX_NAME_BYTES)));
  }

  #name(offset: number, id: BtfTypeId): string {
    if (offset === 0) return "";
    const { start, end } = this.#stringAt(offset);
    if (end - start > MAX_NAME_BYTES) {
      throw new FormatError(`${this.#what}: type ${id} has a name of ${end - start} bytes`);
    }
    return decodeText(this.#reader.bytes.subarray(start, end));
  }

  #stringAt(offset: number): { start: number; end: number } {
    const start = this.#sections.stringsStart + offset;
    if (!Number.isInteger(offset) || offset < 0 || start >= this.#sections.stringsEnd) {
      throw new FormatError(`${this.#what}: string offset ${offset} is outside the string table`);
    }
    // The table's last byte is NUL (readHeader), so that the search ends inside it.
    return { start, end: this.#reader.bytes.indexOf(0, start) };
  }

  #decode(at: number, id: BtfTypeId): BtfType {
    const reader = this.#reader;
    const info = reader.u32(at + 4);
    const record: TypeRecord = {
      reader,
      id,
      what: this.#what,
      name: this.#name(reader.u32(at), id),
      vlen: vlenOf(info),
      flag: info >>> 31 === 1,
      sizeOrType: reader.u32(at + 8),
      body: at + TYPE_HEADER_BYTES,
      nameAt: (offset) => this.#name(offset, id),
    };
    return decodeKind(kindLayouts[kindNumber(info)]?.kind ?? "void", record);
  }
}

/** A type's common part and where its own part begins. */
interface TypeRecord {
  readonly reader: ByteReader;
  readonly id: BtfTypeId;
  readonly what: string;
  readonly name: string;
  readonly vlen: number;
  readonly flag: boolean;
  readonly sizeOrType: number;
  readonly body: number;
  readonly nameAt: (offset: number) => string;
}

// The masks are those of the widened info word (vlen in 24 bits, kind in 7). Earlier kernels used 16 and 5 and demand
// zeros in the bits between, so that the wide reading is right for both.
function vlenOf(info: number): number {
  return info & 0xffffff;
}

function kindNumber(info: number): number {
  return (info >>> 24) & 0x7f;
}

function readHeader(reader: ByteReader, what: string): Sections {
  if (reader.length < BTF_HEADER_BYTES)
    throw new FormatError(`${what}: ${reader.length} bytes are too few for a header`);
  const magic = reader.u16(0);
  if (magic === 0x9feb)
    throw new FormatError(`${what}: big-endian BTF is not supported (compile for little-endian BPF)`);
  if (magic !== BTF_MAGIC)
    throw new FormatError(`${what}: this is not BTF (magic 0x${magic.toString(16)}, not 0xeb9f)`);
  const version = reader.u8(2);
  if (version !== BTF_VERSION) throw new FormatError(`${what}: BTF version ${version} is not supported, only 1 is`);
  // Kernel 7.1 appends fields to the header: hdr_len says where the data begins.
  const headerBytes = reader.u32(4);
  if (headerBytes < BTF_HEADER_BYTES || headerBytes > reader.length) {
    throw new FormatError(`${what}: header length ${headerBytes} is out of range`);
  }
  const typesStart = headerBytes + reader.u32(8);
  const typesEnd = typesStart + reader.u32(12);
  const stringsStart = headerBytes + reader.u32(16);
  const stringsEnd = stringsStart + reader.u32(20);
  if (typesEnd > reader.length) throw new FormatError(`${what}: the type section ends after the data (truncated?)`);
  if (stringsEnd > reader.length) throw new FormatError(`${what}: the string section ends after the data (truncated?)`);
  if (stringsEnd === stringsStart || reader.u8(stringsStart) !== 0 || reader.u8(stringsEnd - 1) !== 0) {
    throw new FormatError(`${what}: the string section must begin and end with a NUL`);
  }
  return { typesStart, typesEnd, stringsStart, stringsEnd };
}

/** The one pass over all types. It reads bytes directly, for speed; its conditions keep it inside the section. */
function findTypes(
  bytes: Uint8Array,
  { typesStart, typesEnd }: Sections,
  what: string,
): { offsets: Int32Array; count: number } {
  const offsets = new Int32Array(Math.floor((typesEnd - typesStart) / TYPE_HEADER_BYTES) + 1);
  let count = 1;
  let at = typesStart;
  while (at < typesEnd) {
    if (at + TYPE_HEADER_BYTES > typesEnd) throw new FormatError(`${what}: type ${count} is cut off`);
    const kind = (bytes[at + 7] ?? 0) & 0x7f;
    const size = sizeByKind[kind];
    const entryBytes = entryBytesByKind[kind];
    if (kind === 0 || size === undefined || entryBytes === undefined) {
      throw new FormatError(`${what}: type ${count} has unknown kind ${kind}`);
    }
    const vlen = (bytes[at + 4] ?? 0) | ((bytes[at + 5] ?? 0) << 8) | ((bytes[at + 6] ?? 0) << 16);
    const next = at + size + entryBytes * vlen;
    if (next > typesEnd) {
      throw new FormatError(
        `${what}: type ${count} (${kindLayouts[kind]?.kind}, vlen ${vlen}) leaves the type section`,
      );
    }
    offsets[count] = at;
    count++;
    at = next;
  }
  return { offsets, count };
}

function decodeKind(kind: BtfType["kind"], record: TypeRecord): BtfType {
  const { reader, name, sizeOrType, body, flag } = record;
  switch (kind) {
    case "void":
      return { kind };
    case "int":
      return decodeInt(record);
    case "ptr":
    case "volatile":
    case "const":
    case "restrict":
      return { kind, type: sizeOrType };
    case "array":
      return { kind, element: reader.u32(body), index: reader.u32(body + 4), length: reader.u32(body + 8) };
    case "struct":
    case "union":
      return { kind, name, size: sizeOrType, members: decodeMembers(record) };
    case "enum":
    case "enum64":
      return { kind, name, size: sizeOrType, signed: flag, values: decodeEnumValues(kind, record) };
    case "fwd":
      return { kind, name, union: flag };
    case "typedef":
    case "type_tag":
      return { kind, name, type: sizeOrType };
    case "func":
      return { kind, name, type: sizeOrType, linkage: linkageOf(record.vlen, record) };
    case "func_proto":
      return { kind, returns: sizeOrType, params: decodeParams(record) };
    case "var":
      return { kind, name, type: sizeOrType, linkage: linkageOf(reader.u32(body), record) };
    case "datasec":
      return { kind, name, size: sizeOrType, vars: decodeVars(record) };
    case "float":
      return { kind, name, size: sizeOrType };
    case "decl_tag":
      return { kind, name, type: sizeOrType, component: reader.i32(body) };
  }
}

function decodeInt({ reader, name, sizeOrType, body }: TypeRecord): BtfType {
  const data = reader.u32(body);
  const flags = (data >>> 24) & 0xf;
  let encoding: "unsigned" | "signed" | "char" | "bool" = "unsigned";
  if ((flags & IntEncoding.SIGNED) !== 0) encoding = "signed";
  else if ((flags & IntEncoding.CHAR) !== 0) encoding = "char";
  else if ((flags & IntEncoding.BOOL) !== 0) encoding = "bool";
  return { kind: "int", name, size: sizeOrType, bits: data & 0xff, offsetBits: (data >>> 16) & 0xff, encoding };
}

function decodeMembers({ reader, vlen, flag, body, nameAt }: TypeRecord): BtfMember[] {
  const members: BtfMember[] = [];
  for (let index = 0, at = body; index < vlen; index++, at += 12) {
    const offset = reader.u32(at + 8);
    members.push({
      name: nameAt(reader.u32(at)),
      type: reader.u32(at + 4),
      // With the kind flag the word holds a bit-field's size in its high 8 bits.
      offsetBits: flag ? offset & 0xffffff : offset,
      bitfieldSizeBits: flag ? offset >>> 24 : 0,
    });
  }
  return members;
}

function decodeEnumValues(kind: "enum" | "enum64", { reader, vlen, flag, body, nameAt }: TypeRecord): BtfEnumValue[] {
  const values: BtfEnumValue[] = [];
  const entryBytes = kind === "enum" ? 8 : 12;
  for (let index = 0, at = body; index < vlen; index++, at += entryBytes) {
    let value: bigint;
    if (kind === "enum") value = BigInt(flag ? reader.i32(at + 4) : reader.u32(at + 4));
    // The two halves of an enum64 value stand low before high, as a little-endian u64.
    else value = flag ? reader.i64(at + 4) : reader.u64(at + 4);
    values.push({ name: nameAt(reader.u32(at)), value });
  }
  return values;
}

function decodeParams({ reader, vlen, body, nameAt }: TypeRecord): BtfParam[] {
  const params: BtfParam[] = [];
  for (let index = 0, at = body; index < vlen; index++, at += 8) {
    params.push({ name: nameAt(reader.u32(at)), type: reader.u32(at + 4) });
  }
  return params;
}

function decodeVars({ reader, vlen, body }: TypeRecord): BtfVarSecInfo[] {
  const vars: BtfVarSecInfo[] = [];
  for (let index = 0, at = body; index < vlen; index++, at += 12) {
    vars.push({ type: reader.u32(at), offset: reader.u32(at + 4), size: reader.u32(at + 8) });
  }
  return vars;
}

function linkageOf(value: number, { what, id, name }: TypeRecord): BtfLinkage {
  const linkage = linkages[value];
  if (linkage === undefined) throw new FormatError(`${what}: type ${id} ("${name}") has unknown linkage ${value}`);
  return linkage;
}

/**
 * The ids of the types with this essential name, by searching the string table and then the types for the offsets found
 * there. Undefined when the text stands in too many places. `wanted` ends with a NUL.
 */
function searchNames(
  bytes: Uint8Array,
  { stringsStart, stringsEnd }: Sections,
  offsets: Int32Array,
  typeCount: number,
  wanted: Uint8Array,
): BtfTypeId[] | undefined {
  const strings = Buffer.from(bytes.buffer, bytes.byteOffset + stringsStart, stringsEnd - stringsStart);
  const text = wanted.subarray(0, -1);
  const places = new Set<number>();
  let hits = 0;
  for (let at = strings.indexOf(text); at >= 0; at = strings.indexOf(text, at + 1)) {
    if (++hits > MAX_HITS) return undefined;
    const after = strings[at + text.length];
    if (after !== 0 && after !== UNDERSCORE) continue;
    const length = strings.subarray(at, at + MAX_NAME_BYTES + 1).indexOf(0);
    if (length < 0) return undefined;
    if (essentialEnd(strings, at, at + length) === at + text.length) places.add(at);
    if (places.size > MAX_PLACES) return undefined;
  }
  return [...places].flatMap((place) => idsOfName(bytes, offsets, typeCount, place)).sort((a, b) => a - b);
}

/** The types whose name is the string at `place`: one pass that compares a word of each type. */
function idsOfName(bytes: Uint8Array, offsets: Int32Array, typeCount: number, place: number): BtfTypeId[] {
  const low = place & 0xffff;
  const high = place >>> 16;
  const ids: BtfTypeId[] = [];
  for (let id = 1; id < typeCount; id++) {
    const at = offsets[id] ?? 0;
    // The low half decides for nearly every type.
    if (((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) !== low) continue;
    if (((bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8)) === high) ids.push(id);
  }
  return ids;
}

/** A hash table over type names: chains of ids, each chain in id order. */
interface NameIndex {
  /** Indexed by hash: the first id of the chain, 0 for none. */
  readonly heads: Int32Array;
  /** Indexed by id: the next id of its chain. */
  readonly next: Int32Array;
  /** Indexed by id: where its name begins. */
  readonly starts: Int32Array;
}

function indexNames(
  bytes: Uint8Array,
  { stringsStart, stringsEnd }: Sections,
  offsets: Int32Array,
  count: number,
): NameIndex {
  const buckets = 1 << Math.max(4, 32 - Math.clz32(count));
  const heads = new Int32Array(buckets);
  const next = new Int32Array(count);
  const starts = new Int32Array(count);
  // Downwards, because each id goes to the front of its chain.
  for (let id = count - 1; id > 0; id--) {
    const at = offsets[id] ?? 0;
    const nameOffset =
      ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)) +
      (bytes[at + 3] ?? 0) * 0x1000000;
    const start = stringsStart + nameOffset;
    if (nameOffset === 0 || start >= stringsEnd) continue;
    const bucket = hashPrefix(bytes, start) & (buckets - 1);
    starts[id] = start;
    next[id] = heads[bucket] ?? 0;
    heads[bucket] = id;
  }
  return { heads, next, starts };
}

/** `wanted` is an essential name with a NUL behind it. */
function lookUp(index: NameIndex, bytes: Uint8Array, wanted: Uint8Array): BtfTypeId[] {
  const ids: BtfTypeId[] = [];
  const length = wanted.length - 1;
  let id = index.heads[hashPrefix(wanted, 0) & (index.heads.length - 1)] ?? 0;
  while (id !== 0) {
    const start = index.starts[id] ?? 0;
    if (beginsWith(bytes, start, wanted, length) && endsEssentially(bytes, start, length)) ids.push(id);
    id = index.next[id] ?? 0;
  }
  return ids;
}

/**
 * FNV-1a over the beginning of a name, up to the first three underscores: a flavour begins there or later, so that a
 * name and its essential part have the same hash and only names that are compared are looked at to their end.
 */
function hashPrefix(bytes: Uint8Array, start: number): number {
  let value = 0x811c9dc5;
  const stop = start + HASHED_BYTES;
  for (let at = start; at < stop; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) break;
    if (byte === UNDERSCORE && bytes[at + 1] === UNDERSCORE && bytes[at + 2] === UNDERSCORE) break;
    value = Math.imul(value ^ byte, 0x01000193);
  }
  return value ^ (value >>> 15);
}

function beginsWith(bytes: Uint8Array, start: number, wanted: Uint8Array, length: number): boolean {
  for (let index = 0; index < length; index++) if (bytes[start + index] !== wanted[index]) return false;
  return true;
}

/** Whether the essential part of the name at `start` has this length. */
function endsEssentially(bytes: Uint8Array, start: number, length: number): boolean {
  if (bytes[start + length] === 0) return essentialEnd(bytes, start, start + length) === start + length;
  let end = start + length;
  while (end - start <= MAX_NAME_BYTES && bytes[end] !== 0) end++;
  return end - start <= MAX_NAME_BYTES && essentialEnd(bytes, start, end) === start + length;
}
