// Both kinds of rings over memory of the test's own: wrapped records, losses, malformed records, positions past 4 GiB.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kernel, Mapping } from "../sys/kernel.js";
import { ByteReader, ByteWriter } from "../util/bytes.js";
import type { Codec } from "./codec.js";
import type { Rings } from "./events.js";
import { fakeKernel } from "./fake-kernel.test.support.js";
import { perfRings } from "./perf.js";
import { ringBufferRings } from "./ringbuf.js";
import type { EventRecord } from "./types.js";

const PAGE = 4096;
const u32Codec: Codec = {
  sizeBytes: 4,
  decode: (reader, offset) => reader.u32(offset),
  encode: (out, value) => void out.u32(Number(value)),
};

interface TestRing {
  readonly rings: Rings<number>;
  readonly memory: Uint8Array;
  readonly kernel: ReturnType<typeof fakeKernel>;
}

/** One CPU's perf ring of one page; its id is 7. */
function perfRing(overrides: Partial<Kernel> = {}): TestRing {
  const buffer = new ArrayBuffer(2 * PAGE);
  const kernel = fakeKernel({
    files: { "/sys/devices/system/cpu/online": "7\n" },
    mmap: (): Mapping => ({ buffer, unmap: () => {} }),
    ...overrides,
  });
  const rings = perfRings<number>(kernel, { name: "events", fd: 1, codec: u32Codec })({ pages: 1 });
  return { rings, memory: new Uint8Array(buffer), kernel };
}

const HEAD = 128;
const TAIL = 129;

/** Writes records one after the other as the kernel does, around the end of the ring. */
function produce(memory: Uint8Array, ...records: readonly Uint8Array[]): void {
  const control = new BigUint64Array(memory.buffer, 0, PAGE / 8);
  let head = Number(control[HEAD]);
  for (const record of records) {
    for (const [index, byte] of record.entries()) memory[PAGE + ((head + index) % PAGE)] = byte;
    head += record.length;
  }
  control[HEAD] = BigInt(head);
}

function sample(timeNs: bigint, value: number, dataBytes = 12): Uint8Array {
  const out = new ByteWriter()
    .u32(9)
    .u16(0)
    .u16(20 + dataBytes)
    .u64(timeNs)
    .u32(dataBytes)
    .u32(value);
  return out.zeros(dataBytes - 4).finish();
}

function lostRecord(count: bigint): Uint8Array {
  return new ByteWriter().u32(2).u16(0).u16(24).u64(55n).u64(count).finish();
}

function drain({ rings }: TestRing, last = false): { taken: number; records: EventRecord<number>[] } {
  const records: EventRecord<number>[] = [];
  return { taken: rings.drain(records, last), records };
}

test("perf: samples and losses in the order of the ring, keyed by the CPU's id", () => {
  const ring = perfRing();
  assert.ok(ring.kernel.calls.includes("perfEventOpen 7"));
  assert.deepEqual(drain(ring), { taken: 0, records: [] });
  produce(ring.memory, sample(10n, 1), lostRecord(5n), sample(2n ** 60n, 2));
  assert.deepEqual(drain(ring), {
    taken: 3,
    records: [
      { kind: "event", cpu: 7, timeNs: 10n, event: 1 },
      { kind: "lost", cpu: 7, count: 5 },
      { kind: "event", cpu: 7, timeNs: 2n ** 60n, event: 2 },
    ],
  });
  assert.equal(new BigUint64Array(ring.memory.buffer)[TAIL], 88n, "the kernel may use the room again");
  assert.deepEqual(drain(ring), { taken: 0, records: [] });
});

test("perf: records that wrap around the end, also where positions pass 4 GiB", () => {
  for (const start of [0n, 2n ** 32n - 4096n, 2n ** 40n]) {
    const ring = perfRing();
    const control = new BigUint64Array(ring.memory.buffer, 0, PAGE / 8);
    control[HEAD] = control[TAIL] = start;
    // 40-byte records do not divide a page, so each eighth byte of a record is split once in a while.
    for (let value = 0; value < 2000; value++) {
      produce(ring.memory, sample(BigInt(value), value, 20));
      const { records } = drain(ring);
      assert.deepEqual(records, [{ kind: "event", cpu: 7, timeNs: BigInt(value), event: value }]);
    }
    assert.equal(control[TAIL], start + 80_000n);
  }
});

test("perf: kinds of records that are not known are passed over", () => {
  const ring = perfRing();
  produce(ring.memory, new ByteWriter().u32(13).u16(0).u16(16).u64(1n).finish(), sample(1n, 9));
  assert.deepEqual(
    drain(ring).records.map((record) => record.kind === "event" && record.event),
    [9],
  );
});

test("perf: malformed records end the drain with an error", () => {
  for (const [size, text] of [
    [0, /a record of 0 bytes/],
    [4, /a record of 4 bytes/],
    [4000, /a record of 4000 bytes/],
  ] as const) {
    const ring = perfRing();
    produce(ring.memory, sample(1n, 1), new ByteWriter().u32(9).u16(0).u16(size).zeros(24).finish());
    assert.throws(() => drain(ring), { code: "ERR_EVENTS", message: text });
    assert.deepEqual(drain(ring), { taken: 0, records: [] }, "and the next one does not hang on it");
  }
  const short = perfRing();
  produce(short.memory, new ByteWriter().u32(9).u16(0).u16(24).u64(1n).u32(2).u32(0).finish());
  assert.throws(() => drain(short), { message: /an event of 2 bytes where its type has 4/ });
});

test("perf: losses that read(2) tells of are not counted twice", () => {
  let lost = 0n;
  const ring = perfRing({
    read(_fd, into) {
      into.set(new ByteWriter().u64(0n).u64(lost).finish());
      return 16;
    },
  });
  const lostOf = (last: boolean): number[] =>
    drain(ring, last).records.flatMap((record) => (record.kind === "lost" ? [record.count] : []));
  lost = 3n;
  assert.deepEqual(lostOf(false), [], "an empty ring is not asked");
  assert.deepEqual(lostOf(true), [3], "the last drain asks");
  produce(ring.memory, lostRecord(3n));
  assert.deepEqual(lostOf(false), [], "the ring's own record comes late");
  produce(ring.memory, lostRecord(2n));
  assert.deepEqual(lostOf(false), [2]);
  lost = 6n;
  assert.deepEqual(lostOf(true), [1]);
});

test("perf: a CPU that went offline is left out, and pages must be a power of two", () => {
  const kernel = fakeKernel({ perfEventOpen: (_attr, cpu) => (cpu === 0 ? -19 : 50 + cpu) });
  assert.deepEqual(perfRings(kernel, { name: "e", fd: 1, codec: undefined })({}).pollFds, [52]);
  for (const pages of [0, 3, -1, 1.5]) {
    assert.throws(() => perfRings(kernel, { name: "e", fd: 1, codec: undefined })({ pages }), /is not a power of two/);
  }
});

const DATA = 8192;

/** A ring buffer of two pages: positions in pages of their own, the data mapped twice. */
function ringBuffer(): TestRing & { reserve(value: number, flags: number, position: bigint): bigint } {
  const consumer = new ArrayBuffer(PAGE);
  const producer = new ArrayBuffer(PAGE + 2 * DATA);
  const kernel = fakeKernel({
    mmap: (_fd, _length, offset): Mapping => ({ buffer: offset === 0 ? consumer : producer, unmap: () => {} }),
  });
  const rings = ringBufferRings<number>(kernel, { name: "ring", fd: 1, codec: u32Codec, dataBytes: DATA })({});
  const memory = new Uint8Array(producer);
  return {
    rings,
    kernel,
    memory: new Uint8Array(consumer),
    reserve(value, flags, position) {
      const record = new ByteWriter()
        .u32((4 | flags) >>> 0)
        .u32(0)
        .u32(value)
        .u32(0)
        .finish();
      for (const [index, byte] of record.entries()) {
        const at = (Number(position % BigInt(DATA)) + index) % DATA;
        memory[PAGE + at] = byte;
        memory[PAGE + DATA + at] = byte;
      }
      new BigUint64Array(producer)[0] = position + 16n;
      return position + 16n;
    },
  };
}

test("ring buffer: busy records hold back what follows, discarded ones are skipped", () => {
  const [BUSY, DISCARD] = [2 ** 31, 2 ** 30];
  const ring = ringBuffer();
  let at = ring.reserve(1, 0, 0n);
  at = ring.reserve(2, DISCARD, at);
  const busyAt = at;
  at = ring.reserve(3, BUSY, at);
  at = ring.reserve(4, 0, at);
  const event = (value: number): EventRecord<number> => ({
    kind: "event",
    cpu: undefined,
    timeNs: undefined,
    event: value,
  });
  assert.deepEqual(drain(ring), { taken: 2, records: [event(1)] });
  assert.deepEqual(drain(ring), { taken: 0, records: [] });
  ring.reserve(3, 0, busyAt);
  ring.reserve(4, 0, busyAt + 16n);
  assert.deepEqual(drain(ring), { taken: 2, records: [event(3), event(4)] });
  assert.equal(new ByteReader(ring.memory, "consumer page").u64(0), 64n);
});

test("ring buffer: around the end, and past 4 GiB", () => {
  const ring = ringBuffer();
  const start = 2n ** 32n - 8n;
  new BigUint64Array(ring.memory.buffer)[0] = start;
  let at = start;
  for (let value = 0; value < 1500; value++) {
    at = ring.reserve(value, 0, at);
    assert.deepEqual(
      drain(ring).records.map((record) => record.kind === "event" && record.event),
      [value],
    );
  }
});

test("ring buffer: a record longer than what was written is an error, not a hang", () => {
  const ring = ringBuffer();
  ring.reserve(1, 0x1000, 0n);
  assert.throws(() => drain(ring), { code: "ERR_EVENTS" });
  assert.deepEqual(drain(ring), { taken: 0, records: [] });
});
