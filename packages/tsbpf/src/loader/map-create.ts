// Creates the kernel's maps for an object's maps and data sections.

import type { Kernel, KernelBytes, MapCreateArgs } from "../sys/kernel.js";
import { kernelObjectName } from "../sys/attr.js";
import { Errno } from "../sys/errno.js";
import { fitsSizeRule, mapKindByType } from "../bpf/map-kinds.js";
import type { DataSpec, MapSpec } from "../object/spec.js";
import { ByteWriter } from "../util/bytes.js";
import { possibleCpus } from "./cpus.js";
import { LoaderError, NotSupportedError, ObjectError, systemError } from "./errors.js";
import { kernelRelease, permissionError, releaseAtLeast } from "./features.js";

export const MapType = {
  HASH: 1,
  ARRAY: 2,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  PROG_ARRAY: 3,
  STACK_TRACE: 7,
  LPM_TRIE: 11,
  QUEUE: 22,
  STACK: 23,
  RINGBUF: 27,
  TASK_STORAGE: 29,
} as const;

/** Map types whose values user space reads and writes by key, and that so may have BTF for both. */
const typedMaps: ReadonlySet<number> = new Set([
  MapType.HASH,
  MapType.ARRAY,
  MapType.PERCPU_HASH,
  MapType.PERCPU_ARRAY,
  MapType.LRU_HASH,
  MapType.LRU_PERCPU_HASH,
  MapType.LPM_TRIE,
  // The kernel refuses it without types (bpf_local_storage_map_alloc_check).
  MapType.TASK_STORAGE,
]);

/** The BTF the kernel has of this object. */
export interface LoadedBtf {
  readonly fd: number;
  /** Types that are stand-ins, which a map's BTF must not name. */
  readonly replaced: ReadonlySet<number>;
}

/** The map with its number of entries as the kernel will see it. */
export function resolveMapSpec(kernel: Kernel, spec: MapSpec): MapSpec {
  if (spec.type === MapType.PERF_EVENT_ARRAY && spec.maxEntries === 0) {
    // Its key is a CPU's id, so ids with holes between them need more entries than there are CPUs.
    const cpus = possibleCpus(kernel);
    return { ...spec, maxEntries: Math.max(...cpus) + 1 };
  }
  return spec;
}

/** Gives the map's descriptor. */
export function createMap(kernel: Kernel, spec: MapSpec, btf: LoadedBtf | undefined): number {
  checkMapSpec(spec);
  const plain: MapCreateArgs = {
    type: spec.type,
    keySize: spec.keySize,
    valueSize: spec.valueSize,
    maxEntries: spec.maxEntries,
    flags: spec.flags,
    name: kernelObjectName(spec.name),
    btfFd: 0,
    keyTypeId: 0,
    valueTypeId: 0,
  };
  const { keyTypeId, valueTypeId } = spec;
  if (btf && typedMaps.has(spec.type) && isUsable(btf, keyTypeId) && isUsable(btf, valueTypeId)) {
    const fd = tryCreate(kernel, { ...plain, btfFd: btf.fd, keyTypeId, valueTypeId });
    // Mostly the types are there for tools that show the map: a kernel that does not like them gets none.
    if (fd >= 0 || fd === -Errno.EPERM) return checked(kernel, spec, fd);
  }
  return checked(kernel, spec, tryCreate(kernel, plain));
}

/** An array map with one value, the section's bytes. Requires Linux 5.2. */
export function createDataMap(kernel: Kernel, spec: DataSpec, btf: LoadedBtf | undefined): number {
  const map: MapSpec = {
    name: spec.section,
    type: MapType.ARRAY,
    keySize: 4,
    valueSize: spec.bytes.length,
    maxEntries: 1,
    flags: spec.readOnly ? BPF_F_RDONLY_PROG : 0,
    keyTypeId: undefined,
    valueTypeId: spec.typeId,
    eventTypeId: undefined,
  };
  const fd = openDataMap(kernel, map, btf);
  const key = new ByteWriter(16).u32(0).finish();
  const value: KernelBytes = new Uint8Array(spec.bytes);
  let status = spec.bytes.every((byte) => byte === 0) ? 0 : kernel.mapUpdate(fd, key, value, 0n);
  // Frozen, the verifier takes its values for constants.
  if (status >= 0 && spec.readOnly) status = kernel.mapFreeze(fd);
  if (status >= 0) return fd;
  kernel.close(fd);
  throw systemError("ERR_MAP", `fill data section "${spec.section}"`, status);
}

const BPF_F_RDONLY_PROG = 1 << 7;
/** Linux 5.5: user space reads and writes the variables in place. */
const BPF_F_MMAPABLE = 1 << 10;

function openDataMap(kernel: Kernel, map: MapSpec, btf: LoadedBtf | undefined): number {
  const name = kernelObjectName(map.name);
  const plain: MapCreateArgs = { ...map, name, btfFd: 0, keyTypeId: 0, valueTypeId: 0 };
  const shared: MapCreateArgs = { ...plain, flags: plain.flags | BPF_F_MMAPABLE };
  const { valueTypeId } = map;
  // A section's type stands alone, without one for the key (array_map_check_btf).
  const typed = btf && isUsable(btf, valueTypeId) ? [{ ...shared, btfFd: btf.fd, valueTypeId }] : [];
  for (const args of [...typed, shared]) {
    const fd = tryCreate(kernel, args);
    if (fd >= 0 || fd === -Errno.EPERM) return checked(kernel, map, fd);
  }
  return checked(kernel, map, tryCreate(kernel, plain));
}

/**
 * Makes a call that needs locked memory. Before Linux 5.11 maps and programs count against RLIMIT_MEMLOCK, which is
 * 64 KiB at first: only there, and only when the call fails, it is raised.
 */
export function withMemlock(kernel: Kernel, call: () => number): number {
  const status = call();
  if (status !== -Errno.EPERM || releaseAtLeast(kernelRelease(kernel), "5.11")) return status;
  kernel.raiseMemlock();
  return call();
}

function isUsable(btf: LoadedBtf, id: number | undefined): id is number {
  return id !== undefined && id !== 0 && !btf.replaced.has(id);
}

function tryCreate(kernel: Kernel, args: MapCreateArgs): number {
  return withMemlock(kernel, () => kernel.mapCreate(args));
}

function checkMapSpec(spec: MapSpec): void {
  const kind = mapKindByType(spec.type);
  // An unknown type is for the kernel to judge: it may be newer than the table.
  if (!kind) return;
  const wrong = (what: string, size: number): ObjectError =>
    new ObjectError(`create map "${spec.name}": a ${kind.name} map cannot have ${what} ${size}`);
  if (!fitsSizeRule(kind.keySize, spec.keySize)) throw wrong("a key size of", spec.keySize);
  // A perf event array or an array of maps may leave its descriptors' size out.
  if (!fitsSizeRule(kind.valueSize, spec.valueSize)) throw wrong("a value size of", spec.valueSize);
  if (kind.maxEntries === "positive" && spec.maxEntries === 0) throw wrong("max_entries", 0);
  if (kind.maxEntries === "page_power_of_two" && (spec.maxEntries === 0 || spec.maxEntries % 4096 !== 0)) {
    throw wrong("a size in bytes (a power of two of whole pages) of", spec.maxEntries);
  }
}

function checked(kernel: Kernel, spec: MapSpec, fd: number): number {
  if (fd >= 0) return fd;
  const doing = `create map "${spec.name}"`;
  const kind = mapKindByType(spec.type);
  const release = kernelRelease(kernel);
  if (fd === -Errno.EPERM) throw memlockOrPermission(kernel, doing, fd);
  if (kind && !releaseAtLeast(release, kind.minKernel)) {
    throw new NotSupportedError(
      `${doing}: ${kind.name} maps need Linux ${kind.minKernel}, and this is ${release.text}`,
      `${kind.name} maps`,
      kind.minKernel,
      { errno: fd },
    );
  }
  if (fd === -Errno.EINVAL) throw systemError("ERR_MAP", doing, fd, describeSpec(spec, kind?.name));
  throw systemError("ERR_MAP", doing, fd);
}

function describeSpec(spec: MapSpec, kind: string | undefined): string {
  return (
    `the kernel refuses type ${kind ?? spec.type}, key size ${spec.keySize}, value size ${spec.valueSize}, ` +
    `max_entries ${spec.maxEntries}, flags 0x${spec.flags.toString(16)}`
  );
}

/** -EPERM with every capability on an old kernel is the limit on locked memory. */
export function memlockOrPermission(kernel: Kernel, doing: string, status: number): LoaderError {
  const error = permissionError(kernel, doing, status);
  if (error.missing.length > 0 || releaseAtLeast(kernelRelease(kernel), "5.11")) return error;
  return systemError(
    "ERR_PERMISSION",
    doing,
    status,
    "the limit on locked memory is too low and could not be raised: run `ulimit -l unlimited` as root first",
  );
}
