import assert from "node:assert/strict";
import { test } from "node:test";
import { installHelpers, onOutput } from "tsbpf/testing";
import { schedProcessExec } from "../bpf/sched.js";

const cases = [
  { name: "a process", task: { pid: 1234, tgid: 1234 }, comm: "ls", expected: { pid: 1234, tgid: 1234, comm: "ls" } },
  { name: "a thread", task: { pid: 1235, tgid: 1234 }, comm: "sh", expected: { pid: 1235, tgid: 1234, comm: "sh" } },
  { name: "a kernel without tgid", task: { pid: 7 }, comm: "old", expected: { pid: 7, tgid: 0, comm: "old" } },
  { name: "no name", task: { pid: 7, tgid: 7 }, comm: "", expected: { pid: 7, tgid: 7, comm: "" } },
];

for (const { name, task, comm, expected } of cases) {
  test(`the kernel half in plain Node: ${name}`, () => {
    installHelpers({
      bpfGetCurrentTask: () => task,
      bpfGetCurrentComm: (buffer: { [index: number]: number }) => {
        [...Buffer.from(comm)].forEach((byte, index) => {
          buffer[index] = byte;
        });
      },
    });
    const sent: { pid: number; tgid: number; comm: ArrayLike<number> }[] = [];
    const before = onOutput((event) => sent.push(event as (typeof sent)[number]));
    schedProcessExec.handler({} as never);
    onOutput(before);
    const text = (bytes: ArrayLike<number>): string => Buffer.from(Array.from(bytes).filter(Boolean)).toString();
    assert.deepEqual(
      sent.map((event) => ({ pid: event.pid, tgid: event.tgid, comm: text(event.comm) })),
      [expected],
    );
  });
}
