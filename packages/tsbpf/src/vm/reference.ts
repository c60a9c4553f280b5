// The plain interpreter: one instruction after the other, registers as 64-bit bigints. It is slow and easy to compare
// with RFC 9669; tests run it beside the translation, which must agree with it in everything.

import { Atomic } from "../bpf/builders.js";
import { Alu, Class, FP, type Insn, Jmp, LD_IMM64, Mode, PseudoCall, Source } from "../bpf/isa.js";
import { isValidOpcode, JCOND } from "../bpf/opcodes.js";
import { STACK_BYTES } from "../bpf/stack.js";
import { atomicAccess, slowLoad, slowStore } from "./access.js";
import { type CompiledFunction, type Core, type Image, type LoadedImage, POISON_HI, POISON_LO } from "./core.js";
import { calledFunction, type FunctionRange, functionRanges, jumpTarget, slotCount } from "./functions.js";
import { fromBig, toBig } from "./int64.js";
import { REGION_HI, REGION_LO } from "./memory.js";
import { enter, fail, leave, packetLoad, type ResolveHelper, spent, tail } from "./runtime.js";
import { immediateHalves } from "./translate-immediate.js";
import { accessBytes } from "./translate-memory.js";

const POISON = toBig(POISON_LO, POISON_HI);
const TAIL_CALL = 12;

export function interpretImage(core: Core, image: Image, helper: ResolveHelper): LoadedImage {
  const ranges = functionRanges(image.insns);
  const functions = ranges.map((range): CompiledFunction => {
    return (...halves) => runFunction({ core, image, ranges, functions, helper }, range, halves);
  });
  return { image, functions: () => functions, hits: () => undefined };
}

interface Interpreter {
  readonly core: Core;
  readonly image: Image;
  readonly ranges: readonly FunctionRange[];
  readonly functions: readonly CompiledFunction[];
  readonly helper: ResolveHelper;
}

/** What an instruction leads to: the next slot, or the end of the function with r0's low half. */
type Step = { readonly next: number } | { readonly result: number };

function runFunction(self: Interpreter, range: FunctionRange, halves: readonly number[]): number {
  const { core, image } = self;
  const frame = enter(core, range.start);
  // Not a BigUint64Array: the optimiser of Node 20 (V8 11.3) crashes on what it knows of such numbers.
  const registers = Array.from({ length: 11 }, () => POISON);
  for (let at = 0; at < 5; at++) registers[at + 1] = toBig(halves[2 * at] ?? 0, halves[2 * at + 1] ?? 0);
  registers[FP] = toBig(REGION_LO + STACK_BYTES, REGION_HI + frame);
  let index = range.start;
  for (;;) {
    const insn = image.insns[index];
    if (!insn || index >= range.end) fail(core, range.end - 1, "it runs on behind its last instruction");
    if (((core.budget[0] = (core.budget[0] ?? 0) - 1) | 0) < 0) spent(core, index);
    const step = stepOne(self, registers, insn, index);
    if (step === undefined) fail(core, index, "there is no such instruction");
    if ("result" in step) return step.result;
    if (step.next < range.start || step.next > range.end) fail(core, index, "it jumps out of its function");
    index = step.next;
  }
}

function stepOne(self: Interpreter, registers: bigint[], insn: Insn, index: number): Step | undefined {
  if (!isValidOpcode(insn.opcode)) return undefined;
  const next = { next: index + slotCount(self.image.insns, index) };
  switch (insn.opcode & 7) {
    case Class.ALU:
    case Class.ALU64: {
      const value = aluValue(insn, register(registers, insn.dst), operand(registers, insn));
      if (value === undefined) return undefined;
      registers[insn.dst] = value;
      return next;
    }
    case Class.LDX:
      return loadStep(self, registers, insn, index) ? next : undefined;
    case Class.ST:
    case Class.STX:
      return storeStep(self, registers, insn, index) ? next : undefined;
    case Class.LD:
      return immediateStep(self, registers, insn, index, next);
    default:
      return jumpStep(self, registers, insn, index, next);
  }
}

function register(registers: bigint[], number: number): bigint {
  return registers[number] ?? 0n;
}

function operand(registers: bigint[], insn: Insn): bigint {
  return (insn.opcode & Source.X) !== 0 ? register(registers, insn.src) : BigInt.asUintN(64, BigInt(insn.imm));
}

/** Also right for 32 bits: operands are cut first, the result is zero-extended. */
function aluValue(insn: Insn, left: bigint, right: bigint): bigint | undefined {
  const bits = (insn.opcode & 7) === Class.ALU64 ? 64 : 32;
  const operation = insn.opcode & 0xf0;
  if (operation === Alu.END) return endValue(insn, left);
  const [a, b] = [BigInt.asUintN(bits, left), BigInt.asUintN(bits, right)];
  const value = operationValue(operation, insn, bits, a, b);
  return value === undefined ? undefined : BigInt.asUintN(bits, value);
}

function operationValue(operation: number, insn: Insn, bits: number, a: bigint, b: bigint): bigint | undefined {
  const signed = (value: bigint): bigint => BigInt.asIntN(bits, value);
  const count = b & BigInt(bits - 1);
  if (operation === Alu.MOV) return movValue(insn, bits, b);
  if (operation === Alu.DIV || operation === Alu.MOD) {
    if (insn.offset !== 0 && insn.offset !== 1) return undefined;
    if (b === 0n) return operation === Alu.DIV ? 0n : a;
    const [dividend, divisor] = insn.offset === 1 ? [signed(a), signed(b)] : [a, b];
    return operation === Alu.DIV ? dividend / divisor : dividend % divisor;
  }
  if (insn.offset !== 0) return undefined;
  switch (operation) {
    case Alu.ADD:
      return a + b;
    case Alu.SUB:
      return a - b;
    case Alu.MUL:
      return a * b;
    case Alu.OR:
      return a | b;
    case Alu.AND:
      return a & b;
    case Alu.XOR:
      return a ^ b;
    case Alu.LSH:
      return a << count;
    case Alu.RSH:
      return a >> count;
    case Alu.ARSH:
      return signed(a) >> count;
    case Alu.NEG:
      return -a;
    default:
      return undefined;
  }
}

function movValue(insn: Insn, bits: number, value: bigint): bigint | undefined {
  if (insn.offset === 0) return value;
  if ((insn.opcode & Source.X) === 0 || ![8, 16, 32].includes(insn.offset) || insn.offset >= bits) return undefined;
  return BigInt.asIntN(insn.offset, value);
}

function endValue(insn: Insn, value: bigint): bigint | undefined {
  const unconditional = (insn.opcode & 7) === Class.ALU64;
  const toBigEndian = (insn.opcode & Source.X) !== 0;
  if (![16, 32, 64].includes(insn.imm) || (unconditional && toBigEndian)) return undefined;
  if (!unconditional && !toBigEndian) return BigInt.asUintN(insn.imm, value);
  let swapped = 0n;
  for (let at = 0; at < insn.imm; at += 8) swapped = (swapped << 8n) | ((value >> BigInt(at)) & 0xffn);
  return swapped;
}

function loadStep(self: Interpreter, registers: bigint[], insn: Insn, index: number): boolean {
  const mode = insn.opcode & 0xe0;
  const size = accessBytes(insn);
  if (mode !== Mode.MEM && (mode !== Mode.MEMSX || size === 8)) return false;
  const value = packetAddress(self, registers, insn, size) ?? load(self, registers, insn, index, size);
  registers[insn.dst] = mode === Mode.MEMSX ? BigInt.asUintN(64, BigInt.asIntN(8 * size, value)) : value;
  return true;
}

function load(self: Interpreter, registers: bigint[], insn: Insn, index: number, size: number): bigint {
  const [lo, hi] = halvesOf(register(registers, insn.src));
  return toBig(slowLoad(self.core, index, size, lo, hi, insn.offset), self.core.hi);
}

function packetAddress(self: Interpreter, registers: bigint[], insn: Insn, size: number): bigint | undefined {
  const { core, image } = self;
  if (size !== 4 || !image.packetFields) return undefined;
  if (register(registers, insn.src) !== toBig(REGION_LO, core.contextHi)) return undefined;
  const { data, dataEnd, dataMeta } = image.packetFields;
  if (insn.offset === dataEnd) return toBig(core.packetEndLo, core.packetHi);
  return insn.offset === data || insn.offset === dataMeta ? toBig(core.packetLo, core.packetHi) : undefined;
}

function storeStep(self: Interpreter, registers: bigint[], insn: Insn, index: number): boolean {
  const { core } = self;
  const mode = insn.opcode & 0xe0;
  const size = accessBytes(insn);
  const isRegister = (insn.opcode & 7) === Class.STX;
  const [lo, hi] = halvesOf(register(registers, insn.dst));
  const value = isRegister ? register(registers, insn.src) : BigInt.asUintN(64, BigInt(insn.imm));
  const store = (): boolean => {
    slowStore(core, index, size, lo, hi, insn.offset, ...halvesOf(value));
    return true;
  };
  if (mode === Mode.MEM) return store();
  if (!isRegister || mode !== Mode.ATOMIC) return false;
  if (insn.imm === Atomic.STORE_REL) return store();
  if (insn.imm === Atomic.LOAD_ACQ) {
    registers[insn.dst] = load(self, registers, insn, index, size);
    return true;
  }
  if (size < 4) return false;
  const place = [core, index, size, insn.imm, lo, hi, insn.offset] as const;
  const old = toBig(atomicAccess(...place, ...halvesOf(value), ...halvesOf(register(registers, 0))), core.hi);
  if (insn.imm === Atomic.CMPXCHG) registers[0] = old;
  else if ((insn.imm & Atomic.FETCH) !== 0) registers[insn.src] = old;
  return true;
}

function immediateStep(
  self: Interpreter,
  registers: bigint[],
  insn: Insn,
  index: number,
  next: Step,
): Step | undefined {
  const { core } = self;
  if (insn.opcode === LD_IMM64) {
    const halves = immediateHalves(self, insn, index);
    if (halves) registers[insn.dst] = toBig(...halves);
    return halves && next;
  }
  const mode = insn.opcode & 0xe0;
  const size = accessBytes(insn);
  if ((mode !== Mode.ABS && mode !== Mode.IND) || size === 8) return undefined;
  const base = mode === Mode.IND ? halvesOf(register(registers, insn.src))[0] : 0;
  const value = packetLoad(core, (base + insn.imm) | 0, size);
  if (value < 0) {
    leave(core);
    core.hi = 0;
    return { result: 0 };
  }
  registers[0] = BigInt(value);
  registers.fill(POISON, 1, 6);
  return next;
}

function jumpStep(self: Interpreter, registers: bigint[], insn: Insn, index: number, next: Step): Step | undefined {
  const isJmp = (insn.opcode & 7) === Class.JMP;
  const operation = insn.opcode & 0xf0;
  if (operation === Jmp.CALL) return isJmp ? callStep(self, registers, insn, index, next) : undefined;
  if (operation === Jmp.EXIT) {
    if (!isJmp) return undefined;
    leave(self.core);
    return { result: fromBig(self.core, register(registers, 0)) };
  }
  if (operation === JCOND) return isJmp ? next : undefined;
  const target = { next: jumpTarget(insn, index) ?? -1 };
  if (operation === Jmp.JA) return target;
  const bits = isJmp ? 64 : 32;
  const [left, right] = [register(registers, insn.dst), operand(registers, insn)];
  const taken = compare(operation, bits, BigInt.asUintN(bits, left), BigInt.asUintN(bits, right));
  return taken === undefined ? undefined : taken ? target : next;
}

function compare(operation: number, bits: number, a: bigint, b: bigint): boolean | undefined {
  const [signedA, signedB] = [BigInt.asIntN(bits, a), BigInt.asIntN(bits, b)];
  switch (operation) {
    case Jmp.JEQ:
      return a === b;
    case Jmp.JNE:
      return a !== b;
    case Jmp.JGT:
      return a > b;
    case Jmp.JGE:
      return a >= b;
    case Jmp.JLT:
      return a < b;
    case Jmp.JLE:
      return a <= b;
    case Jmp.JSET:
      return (a & b) !== 0n;
    case Jmp.JSGT:
      return signedA > signedB;
    case Jmp.JSGE:
      return signedA >= signedB;
    case Jmp.JSLT:
      return signedA < signedB;
    case Jmp.JSLE:
      return signedA <= signedB;
    default:
      return undefined;
  }
}

function callStep(self: Interpreter, registers: bigint[], insn: Insn, index: number, next: Step): Step | undefined {
  const { core } = self;
  if ((insn.opcode & Source.X) !== 0) return undefined;
  const halves = [1, 2, 3, 4, 5].flatMap((number) => halvesOf(register(registers, number)));
  let low: number;
  if (insn.src === PseudoCall.BPF) {
    const callee = self.ranges.findIndex(({ start }) => start === calledFunction(insn, index));
    const run = self.functions[callee];
    if (!run) fail(core, index, "it calls a function outside the program");
    low = run(...halves);
  } else if (insn.src === PseudoCall.HELPER) {
    core.insnIndex = index;
    core.args.set(halves);
    low = self.helper(insn.imm)(core);
    if (insn.imm === TAIL_CALL && core.tailTarget !== undefined) {
      leave(core);
      return { result: tail(core) };
    }
  } else if (insn.src === PseudoCall.KFUNC) {
    fail(core, index, `kernel function ${insn.imm} is not part of the machine`);
  } else return undefined;
  registers[0] = toBig(low, core.hi);
  registers.fill(POISON, 1, 6);
  return next;
}

function halvesOf(value: bigint): [number, number] {
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}
