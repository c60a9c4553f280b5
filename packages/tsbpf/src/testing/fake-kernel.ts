// The kernel as the loader's user half of maps sees it, played by the virtual machine: the same code that reads and
// writes real maps then works on emulated ones.

import type { Kernel, KernelBytes } from "../sys/kernel.js";
import { encodeText } from "../util/bytes.js";
import { bytesOfU32, ErrorNumber, readU32 as u32At, valueRegion } from "../vm/map-entries.js";
import type { VmMap } from "../vm/maps.js";
import { regionBytes, releaseRetired } from "../vm/memory.js";
import type { Vm } from "../vm/vm.js";
import type { TakesProgram } from "./program-arrays.js";

const ENOSYS = -38;
const ESRCH = -3;

/** Descriptors are numbers of the machine: maps as they are, programs from this on. */
export const PROGRAM_FD = 20_000;

export function fakeKernel(vm: Vm, takesProgram: TakesProgram): Kernel {
  const { machine } = vm;
  const calls: Partial<Kernel> & Record<string, unknown> = {
    mapLookup(fd: number, key: KernelBytes | undefined, value: KernelBytes): number {
      const bytes = readValue(vm, fd, key);
      if (!bytes) return ErrorNumber.ENOENT;
      value.set(bytes.subarray(0, value.length));
      return 0;
    },
    mapTake(fd: number, value: KernelBytes): number {
      const taken = machine.maps[fd]?.queue?.take(true);
      if (!taken) return ErrorNumber.ENOENT;
      value.set(taken);
      return 0;
    },
    mapUpdate(fd: number, key: KernelBytes | undefined, value: KernelBytes, flags: bigint): number {
      if (machine.maps[fd]?.programs && key) return writeProgram(vm, takesProgram, fd, key, value);
      return writeValue(vm, fd, key, value, Number(flags));
    },
    mapDelete: (fd, key) => deleteKey(vm, fd, key),
    mapNextKey(fd, key, next) {
      const keys = keysOf(vm, fd);
      const at = key === undefined ? -1 : keys.findIndex((known) => known.every((byte, index) => byte === key[index]));
      const found = keys[at + 1];
      if (!found) return ErrorNumber.ENOENT;
      next.set(found);
      return 0;
    },
    pidfdOpen: (pid: number) => (pid === machine.world.tgid || pid === machine.world.pid ? pid : ESRCH),
    close: () => 0,
    readFile: (path) =>
      path.startsWith("/sys/devices/system/cpu/") ? encodeText(`0-${machine.world.cpuCount - 1}\n`) : undefined,
    release: () => "6.18.0",
  };
  return new Proxy(calls, {
    get(target, name) {
      if (typeof name !== "string" || name in target) return Reflect.get(target, name);
      return () => ENOSYS;
    },
    // What the user half of maps asks for is there, and the rest answers that it is not.
  }) as unknown as Kernel;
}

/** All CPUs' values, each in a multiple of eight bytes, as user space gets them. */
function readValue({ machine }: Vm, fd: number, key: KernelBytes | undefined): Uint8Array | undefined {
  const map = machine.maps[fd];
  if (map?.queue) return map.queue.take(false);
  if (map?.entries && key) {
    const regions = map.entries.regions(key, 0);
    return regions && joinValues(machine.memory, map, regions);
  }
  if (map?.stacks && key) {
    const stack = map.stacks.get(readU32(key));
    return stack && new Uint8Array(BigUint64Array.from(stack).buffer);
  }
  if (map?.programs && key) {
    const program = map.programs.get(readU32(key));
    return program && new Uint8Array(Uint32Array.of(program.image.id).buffer);
  }
  const region = map?.storage?.get(machine.world.task);
  return region === undefined ? undefined : regionBytes(machine.memory, region);
}

function joinValues(memory: Vm["machine"]["memory"], map: VmMap, regions: readonly number[]): Uint8Array {
  const stride = Math.ceil(map.spec.valueSize / 8) * 8;
  const [first = 0] = regions;
  if (!isPerCpu(map)) return regionBytes(memory, first);
  const bytes = new Uint8Array(stride * regions.length);
  regions.forEach((region, cpu) => bytes.set(regionBytes(memory, region), stride * cpu));
  return bytes;
}

function isPerCpu({ spec }: VmMap): boolean {
  const PERCPU_HASH = 5;
  const PERCPU_ARRAY = 6;
  const LRU_PERCPU_HASH = 10;
  return [PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH].includes(spec.type);
}

function writeValue(
  { machine }: Vm,
  fd: number,
  key: KernelBytes | undefined,
  value: KernelBytes,
  flags: number,
): number {
  const map = machine.maps[fd];
  if (map?.queue) return map.queue.push(value.slice(), flags);
  if (map?.storage) return writeStorage(machine, map, map.storage, value);
  if (!map?.entries || !key) return ErrorNumber.EINVAL;
  const status = map.entries.update(key, 0, value, 0, flags);
  if (status < 0 || !isPerCpu(map)) return status;
  const stride = Math.ceil(map.spec.valueSize / 8) * 8;
  map.entries.regions(key, 0)?.forEach((region, cpu) => {
    regionBytes(machine.memory, region).set(value.subarray(stride * cpu, stride * cpu + map.spec.valueSize));
  });
  return 0;
}

function writeProgram(
  { machine }: Vm,
  takesProgram: TakesProgram,
  fd: number,
  key: KernelBytes,
  value: KernelBytes,
): number {
  const [map, index] = [machine.maps[fd], readU32(key)];
  if (index >= (map?.spec.maxEntries ?? 0)) return ErrorNumber.E2BIG;
  const program = machine.images[readU32(value) - PROGRAM_FD];
  if (!program || !takesProgram(fd, program)) return ErrorNumber.EINVAL;
  map?.programs?.set(index, program);
  return 0;
}

/** Only the current task has storage that user space can name. */
function writeStorage(machine: Vm["machine"], map: VmMap, storage: Map<bigint, number>, value: KernelBytes): number {
  const region = storage.get(machine.world.task) ?? valueRegion(machine.memory, map.spec);
  storage.set(machine.world.task, region);
  regionBytes(machine.memory, region).set(value);
  return 0;
}

function deleteKey({ machine }: Vm, fd: number, key: KernelBytes): number {
  const map = machine.maps[fd];
  if (map?.entries) {
    const status = map.entries.remove(key, 0);
    releaseRetired(machine.memory);
    return status;
  }
  const found = map?.storage?.delete(machine.world.task) ?? (map?.stacks ?? map?.programs)?.delete(readU32(key));
  return found ? 0 : ErrorNumber.ENOENT;
}

function keysOf({ machine }: Vm, fd: number): readonly Uint8Array[] {
  const map = machine.maps[fd];
  if (map?.entries) return map.entries.keys();
  return [...(map?.stacks ?? map?.programs ?? new Map<number, unknown>()).keys()].map(bytesOfU32);
}

function readU32(bytes: Uint8Array): number {
  return u32At(bytes, 0);
}
