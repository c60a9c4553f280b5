// What is around a program: the task it runs for, clocks, the CPU, random numbers, user memory. Everything can be set
// by a test, and nothing changes by itself.

import { joinAddress } from "./memory.js";

export interface World {
  cpu: number;
  readonly cpuCount: number;
  /** What bpf_ktime_get_ns gives. */
  clockNs: bigint;
  pid: number;
  tgid: number;
  uid: number;
  gid: number;
  comm: string;
  /** Address of the current task's task_struct. */
  task: bigint;
  cgroupId: bigint;
  /** Addresses of the stack, innermost first. */
  kernelStack: readonly bigint[];
  userStack: readonly bigint[];
  /** State of the random numbers; never 0. */
  random: number;
  /** Lines of bpf_trace_printk. */
  readonly printed: string[];
  readonly user: UserRange[];
}

export interface UserRange {
  readonly address: bigint;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function createWorld(cpuCount: number): World {
  return {
    cpu: 0,
    cpuCount,
    clockNs: 0n,
    pid: 1,
    tgid: 1,
    uid: 0,
    gid: 0,
    comm: "",
    task: 0n,
    cgroupId: 1n,
    kernelStack: [],
    userStack: [],
    random: 1,
    printed: [],
    user: [],
  };
}

/** The next of a fixed sequence of 32-bit numbers (xorshift32). */
export function nextRandom(world: World): number {
  let value = world.random | 0 || 1;
  value ^= value << 13;
  value ^= value >>> 17;
  value ^= value << 5;
  world.random = value;
  return value;
}

/** A view of user memory, or undefined when it is not all there. */
export function userBytes(world: World, address: bigint, sizeBytes: number): Uint8Array<ArrayBuffer> | undefined {
  for (const range of world.user) {
    const at = address - range.address;
    if (at < 0n || at + BigInt(sizeBytes) > BigInt(range.bytes.length)) continue;
    return range.bytes.subarray(Number(at), Number(at) + sizeBytes);
  }
  return undefined;
}

/** From the address to the end of the memory that is there. */
export function userBytesFrom(world: World, lo: number, hi: number): Uint8Array<ArrayBuffer> | undefined {
  const address = joinAddress(lo, hi);
  for (const range of world.user) {
    const at = address - range.address;
    if (at >= 0n && at < BigInt(range.bytes.length)) return range.bytes.subarray(Number(at));
  }
  return undefined;
}
