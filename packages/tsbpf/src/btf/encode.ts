// BTF to bytes. Structurally identical types share an id, so that code which describes types need not remember what it
// has described before; the same calls in the same order always give the same bytes.

import { assert } from "../util/assert.js";
import { ByteWriter } from "../util/bytes.js";
import { BTF_HEADER_BYTES, BTF_MAGIC, BTF_VERSION, IntEncoding, kindNumbers, linkages } from "./kinds.js";
import type { Btf, BtfType, BtfTypeId } from "./types.js";

const MAX_VLEN = 0xffff;

/** Collects types and strings. A class because ids are handed out while it grows. */
export class BtfBuilder {
  /** Indexed by id; undefined while an id is only reserved. */
  readonly #types: (BtfType | undefined)[] = [{ kind: "void" }];
  readonly #idsByShape = new Map<string, BtfTypeId>([[shapeOf({ kind: "void" }), 0]]);
  readonly #strings = new Map<string, number>([["", 0]]);
  readonly #stringBytes = new ByteWriter(2048).u8(0);

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
    const typeBytes = types.view();
    const stringBytes = this.#stringBytes.view();
    const out = new ByteWriter(BTF_HEADER_BYTES + typeBytes.length + stringBytes.length);
    out.u16(BTF_MAGIC).u8(BTF_VERSION).u8(0).u32(BTF_HEADER_BYTES);
    out.u32(0).u32(typeBytes.length).u32(typeBytes.length).u32(stringBytes.length);
    return out.raw(typeBytes).raw(stringBytes).finish();
  }

  #encode(out: ByteWriter, type: BtfType, id: BtfTypeId): void {
    const { vlen, flag, sizeOrType } = headOf(type);
    assert(vlen <= MAX_VLEN, `BTF type ${id} has ${vlen} entries`);
    const kind = kindNumbers[type.kind];
    out.u32("name" in type ? this.stringOffset(type.name) : 0);
    out.u32(((flag ? 0x80000000 : 0) | (kind << 24) | vlen) >>> 0).u32(sizeOrType);
    this.#encodeBody(out, type);
    forEachReference(type, (target) => {
      if (target >= 0 && target < this.#types.length) return;
      assert(false, `BTF type ${id} refers to type ${target}, which does not exist`);
    });
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

function forEachReference(type: BtfType, visit: (target: BtfTypeId) => void): void {
  switch (type.kind) {
    case "array":
      visit(type.element);
      visit(type.index);
      break;
    case "struct":
    case "union":
      for (const member of type.members) visit(member.type);
      break;
    case "func_proto":
      visit(type.returns);
      for (const param of type.params) visit(param.type);
      break;
    case "datasec":
      for (const variable of type.vars) visit(variable.type);
      break;
    default:
      if ("type" in type) visit(type.type);
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

/**
 * Equal for types that are equal, and for no others, since no name holds a NUL. Kind by kind, because whoever describes
 * types asks for the same ones again and again: a walk over whatever keys there are costs several times more.
 */
function shapeOf(type: BtfType): string {
  let shape = "name" in type ? `${type.kind} ${type.name}\0` : type.kind;
  switch (type.kind) {
    case "void":
      return shape;
    case "int":
      return `${shape} ${type.size} ${type.bits} ${type.offsetBits} ${type.encoding}`;
    case "array":
      return `${shape} ${type.element} ${type.index} ${type.length}`;
    case "struct":
    case "union":
      shape += type.size;
      for (const member of type.members) {
        shape += `\n${member.name}\0${member.type} ${member.offsetBits} ${member.bitfieldSizeBits}`;
      }
      return shape;
    case "enum":
    case "enum64":
      shape += `${type.size} ${type.signed}`;
      for (const { name, value } of type.values) shape += `\n${name}\0${value}`;
      return shape;
    case "fwd":
      return `${shape} ${type.union}`;
    case "func":
    case "var":
      return `${shape} ${type.type} ${type.linkage}`;
    case "func_proto":
      shape += ` ${type.returns}`;
      for (const param of type.params) shape += `\n${param.name}\0${param.type}`;
      return shape;
    case "datasec":
      shape += type.size;
      for (const { type: target, offset, size } of type.vars) shape += `\n${target} ${offset} ${size}`;
      return shape;
    case "float":
      return `${shape} ${type.size}`;
    case "decl_tag":
      return `${shape} ${type.type} ${type.component}`;
    case "ptr":
    case "typedef":
    case "volatile":
    case "const":
    case "restrict":
    case "type_tag":
      return `${shape} ${type.type}`;
  }
}
