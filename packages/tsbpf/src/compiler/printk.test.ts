// What `bpfPrintk` prints in the kernel is what it prints in plain Node.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { onPrintk } from "../lang/printk.js";
import { load } from "../loader/load.js";
import { casesFolder, contextBytes, importCase, mayLoad, objectOf, type Input } from "./run.test.support.js";

const file = `${casesFolder}run/printk.ts`;
const mark = BigInt.asUintN(64, -BigInt(process.pid) * 1_000_003n);
const inputs: readonly Input[] = [
  [mark, 7n, 9n, 255n, 65535n, 2n ** 63n],
  [mark, 0xffffffffn, 0x8000n, 0n, 1n, 1n],
];

interface Program {
  readonly handler: (ctx: { readonly args: Input }) => unknown;
}

test("bpfPrintk prints the same line in plain Node and in the kernel", async (t) => {
  if (!mayLoad(t)) return;
  const expected: string[] = [];
  const before = onPrintk((line) => expected.push(line));
  try {
    const { printed } = (await importCase(file)) as { readonly printed: Program };
    for (const args of inputs) printed.handler({ args });
  } finally {
    onPrintk(before);
  }
  await using loaded = await load(objectOf(file, "all", "v3"));
  for (const args of inputs) loaded.programs["printed"]?.testRun({ context: contextBytes(args) });
  const trace = readFileSync("/sys/kernel/tracing/trace", "utf8");
  const lines = trace.split("\n").flatMap((line) => line.split("bpf_trace_printk: ")[1] ?? []);
  const own = lines.filter((line) => line.startsWith(`${mark} `));
  assert.deepEqual(
    own,
    expected.filter((line) => line.startsWith(`${mark} `)),
  );
  assert.equal(own.length, inputs.length * 4);
});
