// Random IR programs for the execution test: arithmetic at both widths, comparisons, branches, loops, stack slots and
// calls, with more live values than there are registers. A program reads eight numbers from a map's value, computes,
// and writes everything it has back behind them. The same seed gives the same program.

import { FunctionBuilder, type Variable } from "../ir/builder.js";
import { binaryOps, compareOps } from "../ir/ir.js";
import type { BinaryOp, Block, CompareOp, Func, Inst, MemType } from "../ir/ir.js";

export const INPUTS = 8;
export const OUTPUTS = 40;
export const VALUE_BYTES = (INPUTS + OUTPUTS) * 8;
export const PACKET_BYTES = 64;

export interface Random {
  /** 0 … limit - 1. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  bits(): bigint;
}

/** Mulberry32. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => next() % limit;
  return {
    below,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    bits: () => (BigInt(next()) << 32n) | BigInt(next()),
  };
}

const edges: readonly bigint[] = [
  0n,
  1n,
  2n,
  7n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0x8000_0001n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  -1n,
  -2n,
  -3n,
  -0x8000_0000n,
  -0x8000_0001n,
  -0x1_0000_0000n,
];

export function edgeValue(random: Random): bigint {
  return BigInt.asUintN(64, random.below(3) === 0 ? random.bits() : random.pick(edges));
}

interface Program {
  readonly b: FunctionBuilder;
  readonly random: Random;
  readonly narrow: Variable[];
  readonly wide: Variable[];
  readonly slots: Inst[];
  /** 16 bytes that are accessed at variable offsets. */
  readonly array: Inst;
  /** Points to one of the slots. */
  readonly pointer: Variable;
  readonly value: Inst;
  readonly context: Inst;
  /** Statements left. */
  budget: number;
}

export function randomFunc(seed: number): Func {
  const random = makeRandom(seed);
  const b = new FunctionBuilder("fuzz", "tc", "i32", "zero");
  const context = b.addParam("ptr");
  const array = b.slot("array", 16, 8);
  const slots = Array.from({ length: 1 + random.below(4) }, (_, index) => b.slot(`slot${index}`, 8, 8));
  const value = lookUp(b);
  const wideCount = random.pick([2, 6, 14, 20]);
  const narrowCount = random.pick([1, 4, 10, 14]);
  const program: Program = {
    b,
    random,
    slots,
    array,
    value,
    context,
    pointer: { name: "pointer", type: "ptr" },
    wide: Array.from({ length: wideCount }, (_, index) => ({ name: `wide${index}`, type: "i64" })),
    narrow: Array.from({ length: narrowCount }, (_, index) => ({ name: `narrow${index}`, type: "i32" })),
    budget: 10 + random.below(30),
  };
  initialise(program);
  b.write(program.pointer, random.pick(slots));
  statements(program, 0, 100);
  finish(program);
  return b.finish();
}

function lookUp(b: FunctionBuilder): Inst {
  const key = b.slot("key", 4, 4);
  b.store("u32", key, 0, b.constant("i32", 0n));
  const value = b.call(1, "ptr", [b.map("values"), key]);
  const missing = b.createBlock();
  const found = b.createBlock();
  b.branch(b.compare("eq", value, b.constant("ptr", 0n)), missing, found);
  b.seal(missing);
  b.seal(found);
  b.start(missing);
  b.ret(b.constant("i32", 0xdeadn));
  b.start(found);
  return value;
}

function initialise(program: Program): void {
  const { b, random, value } = program;
  b.store("u64", program.array, 0, b.load("i64", "u64", value, 0));
  b.store("u64", program.array, 8, b.constant("i64", edgeValue(random)));
  for (const slot of program.slots) b.store("u64", slot, 0, b.load("i64", "u64", value, 8 * random.below(INPUTS)));
  for (const variable of program.wide) b.write(variable, b.load("i64", "u64", value, 8 * random.below(INPUTS)));
  for (const variable of program.narrow) b.write(variable, loadNarrow(program, value, 8 * random.below(INPUTS)));
}

function finish(program: Program): void {
  const { b, value } = program;
  let offset = INPUTS * 8;
  for (const variable of program.wide) b.store("u64", value, (offset += 8) - 8, b.read(variable));
  for (const variable of program.narrow) b.store("u32", value, (offset += 4) - 4, b.read(variable));
  offset = (offset + 7) & ~7;
  for (const slot of [...program.slots, program.array]) {
    b.store("u64", value, (offset += 8) - 8, b.load("i64", "u64", slot, 0));
  }
  b.ret(expr(program, "i32", 2));
}

/** Branches over more instructions than 16 bits can count, forwards and backwards: only v4 can do that. */
export function longFunc(): Func {
  const b = new FunctionBuilder("long", "tc", "i32", "zero");
  b.addParam("ptr");
  const value = lookUp(b);
  const counter: Variable = { name: "counter", type: "i32" };
  b.write(counter, b.constant("i32", 0n));
  const [body, middle, join, after] = [b.createBlock(), b.createBlock(), b.createBlock(), b.createBlock()];
  b.jump(body);
  b.start(body);
  const first = b.load("i64", "u64", value, 0);
  const bits = b.binary("and", first, b.constant("i64", 1n));
  b.branch(b.compare("ne", bits, b.constant("i64", 0n)), join, middle);
  b.seal(middle);
  b.start(middle);
  for (let index = 0; index < 34_000; index++) b.store("u64", value, (INPUTS + (index % OUTPUTS)) * 8, first);
  b.jump(join);
  b.seal(join);
  b.start(join);
  b.store("u64", value, 0, b.binary("add", first, b.constant("i64", 3n)));
  const next = b.binary("add", b.read(counter), b.constant("i32", 1n));
  b.write(counter, next);
  b.branch(b.compare("ult", next, b.constant("i32", 3n)), body, after);
  b.seal(body);
  b.seal(after);
  b.start(after);
  b.ret(next);
  return b.finish();
}

// ---- statements ---------------------------------------------------------------------------------------------------

function statements(program: Program, depth: number, limit: number): void {
  for (let count = 0; count < limit && program.budget > 0; count++) {
    program.budget--;
    statement(program, depth);
  }
}

function statement(program: Program, depth: number): void {
  const { b, random } = program;
  b.span = { file: "fuzz.ts", line: program.budget + 1, column: depth + 1 };
  const kind = random.below(21);
  if (kind < 5) assign(program, program.wide, "i64");
  else if (kind < 10) assign(program, program.narrow, "i32");
  else if (kind < 12) storeSomewhere(program);
  else if (kind < 13) variableOffset(program);
  else if (kind < 14) callSomething(program);
  else if (kind < 18 && depth < 3) conditional(program, depth);
  else if (kind < 19 && depth < 2) loop(program, depth);
  else if (kind < 20) throughPointer(program);
  else b.write(random.pick(program.wide), loadWide(program, random.pick(program.slots), 0));
}

function assign(program: Program, variables: readonly Variable[], type: "i32" | "i64"): void {
  program.b.write(program.random.pick(variables), expr(program, type, 3));
}

function storeSomewhere(program: Program): void {
  const { b, random } = program;
  const mem = random.pick(["u8", "u16", "u32", "u64"] as const);
  const size = { u8: 1, u16: 2, u32: 4, u64: 8 }[mem];
  const slot = random.pick(program.slots);
  const value = mem === "u64" || random.below(2) === 0 ? expr(program, "i64", 2) : expr(program, "i32", 2);
  if (random.below(3) === 0) {
    const offset = b.constant("i64", BigInt(size * random.below(8 / size)));
    b.store(mem, b.binary("add", slot, offset), 0, value);
  } else {
    b.store(mem, slot, size * random.below(8 / size), value);
  }
}

function variableOffset(program: Program): void {
  const { b, random } = program;
  const index = b.binary("and", expr(program, "i64", 2), b.constant("i64", 15n));
  const place = b.binary("add", program.array, index);
  if (random.below(2) === 0) b.store("u8", place, 0, expr(program, "i32", 2));
  else b.write(random.pick(program.narrow), b.load("i32", random.pick(["u8", "i8"] as const), place, 0));
}

function throughPointer(program: Program): void {
  const { b, random } = program;
  if (random.below(2) === 0) b.write(program.pointer, random.pick(program.slots));
  else if (random.below(2) === 0) b.store("u32", b.read(program.pointer), 4, expr(program, "i32", 2));
  else b.write(random.pick(program.wide), loadWide(program, b.read(program.pointer), 0));
}

function callSomething(program: Program): void {
  const { b, random } = program;
  if (random.below(2) === 0) {
    const time = b.call(5, "i64", []);
    b.write(random.pick(program.wide), b.binary("and", time, b.constant("i64", 0n)));
    return;
  }
  const size = b.constant("i32", BigInt(1 + random.below(8)));
  const from = b.constant("i32", BigInt(random.below(PACKET_BYTES - 8)));
  const result = b.call(26, "i64", [program.context, from, random.pick(program.slots), size]);
  b.write(random.pick(program.wide), result);
}

function conditional(program: Program, depth: number): void {
  const { b, random } = program;
  const then = b.createBlock();
  const otherwise = b.createBlock();
  const join = b.createBlock();
  const twoArms = random.below(2) === 0;
  b.branch(condition(program), then, twoArms ? otherwise : join);
  b.seal(then);
  b.seal(otherwise);
  arm(program, then, join, depth);
  if (twoArms) arm(program, otherwise, join, depth);
  b.seal(join);
  b.start(join);
}

function arm(program: Program, block: Block, join: Block, depth: number): void {
  program.b.start(block);
  statements(program, depth + 1, 1 + program.random.below(3));
  program.b.jump(join);
}

function loop(program: Program, depth: number): void {
  const { b, random } = program;
  const type = random.pick(["i32", "i64"] as const);
  const counter: Variable = { name: "counter", type };
  b.write(counter, b.constant(type, 0n));
  const body = b.createBlock();
  const after = b.createBlock();
  b.jump(body);
  b.start(body);
  if (random.below(2) === 0) swapVariables(program);
  statements(program, depth + 2, 2);
  const next = b.binary("add", b.read(counter), b.constant(type, 1n));
  b.write(counter, next);
  b.branch(b.compare("ult", next, b.constant(type, BigInt(2 + random.below(2)))), body, after);
  b.seal(body);
  b.seal(after);
  b.start(after);
}

/** Around a loop this makes parallel copies in a ring. */
function swapVariables(program: Program): void {
  const { b, random } = program;
  const variables = random.pick([program.wide, program.narrow]);
  const values = variables.slice(0, 3).map((variable) => b.read(variable));
  variables.slice(0, 3).forEach((variable, index) => b.write(variable, values[(index + 1) % values.length] as Inst));
}

// ---- expressions --------------------------------------------------------------------------------------------------

const ops = [...binaryOps] as readonly BinaryOp[];
const comparisons = [...compareOps] as readonly CompareOp[];

function expr(program: Program, type: "i32" | "i64", depth: number): Inst {
  const { b, random } = program;
  const kind = depth === 0 ? random.below(4) : random.below(14);
  if (kind < 3) return b.read(random.pick(type === "i32" ? program.narrow : program.wide));
  if (kind < 4) return b.constant(type, edgeValue(random));
  if (kind < 10) return b.binary(random.pick(ops), expr(program, type, depth - 1), expr(program, type, depth - 1));
  if (kind < 11) return b.convert(random.pick(["sext8", "sext16"] as const), type, expr(program, type, depth - 1));
  if (kind < 12) {
    const slot = random.pick(program.slots);
    return type === "i32" ? loadNarrow(program, slot, 0) : loadWide(program, slot, 0);
  }
  if (type === "i64") return b.convert(random.pick(["zext", "sext"] as const), "i64", expr(program, "i32", depth - 1));
  if (kind < 13) return b.convert("trunc", "i32", expr(program, "i64", depth - 1));
  return condition(program);
}

function condition(program: Program): Inst {
  const { b, random } = program;
  const type = random.pick(["i32", "i64"] as const);
  if (random.below(6) === 0) return b.read(random.pick(program.narrow));
  if (random.below(6) === 0) {
    const bits = b.binary("and", expr(program, type, 1), expr(program, type, 0));
    return type === "i32" ? bits : b.compare(random.pick(["eq", "ne"] as const), bits, b.constant("i64", 0n));
  }
  return b.compare(random.pick(comparisons), expr(program, type, 1), expr(program, type, 1));
}

function loadNarrow(program: Program, from: Inst, offset: number): Inst {
  const mem: MemType = program.random.pick(["u8", "u16", "u32", "i8", "i16", "i32"] as const);
  return program.b.load("i32", mem, from, offset);
}

function loadWide(program: Program, from: Inst, offset: number): Inst {
  const mem: MemType = program.random.pick(["u8", "u16", "u32", "u64", "u64", "i8", "i16", "i32"] as const);
  return program.b.load("i64", mem, from, offset);
}
