// Random programs that end by themselves: every arithmetic instruction, jumps, memory of all widths, atomics, calls.
// What all registers and all memory hold in the end goes into the context.

import * as b from "../bpf/builders.js";
import { Alu, Class, type Insn, Jmp, Mode, Size, Source } from "../bpf/isa.js";

interface Random {
  /** 0 … limit - 1. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let state = (seed * 2654435761) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  const below = (limit: number): number => next() % limit;
  return {
    below,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
  };
}

export const CONTEXT_BYTES = 256;
const SLOTS = [-8, -16, -24, -32];
const interesting = [
  0n,
  1n,
  -1n,
  2n,
  31n,
  32n,
  33n,
  63n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x1fffffffffffffn,
  0x20000000000000n,
  0x7fffffffffffffffn,
  -0x8000000000000000n,
  0xdeadbeefcafebaben - (1n << 64n),
  0x0123456789abcdefn,
  -5n,
  -100000n,
];

/** r9 keeps the context, r8 counts rounds of the loop; r0 to r7 are free. */
export function randomProgram(random: Random, length: number): Insn[] {
  const insns: Insn[] = [b.mov64Reg(9, 1)];
  for (let register = 0; register < 8; register++) insns.push(...b.ldImm64(register, random.pick(interesting)));
  for (const slot of SLOTS) insns.push(b.store("DW", 10, random.below(8), slot));
  insns.push(b.mov64Imm(8, 0));
  const loopStart = insns.length;
  const body: Insn[][] = Array.from({ length }, () => randomInsn(random));
  // Jumps forward over one to five whole groups, which may be several slots.
  body.forEach((group, at) => {
    const [only] = group;
    if (only === undefined || !isJump(only)) return;
    const over = body.slice(at + 1, at + 2 + random.below(5)).flat().length;
    const isLong = (only.opcode & 7) === Class.JMP32 && (only.opcode & 0xf0) === Jmp.JA;
    group[0] = isLong ? { ...only, imm: over } : { ...only, offset: over };
  });
  insns.push(...body.flat());
  insns.push(b.alu64Imm("ADD", 8, 1));
  insns.push(b.jumpImm("JLT", 8, 1 + random.below(4), loopStart - insns.length - 1));
  for (let register = 0; register < 8; register++) insns.push(b.store("DW", 9, register, 8 * register));
  SLOTS.forEach((slot, at) => insns.push(b.load("DW", 1, 10, slot), b.store("DW", 9, 1, 64 + 8 * at)));
  insns.push(b.exit());
  const callee = insns.length;
  insns.push(b.alu64Reg("ADD", 1, 2), b.store("DW", 10, 1, -8), b.alu64Reg("XOR", 3, 4), b.load("DW", 0, 10, -8));
  insns.push(b.alu64Reg("SUB", 0, 3), b.exit());
  return insns.map((insn, at) => (insn.opcode === 0x85 && insn.src === 1 ? { ...insn, imm: callee - at - 1 } : insn));
}

function isJump(insn: Insn): boolean {
  const insnClass = insn.opcode & 7;
  const operation = insn.opcode & 0xf0;
  return (insnClass === Class.JMP || insnClass === Class.JMP32) && operation !== Jmp.CALL && operation !== Jmp.EXIT;
}

function randomInsn(random: Random): Insn[] {
  const kind = random.below(20);
  if (kind < 10) return [randomAlu(random)];
  if (kind < 13) return [randomJump(random)];
  if (kind < 18) return randomMemory(random);
  if (kind === 18) return [...b.ldImm64(random.below(8), random.pick(interesting))];
  return [
    ...[1, 2, 3, 4, 5].map((register) => b.mov64Reg(register, 6 + (register % 2))),
    b.callBpf(0),
    ...[1, 2, 3, 4, 5].map((register) => b.mov64Reg(register, 0)),
  ];
}

function randomImm(random: Random): number {
  return random.below(2) === 0 ? random.below(300) - 150 : Number(BigInt.asIntN(32, random.pick(interesting)));
}

function randomAlu(random: Random): Insn {
  const [dst, src] = [random.below(8), random.below(8)];
  const insnClass = random.pick([Class.ALU, Class.ALU64]);
  const operation = random.pick(Object.values(Alu));
  const base = { opcode: insnClass | operation, dst, src: 0, offset: 0, imm: 0 };
  if (operation === Alu.NEG) return base;
  if (operation === Alu.END) {
    const source = insnClass === Class.ALU ? random.pick([Source.K, Source.X]) : Source.K;
    return { ...base, opcode: base.opcode | source, imm: random.pick([16, 32, 64]) };
  }
  const isRegister = random.below(2) === 0;
  const operands = isRegister ? { src, opcode: base.opcode | Source.X } : { imm: randomImm(random) };
  const divides = operation === Alu.DIV || operation === Alu.MOD;
  const moves = operation === Alu.MOV && isRegister;
  const widths = insnClass === Class.ALU64 ? [0, 8, 16, 32] : [0, 8, 16];
  const offset = divides ? random.below(2) : moves ? random.pick(widths) : 0;
  return { ...base, ...operands, offset };
}

function randomJump(random: Random): Insn {
  const conditions = Object.values(Jmp).filter((jump) => ![Jmp.CALL, Jmp.EXIT, Jmp.JA].includes(jump as never));
  const insnClass = random.pick([Class.JMP, Class.JMP32]);
  if (random.below(8) === 0) return random.pick([b.ja(0), b.jaLong(0)]);
  const opcode = insnClass | random.pick(conditions);
  const [dst, src] = [random.below(8), random.below(8)];
  return random.below(2) === 0
    ? { opcode: opcode | Source.X, dst, src, offset: 0, imm: 0 }
    : { opcode, dst, src: 0, offset: 0, imm: randomImm(random) };
}

function randomMemory(random: Random): Insn[] {
  const register = random.below(8);
  const size = random.pick(["B", "H", "W", "DW"] as const);
  const bytes = { B: 1, H: 2, W: 4, DW: 8 }[size];
  // The stack by way of r10 and r9's context, aligned or not.
  const onStack = random.below(2) === 0;
  const base = onStack ? 10 : 9;
  const offset = onStack ? -32 + bytes * random.below(32 / bytes) : 96 + random.below(CONTEXT_BYTES - 96 - 8);
  switch (random.below(5)) {
    case 0:
      return [b.load(size, register, base, offset)];
    case 1:
      return [b.store(size, base, register, offset)];
    case 2:
      return [b.storeImm(size, base, offset, randomImm(random))];
    case 3:
      if (size === "DW") return [b.load(size, register, base, offset)];
      return [{ ...b.load(size, register, base, offset), opcode: Class.LDX | Mode.MEMSX | Size[size] }];
    default:
      return [randomAtomic(random, base, register)];
  }
}

function randomAtomic(random: Random, base: number, register: number): Insn {
  const size = random.pick(["W", "DW"] as const);
  const { ADD, OR, AND, XOR, FETCH, XCHG, CMPXCHG, LOAD_ACQ, STORE_REL } = b.Atomic;
  const operation = random.pick([
    ...[ADD, OR, AND, XOR].flatMap((one) => [one, one | FETCH]),
    XCHG,
    CMPXCHG,
    LOAD_ACQ,
    STORE_REL,
  ]);
  const offset = base === 10 ? random.pick(SLOTS) : 96 + 8 * random.below(16);
  if (operation === LOAD_ACQ) return b.atomic(size, operation, register, base, offset);
  return b.atomic(size, operation, base, register, offset);
}
