// The stream over rings of the test's own: when it waits, when it polls, and how it ends.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { createEventStream, type Rings } from "./events.js";
import { fakeKernel } from "./fake-kernel.test.support.js";
import type { EventRecord, EventStream } from "./types.js";

interface Harness {
  readonly stream: EventStream<number>;
  readonly log: string[];
  /** Puts records where the next drain finds them, and wakes the reader when it asked for that. */
  put(...records: readonly (number | "lost" | "hidden")[]): void;
  /** The same without a word. */
  putSilently(...records: readonly number[]): void;
}

function harness(): Harness {
  const log: string[] = [];
  let waiting: (() => void) | undefined;
  let queue: (number | "lost" | "hidden")[] = [];
  const kernel = fakeKernel({
    watch: (_fd, onReadable) => ({
      start() {
        log.push("watch");
        waiting = onReadable;
      },
      stop: () => (waiting = undefined),
      close: () => void log.push("unwatch"),
    }),
  });
  const rings: Rings<number> = {
    pollFds: [5],
    drain(into, last) {
      log.push(last ? "last drain" : `drain ${queue.length}`);
      const taken = queue.length;
      for (const one of queue) {
        if (one === "lost") into.push({ kind: "lost", cpu: 1, count: 2 });
        else if (one !== "hidden") into.push({ kind: "event", cpu: 1, timeNs: undefined, event: one });
      }
      queue = [];
      return taken;
    },
    mayBeSilent: () => queue.length > 0,
    close: () => void log.push("close"),
  };
  const stream = createEventStream<number>("events", kernel, () => {
    log.push("open");
    return rings;
  });
  return {
    stream,
    log,
    put(...records) {
      queue.push(...records);
      waiting?.();
    },
    putSilently: (...records) => void queue.push(...records),
  };
}

const numbers = (batch: readonly EventRecord<number>[]): (number | string)[] =>
  batch.map((record) => (record.kind === "event" ? record.event : `lost ${record.count}`));

test("after events it waits and drains again; only an empty ring is watched", async () => {
  const { stream, log, put } = harness();
  const batches = stream.batches({ latencyMs: 1 });
  const first = batches.next();
  await sleep(5);
  assert.deepEqual(log, ["open", "drain 0", "watch"]);
  put(1, 2);
  assert.deepEqual(numbers((await first).value ?? []), [1, 2]);
  put(3);
  assert.deepEqual(numbers((await batches.next()).value ?? []), [3]);
  const next = batches.next();
  await sleep(20);
  assert.deepEqual(log.slice(3), ["drain 2", "drain 1", "drain 0", "watch"]);
  put("hidden");
  await sleep(20);
  assert.deepEqual(log.slice(7), ["drain 1", "drain 0", "watch"], "what is not shown counts as activity too");
  stream.close();
  assert.equal((await next).done, true);
  assert.deepEqual(log.slice(10), ["unwatch", "close"]);
});

test("losses are in the stream, counted, and a warning of the process once", async () => {
  const { stream, put } = harness();
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", onWarning);
  put(1, "lost", 2, "lost", 3);
  const seen: number[] = [];
  for await (const event of stream) {
    seen.push(event);
    if (event === 3) break;
  }
  await sleep(1);
  process.off("warning", onWarning);
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(stream.lost, 4);
  assert.deepEqual(
    warnings.map((warning) => warning.name),
    ["LostEventsWarning"],
  );

  const records = harness();
  records.put("lost", 7);
  const shown: (number | string)[] = [];
  for await (const record of records.stream.records()) {
    shown.push(...numbers([record]));
    if (record.kind === "event") break;
  }
  assert.deepEqual(shown, ["lost 2", 7]);
});

test("leaving the loop closes the rings, and another loop opens them again", async () => {
  const { stream, log, put } = harness();
  for (let round = 0; round < 2; round++) {
    put(round);
    for await (const event of stream) {
      assert.equal(event, round);
      break;
    }
  }
  assert.deepEqual(log, ["open", "drain 1", "unwatch", "close", "open", "drain 1", "unwatch", "close"]);
});

test("a signal ends the reading after what is there was delivered", async () => {
  for (const when of ["waiting", "reading", "before"] as const) {
    const { stream, log, put } = harness();
    const controller = new AbortController();
    if (when === "before") controller.abort();
    put(1);
    const seen: (number | string)[] = [];
    if (when === "waiting") setTimeout(() => controller.abort(), 30);
    for await (const batch of stream.batches({ signal: controller.signal, latencyMs: 1 })) {
      seen.push(...numbers(batch));
      if (when === "reading" && seen.length === 1) {
        put(2);
        controller.abort();
      }
    }
    assert.deepEqual(seen, when === "reading" ? [1, 2] : [1], when);
    assert.deepEqual(log.slice(-3), ["last drain", "unwatch", "close"], when);
  }
});

test("closing ends the reading at once, wherever it is", async () => {
  const waiting = harness();
  const next = waiting.stream.batches().next();
  await sleep(1);
  waiting.stream.close();
  assert.equal((await next).done, true);

  const pausing = harness();
  pausing.put(1);
  const batches = pausing.stream.batches({ latencyMs: 100_000 });
  await batches.next();
  const late = batches.next();
  await sleep(1);
  await pausing.stream[Symbol.asyncDispose]();
  assert.equal((await late).done, true);
  assert.throws(() => pausing.stream.open(), { code: "ERR_CLOSED" });
  assert.throws(() => pausing.stream.batches(), { code: "ERR_CLOSED" });
});

test("there is one reader at a time", async () => {
  const { stream, put } = harness();
  put(1);
  const first = stream.batches();
  await first.next();
  assert.throws(() => stream.batches(), { code: "ERR_EVENTS" });
  await first.return();
  put(2);
  const second = stream.batches();
  assert.deepEqual(numbers((await second.next()).value ?? []), [2]);
  await second.return();
});

test("what came while the watch was being set up is found without a wake-up", async () => {
  const { stream, log, putSilently } = harness();
  const batches = stream.batches();
  const first = batches.next();
  assert.deepEqual(log, ["open", "drain 0", "watch"]);
  putSilently(7);
  assert.deepEqual(numbers((await first).value ?? []), [7]);
  await batches.return();
});

test("an error while draining ends the reading and closes the rings", async () => {
  const log: string[] = [];
  const stream = createEventStream<number>("events", fakeKernel(), () => ({
    pollFds: [],
    drain() {
      throw new Error("broken ring");
    },
    mayBeSilent: () => false,
    close: () => void log.push("close"),
  }));
  await assert.rejects(async () => {
    for await (const event of stream) assert.fail(`got ${event}`);
  }, /broken ring/);
  assert.deepEqual(log, ["close"]);
});
