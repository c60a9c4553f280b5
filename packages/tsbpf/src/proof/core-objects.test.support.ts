// Objects of made-up kernel types, three times over: as JavaScript reads them, as data that `emulate` lays out, and as
// bytes with real addresses between them.

import type { KernelObjectInit, KernelValue } from "../testing/types.js";
import { bytesOf, type CoreField, type CoreStruct, type CoreTypes } from "./core-types.test.support.js";
import type { Random } from "./random.test.support.js";

export interface CoreObject {
  /** What the handler gets in plain Node. */
  readonly js: Readonly<Record<string, unknown>>;
  readonly data: KernelObjectInit;
  /** From the begin of all the bytes. */
  readonly offsetBytes: number;
}

export interface CoreObjects {
  readonly roots: readonly CoreObject[];
  /** The bytes of all objects, for the address that they are put at. */
  image(base: bigint): Uint8Array;
}

interface Making {
  readonly random: Random;
  readonly types: CoreTypes;
  sizeBytes: number;
  readonly writes: { offsetBits: number; sizeBits: number; value: bigint; isAddress: boolean }[];
}

export function randomObjects(random: Random, types: CoreTypes, count: number): CoreObjects {
  const making: Making = { random, types, sizeBytes: 64, writes: [] };
  const [root] = types.structs;
  const roots = root ? Array.from({ length: count }, () => makeObject(making, root)) : [];
  return { roots, image: (base) => imageOf(making, base) };
}

function makeObject(making: Making, struct: CoreStruct): CoreObject {
  const offsetBytes = making.sizeBytes;
  making.sizeBytes += Math.ceil((struct.sizeBytes + 8) / 16) * 16;
  return { ...fill(making, struct, offsetBytes), offsetBytes };
}

function fill(making: Making, struct: CoreStruct, offsetBytes: number): Pick<CoreObject, "js" | "data"> {
  const js: Record<string, unknown> = {};
  const data: Record<string, KernelValue> = {};
  for (const field of struct.fields) {
    if (field.offsetBits === undefined) continue;
    const made = makeField(making, field, 8 * offsetBytes + field.offsetBits);
    js[field.name] = made.js;
    data[field.name] = made.data;
  }
  return { js, data };
}

interface Made {
  readonly js: unknown;
  readonly data: KernelValue;
}

function makeField(making: Making, { shape }: CoreField, offsetBits: number): Made {
  const { random, writes } = making;
  const write = (sizeBits: number, value: bigint): void => {
    writes.push({ offsetBits, sizeBits, value, isAddress: false });
  };
  switch (shape.kind) {
    case "number": {
      const stored = random.bits();
      write(8 * bytesOf(shape.kernelType), stored);
      return { js: valueOf(shape.type, stored), data: stored };
    }
    case "bits": {
      const stored = random.bits() & ((1n << BigInt(shape.bits)) - 1n);
      write(shape.kernelBits, stored);
      return { js: shape.type === "boolean" ? stored !== 0n : Number(stored), data: stored };
    }
    case "enum": {
      const stored = BigInt(random.below(5000));
      write(32, stored);
      return { js: Number(stored), data: stored };
    }
    case "array": {
      const sizeBits = 8 * bytesOf(shape.type);
      const stored = Array.from({ length: shape.length }, () => random.bits());
      for (const [index, value] of stored.entries()) {
        writes.push({ offsetBits: offsetBits + index * sizeBits, sizeBits, value, isAddress: false });
      }
      return { js: stored.map((value) => valueOf(shape.type, value)), data: stored };
    }
    case "inside":
      return fill(making, shape.struct, offsetBits / 8);
    case "pointer": {
      if (shape.mayBeNull && random.chance(40)) return { js: null, data: null };
      const target = makeObject(making, shape.struct);
      writes.push({ offsetBits, sizeBits: 64, value: BigInt(target.offsetBytes), isAddress: true });
      return target;
    }
  }
}

/** What the view's type holds of the stored bits. */
function valueOf(type: string, stored: bigint): number | bigint {
  const bits = Number(type.slice(1));
  const value = type.startsWith("i") ? BigInt.asIntN(bits, stored) : BigInt.asUintN(bits, stored);
  return bits === 64 ? value : Number(value);
}

function imageOf({ sizeBytes, writes }: Making, base: bigint): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (const { offsetBits, sizeBits, value, isAddress } of writes) {
    const stored = isAddress ? base + value : value;
    for (let bit = 0; bit < sizeBits; bit++) {
      const at = offsetBits + bit;
      if ((stored >> BigInt(bit)) & 1n) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
    }
  }
  return bytes;
}
