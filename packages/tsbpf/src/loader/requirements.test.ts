// What a refused program is said to need: the newest of all that its kernel lacks.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as b from "../bpf/builders.js";
import type { Insn } from "../bpf/isa.js";
import { programKindOfSection } from "../bpf/program-kinds.js";
import { kernelRelease } from "./features.js";
import { unmetRequirement } from "./requirements.js";

const insn = (opcode: number, rest: Partial<Insn> = {}): Insn => ({
  opcode,
  dst: 0,
  src: 0,
  offset: 0,
  imm: 0,
  ...rest,
});
const CURRENT_TASK_BTF = 158;
const LOOP = 181;
const PROBE_READ_KERNEL = 113;

const cases: readonly (readonly [string, string, readonly Insn[], string | undefined])[] = [
  ["nothing new", "5.10", [b.mov64Imm(0, 0), b.store("DW", 10, 0, -8)], undefined],
  ["a helper", "5.10", [b.call(CURRENT_TASK_BTF)], "the helper bpf_get_current_task_btf needs 5.11"],
  ["a helper it has", "5.11", [b.call(CURRENT_TASK_BTF)], undefined],
  ["the newest of two", "5.10", [b.call(LOOP), b.call(CURRENT_TASK_BTF)], "the helper bpf_loop needs 5.17"],
  ["an old helper", "4.18", [b.call(PROBE_READ_KERNEL)], "the helper bpf_probe_read_kernel needs 5.5"],
  ["the kind of program", "4.14", [], "raw_tracepoint programs need 4.17"],
  ["a jump back", "5.2", [b.jumpImm("JLT", 6, 4, -2)], "loops need 5.3"],
  ["a jump forth", "5.2", [b.jumpImm("JLT", 6, 4, 2)], undefined],
  ["a 32-bit jump", "5.0", [insn(0xa6, { imm: 4, offset: 2 })], "32-bit jumps need 5.1"],
  ["adding", "5.10", [b.atomic("DW", b.Atomic.ADD, 10, 2, 0)], undefined],
  ["exchanging", "5.10", [b.atomic("W", b.Atomic.XCHG, 10, 2, 0)], "atomic operations other than adding need 5.12"],
  ["a sign-extending load", "6.1", [insn(0x81)], "instructions of level v4 need 6.6"],
  ["a sign-extending move", "6.1", [insn(0xbf, { offset: 8 })], "instructions of level v4 need 6.6"],
  ["a move", "6.1", [insn(0xbf), insn(0xbc), insn(0xb7, { imm: 8 })], undefined],
  ["signed division", "6.5", [insn(0x34, { offset: 1, imm: 3 })], "instructions of level v4 need 6.6"],
  ["division", "6.5", [insn(0x37, { imm: 3 }), insn(0x9c)], undefined],
  ["bswap", "6.5", [insn(0xd7, { imm: 32 })], "instructions of level v4 need 6.6"],
  ["a change of byte order", "6.5", [insn(0xdc, { imm: 32 }), insn(0xd4, { imm: 32 })], undefined],
  ["a long jump", "6.5", [insn(0x06, { imm: 1 })], "instructions of level v4 need 6.6"],
  ["all of it on a new kernel", "6.6", [insn(0x06, { imm: 1 }), b.call(LOOP)], undefined],
];

for (const [name, release, insns, expected] of cases) {
  test(`${name} on Linux ${release}`, () => {
    const found = programKindOfSection("raw_tracepoint/sched_switch");
    assert.ok(found);
    const linked = { name: "p", section: "", insns, parts: [], usedMaps: [] };
    const text = `${release}.7-generic`;
    const kernel = kernelRelease({ readFile: () => undefined, release: () => text });
    const unmet = unmetRequirement({ linked, insns, kind: found.kind }, kernel);
    assert.equal(unmet && `${unmet.feature} ${unmet.verb} ${unmet.minKernel}`, expected);
  });
}
