// Memory accesses with every check: what translated programs do when the quick check fails, and what the reference
// interpreter and the helpers always do. A violation ends the run with the instruction and the address.

import { Atomic } from "../bpf/builders.js";
import { MAX_FRAMES } from "../bpf/stack.js";
import { type Core, VmError } from "./core.js";
import { firstUnwritten, joinAddress, locate, type Memory, REGION_HI, REGION_LO, regionOf } from "./memory.js";

/** Gives the low half, zero-extended; the high half is in `core.hi`. */
export function slowLoad(core: Core, insnIndex: number, size: number, lo: number, hi: number, offset: number): number {
  const { memory } = core;
  const from = (lo + offset) | 0;
  const at = locate(memory, from, hi, size);
  if (at < 0) {
    if (core.image.faultsReadZero && isKernelPointer(memory, hi)) {
      core.hi = 0;
      return 0;
    }
    throw accessError(core, insnIndex, `load of ${bytesText(size)}`, from, hi, size);
  }
  checkWritten(core, insnIndex, at, size);
  return readLittleEndian(core, at, size);
}

export function slowStore(
  core: Core,
  insnIndex: number,
  size: number,
  lo: number,
  hi: number,
  offset: number,
  valueLo: number,
  valueHi: number,
): void {
  const at = writablePlace(core, insnIndex, "store of", (lo + offset) | 0, hi, size);
  writeLittleEndian(core.memory, at, size, valueLo, valueHi);
}

/**
 * One atomic operation; gives the low half of the old value, and the high half in `core.hi`. `expected` is what a
 * compare-and-exchange wants to find; of both only as many bytes count as are accessed.
 */
export function atomicAccess(
  core: Core,
  insnIndex: number,
  size: number,
  operation: number,
  lo: number,
  hi: number,
  offset: number,
  sourceLo: number,
  sourceHi: number,
  expectedLo: number,
  expectedHi: number,
): number {
  const from = (lo + offset) | 0;
  const at = writablePlace(core, insnIndex, atomicWords, from, hi, size);
  if (at % size !== 0) {
    throw new VmError(core.image, insnIndex, `${atomicWords} ${bytesText(size)}: the address is not aligned`);
  }
  checkWritten(core, insnIndex, at, size);
  const words = core.memory.i32;
  const word = at >> 2;
  const oldLo = words[word] ?? 0;
  const oldHi = size === 8 ? (words[word + 1] ?? 0) : 0;
  const isEqual = oldLo === expectedLo && (size === 4 || oldHi === expectedHi);
  if (!isAtomic(operation)) {
    throw new VmError(core.image, insnIndex, `atomic operation 0x${operation.toString(16)} does not exist`);
  }
  const newLo = combine(operation, oldLo, sourceLo, isEqual);
  words[word] = newLo;
  if (size === 8) {
    const isAdd = (operation & ~Atomic.FETCH) === Atomic.ADD;
    const carry = isAdd && newLo >>> 0 < oldLo >>> 0 ? 1 : 0;
    words[word + 1] = combine(operation, oldHi, sourceHi, isEqual) + carry;
  }
  core.hi = oldHi;
  return oldLo;
}

const atomicWords = "atomic access to";

function isAtomic(operation: number): boolean {
  if (operation === Atomic.XCHG || operation === Atomic.CMPXCHG) return true;
  const plain: readonly number[] = [Atomic.ADD, Atomic.OR, Atomic.AND, Atomic.XOR];
  return plain.includes(operation & ~Atomic.FETCH);
}

/** One half of the new value; an addition's carry is the caller's. */
function combine(operation: number, old: number, source: number, isEqual: boolean): number {
  switch (operation & ~Atomic.FETCH) {
    case Atomic.ADD:
      return (old + source) | 0;
    case Atomic.OR:
      return old | source;
    case Atomic.AND:
      return old & source;
    case Atomic.XOR:
      return old ^ source;
    case Atomic.XCHG & ~Atomic.FETCH:
      return source;
    default:
      return isEqual ? source : old;
  }
}

/** Place in `u8` of memory that a helper reads; ends the run when it may not be read. */
export function readablePlace(core: Core, what: string, lo: number, hi: number, size: number): number {
  const at = locate(core.memory, lo, hi, size);
  if (at < 0) throw accessError(core, core.insnIndex, `${what} ${bytesText(size)}`, lo, hi, size);
  checkWritten(core, core.insnIndex, at, size);
  return at;
}

/** The same for memory that a helper writes. */
export function writablePlaceForHelper(core: Core, what: string, lo: number, hi: number, size: number): number {
  return writablePlace(core, core.insnIndex, what, lo, hi, size);
}

export function bytesText(size: number): string {
  return size === 1 ? "1 byte" : `${size} bytes`;
}

function writablePlace(core: Core, insnIndex: number, what: string, lo: number, hi: number, size: number): number {
  const { memory } = core;
  const at = locate(memory, lo, hi, size);
  if (at < 0) throw accessError(core, insnIndex, `${what} ${bytesText(size)}`, lo, hi, size);
  const region = regionOf(memory, hi);
  if (region?.readOnly) {
    const text = `${what} ${bytesText(size)}: ${region.name} is read-only`;
    throw new VmError(core.image, insnIndex, text, joinAddress(lo, hi));
  }
  if (at < memory.written.length) memory.written.fill(1, at, at + size);
  return at;
}

function readLittleEndian(core: Core, at: number, size: number): number {
  const { u8 } = core.memory;
  let lo = 0;
  let hi = 0;
  for (let index = Math.min(size, 4) - 1; index >= 0; index--) lo = (lo << 8) | (u8[at + index] ?? 0);
  for (let index = size - 1; index >= 4; index--) hi = (hi << 8) | (u8[at + index] ?? 0);
  core.hi = hi;
  return lo;
}

function writeLittleEndian(memory: Memory, at: number, size: number, lo: number, hi: number): void {
  for (let index = 0; index < size; index++) {
    memory.u8[at + index] = index < 4 ? lo >>> (8 * index) : hi >>> (8 * (index - 4));
  }
}

function checkWritten(core: Core, insnIndex: number, at: number, size: number): void {
  const unwritten = firstUnwritten(core.memory, at, size);
  if (unwritten < 0) return;
  const offset = (unwritten % 512) - 512;
  throw new VmError(core.image, insnIndex, `read of the stack's byte at fp${offset}, which was never written`);
}

/** NULL with an offset, and addresses of objects made for the test. */
function isKernelPointer(memory: Memory, hi: number): boolean {
  return hi === 0 || regionOf(memory, hi)?.kind === "kernel object";
}

/** "load of 4 bytes at 0x…: 2 bytes past the end of value of map "counts" (8 bytes)". */
export function accessError(
  core: Core,
  insnIndex: number,
  what: string,
  lo: number,
  hi: number,
  size: number,
): VmError {
  const address = joinAddress(lo, hi);
  const text = `${what} at 0x${address.toString(16)}: ${placeText(core, lo, hi, size)}`;
  return new VmError(core.image, insnIndex, text, address);
}

function placeText(core: Core, lo: number, hi: number, size: number): string {
  const { memory } = core;
  if (hi === 0 && lo >>> 0 < 0x10000) {
    return lo === 0 ? "a NULL pointer" : `a NULL pointer with offset ${lo} (a result that was not checked?)`;
  }
  const region = regionOf(memory, hi);
  if (!region) return "there is no memory at this address";
  const id = (hi - REGION_HI) | 0;
  if (region.state === "freed") return `${region.name} is not there any more: it was freed`;
  const at = (lo - REGION_LO) | 0;
  if (id < MAX_FRAMES && id >= core.depth) return "the stack frame it belongs to is left";
  if (at < 0) return `it begins ${bytesText(-at)} before ${region.name}`;
  if (at >= region.sizeBytes) {
    return `it begins ${bytesText(at - region.sizeBytes)} after the end of ${region.name} (${bytesText(region.sizeBytes)})`;
  }
  return `it ends ${bytesText(at + size - region.sizeBytes)} after the end of ${region.name} (${bytesText(region.sizeBytes)})`;
}
