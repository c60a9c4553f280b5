// Reads a perf event array: one ring for each online CPU, under its CPU id. Layouts are those of
// include/uapi/linux/perf_event.h: struct perf_event_mmap_page, then the data, a power of two of pages.

import type { Kernel, KernelBytes, Mapping } from "../sys/kernel.js";
import { packPerfBpfOutput } from "../sys/attr.js";
import { Errno } from "../sys/errno.js";
import { ByteReader, ByteWriter, decodeText } from "../util/bytes.js";
import type { Codec } from "./codec.js";
import { onlineCpus } from "./cpus.js";
import { LoaderError, systemError } from "./errors.js";
import type { OpenRings, Rings } from "./events.js";
import { permissionError } from "./features.js";
import { pageSizeBytes } from "./memory.js";
import type { EventRecord } from "./types.js";

/** 256 KiB a CPU with 4 KiB pages: within what every user may lock (kernel.perf_event_mlock_kb is 516 KiB). */
const DEFAULT_PAGES = 64;

const PERF_EVENT_IOC_ENABLE = 0x2400;
const PERF_EVENT_IOC_DISABLE = 0x2401;
const PERF_RECORD_LOST = 2;
const PERF_RECORD_SAMPLE = 9;
const HEADER_BYTES = 8;

export interface PerfArray {
  readonly name: string;
  readonly fd: number;
  /** Of its records; undefined gives their bytes. */
  readonly codec: Codec | undefined;
}

/** One CPU's ring. */
interface CpuRing {
  readonly cpu: number;
  readonly fd: number;
  readonly mapping: Mapping;
  /** The positions, in a struct perf_event_mmap_page seen as 64-bit words. */
  readonly control: BigUint64Array;
  readonly reader: ByteReader;
  readonly dataOffset: number;
  readonly dataBytes: number;
  /** Whether read(2) tells of losses (PERF_FORMAT_LOST, Linux 6.0). */
  readonly readsLost: boolean;
  /** Losses that the ring's own records told of, and those passed on. */
  lostInRecords: number;
  lostReported: number;
}

export function perfRings<T>(kernel: Kernel, map: PerfArray): OpenRings<T> {
  return ({ pages = DEFAULT_PAGES }) => {
    if (!Number.isInteger(pages) || pages < 1 || (pages & (pages - 1)) !== 0) {
      throw new LoaderError("ERR_EVENTS", `open events of map "${map.name}": ${pages} pages is not a power of two`);
    }
    const rings: CpuRing[] = [];
    try {
      const pageBytes = pageSizeBytes(kernel);
      for (const cpu of onlineCpus(kernel)) {
        const ring = openRing(kernel, map, cpu, pages, pageBytes);
        if (ring) rings.push(ring);
      }
    } catch (error) {
      for (const ring of rings) closeRing(kernel, map, ring);
      throw error;
    }
    return ringSet(kernel, map, rings);
  };
}

function ringSet<T>(kernel: Kernel, map: PerfArray, rings: readonly CpuRing[]): Rings<T> {
  // A record that wraps around the end of its ring is put together here; 64 KiB is the most it can have.
  const scratch = new Uint8Array(new ArrayBuffer(1 << 16));
  const whole = new ByteReader(scratch, "perf record");
  return {
    pollFds: rings.map((ring) => ring.fd),
    drain(into, last) {
      let taken = 0;
      for (const ring of rings) taken += drainRing(kernel, map, ring, into, whole, last);
      return taken;
    },
    // perf_poll (kernel/events/core.c) tells of records once: adding the ring to an epoll set asks it, and what came
    // between the last drain and that is forgotten until the next record.
    mayBeSilent: () =>
      rings.some(({ control }) => Atomics.load(control, DATA_HEAD) !== Atomics.load(control, DATA_TAIL)),
    close() {
      for (const ring of rings) closeRing(kernel, map, ring);
    },
  };
}

const DATA_HEAD = 1024 / 8;
const DATA_TAIL = 1032 / 8;
const DATA_OFFSET = 1040;
const DATA_SIZE = 1048;

/** Undefined for a CPU that went offline meanwhile. */
function openRing(kernel: Kernel, map: PerfArray, cpu: number, pages: number, pageBytes: number): CpuRing | undefined {
  const doing = `open events of map "${map.name}" on CPU ${cpu}`;
  const event = openEvent(kernel, cpu);
  if (event.fd === -Errno.ENODEV) return undefined;
  if (event.fd < 0) throw refused(kernel, doing, event.fd);
  const mapping = kernel.mmap(event.fd, (1 + pages) * pageBytes, 0, true);
  if (typeof mapping === "number") {
    kernel.close(event.fd);
    if (mapping !== -Errno.EPERM) throw systemError("ERR_EVENTS", doing, mapping);
    throw systemError("ERR_EVENTS", doing, mapping, "more memory than kernel.perf_event_mlock_kb allows: fewer pages");
  }
  const reader = new ByteReader(new Uint8Array(mapping.buffer), `perf ring of CPU ${cpu}`);
  const ring: CpuRing = {
    cpu,
    fd: event.fd,
    mapping,
    reader,
    readsLost: event.readsLost,
    lostInRecords: 0,
    lostReported: 0,
    control: new BigUint64Array(mapping.buffer, 0, pageBytes / 8),
    dataOffset: reader.size64(DATA_OFFSET) || pageBytes,
    dataBytes: reader.size64(DATA_SIZE) || pages * pageBytes,
  };
  const status = kernel.mapUpdate(map.fd, u32Bytes(cpu), u32Bytes(event.fd), 0n);
  if (status < 0) {
    mapping.unmap();
    kernel.close(event.fd);
    throw systemError("ERR_EVENTS", doing, status);
  }
  kernel.ioctl(event.fd, PERF_EVENT_IOC_ENABLE, 0);
  return ring;
}

function openEvent(kernel: Kernel, cpu: number): { fd: number; readsLost: boolean } {
  const fd = kernel.perfEventOpen(packPerfBpfOutput({ wakeupEvents: 1, readLost: true }), cpu);
  if (fd !== -Errno.EINVAL) return { fd, readsLost: true };
  return { fd: kernel.perfEventOpen(packPerfBpfOutput({ wakeupEvents: 1, readLost: false }), cpu), readsLost: false };
}

function refused(kernel: Kernel, doing: string, status: number): Error {
  if (status !== -Errno.EPERM && status !== -Errno.EACCES) return systemError("ERR_EVENTS", doing, status);
  const error = permissionError(kernel, doing, status);
  const paranoid = Number(decodeText(kernel.readFile("/proc/sys/kernel/perf_event_paranoid") ?? new Uint8Array(0)));
  // Debian and Ubuntu add levels above 2, at which their kernels want CAP_SYS_ADMIN for any perf event.
  if (error.missing.length > 0 || !(paranoid > 2)) return error;
  const hint = `kernel.perf_event_paranoid is ${paranoid}, which lets only CAP_SYS_ADMIN or root pass: set it to 2`;
  return systemError("ERR_PERMISSION", doing, status, hint);
}

/** The map gives up the event first: otherwise the program would go on filling a ring that nobody reads. */
function closeRing(kernel: Kernel, map: PerfArray, ring: CpuRing): void {
  kernel.mapDelete(map.fd, u32Bytes(ring.cpu));
  kernel.ioctl(ring.fd, PERF_EVENT_IOC_DISABLE, 0);
  ring.mapping.unmap();
  kernel.close(ring.fd);
}

function drainRing<T>(
  kernel: Kernel,
  map: PerfArray,
  ring: CpuRing,
  into: EventRecord<T>[],
  scratch: ByteReader,
  last: boolean,
): number {
  const head = Number(Atomics.load(ring.control, DATA_HEAD));
  const start = Number(Atomics.load(ring.control, DATA_TAIL));
  let tail = start;
  let taken = 0;
  try {
    while (tail < head) {
      const at = ring.dataOffset + (tail & (ring.dataBytes - 1));
      const sizeBytes = ring.reader.u16(at + 6);
      if (sizeBytes < HEADER_BYTES || tail + sizeBytes > head) {
        tail = head;
        throw new LoaderError(
          "ERR_EVENTS",
          `read events of map "${map.name}": CPU ${ring.cpu} has a record of ${sizeBytes} bytes`,
        );
      }
      const wraps = at + sizeBytes > ring.dataOffset + ring.dataBytes;
      tail += sizeBytes;
      taken++;
      if (wraps) {
        unwrap(ring, at, sizeBytes, scratch.bytes);
        readRecord(map, ring, scratch, 0, sizeBytes, into);
      } else {
        readRecord(map, ring, ring.reader, at, sizeBytes, into);
      }
    }
  } finally {
    if (tail !== start) Atomics.store(ring.control, DATA_TAIL, BigInt(tail));
  }
  // The kernel writes a record of losses only together with the next event: after the last one it has to be asked.
  if (ring.readsLost && (last || head - start > ring.dataBytes / 2)) readLost(kernel, ring, into);
  return taken;
}

function unwrap(ring: CpuRing, at: number, sizeBytes: number, scratch: Uint8Array): void {
  const end = ring.dataOffset + ring.dataBytes;
  scratch.set(ring.reader.slice(at, end - at));
  scratch.set(ring.reader.slice(ring.dataOffset, sizeBytes - (end - at)), end - at);
}

/** `at` is the record's header: type, misc, size. A sample is then its time, its data's length, and the data. */
function readRecord<T>(
  map: PerfArray,
  ring: CpuRing,
  reader: ByteReader,
  at: number,
  sizeBytes: number,
  into: EventRecord<T>[],
): void {
  const type = reader.u32(at);
  if (type === PERF_RECORD_SAMPLE) {
    const dataBytes = reader.u32(at + 16);
    const wanted = map.codec?.sizeBytes ?? dataBytes;
    if (wanted > dataBytes || 20 + dataBytes > sizeBytes) {
      throw new LoaderError(
        "ERR_EVENTS",
        `read events of map "${map.name}": an event of ${dataBytes} bytes where its type has ${wanted}`,
      );
    }
    // The codec was built from the type that the stream's T stands for.
    const event = (map.codec ? map.codec.decode(reader, at + 20) : reader.slice(at + 20, wanted).slice()) as T;
    into.push({ kind: "event", cpu: ring.cpu, timeNs: reader.u64(at + 8), event });
  } else if (type === PERF_RECORD_LOST) {
    ring.lostInRecords += reader.size64(at + 16);
    reportLost(ring, ring.lostInRecords, into);
  }
}

function readLost<T>(kernel: Kernel, ring: CpuRing, into: EventRecord<T>[]): void {
  const bytes: KernelBytes = new Uint8Array(16);
  if (kernel.read(ring.fd, bytes) !== bytes.length) return;
  reportLost(ring, new ByteReader(bytes, "perf event").size64(8), into);
}

/** Both ways of telling count the same losses: only what is new in either is passed on. */
function reportLost<T>(ring: CpuRing, total: number, into: EventRecord<T>[]): void {
  if (total <= ring.lostReported) return;
  into.push({ kind: "lost", cpu: ring.cpu, count: total - ring.lostReported });
  ring.lostReported = total;
}

function u32Bytes(value: number): KernelBytes {
  return new ByteWriter(16).u32(value).finish();
}
