// node bench/interpreter.mjs [ROUNDS]: million instructions per second of the BPF virtual machine, for loops of one kind
// each. Every figure is the median of some runs of one program, with the engine warm.

import * as b from "../packages/tsbpf/dist/bpf/builders.js";
import { addMap, addProgram, createVm, runProgram } from "../packages/tsbpf/dist/vm/vm.js";
import { median, printTable } from "./lib.mjs";

const rounds = Number(process.argv[2] ?? 1_000_000);
const runs = 7;
const MAP_FD = 1;

/** The loop's body, with r6 to count rounds, r8 for the context and r7 for the sum. */
function loop(body) {
  const head = [
    b.mov64Reg(8, 1),
    b.mov64Imm(6, 0),
    b.mov64Imm(7, 1),
    b.storeImm("W", 10, -4, 1),
    b.storeImm("DW", 10, -16, 0),
  ];
  const tail = [b.alu64Imm("ADD", 6, 1), b.jumpImm("JLT", 6, rounds, -body.length - 2)];
  return [...head, ...body, ...tail, b.mov64Reg(0, 7), b.exit()];
}

const programs = {
  arithmetic: loop([
    b.alu64Imm("ADD", 7, 12345),
    b.alu64Imm("MUL", 7, 31),
    b.mov64Reg(2, 7),
    b.alu64Imm("RSH", 2, 7),
    b.alu64Reg("XOR", 7, 2),
    b.alu32Imm("ADD", 2, 3),
    b.alu64Reg("ADD", 7, 2),
  ]),
  "64-bit division": loop([
    b.alu64Imm("ADD", 7, 99999),
    b.mov64Reg(2, 7),
    b.alu64Imm("DIV", 2, 7),
    b.alu64Reg("ADD", 7, 2),
  ]),
  "stack memory": loop([
    b.load("DW", 2, 10, -16),
    b.alu64Imm("ADD", 2, 3),
    b.store("DW", 10, 2, -16),
    b.alu64Reg("ADD", 7, 2),
  ]),
  "context memory": loop([
    b.load("DW", 2, 8, 8),
    b.alu64Imm("ADD", 2, 3),
    b.store("DW", 8, 2, 8),
    b.load("B", 3, 8, 16),
    b.alu64Reg("ADD", 7, 3),
    b.load("H", 3, 8, 18),
    b.alu64Reg("ADD", 7, 3),
  ]),
  branches: loop([
    b.mov64Reg(2, 6),
    b.alu64Imm("AND", 2, 3),
    b.jumpImm("JEQ", 2, 0, 2),
    b.alu64Imm("ADD", 7, 1),
    b.ja(1),
    b.alu64Imm("ADD", 7, 3),
    b.jumpReg("JSGT", 7, 6, 1),
    b.alu64Imm("SUB", 7, 1),
  ]),
  atomics: loop([b.mov64Imm(2, 1), b.atomic("DW", b.Atomic.ADD | b.Atomic.FETCH, 8, 2, 0), b.alu64Reg("ADD", 7, 2)]),
  "map look-ups": loop([
    ...b.ldImm64(1, 0n, MAP_FD),
    b.mov64Reg(2, 10),
    b.alu64Imm("ADD", 2, -4),
    b.call(1),
    b.jumpImm("JEQ", 0, 0, 3),
    b.load("DW", 2, 0, 0),
    b.alu64Imm("ADD", 2, 1),
    b.store("DW", 0, 2, 0),
  ]),
  "BPF calls": (() => {
    const insns = loop([b.mov64Reg(1, 6), b.callBpf(0), b.alu64Reg("ADD", 7, 0)]);
    const callee = [b.mov64Reg(0, 1), b.alu64Imm("ADD", 0, 5), b.alu64Imm("AND", 0, 0xff), b.exit()];
    const linked = insns.map((insn, at) => (insn.opcode === 0x85 ? { ...insn, imm: insns.length - at - 1 } : insn));
    return [...linked, ...callee];
  })(),
};

function measure(insns, coverage) {
  const vm = createVm({ coverage });
  addMap(vm, { name: "map", type: 1, keySize: 4, valueSize: 8, maxEntries: 8, flags: 0 });
  vm.machine.maps[0].entries.update(Uint8Array.of(1, 0, 0, 0), 0, new Uint8Array(8), 0, 0);
  const program = addProgram(vm, { name: "loop", insns });
  const speeds = Array.from({ length: runs }, () => {
    const from = process.hrtime.bigint();
    const { insnCount } = runProgram(vm, program, { context: new Uint8Array(64), budget: 2_000_000_000 });
    return (insnCount * 1000) / Number(process.hrtime.bigint() - from);
  });
  return median(speeds).toFixed(0);
}

const rows = Object.entries(programs).map(([name, insns]) => [name, measure(insns, false), measure(insns, true)]);
printTable([["million instructions/s", "plain", "with coverage"], ...rows]);
