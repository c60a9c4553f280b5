// Constants, global variables and the user half of every kind of map, with programs of test/cases/lang in the live
// kernel.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { load } from "../loader/load.js";
import { kernelDescriptors } from "../loader/live.test.support.js";
import { possibleCpus } from "../loader/cpus.js";
import { openKernel } from "../sys/linux.js";
import type { LoadedProgram } from "../loader/types.js";
import type { HammerData } from "./hammer.test.support.js";
import { setProgram } from "../testing.js";
import type { ProgArray } from "../lang/map-types.js";
import type { Program } from "../lang/types.js";
import type * as language from "../index.js";
import { casesFolder, contextBytes, importCase, mayLoad, objectOf } from "./run.test.support.js";

type Decoded<K, D> = { readonly dataKind: K; readonly __decoded?: D };
interface GlobalsCase {
  readonly target: Decoded<"constant", number>;
  readonly verbose: Decoded<"constant", boolean>;
  readonly limits: Decoded<"constant", { readonly low: number; readonly high: number }>;
  readonly suffix: Decoded<"constant", string>;
  readonly runs: Decoded<"global", bigint>;
  readonly level: Decoded<"global", number>;
  readonly state: Decoded<"global", { readonly last: bigint; readonly name: string; readonly seen: readonly number[] }>;
  readonly tiny: Decoded<"global", number>;
  readonly onExec: Program<"raw_tracepoint">;
}

const run = (program: LoadedProgram, ...args: readonly bigint[]): number =>
  program.testRun({ context: contextBytes(args) }).returnValue;

const lang = (name: string): string => `${casesFolder}lang/${name}.ts`;

for (const passes of ["none", "all"] as const) {
  test(`constants are seen, variables are shared, passes ${passes}`, async (t) => {
    if (!mayLoad(t)) return;
    const bytes = objectOf(lang("globals"), passes, "v3");
    const before = kernelDescriptors();
    {
      await using object = await load<GlobalsCase>(bytes);
      const { globals, programs } = object;
      assert.deepEqual([globals.target.value, globals.verbose.value, globals.suffix.value], [0, false, "none"]);
      assert.deepEqual(globals.limits.value, { low: 10, high: 20 });
      assert.deepEqual([globals.runs.value, globals.level.value, globals.tiny.value], [0n, -5, 0]);
      assert.deepEqual(globals.state.value, { last: 0n, name: "start", seen: [0, 0, 0, 0] });
      assert.deepEqual([run(programs.onExec, 5n), run(programs.onExec, 15n)], [2, 100 + 0x6e]);
      assert.deepEqual(globals.state.value, { last: 15n, name: "start", seen: [0, 0, 0, 1] });
      assert.deepEqual([globals.runs.value, globals.level.value, globals.tiny.value], [2n, -5, 1]);
      globals.runs.value = 2n ** 63n;
      globals.tiny.value = 255;
      globals.state.value = { last: 9n, name: "later", seen: [1, 2, 3, 4] };
      run(programs.onExec, 12n);
      assert.deepEqual([globals.runs.value, globals.tiny.value], [2n ** 63n + 1n, 0]);
      assert.deepEqual(globals.state.value, { last: 12n, name: "later", seen: [2, 2, 3, 4] });
    }
    const constants = { target: 33, verbose: true, limits: { low: 0, high: 40 }, suffix: "abc" };
    {
      await using object = await load<GlobalsCase>(bytes, { constants });
      const { globals, programs } = object;
      assert.deepEqual([run(programs.onExec, 15n), run(programs.onExec, 33n)], [1, 100 + 0x61]);
      assert.deepEqual([globals.level.value, globals.target.value, globals.suffix.value], [-3, 33, "abc"]);
      assert.equal(globals.runs.name, "runs");
    }
    assert.deepEqual(kernelDescriptors(), before, "nothing stays open");
  });
}

test("what cannot be set or read says so", async (t) => {
  if (!mayLoad(t)) return;
  const bytes = objectOf(lang("globals"), "all", "v3");
  const loadWith = async (constants: Record<string, unknown>): Promise<unknown> => load(bytes, { constants });
  await assert.rejects(loadWith({ tarket: 1 }), { code: "ERR_UNKNOWN_NAME", message: /did you mean "target"\?/ });
  await assert.rejects(loadWith({ target: -1 }), {
    code: "ERR_VALUE",
    message: /constant "target": expected an integer/,
  });
  await assert.rejects(loadWith({ target: 1n }), { code: "ERR_VALUE" });
  await assert.rejects(loadWith({ limits: { lo: 1 } }), { code: "ERR_VALUE", message: /there is no field "lo"/ });
  await assert.rejects(loadWith({ suffix: "far too long" }), { code: "ERR_VALUE" });
  await assert.rejects(loadWith({ runs: 1n }), { code: "ERR_VALUE", message: /object\.globals\.runs\.value/ });
  const object = await load(bytes, { constants: { target: undefined } });
  const { globals } = object;
  const [target, runs] = [globals["target"], globals["runs"]];
  assert.ok(target && runs);
  assert.throws(() => (target.value = 5), { code: "ERR_VALUE", message: /constants: \{ target/ });
  assert.throws(() => (runs.value = 5), { code: "ERR_VALUE", message: /expected a bigint/ });
  assert.throws(() => globals["run"], { code: "ERR_UNKNOWN_NAME", message: /did you mean "runs"\?/ });
  assert.equal(runs.value, 0n);
  object.close();
  assert.throws(() => runs.value, { code: "ERR_CLOSED" });
  assert.throws(() => (runs.value = 1n), { code: "ERR_CLOSED" });
});

test("a kernel without shared mappings reads and writes whole sections", async (t) => {
  if (!mayLoad(t)) return;
  const kernel = { ...openKernel(), mmap: () => -22 };
  await using object = await load<GlobalsCase>(objectOf(lang("globals"), "all", "v3"), { kernel });
  const { globals, programs } = object;
  run(programs.onExec, 15n);
  globals.tiny.value = 7;
  assert.deepEqual([globals.runs.value, globals.tiny.value, globals.state.value.last], [1n, 7, 15n]);
});

interface SharedCase {
  readonly added: Decoded<"global", bigint>;
  readonly fetched: Decoded<"global", number>;
  readonly swapped: Decoded<"global", bigint>;
  readonly pair: Decoded<"global", { readonly low: number; readonly high: bigint }>;
  readonly counts: language.HashMap<unknown, unknown, number, bigint>;
  readonly count: Program<"raw_tracepoint">;
}

test("no change is lost where two threads change the same memory", async (t) => {
  if (!mayLoad(t)) return;
  const [threads, times] = [3, 8000];
  for (const passes of ["none", "all"] as const) {
    await using object = await load<SharedCase>(objectOf(lang("shared"), passes, "v3"));
    object.maps.counts.set(1, 0n);
    const file = new URL("./hammer.test.support.js", import.meta.url);
    const failed = new Int32Array(new SharedArrayBuffer(4));
    const workerData: HammerData = { fd: object.programs.count.fd, times, failed };
    const exits = Array.from({ length: threads }, () => once(new Worker(file, { workerData }), "exit"));
    for (const [code] of await Promise.all(exits)) assert.equal(code, 0);
    const total = threads * times;
    const { added, fetched, swapped, pair } = object.globals;
    assert.equal(added.value, BigInt(total * 3));
    assert.equal(fetched.value, total);
    const xors = Array.from({ length: total }, (_, index) => index).reduce((a, b) => a ^ b, 0);
    assert.deepEqual(pair.value, { low: xors, high: BigInt(total) });
    assert.equal(object.maps.counts.get(1), BigInt(total * 2));
    assert.equal(swapped.value, BigInt(total - (failed[0] ?? 0)));
  }
});

interface TailCase {
  readonly steps: ProgArray;
  readonly trace: Decoded<"global", number>;
  readonly first: Program<"raw_tracepoint">;
  readonly second: Program<"raw_tracepoint">;
  readonly endless: Program<"raw_tracepoint">;
}

/** Which programs are put where, the arguments, and what comes of it. */
const tailCases = [
  { slots: {}, args: [0n, 0n], result: 1, trace: 19 },
  { slots: { 0: "second" }, args: [0n, 5n], result: 2, trace: 12 },
  { slots: { 0: "second" }, args: [1n, 5n], result: 1, trace: 19 },
  { slots: { 0: "second", 2: "first" }, args: [7n, 2n], result: 1, trace: 19 },
  { slots: { 1: "endless", 3: "endless" }, args: [1n, 2n], result: 34, trace: 34 },
] as const;

test("tail calls go on as other programs, in the kernel and in plain Node", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load<TailCase>(objectOf(lang("tail-calls"), "all", "v3"));
  const { steps } = object.maps;
  type Case = { steps: ProgArray; trace: { value: number } } & Record<string, Program<string>>;
  const inNode = (await importCase(lang("tail-calls"))) as unknown as Case;
  for (const { slots, args, result, trace } of tailCases) {
    for (let index = 0; index < steps.length; index++) steps.delete(index);
    for (let index = 0; index < 4; index++) setProgram(inNode.steps, index, undefined);
    for (const [index, name] of Object.entries(slots)) {
      steps.set(Number(index), object.programs[name]);
      assert.ok((steps.get(Number(index)) ?? 0) > 0);
      setProgram(inNode.steps, Number(index), inNode[name]);
    }
    object.globals.trace.value = 0;
    inNode.trace.value = 0;
    const label = JSON.stringify(slots);
    assert.deepEqual([run(object.programs.first, ...args), object.globals.trace.value], [result, trace], label);
    const handler = inNode["first"]?.handler as (ctx: object) => number;
    assert.deepEqual([handler({ args }), inNode.trace.value], [result, trace], `${label} in plain Node`);
  }
  assert.throws(() => steps.set(4, object.programs.first), { code: "ERR_VALUE" });
  assert.throws(() => setProgram(inNode.steps, 4, undefined), /no index 4/);
});

interface TaskCase {
  readonly visits: language.TaskStorage<unknown, { readonly count: bigint; readonly last: number }>;
  readonly hits: language.TaskStorage<unknown, number>;
  readonly visit: Program<"raw_tracepoint">;
  readonly forget: Program<"raw_tracepoint">;
}

interface MapsCase {
  readonly stacks: language.StackTrace;
  readonly oneStack: language.StackTrace;
  readonly jobs: language.Queue<unknown, { readonly at: bigint; readonly name: string }>;
  readonly undo: language.Stack<unknown, number>;
  readonly routes: language.LpmTrie<
    object,
    unknown,
    { readonly bits: number; readonly address: Uint8Array },
    { readonly count: bigint; readonly last: number }
  >;
  readonly recent: language.LruHashMap<unknown, unknown, number, { readonly at: bigint; readonly name: string }>;
  readonly perCpu: language.PerCpuHashMap<unknown, unknown, number, bigint>;
  readonly captured: Program<"raw_tracepoint">;
  readonly capturedUser: Program<"raw_tracepoint">;
  readonly capturedInOne: Program<"raw_tracepoint">;
  readonly capturedUserInOne: Program<"raw_tracepoint">;
  readonly next: Program<"raw_tracepoint">;
  readonly route: Program<"raw_tracepoint">;
  readonly remember: Program<"raw_tracepoint">;
}

const otherMaps = (): ReturnType<typeof load<MapsCase>> => load<MapsCase>(objectOf(lang("other-maps"), "all", "v3"));

test("values of tasks", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load<TaskCase>(objectOf(lang("task-storage"), "all", "v3"));
  const { visits, hits } = object.maps;
  assert.equal(visits.get(process.pid), undefined);
  assert.deepEqual([run(object.programs.visit, 7n), run(object.programs.visit, 8n)], [220, 410]);
  assert.deepEqual([visits.get(process.pid), hits.get(process.pid)], [{ count: 2n, last: 8 }, 4]);
  visits.set(process.pid, { count: 40n, last: 1 });
  run(object.programs.visit, 9n);
  assert.deepEqual(visits.get(process.pid), { count: 41n, last: 9 });
  assert.equal(visits.has(process.ppid), false);
  visits.set(process.ppid, { count: 1n, last: 1 });
  assert.deepEqual([visits.delete(process.ppid), visits.delete(process.ppid)], [true, false]);
  assert.deepEqual([run(object.programs.forget), run(object.programs.forget)], [1, 2]);
  assert.equal(visits.has(process.pid), false);
  assert.throws(() => visits.get(2 ** 22 + 1), { code: "ERR_VALUE", message: /there is no such process/ });
});

test("stacks of calls are kept once", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await otherMaps();
  const { stacks } = object.maps;
  const kept = (): readonly number[] => [...stacks].map(([one]) => one);
  const id = run(object.programs.captured) | 0;
  assert.ok(id >= 0, `id ${id}`);
  assert.deepEqual([run(object.programs.captured), kept()], [id, [id]]);
  const addresses = stacks.get(id) ?? [];
  assert.ok(addresses.length > 3 && addresses.length <= 20 && addresses.every((one) => one >= 2n ** 63n));
  assert.deepEqual(
    [stacks.delete(id), stacks.delete(id), stacks.get(id), stacks.get(-1)],
    [true, false, undefined, undefined],
  );
  // Only now: where both stacks stand is decided by their addresses, and may be the same place.
  const user = run(object.programs.capturedUser) | 0;
  const [innermost] = stacks.get(user) ?? [];
  assert.ok(innermost !== undefined && innermost < 2n ** 63n, `id ${user}`);
  assert.deepEqual(kept(), [user]);
});

test("a stack whose place another one has is not kept", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await otherMaps();
  const { oneStack } = object.maps;
  const { capturedInOne, capturedUserInOne } = object.programs;
  const EEXIST = 17;
  assert.deepEqual([run(capturedInOne), run(capturedUserInOne) | 0, run(capturedInOne)], [0, -EEXIST, 0]);
  assert.equal(oneStack.delete(0), true);
  assert.deepEqual([run(capturedUserInOne), run(capturedInOne) | 0], [0, -EEXIST]);
});

test("queues and stacks from both sides", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await otherMaps();
  const { jobs, undo } = object.maps;
  assert.deepEqual([jobs.pop(), jobs.peek()], [undefined, undefined]);
  const place = (at: bigint, name: string): { at: bigint; name: string } => ({ at, name });
  assert.deepEqual(
    [place(1n, "a"), place(-2n, "bc"), place(3n, "d")].map((one) => jobs.push(one)),
    [true, true, false],
  );
  assert.deepEqual(jobs.peek(), place(1n, "a"));
  assert.equal(run(object.programs.next), 0x61);
  assert.deepEqual(
    [jobs.pop(), jobs.pop(), undo.peek(), undo.pop(), undo.pop()],
    [place(-2n, "bc"), undefined, 1, 1, undefined],
  );
  assert.deepEqual([undo.push(5), undo.push(6), undo.push(7)], [true, true, false]);
  assert.deepEqual([run(object.programs.next), run(object.programs.next), run(object.programs.next)], [6, 5, 77]);
  assert.throws(() => undo.push(-1), { code: "ERR_VALUE" });
});

test("the longest prefix is found, as a search through all of them finds it", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await otherMaps();
  const { routes } = object.maps;
  let state = 7n;
  const random = (bits: number): number => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> BigInt(64 - bits));
  };
  const model = new Map<string, number>();
  const bitsOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const address = (): Uint8Array => Uint8Array.from([10, random(1), random(3), random(8)]);
  for (let n = 1; n <= 60; n++) {
    const key = { bits: random(5) + random(1), address: address() };
    model.set(bitsOf(key.address).slice(0, key.bits), n);
    routes.set(key, { count: 0n, last: n });
  }
  assert.equal([...routes].length, model.size);
  for (let n = 0; n < 300; n++) {
    const bytes = address();
    const text = bitsOf(bytes);
    const [best] = [...model].filter(([prefix]) => text.startsWith(prefix)).sort(([a], [b]) => b.length - a.length);
    const word = BigInt(new Uint32Array(bytes.buffer)[0] ?? 0);
    assert.equal(run(object.programs.route, word), best?.[1] ?? 0, text);
    assert.equal(routes.get({ bits: 32, address: bytes })?.last, best?.[1]);
  }
  const total = [...routes.values()].reduce((sum, { count }) => sum + count, 0n);
  assert.ok(total > 0n && total <= 300n, String(total));
  assert.throws(() => routes.set({ bits: 33, address: address() }, { count: 0n, last: 1 }), { code: "ERR_MAP" });
});

test("LRU and per-CPU hash maps from user space", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await otherMaps();
  const { recent, perCpu } = object.maps;
  for (let n = 0; n < 500; n++) assert.equal(run(object.programs.remember, BigInt(n), BigInt(n * 3)), 1);
  const kept = [...recent];
  assert.ok(kept.length > 0 && kept.length <= 64, `${kept.length} entries`);
  for (const [key, value] of kept) assert.deepEqual(value, { at: BigInt(key * 3), name: "" });
  const values = perCpu.get(1) ?? [];
  assert.equal(values.length, possibleCpus(openKernel()).length);
  assert.ok(values.includes(1497n));
  perCpu.set(
    2,
    values.map((_, cpu) => BigInt(cpu)),
  );
  assert.deepEqual([...perCpu.keys()].sort(), [1, 2]);
  assert.deepEqual(
    perCpu.get(2),
    values.map((_, cpu) => BigInt(cpu)),
  );
});
