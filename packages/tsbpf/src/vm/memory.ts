// The memory that programs of the virtual machine see. Every object (a stack frame, a map's value, the context, …) is a
// region of its own: the high half of an address names the region, the low half the place in it. An address that has
// left its region therefore never lands in a neighbour, and every access is checked exactly.

import { MAX_FRAMES, STACK_BYTES } from "../bpf/stack.js";
import { assert } from "../util/assert.js";

export type RegionKind = "stack" | "context" | "map value" | "data" | "packet" | "ring buffer record" | "kernel object";

export interface Region {
  readonly kind: RegionKind;
  /** For messages: the map's name, the struct's. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly readOnly: boolean;
  state: "live" | "freed";
}

/** Arrays are replaced when they grow; `epoch` then changes, and whoever keeps copies of them must take new ones. */
export interface Memory {
  epoch: number;
  u8: Uint8Array<ArrayBuffer>;
  u16: Uint16Array<ArrayBuffer>;
  i32: Int32Array<ArrayBuffer>;
  /** By region: where it begins in the arrays above. */
  bases: Int32Array;
  /** By region: its size, 0 when it is freed. */
  sizes: Int32Array;
  /** By region: the size that a load may use without further questions; 0 for stacks, whose bytes may be unwritten. */
  readLimits: Int32Array;
  /** The same for stores; 0 for memory that is read-only, too. */
  writeLimits: Int32Array;
  readonly regions: Region[];
  /** By place in the stacks: whether the byte was written since its frame began. */
  readonly written: Uint8Array;
  /** First byte that was never handed out. */
  top: number;
  /** Free blocks by size, and free region numbers. */
  readonly blocks: Map<number, number[]>;
  readonly ids: number[];
  /** Regions to be freed when no program runs any more. */
  readonly retired: number[];
}

/** The high half of region 0's addresses: the upper half of the address space, as the kernel's own. */
export const REGION_HI = 0xff110000 | 0;
/** The low half of a region's first byte: far from 0, so that a pointer before the object stays in its region. */
export const REGION_LO = 0x10000000;

const INITIAL_BYTES = 1 << 16;
const MAX_BYTES = 1 << 30;
const INITIAL_REGIONS = 256;

export function createMemory(): Memory {
  const buffer = new ArrayBuffer(INITIAL_BYTES);
  const memory: Memory = {
    epoch: 0,
    u8: new Uint8Array(buffer),
    u16: new Uint16Array(buffer),
    i32: new Int32Array(buffer),
    bases: new Int32Array(INITIAL_REGIONS),
    sizes: new Int32Array(INITIAL_REGIONS),
    readLimits: new Int32Array(INITIAL_REGIONS),
    writeLimits: new Int32Array(INITIAL_REGIONS),
    regions: [],
    written: new Uint8Array(MAX_FRAMES * STACK_BYTES),
    top: 0,
    blocks: new Map(),
    ids: [],
    retired: [],
  };
  // The first regions are the stacks, so that region and frame have one number.
  for (let frame = 0; frame < MAX_FRAMES; frame++) addRegion(memory, "stack", "the stack", STACK_BYTES);
  return memory;
}

/** A region of zeros. */
export function addRegion(
  memory: Memory,
  kind: RegionKind,
  name: string,
  sizeBytes: number,
  options: { readonly readOnly?: boolean } = {},
): number {
  const readOnly = options.readOnly ?? false;
  const base = takeBlock(memory, sizeBytes);
  const id = memory.ids.pop() ?? memory.regions.length;
  if (id >= memory.bases.length) growTables(memory);
  memory.regions[id] = { kind, name, sizeBytes, readOnly, state: "live" };
  memory.bases[id] = base;
  memory.sizes[id] = sizeBytes;
  memory.readLimits[id] = kind === "stack" ? 0 : sizeBytes;
  memory.writeLimits[id] = kind === "stack" || readOnly ? 0 : sizeBytes;
  return id;
}

/** The region's memory may not be used any more; its number is not used again before {@link releaseRetired}. */
export function killRegion(memory: Memory, id: number): void {
  const region = memory.regions[id];
  assert(region?.state === "live", `region ${id} is not live`);
  region.state = "freed";
  memory.sizes[id] = 0;
  memory.readLimits[id] = 0;
  memory.writeLimits[id] = 0;
  memory.retired.push(id);
}

/**
 * The region goes when no program runs any more: what was deleted from a map stays readable for those who have it, as
 * under RCU in the kernel.
 */
export function retireRegion(memory: Memory, id: number): void {
  memory.retired.push(id);
}

export function releaseRetired(memory: Memory): void {
  for (const id of memory.retired) {
    const region = memory.regions[id];
    assert(region !== undefined, `region ${id} does not exist`);
    region.state = "freed";
    memory.sizes[id] = 0;
    memory.readLimits[id] = 0;
    memory.writeLimits[id] = 0;
    const size = blockSize(region.sizeBytes);
    const list = memory.blocks.get(size);
    if (list) list.push(memory.bases[id] ?? 0);
    else memory.blocks.set(size, [memory.bases[id] ?? 0]);
    memory.ids.push(id);
  }
  memory.retired.length = 0;
}

/** Place in `u8` of `sizeBytes` bytes at an address, or -1 when they are not inside one live region. */
export function locate(memory: Memory, lo: number, hi: number, sizeBytes: number): number {
  const id = (hi - REGION_HI) | 0;
  const at = (lo - REGION_LO) | 0;
  if (id < 0 || id >= memory.regions.length || at < 0 || at + sizeBytes > (memory.sizes[id] ?? 0)) return -1;
  return (memory.bases[id] ?? 0) + at;
}

/** The region an address belongs to, whether or not it points into it. */
export function regionOf(memory: Memory, hi: number): Region | undefined {
  return memory.regions[(hi - REGION_HI) | 0];
}

export function regionHi(id: number): number {
  return (REGION_HI + id) | 0;
}

/** The unsigned 64-bit number of two halves. */
export function joinAddress(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

/** The bytes of a region; a view that is good until the memory grows. */
export function regionBytes(memory: Memory, id: number): Uint8Array<ArrayBuffer> {
  const base = memory.bases[id] ?? 0;
  return memory.u8.subarray(base, base + (memory.sizes[id] ?? 0));
}

/** The stack of a new frame: none of its bytes are written. */
export function clearFrame(memory: Memory, frame: number): void {
  memory.written.fill(0, frame * STACK_BYTES, (frame + 1) * STACK_BYTES);
}

/** The first byte of a stack's range that was never written, or -1. `at` counts in `u8`. */
export function firstUnwritten(memory: Memory, at: number, sizeBytes: number): number {
  if (at >= memory.written.length) return -1;
  for (let index = at; index < at + sizeBytes; index++) if (memory.written[index] === 0) return index;
  return -1;
}

function takeBlock(memory: Memory, sizeBytes: number): number {
  const size = blockSize(sizeBytes);
  const reused = memory.blocks.get(size)?.pop();
  if (reused !== undefined) {
    memory.u8.fill(0, reused, reused + size);
    return reused;
  }
  const base = memory.top;
  memory.top += size;
  if (memory.top > memory.u8.length) growBytes(memory);
  return base;
}

/** Blocks begin at multiples of eight, so that an aligned address is aligned here as well. */
function blockSize(sizeBytes: number): number {
  return Math.max(8, Math.ceil(sizeBytes / 8) * 8);
}

function growBytes(memory: Memory): void {
  let length = memory.u8.length;
  while (length < memory.top) length *= 2;
  if (length > MAX_BYTES) throw new RangeError(`the virtual machine needs more than ${MAX_BYTES} bytes of memory`);
  const buffer = new ArrayBuffer(length);
  const u8 = new Uint8Array(buffer);
  u8.set(memory.u8);
  memory.u8 = u8;
  memory.u16 = new Uint16Array(buffer);
  memory.i32 = new Int32Array(buffer);
  memory.epoch++;
}

function growTables(memory: Memory): void {
  const grow = (table: Int32Array): Int32Array => {
    const grown = new Int32Array(table.length * 2);
    grown.set(table);
    return grown;
  };
  memory.bases = grow(memory.bases);
  memory.sizes = grow(memory.sizes);
  memory.readLimits = grow(memory.readLimits);
  memory.writeLimits = grow(memory.writeLimits);
  memory.epoch++;
}
