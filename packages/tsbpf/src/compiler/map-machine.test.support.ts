// Maps for the IR interpreter: the helpers on them, as the kernel has them.

import assert from "node:assert/strict";
import { createMemory, addRegion, readMemory, writeMemory, type Machine, type Region } from "./ir/interpret.js";
import type { MapDeclaration } from "./frontend/operands.js";
import { sizeOf } from "./frontend/types.js";

interface OpenMap {
  readonly map: MapDeclaration;
  readonly keyBytes: number;
  readonly valueBytes: number;
  find(key: Buffer): bigint | undefined;
  store(key: Buffer, value: Uint8Array): bigint;
  remove(key: Buffer): bigint;
  /** The keys, and where their values lie. */
  all(): readonly (readonly [Uint8Array, bigint])[];
  /** What waits in a queue or a stack. */
  readonly waiting: Uint8Array[];
}

const [E2BIG, ENOENT, EINVAL] = [-7n, -2n, -22n];

/** bpf_trace_printk and bpf_trace_vprintk: what they print is looked at in printk.test.ts. */
const printing: ReadonlySet<number> = new Set([6, 177]);

/** Calls a function of the module by its address. */
export type CallBack = (address: bigint, args: readonly bigint[]) => bigint;

/** Helpers on maps, and those that call back; the memory of entries is noted in `regions`. */
export function mapMachine(
  maps: readonly MapDeclaration[],
  regions: Region[],
  callBack: CallBack = () => assert.fail("no functions to call back"),
): Machine {
  const memory = createMemory();
  const byAddress = new Map(maps.map((map, index) => [BigInt(index + 1) << 48n, openMap(memory, map, regions)]));
  const addresses = new Map([...byAddress].map(([address, { map }]) => [map.name, address]));
  return {
    memory,
    kernelRead: () => undefined,
    mapAddress: (name) => addresses.get(name) ?? assert.fail(`no map ${name}`),
    call(inst, [first = 0n, second = 0n, third = 0n]) {
      if (printing.has(inst.helper)) return 0n;
      if (inst.helper === 181) return loop(first, (index) => callBack(second, [index, third]));
      const map = byAddress.get(first) ?? assert.fail(`helper ${inst.helper} on no map`);
      const key = (): Buffer => Buffer.from(readMemory(memory, second, map.keyBytes));
      switch (inst.helper) {
        case 164:
          return forEach(map, memory, (entry, value) => callBack(second, [first, entry, value, third]));
        case 1:
          return map.find(key()) ?? 0n;
        case 2:
          return map.store(key(), readMemory(memory, third, map.valueBytes));
        case 3:
          return map.remove(key());
        case 87:
          return push(map, readMemory(memory, second, map.valueBytes));
        case 88:
        case 89: {
          const value = next(map, inst.helper === 88);
          writeMemory(memory, second, value ?? new Uint8Array(map.valueBytes));
          return value ? 0n : ENOENT;
        }
        default:
          return assert.fail(`helper ${inst.helper} is not part of this machine`);
      }
    },
  };
}

/** bpf_loop: a callback that gives 1 was the last. */
function loop(rounds: bigint, round: (index: bigint) => bigint): bigint {
  if (rounds > 1n << 23n) return E2BIG;
  for (let index = 0n; index < rounds; index++) if (round(index) !== 0n) return index + 1n;
  return rounds;
}

function forEach(map: OpenMap, memory: Machine["memory"], visit: (key: bigint, value: bigint) => bigint): bigint {
  let visited = 0n;
  for (const [key, value] of map.all()) {
    const region = addRegion(memory, "key", key);
    visited++;
    if (visit(region.base, value) !== 0n) break;
  }
  return visited;
}

function push({ map, waiting }: OpenMap, value: Uint8Array): bigint {
  if (waiting.length >= map.maxEntries) return E2BIG;
  waiting.push(value.slice());
  return 0n;
}

function next({ map, waiting }: OpenMap, takes: boolean): Uint8Array | undefined {
  const isQueue = map.kind === "queue";
  if (takes) return isQueue ? waiting.shift() : waiting.pop();
  return waiting.at(isQueue ? 0 : -1);
}

function openMap(memory: Machine["memory"], map: MapDeclaration, regions: Region[]): OpenMap {
  assert.ok(map.value, `${map.name} has no values`);
  const valueBytes = sizeOf(map.value);
  const entries = new Map<string, bigint>();
  const isArray = map.kind === "array" || map.kind === "percpu_array";
  // A value that is stored anew may lie elsewhere, so that references to the one before see nothing of it.
  const isInPlace = isArray || map.kind === "percpu_hash";
  const add = (key: string, value: Uint8Array): bigint => {
    const region = addRegion(memory, map.name, value);
    regions.push(region);
    entries.set(key, region.base);
    return region.base;
  };
  const find = (bytes: Buffer): bigint | undefined => {
    if (map.kind === "lpm_trie") return longest(entries, bytes);
    const key = bytes.toString("hex");
    const known = entries.get(key);
    if (known !== undefined || !isArray || bytes.readUInt32LE() >= map.maxEntries) return known;
    return add(key, new Uint8Array(valueBytes));
  };
  const nameOf = (bytes: Buffer): string | undefined =>
    map.kind === "lpm_trie" ? prefixName(bytes, bytes.readUInt32LE()) : bytes.toString("hex");
  return {
    map,
    keyBytes: map.key ? sizeOf(map.key) : 0,
    valueBytes,
    find,
    store(bytes, value) {
      const key = nameOf(bytes);
      if (key === undefined) return EINVAL;
      const known = isArray ? find(bytes) : entries.get(key);
      if (known !== undefined && isInPlace) writeMemory(memory, known, value);
      else if (known === undefined && (isArray || entries.size >= map.maxEntries)) return E2BIG;
      else add(key, value.slice());
      return 0n;
    },
    remove(bytes) {
      const key = nameOf(bytes);
      return key !== undefined && entries.delete(key) ? 0n : ENOENT;
    },
    all() {
      if (!isArray) return [...entries].map(([key, value]) => [Buffer.from(key, "hex"), value]);
      return Array.from({ length: map.maxEntries }, (_, index) => {
        const key = Buffer.from(Uint32Array.of(index).buffer);
        return [key, find(key) ?? 0n];
      });
    },
    waiting: [],
  };
}

/** The first bits of the key behind its length; undefined where it has fewer. */
function prefixName(bytes: Buffer, lengthBits: number): string | undefined {
  const bits = [...bytes.subarray(4)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return lengthBits <= bits.length ? bits.slice(0, lengthBits) : undefined;
}

function longest(entries: ReadonlyMap<string, bigint>, bytes: Buffer): bigint | undefined {
  const wanted = prefixName(bytes, bytes.readUInt32LE());
  if (wanted === undefined) return undefined;
  const matching = [...entries].filter(([prefix]) => wanted.startsWith(prefix));
  return matching.sort(([a], [b]) => b.length - a.length)[0]?.[1];
}
