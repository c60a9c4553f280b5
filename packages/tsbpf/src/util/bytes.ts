// Reading and writing little-endian bytes. This is the only file that uses DataView: everything that parses
// foreign bytes goes through ByteReader, so that no read can leave its buffer.

import { assert, assertRange } from "./assert.js";

/** Foreign bytes (an ELF file, BTF, a ring record) that do not have the form they should have. */
export class FormatError extends Error {
  override readonly name = "FormatError";
}

/** A bounds-checked view of bytes; every reader throws {@link FormatError} past the end. Offsets are in bytes. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;

  /** `what` names the bytes in errors: "section .BTF", "ELF header". */
  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(offset: number): number {
    this.#check(offset, 1);
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    this.#check(offset, 2);
    return this.#view.getUint16(offset, true);
  }

  i16(offset: number): number {
    this.#check(offset, 2);
    return this.#view.getInt16(offset, true);
  }

  u32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getUint32(offset, true);
  }

  i32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getInt32(offset, true);
  }

  u64(offset: number): bigint {
    this.#check(offset, 8);
    return this.#view.getBigUint64(offset, true);
  }

  i64(offset: number): bigint {
    this.#check(offset, 8);
    return this.#view.getBigInt64(offset, true);
  }

  /** A u64 that must be an offset or a size: anything past 2^53 is malformed, not rounded. */
  size64(offset: number): number {
    const value = this.u64(offset);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FormatError(`${this.#what}: size ${value} is out of range`);
    return Number(value);
  }

  /** A sub-array that shares the buffer. */
  slice(offset: number, length: number): Uint8Array {
    this.#check(offset, length);
    return this.bytes.subarray(offset, offset + length);
  }

  /** The text from `offset` up to the first NUL; a string without one is malformed. */
  cString(offset: number): string {
    this.#check(offset, 1);
    const end = this.bytes.indexOf(0, offset);
    if (end < 0) throw new FormatError(`${this.#what}: the string at offset ${offset} has no end`);
    return decodeText(this.bytes.subarray(offset, end));
  }

  #check(offset: number, length: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || length < 0 || offset + length > this.bytes.length) {
      throw new FormatError(
        `${this.#what}: ${length} bytes at offset ${offset} are outside its ${this.bytes.length} bytes`,
      );
    }
  }
}

/** A growing little-endian buffer. Values out of range are our mistake and assert. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  constructor(capacityBytes = 256) {
    this.#bytes = new Uint8Array(new ArrayBuffer(Math.max(16, capacityBytes)));
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    assertRange(value, 0, 0xff, "u8");
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    assertRange(value, 0, 0xffff, "u16");
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  i16(value: number): this {
    assertRange(value, -0x8000, 0x7fff, "i16");
    const at = this.#grow(2);
    this.#view.setInt16(at, value, true);
    return this;
  }

  u32(value: number): this {
    assertRange(value, 0, 0xffffffff, "u32");
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  i32(value: number): this {
    assertRange(value, -0x80000000, 0x7fffffff, "i32");
    const at = this.#grow(4);
    this.#view.setInt32(at, value, true);
    return this;
  }

  u64(value: bigint): this {
    assert(value >= 0n && value < 1n << 64n, `u64 ${value} is out of range`);
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value, true);
    return this;
  }

  /** A u64 that is an offset or a size, as {@link ByteReader.size64} reads it. */
  size64(value: number): this {
    assertRange(value, 0, Number.MAX_SAFE_INTEGER, "size");
    return this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32));
  }

  i64(value: bigint): this {
    assert(value >= -(1n << 63n) && value < 1n << 63n, `i64 ${value} is out of range`);
    const at = this.#grow(8);
    this.#view.setBigInt64(at, value, true);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  zeros(count: number): this {
    this.#grow(count);
    return this;
  }

  /** UTF-8 text with its terminating NUL. */
  cString(text: string): this {
    const at = this.#grow(text.length + 1);
    // Nearly all text is names: an encoder costs more than to write them here.
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        this.#length = at;
        return this.raw(encodeText(text)).u8(0);
      }
      this.#bytes[at + index] = code;
    }
    this.#bytes[at + text.length] = 0;
    return this;
  }

  align(alignment: number): this {
    return this.zeros((alignment - (this.#length % alignment)) % alignment);
  }

  /** Overwrites four bytes written before, for lengths and offsets known only afterwards. */
  patchU32(offset: number, value: number): void {
    assert(offset + 4 <= this.#length, `patch at ${offset} is outside ${this.#length} bytes`);
    this.#view.setUint32(offset, value, true);
  }

  /** What was written so far, for whoever copies it at once. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of what was written, on an ArrayBuffer of its own. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(new ArrayBuffer(Math.max(needed, this.#bytes.length * 2)));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = needed;
    return at;
  }
}

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder("utf-8");

export function encodeText(text: string): Uint8Array {
  return textEncoder.encode(text);
}

export function decodeText(bytes: Uint8Array): string {
  return textDecoder.decode(bytes);
}
