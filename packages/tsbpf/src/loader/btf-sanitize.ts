// Makes an object's BTF fit for the kernel: what this kernel does not know is replaced by something it does, and
// no type changes its id, so that func info and map types stay right. Source lines are added to the strings.
// The kernel's rules are those of kernel/bpf/btf.c.

import type { KernelBytes } from "../sys/kernel.js";
import { ByteReader, ByteWriter, FormatError, encodeText } from "../util/bytes.js";
import { BTF_HEADER_BYTES, BTF_MAGIC, BTF_VERSION, TYPE_HEADER_BYTES, kindLayouts } from "../btf/kinds.js";
import type { BtfType } from "../btf/types.js";
import type { BtfFeature } from "./features.js";

export interface SanitizedBtf {
  readonly bytes: KernelBytes;
  /** Offsets in the string section of the texts asked for. */
  readonly textOffsets: ReadonlyMap<string, number>;
  /** Types that are not what they were in the object; they must not be a map's key or value type. */
  readonly replaced: ReadonlySet<number>;
}

interface RawType {
  readonly id: number;
  readonly nameOffset: number;
  readonly kind: BtfType["kind"];
  readonly vlen: number;
  readonly kindFlag: boolean;
  /** The size or the type referred to. */
  readonly sizeOrType: number;
  /** What follows the twelve bytes all types have. */
  readonly tail: Uint8Array;
}

/** Throws FormatError for malformed BTF. `supports` is asked only about what the BTF has. */
export function sanitizeBtf(
  bytes: Uint8Array,
  texts: Iterable<string>,
  supports: (feature: BtfFeature) => boolean,
): SanitizedBtf {
  const header = readHeader(bytes);
  const out = new ByteWriter(header.types.length + 64);
  const replaced = new Set<number>();
  for (const type of readTypes(header.types)) {
    writeSane(out, type, supports, replaced);
  }
  const types = out.finish();
  const { strings, offsets } = addTexts(header.strings, texts);
  const result = new ByteWriter(BTF_HEADER_BYTES + types.length + strings.length);
  result
    .u16(BTF_MAGIC)
    .u8(BTF_VERSION)
    .u8(0)
    .u32(BTF_HEADER_BYTES)
    .u32(0)
    .u32(types.length)
    .u32(types.length)
    .u32(strings.length);
  return { bytes: result.raw(types).raw(strings).finish(), textOffsets: offsets, replaced };
}

function readHeader(bytes: Uint8Array): { types: ByteReader; strings: Uint8Array } {
  const reader = new ByteReader(bytes, "section .BTF");
  if (reader.u16(0) !== BTF_MAGIC) throw new FormatError("section .BTF: it does not begin with BTF's magic number");
  // The header may be longer than what is known of it (Linux 7.1); what follows it is found through its length.
  const headerBytes = reader.u32(4);
  const types = reader.slice(headerBytes + reader.u32(8), reader.u32(12));
  const strings = reader.slice(headerBytes + reader.u32(16), reader.u32(20));
  if (strings.length === 0 || strings[0] !== 0 || strings.at(-1) !== 0) {
    throw new FormatError("section .BTF: its strings do not begin and end with NUL");
  }
  return { types: new ByteReader(types, "types of section .BTF"), strings };
}

function* readTypes(reader: ByteReader): Generator<RawType> {
  let at = 0;
  for (let id = 1; at < reader.length; id++) {
    const info = reader.u32(at + 4);
    const layout = kindLayouts[(info >>> 24) & 0x1f];
    const vlen = info & 0xffff;
    if (!layout || layout.kind === "void") throw new FormatError(`section .BTF: type ${id} has an unknown kind`);
    const tail = reader.slice(at + TYPE_HEADER_BYTES, layout.fixedBytes + layout.entryBytes * vlen);
    yield {
      id,
      kind: layout.kind,
      vlen,
      tail,
      nameOffset: reader.u32(at),
      kindFlag: info >>> 31 === 1,
      sizeOrType: reader.u32(at + 8),
    };
    at += TYPE_HEADER_BYTES + tail.length;
  }
}

/** Writes the type, or its stand-in. */
function writeSane(
  out: ByteWriter,
  type: RawType,
  supports: (feature: BtfFeature) => boolean,
  replaced: Set<number>,
): void {
  const write = (changes: Partial<RawType>): void => writeType(out, { ...type, ...changes });
  const replace = (changes: Partial<RawType>): void => {
    replaced.add(type.id);
    writeType(out, { ...type, kindFlag: false, vlen: 0, nameOffset: 0, tail: new Uint8Array(0), ...changes });
  };
  /** Void pointers stand for what only other stand-ins refer to. */
  const placeholder = { kind: "ptr", sizeOrType: 0 } as const;
  switch (type.kind) {
    case "decl_tag":
      // A tag sits on a variable, so without data sections (and so variables) there is nothing to tag.
      return supports("decl_tag") && supports("datasec") ? write({}) : replace(placeholder);
    case "type_tag":
      return supports("type_tag") ? write({}) : replace({ kind: "const", sizeOrType: type.sizeOrType });
    case "float":
      return supports("float") ? write({}) : replace({ kind: "struct", sizeOrType: type.sizeOrType });
    case "enum64":
      return supports("enum64") ? write({}) : replace({ kind: "struct", sizeOrType: type.sizeOrType });
    case "enum":
      // Signedness in the kind flag came with enum64 (Linux 6.0).
      return write(type.kindFlag && !supports("enum64") ? { kindFlag: false } : {});
    case "func":
      // The linkage is in vlen: static 0, global 1 (Linux 5.6), extern 2, which the kernel takes for no function.
      return write({ vlen: type.vlen === 0 ? 0 : supports("func_global") ? 1 : 0 });
    case "var":
      if (!supports("datasec")) return replace(placeholder);
      return write(type.tail[0] === 2 ? { tail: new Uint8Array([1, 0, 0, 0]) } : {});
    case "datasec":
      // clang leaves sizes and offsets to the linker, and the section of map definitions has no data at all.
      return isLaidOut(type) && supports("datasec") ? write({}) : replace(placeholder);
    default:
      write({});
  }
}

function writeType(out: ByteWriter, type: RawType): void {
  const kindNumber = kindLayouts.findIndex((layout) => layout.kind === type.kind);
  const info = type.vlen | (kindNumber << 24) | (type.kindFlag ? 0x80000000 : 0);
  out
    .u32(type.nameOffset)
    .u32(info >>> 0)
    .u32(type.sizeOrType)
    .raw(type.tail);
}

/** Whether a data section's variables lie one after the other within its size (btf_datasec_check_meta). */
function isLaidOut(type: RawType): boolean {
  const reader = new ByteReader(type.tail, "data section of section .BTF");
  let end = 0;
  for (let at = 0; at < reader.length; at += 12) {
    const offset = reader.u32(at + 4);
    if (offset < end) return false;
    end = offset + reader.u32(at + 8);
  }
  return type.vlen > 0 && type.sizeOrType > 0 && end <= type.sizeOrType;
}

/** Finds each text among the strings, or adds it. */
function addTexts(
  strings: Uint8Array,
  texts: Iterable<string>,
): { strings: Uint8Array; offsets: ReadonlyMap<string, number> } {
  const known = new Map<string, number>();
  for (let at = 0; at < strings.length;) {
    const end = strings.indexOf(0, at);
    known.set(Buffer.from(strings.buffer, strings.byteOffset + at, end - at).toString("utf8"), at);
    at = end + 1;
  }
  const out = new ByteWriter(strings.length + 1024).raw(strings);
  const offsets = new Map<string, number>();
  for (const text of texts) {
    if (offsets.has(text)) continue;
    let at = known.get(text);
    if (at === undefined) {
      at = out.length;
      out.raw(encodeText(text)).u8(0);
    }
    offsets.set(text, at);
  }
  return { strings: out.finish(), offsets };
}
