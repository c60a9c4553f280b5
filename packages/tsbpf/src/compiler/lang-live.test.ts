// The programs of test/cases/lang in the live kernel: they load at every level, and do what they say.

import assert from "node:assert/strict";
import { closeSync, fstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { getPriority, hostname } from "node:os";
import { basename } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "../loader/load.js";
import type { EventStream, LoadedMap } from "../loader/types.js";
import { casesFolder, contextBytes, levelsOf, mayLoad, objectOf, type Input } from "./run.test.support.js";

const folder = `${casesFolder}lang/`;

for (const name of readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .sort()) {
  test(`load ${name}`, async (t) => {
    if (!mayLoad(t)) return;
    for (const passes of ["none", "all"] as const) {
      for (const cpu of levelsOf(folder + name)) {
        await using object = await load(objectOf(folder + name, passes, cpu));
        assert.ok(Object.keys(object.programs).length > 0);
      }
    }
  });
}

/** What is in the stream now. */
async function drain(map: LoadedMap | undefined): Promise<readonly Record<string, unknown>[]> {
  assert.ok(map && "batches" in map, "no event stream");
  const stream: EventStream<unknown> = map;
  const events: Record<string, unknown>[] = [];
  for await (const batch of stream.batches({ signal: AbortSignal.abort() })) {
    for (const record of batch) {
      assert.ok(record.kind === "event", "a record was lost");
      events.push(record.event as Record<string, unknown>);
    }
  }
  return events;
}

/** One run of a program of ring-buffer.ts: its result, and kind and pid of each record. */
interface RingCase {
  readonly program: string;
  readonly args: Input;
  readonly result: number;
  readonly records: readonly (readonly [number, number])[];
}

const ringCases: readonly RingCase[] = [
  { program: "submitted", args: [7n, 0x0403n], result: 0, records: [[7, process.pid]] },
  { program: "onSomePaths", args: [1n], result: 0, records: [[100, 1]] },
  { program: "onSomePaths", args: [2n], result: 2, records: [] },
  { program: "onSomePaths", args: [4n], result: 4, records: [] },
  { program: "onSomePaths", args: [6n], result: 0, records: [] },
  {
    program: "inLoop",
    args: [9n],
    result: 0,
    records: [
      [200, 0],
      [200, 1],
      [200, 2],
    ],
  },
  { program: "inLoop", args: [1n], result: 0, records: [[200, 0]] },
  { program: "inLoop", args: [0n], result: 0, records: [] },
  { program: "nested", args: [0n], result: 0, records: [[40, 0]] },
  {
    program: "nested",
    args: [1n],
    result: 0,
    records: [
      [40, 0],
      [41, 0],
    ],
  },
  {
    program: "nested",
    args: [2n],
    result: 0,
    records: [
      [42, 0],
      [40, 0],
    ],
  },
];

test("ring buffer records are submitted or discarded on every path", async (t) => {
  if (!mayLoad(t)) return;
  for (const passes of ["none", "all"] as const) {
    await using object = await load(objectOf(`${folder}ring-buffer.ts`, passes, "v3"));
    const stream = object.maps["events"];
    if (stream && "open" in stream) stream.open();
    for (const { program, args, result, records } of ringCases) {
      const outcome = object.programs[program]?.testRun({ context: contextBytes(args) });
      const events = await drain(stream);
      const got = { result: outcome?.returnValue, records: events.map(({ kind, pid }) => [kind, pid]) };
      assert.deepEqual(got, { result, records }, `${program}(${String(args[0])}), passes ${passes}`);
      if (program === "submitted") {
        const [event] = events;
        assert.equal(event?.["comm"], readFileSync("/proc/self/comm", "utf8").trim());
        assert.deepEqual(Array.from(event?.["values"] as Iterable<number>), [0x0403, 4, 0, 0]);
      }
    }
  }
});

/** The parent of a process (man 5 proc). */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

test("CO-RE chains read what /proc says", async (t) => {
  if (!mayLoad(t)) return;
  for (const passes of ["none", "all"] as const) {
    await using object = await load(objectOf(`${folder}core-chain.ts`, passes, "v3"));
    const stream = object.maps["events"];
    if (stream && "open" in stream) stream.open();
    object.programs["onExec"]?.testRun();
    const [event] = await drain(stream);
    assert.ok(event);
    const comm = readFileSync("/proc/self/comm", "utf8").trim();
    const parentComm = readFileSync(`/proc/${process.ppid}/comm`, "utf8").trim();
    const { runtime, ...rest } = event;
    assert.ok(typeof runtime === "bigint" && runtime > 1_000_000n, String(runtime));
    // The weight of a process that is neither preferred nor held back (sched_prio_to_weight, kernel/sched/core.c).
    if (getPriority() === 0) assert.equal(event["weight"], 1024n << 10n);
    assert.deepEqual(rest, {
      parent: process.ppid,
      grandparent: parentOf(process.ppid),
      weight: event["weight"],
      comm,
      parentComm,
      host: hostname(),
      first: comm.charCodeAt(0),
    });
  }
});

test("pointers in kernel memory that may be null", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load(objectOf(`${folder}core-nullable.ts`, "all", "v3"));
  // A process in user space has memory, and its ancestor four generations up is another one or itself (pid 1, 0).
  const chained = object.programs["chained"]?.testRun().returnValue ?? 0;
  assert.ok(chained !== 0 && chained !== 2, `chained: ${chained}`);
  const compared = object.programs["compared"]?.testRun().returnValue ?? 0;
  assert.ok(compared === 3 || compared === 4, `compared: ${compared}`);
});

test("CO-RE programs that check themselves find every answer right", async (t) => {
  if (!mayLoad(t)) return;
  for (const file of ["core-kinds.ts", "core-fields.ts", "core-trusted.ts"]) {
    for (const passes of ["none", "all"] as const) {
      for (const cpu of ["v1", "v3", "v4"] as const) {
        await using object = await load(objectOf(folder + file, passes, cpu));
        for (const [name, program] of Object.entries(object.programs)) {
          if (name === "files") continue;
          for (const index of [0n, 1n, 2n, 3n, 4n, 0xffffffffn]) {
            const { returnValue } = program.testRun({ context: contextBytes([index, 7n]) });
            assert.equal(returnValue, 0, `${name}(${index}), passes ${passes}, cpu ${cpu}`);
          }
        }
      }
    }
  }
});

test("a field that the kernel lacks is named", async (t) => {
  if (!mayLoad(t)) return;
  await assert.rejects(load(objectOf(`${casesFolder}kinds/missing-field.ts`, "all", "v3")), {
    code: "ERR_CORE",
    message:
      /"onExec": this kernel has no struct task_struct\.no_such_field, which \S*missing-field\.ts:7:10 needs \(ask/,
  });
});

test("files, names and user memory are those that /proc shows", async (t) => {
  if (!mayLoad(t)) return;
  const path = fileURLToPath(import.meta.url);
  const fd = openSync(path, "r");
  try {
    for (const passes of ["none", "all"] as const) {
      await using object = await load(objectOf(`${folder}core-fields.ts`, passes, "v3"));
      const stream = object.maps["texts"];
      if (stream && "open" in stream) stream.open();
      const outcome = object.programs["files"]?.testRun({ context: contextBytes([BigInt(fd)]) });
      assert.equal(outcome?.returnValue, Number(BigInt.asUintN(32, BigInt(fstatSync(fd, { bigint: true }).ino))));
      const [event] = await drain(stream);
      assert.equal(event?.["name"], basename(path));
      const [command = ""] = readFileSync("/proc/self/cmdline", "utf8").split("\0");
      assert.equal(event?.["args"], command.slice(0, 63));
    }
  } finally {
    closeSync(fd);
  }
});

test("a program that may wait copies the process's memory; maps and helpers know its task", async (t) => {
  if (!mayLoad(t)) return;
  for (const passes of ["none", "all"] as const) {
    await using object = await load(objectOf(`${folder}core-user.ts`, passes, "v3"));
    const outcome = object.programs["command"]?.testRun({ context: new Uint8Array(72) });
    assert.equal(outcome?.returnValue, 0);
    const after = Buffer.from(outcome.context ?? []);
    const [command = ""] = readFileSync("/proc/self/cmdline", "utf8").split("\0");
    assert.equal(after.toString("utf8", 0, 64).split("\0")[0], command.slice(0, 64));
    assert.equal(after.readUInt32LE(64), process.pid);
    assert.ok(after.readUInt32LE(68) > 1000);
    const count = object.programs["count"];
    assert.deepEqual([count?.testRun().returnValue, count?.testRun().returnValue], [process.pid, process.pid * 2]);
  }
});
