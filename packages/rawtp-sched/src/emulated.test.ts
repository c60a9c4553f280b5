import assert from "node:assert/strict";
import { test } from "node:test";
import { emulate, type EmulateOptions } from "tsbpf/testing";
import type * as sched from "../bpf/sched.js";

const module = new URL("../../bpf/sched.ts", import.meta.url);

const cases: readonly {
  name: string;
  options: EmulateOptions;
  expected: { pid: number; tgid: number; comm: string };
}[] = [
  {
    name: "a process",
    options: { task: { pid: 1234, tgid: 1234, comm: "ls" } },
    expected: { pid: 1234, tgid: 1234, comm: "ls" },
  },
  {
    name: "a thread",
    options: { task: { pid: 1235, tgid: 1234, comm: "sh" } },
    expected: { pid: 1235, tgid: 1234, comm: "sh" },
  },
  {
    name: "the longest name a task can have",
    options: { task: { pid: 7, tgid: 7, comm: "fifteen-letters" } },
    expected: { pid: 7, tgid: 7, comm: "fifteen-letters" },
  },
  {
    name: "a kernel without tgid",
    options: { task: { pid: 7, comm: "old" }, without: ["task_struct.tgid"] },
    expected: { pid: 7, tgid: 0, comm: "old" },
  },
  {
    name: "the types of the kernel that runs here",
    options: { task: { pid: 7, tgid: 5, comm: "node" }, btf: "/sys/kernel/btf/vmlinux" },
    expected: { pid: 7, tgid: 5, comm: "node" },
  },
];

for (const cpu of ["v1", "v2", "v3", "v4"] as const) {
  for (const { name, options, expected } of cases) {
    test(`the kernel half in the virtual machine, ${cpu}: ${name}`, async () => {
      const machine = await emulate<typeof sched>(module, { ...options, cpu });
      machine.programs.schedProcessExec.run();
      assert.deepEqual(machine.maps.events.events, [expected]);
    });
  }
}

test("every line of the kernel half runs", async () => {
  const machine = await emulate<typeof sched>(module, { task: { pid: 1, tgid: 1 } });
  machine.programs.schedProcessExec.run();
  const lines = machine.coverage();
  assert.ok(lines.length > 4, `${lines.length} lines`);
  assert.deepEqual(
    lines.filter((line) => line.hits !== 1),
    [],
  );
});

test("one event for each exec, with the CPU it came from", async () => {
  const machine = await emulate<typeof sched>(module, { cpuCount: 2, task: { pid: 1, tgid: 1 } });
  for (const cpu of [0, 1, 0]) {
    machine.cpu = cpu;
    machine.programs.schedProcessExec.run();
  }
  assert.deepEqual(
    machine.maps.events.records.map((record) => record.cpu),
    [0, 1, 0],
  );
});
