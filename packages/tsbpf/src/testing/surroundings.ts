// What a test sets around a program, and the memory it makes: the part of an emulator that is not the module's.

import { encodeText } from "../util/bytes.js";
import { type HighHalf, fromBig } from "../vm/int64.js";
import { locate } from "../vm/memory.js";
import type { Vm } from "../vm/vm.js";
import { userBytes, type World } from "../vm/world.js";
import { checkedOption } from "./check-options.js";
import { EmulateError } from "./errors.js";
import { type KernelObjects, placeNamedStruct, placeStruct } from "./kernel-objects.js";
import type { EmulateOptions, Emulator, KernelObjectInit } from "./types.js";

export type Surroundings = Omit<Emulator, "programs" | "maps" | "globals" | "coverage">;

/** Below it no process has memory that can be mapped (mmap_min_addr), and tests read short numbers easily. */
const USER_START = 0x10000n;
const USER_GAP = 0x1000n;

export function surroundings(vm: Vm, objects: KernelObjects, options: EmulateOptions): Surroundings {
  const { world } = vm.machine;
  world.clockNs = options.clockNs ?? 0n;
  world.random = options.randomSeed ?? 1;
  world.uid = options.uid ?? 0;
  world.gid = options.gid ?? 0;
  return Object.assign(new WorldSettings(world, objects, options.task ?? {}), memoryMethods(vm, objects));
}

type Settings = Omit<Surroundings, "kernelObject" | "userMemory" | "read" | "write">;

/** Accessors of the machine's world: what a test sets is what the next run sees. */
class WorldSettings implements Settings {
  readonly #world: World;
  readonly #objects: KernelObjects;
  #task: KernelObjectInit;

  constructor(world: World, objects: KernelObjects, task: KernelObjectInit) {
    this.#world = world;
    this.#objects = objects;
    this.#task = task;
    this.task = task;
  }

  get printed(): readonly string[] {
    return this.#world.printed;
  }

  get task(): KernelObjectInit {
    return this.#task;
  }

  set task(fields: KernelObjectInit) {
    checkedOption("task", fields);
    const { pid = 1, tgid = pid, comm = "" } = fields;
    // First what may throw: a task that is refused changes nothing.
    this.#world.task = placeStruct(this.#objects, "task_struct", fields);
    this.#task = fields;
    this.#world.pid = Number(pid);
    this.#world.tgid = Number(tgid);
    this.#world.comm = String(comm);
  }

  get cpu(): number {
    return this.#world.cpu;
  }

  set cpu(value: number) {
    const { cpuCount } = this.#world;
    if (!Number.isInteger(value) || value < 0 || value >= cpuCount) {
      throw new EmulateError(`set cpu: ${value} is not from 0 to ${cpuCount - 1} (see the option cpuCount)`);
    }
    this.#world.cpu = value;
  }

  get clockNs(): bigint {
    return this.#world.clockNs;
  }

  set clockNs(value: bigint) {
    this.#world.clockNs = checkedOption("clockNs", value);
  }

  get uid(): number {
    return this.#world.uid;
  }

  set uid(value: number) {
    this.#world.uid = checkedOption("uid", value);
  }

  get gid(): number {
    return this.#world.gid;
  }

  set gid(value: number) {
    this.#world.gid = checkedOption("gid", value);
  }

  get randomSeed(): number {
    return this.#world.random;
  }

  set randomSeed(value: number) {
    this.#world.random = checkedOption("randomSeed", value);
  }

  get kernelStack(): readonly bigint[] {
    return this.#world.kernelStack;
  }

  set kernelStack(value: readonly bigint[]) {
    this.#world.kernelStack = checkedStack("kernelStack", value);
  }

  get userStack(): readonly bigint[] {
    return this.#world.userStack;
  }

  set userStack(value: readonly bigint[]) {
    this.#world.userStack = checkedStack("userStack", value);
  }
}

function checkedStack(name: string, value: readonly bigint[]): readonly bigint[] {
  if (Array.isArray(value) && value.every((address) => typeof address === "bigint")) return value;
  throw new EmulateError(`set ${name}: expected an array of addresses, such as [0xffffffff81000000n]`);
}

function memoryMethods(vm: Vm, objects: KernelObjects): Omit<Surroundings, keyof Settings> {
  const { world } = vm.machine;
  let nextUser = USER_START;
  return {
    kernelObject: (struct, fields) => placeNamedStruct(objects, struct, fields),
    userMemory(content, address = nextUser) {
      const bytes = typeof content === "string" ? encodeText(`${content}\0`) : content;
      world.user.push({ address, bytes: new Uint8Array(bytes) });
      const end = address + BigInt(bytes.length);
      if (end + USER_GAP > nextUser) nextUser = (end / USER_GAP + 2n) * USER_GAP;
      return address;
    },
    read: (address, sizeBytes) => anyBytes(vm, address, sizeBytes)?.slice(),
    write(address, bytes) {
      const place = anyBytes(vm, address, bytes.length);
      place?.set(bytes);
      return place !== undefined;
    },
  };
}

function anyBytes({ machine }: Vm, address: bigint, sizeBytes: number): Uint8Array | undefined {
  const half: HighHalf = { hi: 0 };
  const lo = fromBig(half, address);
  const at = locate(machine.memory, lo, half.hi, sizeBytes);
  if (at < 0) return userBytes(machine.world, address, sizeBytes);
  return machine.memory.u8.subarray(at, at + sizeBytes);
}
