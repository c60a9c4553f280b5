// Memory in pieces that one load or store each reaches.

import type { MemType } from "../ir/ir.js";
import type { MemoryOperand } from "./operands.js";

export const memOfWidth = { 1: "u8", 2: "u16", 4: "u32", 8: "u64" } as const satisfies Record<number, MemType>;

/** Bytes of one access. */
export type Width = keyof typeof memOfWidth;

/** The first `size` bytes in the widest pieces that the alignment allows; `at` counts from the operand's start. */
export function* widestPieces(memory: MemoryOperand, size: number): Iterable<{ at: number; width: Width }> {
  for (let at = 0; at < size;) {
    const width = widestAt(memory, at, 8, size);
    yield { at, width };
    at += width;
  }
}

/** The widest aligned access at `at` of no more than `most` bytes that ends at `end` or before. */
export function widestAt(memory: MemoryOperand, at: number, most: Width, end: number): Width {
  let width = most;
  while (width > 1 && ((memory.offset + at) % width !== 0 || width > memory.align || at + width > end)) {
    width = (width / 2) as Width;
  }
  return width;
}

export function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
