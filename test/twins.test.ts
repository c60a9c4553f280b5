// The programs of bench/codegen: each compiles, loads where its kind can be loaded, and does what its twin in C does.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { repository } from "./support/repository.js";
import { lacksRoot } from "./support/rights.js";

interface Pair {
  readonly ours: number;
  readonly clang: number;
}

interface Result {
  readonly name: string;
  readonly error?: string;
  /** The errno of each twin that the kernel refused. */
  readonly refused?: Partial<Pair>;
  readonly mayBeRefused: boolean;
  readonly log?: string;
  readonly differences?: readonly string[];
}

function check(): readonly Result[] {
  const command = ["bench/codegen.mjs", "--check", "--json"];
  const done = spawnSync(process.execPath, command, { cwd: repository, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout) as readonly Result[];
}

test("each program does what its twin in C does", async (t) => {
  if (lacksRoot(t)) return;
  for (const result of check()) {
    await t.test(result.name, () => {
      assert.equal(result.error, undefined, result.error);
      if (result.refused) {
        // Neither can be loaded: the kernel lacks the kind, and nothing is said about the program.
        assert.ok(result.mayBeRefused, result.log);
        assert.equal(result.refused.ours, result.refused.clang, result.log);
        return;
      }
      assert.deepEqual(result.differences, []);
    });
  }
});

interface Twin {
  readonly runs: readonly { readonly name: string; readonly errno: number; readonly result: number }[];
  readonly events: readonly { readonly name: string; readonly bytes: string }[];
  readonly maps: Readonly<Record<string, readonly { readonly key: string; readonly value: string }[]>>;
}

type Rules = Readonly<Record<string, string | readonly (readonly [number, number])[]>>;
type Differences = (one: { steps: readonly string[]; differ?: Rules }, twins: readonly Twin[]) => readonly string[];

const twin: Twin = {
  runs: [{ name: "p", errno: 0, result: 3 }],
  events: [{ name: "events", bytes: "0102030405060708" }],
  maps: { counts: [{ key: "01", value: "0100000002000000" }] },
};

test("twins that differ are told apart", async () => {
  const module = join(repository, "bench/codegen/twins.mjs");
  const { differences } = (await import(pathToFileURL(module).href)) as { differences: Differences };
  const found = (other: Partial<Twin>, differ: Rules = {}): number =>
    differences({ steps: ["run p - -"], differ }, [twin, { ...twin, ...other }]).length;
  assert.equal(found({}), 0);
  assert.equal(found({ runs: [{ name: "p", errno: 0, result: 4 }] }), 1);
  assert.equal(found({ runs: [] }), 1);
  assert.equal(found({ events: [] }), 2);
  const lastByte = { events: [{ name: "events", bytes: "01020304050607ff" }] };
  assert.equal(found(lastByte), 1);
  assert.equal(found(lastByte, { events: [[7, 1]] }), 0);
  assert.equal(found(lastByte, { events: [[6, 1]] }), 1);
  const counts = (key: string, value: string): Partial<Twin> => ({ maps: { counts: [{ key, value }] } });
  assert.equal(found(counts("01", "0200000001000000")), 1);
  assert.equal(found(counts("01", "0200000001000000"), { counts: "sum" }), 0);
  assert.equal(found(counts("01", "0200000002000000"), { counts: "sum" }), 1);
  assert.equal(found(counts("01", "0200000002000000"), { counts: "keys" }), 0);
  assert.equal(found(counts("02", "0100000002000000"), { counts: "keys" }), 1);
  assert.equal(found({ maps: {} }), 2);
});
