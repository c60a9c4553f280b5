// CO-RE: random programs that read made-up kernel types, in which fields have moved, grown, gone or are wrapped, agree
// in every way of running them. All thirteen kinds of relocation take part. More: TSBPF_PROOF_CORE=500

import assert from "node:assert/strict";
import { test } from "node:test";
import { coreRelocKinds, type CoreRelocKind } from "../btf/types.js";
import { mayLoad } from "../compiler/run.test.support.js";
import { openArena } from "./core-arena.test.support.js";
import { proveCore } from "./core-ways.test.support.js";

const modules = Number(process.env["TSBPF_PROOF_CORE"] ?? 25);

test("reads of made-up kernel types agree in every way of running them", async (t) => {
  const arena = mayLoad(t) ? openArena() : undefined;
  try {
    const kinds = new Set<CoreRelocKind>();
    for (let seed = 1; seed <= modules; seed++) {
      const proof = await proveCore(seed, arena);
      assert.equal(proof.failure, undefined, `seed ${seed}: ${proof.failure}\n${proof.text}`);
      for (const kind of proof.kinds) kinds.add(kind);
    }
    assert.deepEqual([...kinds].sort(), [...coreRelocKinds].sort());
  } finally {
    arena?.close();
  }
});
