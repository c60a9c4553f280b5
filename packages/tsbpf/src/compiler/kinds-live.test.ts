// Programs of test/cases/lang attached in the live kernel: what they do is seen from outside.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { kernelRelease, releaseAtLeast } from "../loader/features.js";
import { load } from "../loader/load.js";
import { mayLoad } from "../loader/may-load.test.support.js";
import type { EventStream, LoadedObject, UserArray, UserHashMap } from "../loader/types.js";
import type { Kernel } from "../sys/kernel.js";
import { openKernel } from "../sys/linux.js";

/** In a virtual machine the objects are there already, and the compiler is not even looked at. */
async function objectOfCase(name: string): Promise<Uint8Array> {
  const folder = process.env["TSBPF_OBJECTS"];
  if (folder !== undefined) return readFileSync(join(folder, `${name}.bpf.o`));
  const { casesFolder, objectOf } = await import("./run.test.support.js");
  return objectOf(`${casesFolder}lang/${name}.ts`, "all", "v3");
}

type Map32 = UserHashMap<number, bigint>;
const hashOf = (object: LoadedObject, name: string): Map32 => object.maps[name] as unknown as Map32;

/** Waits for what other processes and interrupts do; fails when it does not come. */
async function eventually(what: string, isSo: () => boolean): Promise<void> {
  for (let round = 0; round < 500; round++) {
    if (isSo()) return;
    await sleep(10);
  }
  assert.fail(`never: ${what}`);
}

async function udpSocket(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

/** Sends to each port and gives the sizes of what arrived before the last one's answer. */
async function received(sizes: readonly number[], receiver: Socket, sender: Socket): Promise<readonly number[]> {
  const seen: number[] = [];
  receiver.on("message", (message: Buffer) => seen.push(message.length));
  for (const size of sizes) sender.send(Buffer.alloc(size, 1), receiver.address().port, "127.0.0.1");
  await eventually("the last packet arrives", () => seen.length > 0 && seen.at(-1) === sizes.at(-1));
  return seen;
}

/** An IPv4 packet with UDP ports in an Ethernet frame. */
function frame(targetPort: number, headerWords: number): Uint8Array {
  const bytes = new Uint8Array(14 + headerWords * 4 + 8);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, 0x0800);
  view.setUint8(14, 0x40 | headerWords);
  view.setUint8(22, 64);
  view.setUint32(26, 0x01020304);
  view.setUint32(30, 0x0a0b0c0d);
  view.setUint16(14 + headerWords * 4 + 2, targetPort);
  return bytes;
}

test("xdp reads and writes packets that a test gives it", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load(await objectOfCase("packets"));
  const { countPorts, answer } = object.programs;
  const run = (data: Uint8Array): number | undefined => countPorts?.testRun({ data }).returnValue;
  assert.deepEqual([frame(80, 5), frame(81, 5), frame(81, 15), new Uint8Array(14)].map(run), [2, 1, 1, 2]);
  assert.equal(run(frame(80, 5).subarray(0, 37)), 0, "the ports are cut off");
  const counts = hashOf(object, "bytesByPort");
  assert.deepEqual([counts.get(80), counts.get(81)], [42n, 42n + 82n]);
  const changed = answer?.testRun({ data: frame(80, 5) }).data;
  const expected = frame(80, 5);
  expected.set([0x0a, 0x0b, 0x0c, 0x0d, 1, 2, 3, 4], 26);
  expected[22] = 63;
  expected[11] = 7;
  assert.deepEqual([...(changed ?? [])], [...expected]);
  assert.throws(() => countPorts?.testRun(), /a packet has at least 14 bytes/);
});

test("xdp on an interface sees its packets, and drops them", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load(await objectOfCase("packets"));
  assert.throws(() => object.programs["countPorts"]?.attach(), /need an interface/);
  assert.throws(
    () => object.programs["countPorts"]?.attach({ interface: "l0" }),
    /no interface "l0" \(did you mean "lo"/,
  );
  const [receiver, dropped, sender] = await Promise.all([udpSocket(0), udpSocket(81), udpSocket(0)]);
  let reached = false;
  dropped.on("message", () => (reached = true));
  try {
    using link = object.programs["countPorts"]?.attach({ interface: "lo" });
    assert.ok(link && link.fd > 0);
    sender.send(Buffer.alloc(9), 81, "127.0.0.1");
    assert.deepEqual(await received([10], receiver, sender), [10]);
    assert.equal(reached, false);
    const counts = hashOf(object, "bytesByPort");
    // Ethernet, IPv4 and UDP headers come before the bytes.
    assert.deepEqual([counts.get(81), counts.get(receiver.address().port)], [51n, 52n]);
  } finally {
    for (const socket of [receiver, dropped, sender]) socket.close();
  }
});

/** tcx where the kernel has it; as a classifier where it thinks that it has not. */
for (const release of [undefined, "6.1.0"]) {
  test(`tc on an interface, ${release === undefined ? "as the kernel likes" : "as a classifier"}`, async (t) => {
    if (!mayLoad(t)) return;
    const own = openKernel();
    const kernel: Kernel = release === undefined ? own : { ...own, release: () => release };
    await using object = await load(await objectOfCase("packets"), { kernel });
    const lengths = object.maps["lengths"] as UserArray<number>;
    const [receiver, sender] = await Promise.all([udpSocket(0), udpSocket(0)]);
    try {
      const link = object.programs["mark"]?.attach({ interface: "lo" });
      assert.deepEqual(await received([31], receiver, sender), [31]);
      assert.ok((lengths.get(0) ?? 0) >= 42, `${lengths.get(0)} bytes seen`);
      link?.close();
      lengths.set(0, 7);
      receiver.removeAllListeners("message");
      await received([32], receiver, sender);
      assert.equal(lengths.get(0), 7, "still attached");
    } finally {
      receiver.close();
      sender.close();
    }
  });
}

/** Where the version 2 file system of control groups is mounted. */
function cgroupRoot(t: TestContext): string | undefined {
  const line = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .find((one) => one.split(" ")[2] === "cgroup2");
  if (line) return line.split(" ")[1];
  assert.ok(!process.env["CI"], "no cgroup2 file system");
  t.skip("SKIPPED, NOT CHECKED: no cgroup2 file system");
  return undefined;
}

test("a control group's connections go elsewhere", async (t) => {
  const root = mayLoad(t) ? cgroupRoot(t) : undefined;
  if (root === undefined) return;
  const folder = `${root}/tsbpf-test-${process.pid}`;
  mkdirSync(folder);
  const server = createServer((socket) => socket.end("elsewhere"));
  server.listen(82, "127.0.0.1");
  await once(server, "listening");
  try {
    await using object = await load(await objectOfCase("kinds"));
    const { redirect4 } = object.programs;
    assert.throws(() => redirect4?.attach({ cgroup: "/proc" }), /it is no folder of a cgroup2 file system/);
    assert.throws(() => redirect4?.attach({ cgroup: `${folder}/none` }), /ENOENT/);
    using link = redirect4?.attach({ cgroup: folder });
    assert.ok(link);
    const connect = (port: number, address: string): string =>
      `require("net").connect(${port}, "${address}").on("error", (e) => console.log(e.code)).on("data", (d) => console.log(String(d)))`;
    const inside = async (port: number, address: string): Promise<string> => {
      const script = 'echo $$ > "$0/cgroup.procs" && exec "$1" -e "$2"';
      const args = ["-c", script, folder, process.execPath, connect(port, address)];
      return (await promisify(execFile)("/bin/sh", args)).stdout.trim();
    };
    assert.equal(await inside(81, "127.0.0.1"), "elsewhere");
    assert.equal(await inside(83, "127.0.0.1"), "ECONNREFUSED");
    assert.equal(await inside(81, "0.0.0.0"), "EPERM");
  } finally {
    server.close();
    await eventually("the group is empty", () => readFileSync(`${folder}/cgroup.procs`, "utf8") === "");
    rmdirSync(folder);
  }
});

test("a socket filter cuts and drops what a socket receives", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load(await objectOfCase("kinds"));
  const [receiver, sender] = await Promise.all([udpSocket(0), udpSocket(0)]);
  try {
    const { _handle: handle } = receiver as unknown as { readonly _handle: { readonly fd: number } };
    const seen: number[] = [];
    receiver.on("message", (message) => seen.push(message.length));
    const send = (size: number): void => void sender.send(Buffer.alloc(size), receiver.address().port, "127.0.0.1");
    const link = object.programs["firstBytes"]?.attach({ socket: handle.fd });
    send(10);
    send(100);
    // The eight bytes of the UDP header are among the 64 that are left.
    await eventually("a packet arrives", () => seen.length > 0);
    assert.deepEqual(seen, [56]);
    link?.close();
    send(10);
    await eventually("a packet arrives unfiltered", () => seen.length > 1);
    assert.deepEqual(seen, [56, 10]);
  } finally {
    receiver.close();
    sender.close();
  }
});

test("a perf event's samples arrive", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load(await objectOfCase("kinds"));
  using link = object.programs["sample"]?.attach({ event: "cpu-clock", frequency: 999 });
  assert.ok(link);
  const samples = object.maps["samples"] as EventStream<{ readonly period: bigint }>;
  const reader = samples[Symbol.asyncIterator]();
  const first = reader.next();
  // A clock only ticks while the CPU works.
  let arrived = false;
  void first.then(() => (arrived = true));
  await eventually("a sample", () => {
    for (const end = process.hrtime.bigint() + 5_000_000n; process.hrtime.bigint() < end;);
    return arrived;
  });
  const { value } = await first;
  assert.ok(value && value.period > 0n);
  await reader.return?.();
});

test("a syscall program changes the value that it is run with", async (t) => {
  if (!mayLoad(t)) return;
  if (!releaseAtLeast(kernelRelease(openKernel()), "5.14")) {
    await assert.rejects(load(await objectOfCase("syscall")), /syscall programs need Linux 5.14/);
    return;
  }
  await using object = await load(await objectOfCase("syscall"));
  const context = new Uint8Array(32);
  const view = new DataView(context.buffer);
  view.setUint32(0, 0xffff_ffff, true);
  view.setUint32(4, 2, true);
  const outcome = object.programs["add"]?.testRun({ context });
  assert.equal(outcome?.returnValue, 1);
  const after = new DataView(outcome.context?.slice().buffer ?? new ArrayBuffer(32));
  assert.deepEqual(
    [after.getBigUint64(8, true), after.getUint8(16), after.getUint16(24, true)],
    [0x1_0000_0001n, 65, 3],
  );
  assert.equal(view.getBigUint64(8, true), 0n, "what was given stays as it is");
  assert.throws(() => object.programs["add"]?.attach(), /run, not attached/);
  const names = object.maps["names"] as unknown as UserHashMap<
    number,
    { readonly text: string; readonly length: number }
  >;
  assert.deepEqual({ ...names.get(1) }, { text: "A", length: 3 });
});

test("a tp_btf program counts by tasks", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load(await objectOfCase("kinds"));
  using link = object.programs["onSwitch"]?.attach();
  assert.ok(link);
  const switches = hashOf(object, "switches");
  await eventually("this process is switched to", () => (switches.get(process.pid) ?? 0n) > 0n);
});

test("tracepoints see their records", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load(await objectOfCase("tracepoint"));
  using switched = object.programs["onSwitch"]?.attach();
  using executed = object.programs["onExec"]?.attach();
  assert.ok(switched && executed);
  const name = basename(process.execPath);
  await promisify(execFile)(process.execPath, ["--version"]);
  type Switched = { readonly comm: string; readonly first: number; readonly sameTask: number };
  const switches = object.maps["switches"] as unknown as UserHashMap<number, Switched>;
  await eventually("this process is switched to", () => switches.has(process.pid));
  const { comm = "", first, sameTask } = switches.get(process.pid) ?? {};
  assert.equal(comm, readFileSync("/proc/self/comm", "utf8").trim());
  assert.deepEqual([first, sameTask], [comm.charCodeAt(0), 0]);
  type Exec = { readonly pid: number; readonly entryPid: number; readonly filename: string };
  for await (const exec of object.maps["execs"] as EventStream<Exec>) {
    if (basename(exec.filename) !== name) continue;
    assert.equal(exec.pid, exec.entryPid);
    break;
  }
});
