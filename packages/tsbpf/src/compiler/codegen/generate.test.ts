// What holds for whatever code generation gives: well-formed code, records in order, no operation that passes lower.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Class, type Insn, Jmp, LD_IMM64 } from "../../bpf/isa.js";
import { FunctionBuilder } from "../ir/builder.js";
import type { Inst } from "../ir/ir.js";
import type { CpuLevel, MachineCode } from "./code.js";
import { generate } from "./generate.js";
import { randomFunc } from "./random-ir.test.support.js";

const levels: readonly CpuLevel[] = ["v1", "v2", "v3", "v4"];

/** Slots where an instruction begins. */
function beginnings(insns: readonly Insn[]): Set<number> {
  const set = new Set<number>();
  for (let index = 0; index < insns.length; index += insns[index]?.opcode === LD_IMM64 ? 2 : 1) set.add(index);
  return set;
}

function checkCode(code: MachineCode, cpu: CpuLevel, name: string): void {
  const begins = beginnings(code.insns);
  const reached = new Set<number>();
  const work = [0];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    assert.ok(begins.has(at), `${name}: ${at} is not an instruction`);
    if (reached.has(at)) continue;
    reached.add(at);
    work.push(...nextOf(code.insns[at] as Insn, at));
  }
  assert.equal(reached.size, begins.size, `${name}: every instruction can be reached`);
  assert.equal(code.lines[0]?.insnIndex, 0, `${name}: the first instruction has a line`);
  let before = -1;
  for (const { insnIndex } of code.lines) {
    assert.ok(insnIndex > before && begins.has(insnIndex), `${name}: line record at ${insnIndex}`);
    before = insnIndex;
  }
  for (const { insnIndex } of code.relocations) assert.equal(code.insns[insnIndex]?.opcode, LD_IMM64, name);
  for (const insn of code.insns) checkLevel(insn, cpu, name);
}

function nextOf(insn: Insn, at: number): number[] {
  const kind = insn.opcode & 7;
  const operation = insn.opcode & 0xf0;
  if (insn.opcode === LD_IMM64) return [at + 2];
  if (kind !== Class.JMP && kind !== Class.JMP32) return [at + 1];
  if (kind === Class.JMP && operation === Jmp.EXIT) return [];
  if (kind === Class.JMP && operation === Jmp.CALL) return [at + 1];
  if (operation === Jmp.JA) return [at + 1 + (kind === Class.JMP32 ? insn.imm : insn.offset)];
  return [at + 1, at + 1 + insn.offset];
}

function checkLevel(insn: Insn, cpu: CpuLevel, name: string): void {
  const kind = insn.opcode & 7;
  const operation = insn.opcode & 0xf0;
  const newJump = operation >= Jmp.JLT && (kind === Class.JMP || kind === Class.JMP32);
  const moved = operation === 0xb0 && insn.offset !== 0 && (kind === Class.ALU || kind === Class.ALU64);
  const signedLoad = kind === Class.LDX && (insn.opcode & 0xe0) === 0x80;
  const divides = (kind === Class.ALU || kind === Class.ALU64) && insn.offset === 1;
  if (cpu === "v1") assert.ok(!newJump, `${name}: a jump of v2`);
  if (cpu === "v1" || cpu === "v2") assert.ok(kind !== Class.ALU && kind !== Class.JMP32, `${name}: 32 bits`);
  if (cpu !== "v4") assert.ok(!moved && !signedLoad && !divides, `${name}: an instruction of v4`);
}

test("generated code is well-formed and of its level", () => {
  for (let seed = 1; seed <= 60; seed++) {
    for (const cpu of levels) {
      const code = generate(randomFunc(seed), { cpu });
      if (code.kind === "code") checkCode(code, cpu, `seed ${seed}, ${cpu}`);
      else assert.equal(code.kind, "frame-too-large");
    }
  }
});

test("operations that passes lower do not get here", () => {
  const makers: Record<string, (b: FunctionBuilder, ptr: Inst) => void> = {
    kread: (b, ptr) => b.kread("i64", "u64", ptr),
    kreadinto: (b, ptr) => b.kreadInto(b.slot("to", 8, 8), 0, ptr, 8),
    zero: (b, ptr) => b.zero(ptr, 0, 8, 8),
    copy: (b, ptr) => b.copy(b.slot("to", 8, 8), 0, ptr, 0, 8, 8),
  };
  for (const [op, make] of Object.entries(makers)) {
    const b = new FunctionBuilder("f", undefined, "void", "zero");
    make(b, b.addParam("ptr"));
    b.ret(undefined);
    const func = b.finish();
    assert.throws(() => generate(func, { cpu: "v3" }), new RegExp(`select f: unexpected ${op}`));
  }
});
