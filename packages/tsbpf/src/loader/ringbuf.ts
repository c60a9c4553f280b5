// Reads a BPF ring buffer. The layout is that of kernel/bpf/ringbuf.c: a page with the consumer's position, a page
// with the producer's, and the data, mapped twice in a row so that no record is ever split. Linux 5.8.

import type { Kernel } from "../sys/kernel.js";
import { ByteReader } from "../util/bytes.js";
import type { Codec } from "./codec.js";
import { LoaderError, systemError } from "./errors.js";
import type { OpenRings, Rings } from "./events.js";
import { pageSizeBytes } from "./memory.js";
import type { EventRecord } from "./types.js";

/** struct bpf_ringbuf_hdr: length with two flag bits, and the kernel's own offset. */
const HEADER_BYTES = 8;
/** The record is reserved and not yet written. */
const BUSY = 0x8000_0000;
const DISCARD = 0x4000_0000;
const LENGTH_MASK = 0x3fff_ffff;

export interface RingBufferMap {
  readonly name: string;
  readonly fd: number;
  /** The map's max_entries: a power of two. */
  readonly dataBytes: number;
  readonly codec: Codec | undefined;
}

export function ringBufferRings<T>(kernel: Kernel, map: RingBufferMap): OpenRings<T> {
  return () => {
    const doing = `open events of map "${map.name}"`;
    const pageBytes = pageSizeBytes(kernel);
    const consumerPage = kernel.mmap(map.fd, pageBytes, 0, true);
    if (typeof consumerPage === "number") throw systemError("ERR_EVENTS", doing, consumerPage);
    const producerPages = kernel.mmap(map.fd, pageBytes + 2 * map.dataBytes, pageBytes, false);
    if (typeof producerPages === "number") {
      consumerPage.unmap();
      throw systemError("ERR_EVENTS", doing, producerPages);
    }
    const consumer = new BigUint64Array(consumerPage.buffer, 0, 1);
    const producer = new BigUint64Array(producerPages.buffer, 0, 1);
    const data = new Uint8Array(producerPages.buffer, pageBytes);
    const rings: Rings<T> = {
      pollFds: [map.fd],
      drain: (into) => drainRing(map, consumer, producer, data, into),
      // ringbuf_map_poll (kernel/bpf/ringbuf.c) looks at the positions each time it is asked.
      mayBeSilent: () => false,
      close() {
        consumerPage.unmap();
        producerPages.unmap();
      },
    };
    return rings;
  };
}

/**
 * One pass over what is there. The stream asks to be woken only after a pass that took nothing: by then the kernel
 * has seen the position at which this reader stands, so a record finished meanwhile wakes it.
 */
function drainRing<T>(
  map: RingBufferMap,
  consumer: BigUint64Array,
  producer: BigUint64Array,
  data: Uint8Array,
  into: EventRecord<T>[],
): number {
  const start = Number(Atomics.load(consumer, 0));
  const end = Number(Atomics.load(producer, 0));
  const headers = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
  const reader = new ByteReader(data, `ring buffer "${map.name}"`);
  let position = start;
  let taken = 0;
  try {
    while (position < end) {
      // Positions only grow, past 4 GiB too: plain arithmetic is exact up to 2^53.
      const at = position % map.dataBytes;
      const header = Atomics.load(headers, at / 4);
      if ((header & BUSY) !== 0) break;
      const length = header & LENGTH_MASK;
      const next = position + Math.ceil((length + HEADER_BYTES) / 8) * 8;
      if (next > end) {
        position = end;
        throw new LoaderError(
          "ERR_EVENTS",
          `read events of map "${map.name}": a record of ${length} bytes is too long`,
        );
      }
      position = next;
      taken++;
      if ((header & DISCARD) === 0) into.push(readRecord(map, reader, at + HEADER_BYTES, length));
    }
  } finally {
    if (position !== start) Atomics.store(consumer, 0, BigInt(position));
  }
  return taken;
}

function readRecord<T>(map: RingBufferMap, reader: ByteReader, at: number, length: number): EventRecord<T> {
  const wanted = map.codec?.sizeBytes ?? length;
  if (wanted > length) {
    throw new LoaderError(
      "ERR_EVENTS",
      `read events of map "${map.name}": an event of ${length} bytes where its type has ${wanted}`,
    );
  }
  const event = (map.codec ? map.codec.decode(reader, at) : reader.slice(at, length).slice()) as T;
  return { kind: "event", cpu: undefined, timeNs: undefined, event };
}
