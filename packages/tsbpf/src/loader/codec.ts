// From bytes to JavaScript values and back, by BTF type. A codec is built once per type and then used for every
// record, so all questions about the type are asked while it is built.

import type { Btf, BtfMember, BtfType, BtfTypeId } from "../btf/types.js";
import { ByteReader, ByteWriter } from "../util/bytes.js";
import { assert } from "../util/assert.js";
import { LoaderError } from "./errors.js";

export interface Codec {
  readonly sizeBytes: number;
  /** A value on its own: nothing in it refers to the reader's memory. */
  decode(reader: ByteReader, offset: number): unknown;
  /** Appends `sizeBytes` bytes. `where` names the value in errors: "key", "value.pid". */
  encode(out: ByteWriter, value: unknown, where: string): void;
}

/** Types nested deeper than any real one: a chain of BTF types that leads back to itself is malformed. */
const MAX_DEPTH = 32;

export function codecOf(btf: Btf, id: BtfTypeId): Codec {
  return build(btf, id, 0);
}

/** Bytes as they are, where there is no type. */
export function bytesCodec(sizeBytes: number): Codec {
  return {
    sizeBytes,
    decode: (reader, offset) => reader.slice(offset, sizeBytes).slice(),
    encode(out, value, where) {
      if (!(value instanceof Uint8Array) || value.length > sizeBytes) {
        throw wrongValue(where, `a Uint8Array of at most ${sizeBytes} bytes`, value);
      }
      out.raw(value).zeros(sizeBytes - value.length);
    },
  };
}

export function encodeValue(codec: Codec, value: unknown, where: string): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(codec.sizeBytes);
  codec.encode(out, value, where);
  assert(out.length === codec.sizeBytes, `codec of ${where} wrote ${out.length} of ${codec.sizeBytes} bytes`);
  return out.finish();
}

/** Follows typedefs and qualifiers. */
function strip(btf: Btf, id: BtfTypeId): BtfType {
  let type = btf.type(id);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    switch (type.kind) {
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "type_tag":
        type = btf.type(type.type);
        break;
      default:
        return type;
    }
  }
  throw new LoaderError("ERR_OBJECT", `read BTF type ${id}: it refers to itself`);
}

function build(btf: Btf, id: BtfTypeId, depth: number): Codec {
  if (depth > MAX_DEPTH) throw new LoaderError("ERR_OBJECT", `read BTF type ${id}: it is nested too deeply`);
  const type = strip(btf, id);
  switch (type.kind) {
    case "int":
      return intCodec(type);
    case "enum":
    case "enum64":
      return integerCodec(type.size, type.signed);
    case "ptr":
      return integerCodec(8, false);
    case "array":
      return arrayCodec(btf, type, depth);
    case "struct":
      return structCodec(btf, type, depth);
    case "union":
      return unionCodec(btf, type, depth);
    case "float":
      return bytesCodec(type.size);
    default:
      throw new LoaderError("ERR_OBJECT", `read BTF type ${id}: a "${type.kind}" is not a value`);
  }
}

function intCodec(type: BtfType & { kind: "int" }): Codec {
  if (type.encoding === "bool") return boolCodec;
  return integerCodec(type.size, type.encoding === "signed");
}

const boolCodec: Codec = {
  sizeBytes: 1,
  decode: (reader, offset) => reader.u8(offset) !== 0,
  encode(out, value, where) {
    if (typeof value !== "boolean") throw wrongValue(where, "a boolean", value);
    out.u8(value ? 1 : 0);
  },
};

function integerCodec(sizeBytes: number, signed: boolean): Codec {
  switch (sizeBytes) {
    case 1:
      return numberCodec(1, signed, (reader, at) => (signed ? (reader.u8(at) << 24) >> 24 : reader.u8(at)));
    case 2:
      return numberCodec(2, signed, signed ? (reader, at) => reader.i16(at) : (reader, at) => reader.u16(at));
    case 4:
      return numberCodec(4, signed, signed ? (reader, at) => reader.i32(at) : (reader, at) => reader.u32(at));
    case 8:
      return bigintCodec(signed);
    default:
      // __int128 and the like.
      return bytesCodec(sizeBytes);
  }
}

function numberCodec(
  sizeBytes: 1 | 2 | 4,
  signed: boolean,
  decode: (reader: ByteReader, offset: number) => number,
): Codec {
  const range = 2 ** (8 * sizeBytes);
  const [low, high] = signed ? [-range / 2, range / 2 - 1] : [0, range - 1];
  return {
    sizeBytes,
    decode,
    encode(out, value, where) {
      if (typeof value !== "number" || !Number.isInteger(value) || value < low || value > high) {
        throw wrongValue(where, `an integer from ${low} to ${high}`, value);
      }
      const unsigned = value < 0 ? value + range : value;
      if (sizeBytes === 1) out.u8(unsigned);
      else if (sizeBytes === 2) out.u16(unsigned);
      else out.u32(unsigned);
    },
  };
}

function bigintCodec(signed: boolean): Codec {
  const [low, high] = signed ? [-(1n << 63n), (1n << 63n) - 1n] : [0n, (1n << 64n) - 1n];
  return {
    sizeBytes: 8,
    decode: signed ? (reader, at) => reader.i64(at) : (reader, at) => reader.u64(at),
    encode(out, value, where) {
      if (typeof value !== "bigint" || value < low || value > high) {
        throw wrongValue(where, `a bigint from ${low}n to ${high}n`, value);
      }
      if (signed) out.i64(value);
      else out.u64(value);
    },
  };
}

function arrayCodec(btf: Btf, type: BtfType & { kind: "array" }, depth: number): Codec {
  const { length } = type;
  const element = strip(btf, type.element);
  if (element.kind === "int" && element.size === 1 && element.encoding !== "bool") {
    // C's `char` is text; it has the encoding of a signed integer in what clang writes. Other bytes are bytes.
    if (element.name === "char" || element.encoding === "char") return charsCodec(length);
    if (element.encoding === "unsigned") return bytesCodec(length);
  }
  const item = build(btf, type.element, depth + 1);
  return {
    sizeBytes: item.sizeBytes * length,
    decode(reader, offset) {
      const values: unknown[] = [];
      for (let index = 0; index < length; index++) values.push(item.decode(reader, offset + index * item.sizeBytes));
      return values;
    },
    encode(out, value, where) {
      if (!Array.isArray(value) || value.length !== length) throw wrongValue(where, `an array of ${length}`, value);
      value.forEach((one: unknown, index) => item.encode(out, one, `${where}[${index}]`));
    },
  };
}

function charsCodec(length: number): Codec {
  return {
    sizeBytes: length,
    decode(reader, offset) {
      const { bytes } = reader;
      // Most texts are short and ASCII; anything else goes through the real decoder.
      let text = "";
      for (let at = offset; at < offset + length; at++) {
        const byte = reader.u8(at);
        if (byte === 0) return text;
        if (byte >= 0x80) return decodeUtf8(bytes, offset, length);
        text += String.fromCharCode(byte);
      }
      return text;
    },
    encode(out, value, where) {
      if (typeof value !== "string") throw wrongValue(where, "a string", value);
      const bytes = Buffer.from(value, "utf8");
      if (bytes.length > length || bytes.includes(0)) {
        throw wrongValue(where, `a string of at most ${length} bytes without NUL`, value);
      }
      out.raw(bytes).zeros(length - bytes.length);
    },
  };
}

function decodeUtf8(bytes: Uint8Array, offset: number, length: number): string {
  const own = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length);
  const end = own.indexOf(0);
  return own.toString("utf8", 0, end < 0 ? length : end);
}

interface FieldCodec {
  readonly name: string;
  readonly offsetBytes: number;
  readonly codec: Codec;
}

type Composite = BtfType & { kind: "struct" | "union" };

/** Members without a name are flattened into their parent, as C does. */
function fieldsOf(btf: Btf, type: Composite, depth: number): FieldCodec[] {
  const fields: FieldCodec[] = [];
  for (const member of type.members) {
    const codec = member.bitfieldSizeBits > 0 ? bitfieldCodec(btf, member) : build(btf, member.type, depth + 1);
    const offsetBytes = Math.floor(member.offsetBits / 8);
    if (offsetBytes + codec.sizeBytes > type.size) {
      throw new LoaderError("ERR_OBJECT", `read BTF type "${type.name}": member "${member.name}" is outside it`);
    }
    const inner = member.name === "" ? strip(btf, member.type) : undefined;
    if (inner?.kind === "struct" || inner?.kind === "union") {
      for (const field of fieldsOf(btf, inner, depth + 1)) {
        fields.push({ ...field, offsetBytes: field.offsetBytes + offsetBytes });
      }
    } else if (member.name !== "") {
      fields.push({ name: member.name, offsetBytes, codec });
    }
  }
  return fields;
}

/** Reads a bit-field; writing one is refused, since its neighbours share the bytes. */
function bitfieldCodec(btf: Btf, member: BtfMember): Codec {
  const type = strip(btf, member.type);
  const signed = (type.kind === "int" && type.encoding === "signed") || (type.kind === "enum" && type.signed);
  const bits = BigInt(member.bitfieldSizeBits);
  const shift = BigInt(member.offsetBits % 8);
  const sizeBytes = Math.ceil(((member.offsetBits % 8) + member.bitfieldSizeBits) / 8);
  const wide = type.kind === "int" && type.size === 8;
  return {
    sizeBytes,
    decode(reader, offset) {
      let raw = 0n;
      for (let at = sizeBytes - 1; at >= 0; at--) raw = (raw << 8n) | BigInt(reader.u8(offset + at));
      raw >>= shift;
      const value = signed ? BigInt.asIntN(Number(bits), raw) : BigInt.asUintN(Number(bits), raw);
      return wide ? value : Number(value);
    },
    encode(_out, _value, where) {
      throw new LoaderError("ERR_VALUE", `write ${where}: bit-fields cannot be written from user space`);
    },
  };
}

function decodeFields(fields: readonly FieldCodec[], reader: ByteReader, offset: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const field of fields) value[field.name] = field.codec.decode(reader, offset + field.offsetBytes);
  return value;
}

function checkFieldNames(fields: readonly FieldCodec[], value: unknown, where: string): Map<string, unknown> {
  if (typeof value !== "object" || value === null) throw wrongValue(where, "an object", value);
  const given = new Map<string, unknown>(Object.entries(value));
  for (const name of given.keys()) {
    if (!fields.some((field) => field.name === name)) {
      throw new LoaderError("ERR_VALUE", `write ${where}: there is no field "${name}"`);
    }
  }
  return given;
}

/** A field left out is zero, as in the kernel half. */
function structCodec(btf: Btf, type: Composite, depth: number): Codec {
  const fields = fieldsOf(btf, type, depth);
  return {
    sizeBytes: type.size,
    decode: (reader, offset) => decodeFields(fields, reader, offset),
    encode(out, value, where) {
      const given = checkFieldNames(fields, value, where);
      const start = out.length;
      for (const { name, offsetBytes, codec } of fields) {
        if (!given.has(name)) continue;
        if (out.length > start + offsetBytes) {
          throw new LoaderError("ERR_VALUE", `write ${where}.${name}: it overlaps the field before it`);
        }
        out.zeros(start + offsetBytes - out.length);
        codec.encode(out, given.get(name), `${where}.${name}`);
      }
      out.zeros(start + type.size - out.length);
    },
  };
}

/** Every member's view of the bytes; written through one of them. */
function unionCodec(btf: Btf, type: Composite, depth: number): Codec {
  const fields = fieldsOf(btf, type, depth);
  return {
    sizeBytes: type.size,
    decode: (reader, offset) => decodeFields(fields, reader, offset),
    encode(out, value, where) {
      const given = checkFieldNames(fields, value, where);
      const [name, ...others] = given.keys();
      const field = fields.find((one) => one.name === name);
      if (!field || others.length > 0) throw wrongValue(where, "an object with one member of the union", value);
      const start = out.length;
      out.zeros(field.offsetBytes);
      field.codec.encode(out, given.get(field.name), `${where}.${field.name}`);
      out.zeros(start + type.size - out.length);
    },
  };
}

function wrongValue(where: string, expected: string, got: unknown): LoaderError {
  const shown = typeof got === "bigint" ? `${got}n` : typeof got === "string" ? `"${got}"` : String(got);
  return new LoaderError("ERR_VALUE", `write ${where}: expected ${expected}, got ${shown}`);
}
