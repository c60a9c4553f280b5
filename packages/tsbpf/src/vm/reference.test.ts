import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as b from "../bpf/builders.js";
import { disassemble } from "../bpf/disasm.js";
import type { Insn } from "../bpf/isa.js";
import { isValidOpcode } from "../bpf/opcodes.js";
import { CONTEXT_BYTES, createRandom, randomProgram } from "./random-program.test.support.js";
import { type RawOutcome, runRaw } from "./raw.js";

function contextFor(seed: number): Uint8Array {
  const random = createRandom(seed + 1);
  return Uint8Array.from({ length: CONTEXT_BYTES }, () => random.below(256));
}

function listing(insns: readonly Insn[]): string {
  return disassemble(insns)
    .map((line) => JSON.stringify(line))
    .join("\n");
}

/** What both engines give: the outcome, or the reason why the run ended. */
function outcome(insns: readonly Insn[], context: Uint8Array, engine: "translated" | "reference"): RawOutcome | string {
  try {
    return runRaw({ insns, context, engine, packet: Uint8Array.from({ length: 64 }, (_, at) => at * 3) });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("the translation and the reference agree", () => {
  it("on random programs", () => {
    let ran = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const insns = randomProgram(createRandom(seed), seed % 20 === 0 ? 600 : 5 + (seed % 60));
      const context = contextFor(seed);
      const expected = outcome(insns, context, "reference");
      assert.deepEqual(outcome(insns, context, "translated"), expected, `seed ${seed}\n${listing(insns)}`);
      if (typeof expected !== "string") ran++;
    }
    assert.equal(ran, 200);
  });

  it("on every opcode there is, with all its operands in turn", () => {
    const operands = [0n, 1n, 5n, 40n, -1n, 0x80000000n, 0xffffffffn, -0x8000000000000000n, 0x123456789abcdefn];
    const pairs = operands.flatMap((left) => operands.map((right) => [left, right] as const));
    const context = new Uint8Array(8 * pairs.length);
    for (let opcode = 0; opcode < 256; opcode++) {
      // Jumps, calls and memory are in the random programs.
      if (![4, 7].includes(opcode & 7)) continue;
      for (const offset of [0, 1, 8, 16, 32]) {
        const insns = pairs.flatMap(([left, right], at) => {
          const imm = (opcode & 0xf0) === 0xd0 ? ([16, 32, 64][offset % 3] ?? 0) : Number(BigInt.asIntN(32, right));
          const one = { opcode, dst: 0, src: (opcode & 8) === 0 ? 0 : 2, offset, imm };
          return [...b.ldImm64(0, left), ...b.ldImm64(2, right), one, b.store("DW", 1, 0, 8 * at)];
        });
        const expected = outcome([...insns, b.exit()], context, "reference");
        if (!isValidOpcode(opcode)) assert.match(String(expected), /no such instruction/);
        assert.deepEqual(outcome([...insns, b.exit()], context, "translated"), expected, `opcode ${opcode}/${offset}`);
      }
    }
  });

  it("on programs that are no programs", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = createRandom(seed);
      const insns = Array.from({ length: 1 + random.below(12) }, () => ({
        opcode: random.below(256),
        dst: random.below(11),
        src: random.below(4),
        offset: random.below(20) - 10,
        imm: random.below(40) - 10,
      }));
      for (const engine of ["translated", "reference"] as const) {
        const context = new Uint8Array(64);
        try {
          runRaw({ insns, context, engine, budget: 1000 });
        } catch (error) {
          assert.ok(error instanceof Error && error.name === "VmError", `${engine}, seed ${seed}: ${String(error)}`);
        }
      }
    }
  });
});
