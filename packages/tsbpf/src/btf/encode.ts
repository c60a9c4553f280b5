// BTF to bytes. Structurally identical types share an id, so that code which describes types need not remember what it
// has described before; the same calls in the same order always give the same bytes.

import { assert } from "../util/assert.js";
import { ByteWriter } from "../util/bytes.js";
import { BTF_HEADER_BYTES, BTF_MAGIC, BTF_VERSION, IntEncoding, kindLayouts, linkages } from "./kinds.js";
import type { Btf, BtfType, BtfTypeId } from "./types.js";

const MAX_VLEN = 0xffff;

/** Collects types and strings. A class because ids are handed out while it grows. */
export class BtfBuilder {
  /** Indexed by id; undefined while an id is only reserved. */
  readonly #types: (BtfType | undefined)[] = [{ kind: "void" }];
  readonly #idsByShape = new Map<string, BtfTypeId>([[shapeOf({ kind: "void" }), 0]]);
  readonly #strings = new Map<string, number>([["", 0]]);
  readonly #stringBytes = new ByteWriter().u8(0);

  /** Including void, as in `Btf`. */
  get typeCount(): number {
    return this.#types.length;
  }

  /** The id of this type, which is the id of an identical type when there is one. */
  add(type: BtfType): BtfTypeId {
    const shape = shapeOf(type);
    const known = this.#idsByShape.get(shape);
    if (known !== undefined) return known;
    const id = this.#types.length;
    this.#types.push(type);
    this.#idsByShape.set(shape, id);
    return id;
  }

  /** An id to be defined later: a struct that points to itself needs its id before its members. */
  reserve(): BtfTypeId {
    this.#types.push(undefined);
    return this.#types.length - 1;
  }

  define(id: BtfTypeId, type: BtfType): void {
    assert(id > 0 && id < this.#types.length, `BTF type ${id} was not reserved`);
    assert(this.#types[id] === undefined, `BTF type ${id} is defined twice`);
    this.#types[id] = type;
    const shape = shapeOf(type);
    if (!this.#idsByShape.has(shape)) this.#idsByShape.set(shape, id);
  }

  /** The type behind an id; undefined while it is only reserved. */
  type(id: BtfTypeId): BtfType | undefined {
    return this.#types[id];
  }

  /** Offset of the text in the string table, where it is put on first use. */
  stringOffset(text: string): number {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    assert(!text.includes("\0"), "a BTF string cannot hold a NUL");
    const offset = this.#stringBytes.length;
    this.#stringBytes.cString(text);
    this.#strings.set(text, offset);
    return offset;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const types = new ByteWriter(this.#types.length * 32);
    for (const [id, type] of this.#types.entries()) {
      assert(type !== undefined, `BTF type ${id} was reserved but never defined`);
      if (id !== 0) this.#encode(types, type, id);
    }
    const typeBytes = types.finish();
    const stringBytes = this.#stringBytes.finish();
    const out = new ByteWriter(BTF_HEADER_BYTES + typeBytes.length + stringBytes.length);
    out.u16(BTF_MAGIC).u8(BTF_VERSION).u8(0).u32(BTF_HEADER_BYTES);
    out.u32(0).u32(typeBytes.length).u32(typeBytes.length).u32(stringBytes.length);
    return out.raw(typeBytes).raw(stringBytes).finish();
  }

  #encode(out: ByteWriter, type: BtfType, id: BtfTypeId): void {
    const { vlen, flag, sizeOrType } = headOf(type);
    assert(vlen <= MAX_VLEN, `BTF type ${id} has ${vlen} entries`);
    for (const target of referencesOf(type)) {
      assert(
        target >= 0 && target < this.#types.length,
        `BTF type ${id} refers to type ${target}, which does not exist`,
      );
    }
    const kind = kindLayouts.findIndex((row) => row.kind === type.kind);
    out.u32(this.stringOffset("name" in type ? type.name : ""));
    out.u32(((flag ? 0x80000000 : 0) | (kind << 24) | vlen) >>> 0).u32(sizeOrType);
    this.#encodeBody(out, type);
  }

  /** What follows the three words every type begins with. */
  #encodeBody(out: ByteWriter, type: BtfType): void {
    switch (type.kind) {
      case "int":
        out.u32(encodingFlags(type.encoding) * 0x1000000 + type.offsetBits * 0x10000 + type.bits);
        break;
      case "array":
        out.u32(type.element).u32(type.index).u32(type.length);
        break;
      case "struct":
      case "union":
        for (const { name, type: target, offsetBits, bitfieldSizeBits } of type.members) {
          // With bit-fields the word holds their size in its high 8 bits.
          assert(
            bitfieldSizeBits === 0 || offsetBits <= 0xffffff,
            `member "${name}" of "${type.name}" is too far away`,
          );
          out
            .u32(this.stringOffset(name))
            .u32(target)
            .u32(bitfieldSizeBits * 0x1000000 + offsetBits);
        }
        break;
      case "enum":
        for (const { name, value } of type.values) {
          out.u32(this.stringOffset(name)).u32(Number(BigInt.asUintN(32, value)));
        }
        break;
      case "enum64":
        for (const { name, value } of type.values) out.u32(this.stringOffset(name)).u64(BigInt.asUintN(64, value));
        break;
      case "func_proto":
        for (const param of type.params) out.u32(this.stringOffset(param.name)).u32(param.type);
        break;
      case "var":
        out.u32(linkages.indexOf(type.linkage));
        break;
      case "datasec":
        for (const { type: target, offset, size } of type.vars) out.u32(target).u32(offset).u32(size);
        break;
      case "decl_tag":
        out.i32(type.component);
        break;
      default:
        break;
    }
  }
}

/** A builder that holds all types of `btf` under their ids, to add to them. */
export function builderFrom(btf: Btf): BtfBuilder {
  const builder = new BtfBuilder();
  for (let id = 1; id < btf.typeCount; id++) builder.define(builder.reserve(), btf.type(id));
  return builder;
}

interface TypeHead {
  readonly vlen: number;
  readonly flag: boolean;
  readonly sizeOrType: number;
}

function headOf(type: BtfType): TypeHead {
  switch (type.kind) {
    case "void":
    case "array":
      return { vlen: 0, flag: false, sizeOrType: 0 };
    case "fwd":
      return { vlen: 0, flag: type.union, sizeOrType: 0 };
    case "int":
    case "float":
      return { vlen: 0, flag: false, sizeOrType: type.size };
    case "struct":
    case "union":
      return { vlen: type.members.length, flag: hasBitfields(type), sizeOrType: type.size };
    case "enum":
    case "enum64":
      return { vlen: type.values.length, flag: type.signed, sizeOrType: type.size };
    case "datasec":
      return { vlen: type.vars.length, flag: false, sizeOrType: type.size };
    case "func":
      return { vlen: linkages.indexOf(type.linkage), flag: false, sizeOrType: type.type };
    case "func_proto":
      return { vlen: type.params.length, flag: false, sizeOrType: type.returns };
    default:
      return { vlen: 0, flag: false, sizeOrType: type.type };
  }
}

function hasBitfields(type: Extract<BtfType, { kind: "struct" | "union" }>): boolean {
  return type.members.some((member) => member.bitfieldSizeBits > 0);
}

function referencesOf(type: BtfType): readonly BtfTypeId[] {
  switch (type.kind) {
    case "array":
      return [type.element, type.index];
    case "struct":
    case "union":
      return type.members.map((member) => member.type);
    case "func_proto":
      return [type.returns, ...type.params.map((param) => param.type)];
    case "datasec":
      return type.vars.map((variable) => variable.type);
    default:
      return "type" in type ? [type.type] : [];
  }
}

function encodingFlags(encoding: "unsigned" | "signed" | "char" | "bool"): number {
  switch (encoding) {
    case "unsigned":
      return 0;
    case "signed":
      return IntEncoding.SIGNED;
    case "char":
      return IntEncoding.CHAR;
    case "bool":
      return IntEncoding.BOOL;
  }
}

/** Equal for types that are equal; the key order of callers' literals must not matter, so fields are listed by name. */
function shapeOf(type: BtfType): string {
  const ordered = (_key: string, value: unknown): unknown => {
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return JSON.stringify(type, ordered);
}
