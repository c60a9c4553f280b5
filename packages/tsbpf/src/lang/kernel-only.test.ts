import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { writtenByHand } from "../bpf/generate-helpers.js";
import { helpers } from "../bpf/helpers.js";
import * as lang from "./helpers.js";
import { helperImplementations, implementHelper, installHelpers } from "./kernel-only.js";

afterEach(() => helperImplementations.clear());

test("every helper is exported, and fails in plain Node with its name", () => {
  const functions = new Map<string, unknown>(Object.entries(lang));
  const generated = helpers.filter(({ tsName }) => !writtenByHand.has(tsName));
  assert.equal(functions.size, generated.length);
  for (const { tsName } of generated) {
    const fn = functions.get(tsName);
    assert.ok(typeof fn === "function", tsName);
    const message = new RegExp(`^Error: call ${tsName}: it only runs in the kernel`);
    assert.throws(() => Reflect.apply(fn, undefined, []), message);
  }
});

test("an implementation gets the arguments and gives the result", () => {
  const seen: unknown[] = [];
  implementHelper("bpfGetCurrentPidTgid", () => (7n << 32n) | 8n);
  installHelpers({
    bpfProbeReadKernel: (dst: object, address: bigint) => {
      seen.push(dst, address);
      return 0n;
    },
  });
  const dst = {};
  assert.equal(lang.bpfGetCurrentPidTgid(), (7n << 32n) | 8n);
  assert.equal(lang.bpfProbeReadKernel(dst, 0xffff_8880_0000_0000n), 0n);
  assert.deepEqual(seen, [dst, 0xffff_8880_0000_0000n]);
  assert.throws(() => lang.bpfKtimeGetNs(), /bpfKtimeGetNs/);
});
