// Random IR functions for tests, made with the builder the way the front end makes them, and a machine to run them on.
// The same seed always gives the same function. The functions end, and never do what the verifier would refuse.

import { FunctionBuilder } from "../ir/builder.js";
import type { Variable } from "../ir/builder.js";
import { addRegion, createMemory, interpret, readMemory, writeMemory } from "../ir/interpret.js";
import type { Machine } from "../ir/interpret.js";
import type { BinaryOp, CompareOp, Func, Inst, MemType } from "../ir/ir.js";
import { binaryOps, compareOps, memSize } from "../ir/ir.js";

export interface Random {
  /** 0 … bound - 1. */
  below(bound: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  chance(percent: number): boolean;
}

/** mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    below: (bound) => next() % bound,
    pick: (list) => list[next() % list.length] ?? list[0],
    chance: (percent) => next() % 100 < percent,
  };
}

interface Gen {
  readonly b: FunctionBuilder;
  readonly random: Random;
  readonly vars32: readonly Variable[];
  readonly vars64: readonly Variable[];
  readonly slots: readonly { readonly inst: Inst; readonly size: number }[];
  readonly ctx: Inst;
  /** Nesting of ifs and loops. */
  depth: number;
  budget: number;
}

/** func(ctx: ptr, x: i64, y: i32) -> i64; ctx points to 64 bytes. */
export function randomFunction(seed: number): Func {
  const random = randomFrom(seed);
  const b = new FunctionBuilder(`random${seed}`, "raw_tracepoint/test", "i64", "zero");
  const ctx = b.addParam("ptr");
  const x = b.addParam("i64");
  const y = b.addParam("i32");
  const vars64 = ["a", "b", "c"].map((name): Variable => ({ name, type: "i64" }));
  const vars32 = ["d", "e", "f"].map((name): Variable => ({ name, type: "i32" }));
  const slots = Array.from({ length: 2 + random.below(3) }, (_, index) => {
    const size = random.pick([8, 16, 24, 40]);
    return { inst: b.slot(`s${index}`, size, 8), size };
  });
  const gen: Gen = { b, random, vars32, vars64, slots, ctx, depth: 0, budget: 10 + random.below(50) };
  for (const variable of vars64) b.write(variable, random.chance(50) ? x : b.constant("i64", constant(random)));
  for (const variable of vars32) b.write(variable, random.chance(50) ? y : b.constant("i32", constant(random)));
  for (const { inst, size } of slots) b.zero(inst, 0, size, 8);
  statements(gen);
  if (!b.terminated) {
    for (const slot of slots) if (random.chance(60)) output(gen, slot);
    b.ret(sum(gen));
  }
  return b.finish();
}

/** What a run shows to the outside. */
export interface Trace {
  readonly result: bigint | undefined;
  readonly events: readonly string[];
}

const inputs: readonly (readonly [bigint, bigint])[] = [
  [0n, 0n],
  [1n, 0xffff_ffffn],
  [0xffff_ffff_ffff_fff0n, 0x8000_0000n],
  [0x1_0000_0005n, 7n],
];

/** Runs `func` on several inputs. */
export function traceFunction(func: Func): Trace[] {
  return inputs.map(([x, y]) => {
    const memory = createMemory();
    const ctx = addRegion(
      memory,
      "ctx",
      Uint8Array.from({ length: 64 }, (_, index) => (index * 37 + 11) & 0xff),
    );
    const events: string[] = [];
    const machine: Machine = {
      memory,
      kernelRead: fakeKernelRead,
      mapAddress: () => 0xaaaa_0000n,
      core: (inst) => inst.value + 8n,
      stepLimit: 200_000,
      call: (inst, args) => {
        const [first = 0n, second = 0n, third = 0n, fourth = 0n, fifth = 0n] = args;
        switch (inst.helper) {
          case 25:
            events.push(`output ${third} ${Buffer.from(readMemory(memory, fourth, Number(fifth))).toString("hex")}`);
            return 0n;
          case 16:
            events.push(`comm ${second}`);
            writeMemory(memory, first, new Uint8Array(Number(second)).fill(0x63));
            return 0n;
          case 114: {
            // Copies a string: the bytes behind its end stay as they are.
            const text = new Uint8Array(Math.ceil(Number(second) / 2)).fill(0x74);
            writeMemory(memory, first, text);
            events.push(`string ${second}`);
            return BigInt(text.length);
          }
          case 35:
            return 0xffff_8880_0000_1000n;
          default:
            return 0x1234_5678_9abc_def0n;
        }
      },
    };
    const result = interpret(func, [ctx.base, x, y], machine);
    return { result, events };
  });
}

/** Some addresses fail; the others give bytes that depend on the address. */
function fakeKernelRead(address: bigint, size: number): Uint8Array | undefined {
  if ((address >> 4n) % 5n === 3n) return undefined;
  return Uint8Array.from({ length: size }, (_, index) => Number(((address + BigInt(index)) * 151n + 7n) % 251n));
}

function constant(random: Random): bigint {
  const small = BigInt(random.below(20)) - 4n;
  const special = random.pick([0n, 1n, 0xffn, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 1n << 63n, 1n << 40n]);
  return random.pick([small, small, small, special, BigInt(random.below(0x1_0000)) << BigInt(random.below(32))]);
}

function statements(gen: Gen): void {
  const count = 1 + gen.random.below(6);
  for (let index = 0; index < count && gen.budget > 0 && !gen.b.terminated; index++) {
    gen.budget--;
    statement(gen);
  }
}

function statement(gen: Gen): void {
  const { b, random } = gen;
  const kind = random.below(gen.depth < 3 ? 18 : 14);
  if (kind < 3) {
    b.write(random.pick(gen.vars64 as [Variable]), expression(gen, "i64", 3));
  } else if (kind < 5) {
    b.write(random.pick(gen.vars32 as [Variable]), expression(gen, "i32", 3));
  } else if (kind < 8) {
    storeStatement(gen);
  } else if (kind === 8) {
    const { inst, size } = random.pick(gen.slots as [Gen["slots"][0]]);
    const offset = random.below(size);
    b.zero(inst, offset, 1 + random.below(size - offset), alignOf(offset));
  } else if (kind === 9) {
    copyStatement(gen);
  } else if (kind === 10) {
    const { inst, size } = random.pick(gen.slots as [Gen["slots"][0]]);
    const offset = 4 * random.below(size / 4);
    b.kreadInto(inst, offset, kernelAddress(gen), 1 + random.below(size - offset));
  } else if (kind === 11) {
    callStatement(gen);
  } else if (kind === 12) {
    delayedStore(gen);
  } else if (kind === 13) {
    aliasStatement(gen);
  } else if (kind < 17) {
    ifStatement(gen);
  } else {
    loopStatement(gen);
  }
}

function alignOf(offset: number): number {
  return offset % 8 === 0 ? 8 : offset % 4 === 0 ? 4 : offset % 2 === 0 ? 2 : 1;
}

/** A place in a slot for `size` bytes, now and then through pointer arithmetic, even with a variable. */
function place(gen: Gen, size: number): { base: Inst; offset: number } {
  const { b, random } = gen;
  const slot = random.pick(gen.slots as [Gen["slots"][0]]);
  const offset = size * random.below(slot.size / size);
  const way = random.below(20);
  if (way < 14) return { base: slot.inst, offset };
  if (way < 19) return { base: b.binary("add", slot.inst, b.constant("i64", BigInt(offset))), offset: 0 };
  return { base: variablePlace(gen, size), offset: 0 };
}

function storeStatement(gen: Gen): void {
  const { b, random } = gen;
  const mem = random.pick(["u8", "u16", "u32", "u32", "u64", "u64"] as const);
  const type = mem === "u64" || random.chance(50) ? "i64" : "i32";
  const value = expression(gen, type, 2);
  const { base, offset } = place(gen, memSize(mem));
  b.store(mem, base, offset, value);
}

function copyStatement(gen: Gen): void {
  const { b, random } = gen;
  const [dst, src] = [random.below(gen.slots.length), random.below(gen.slots.length)].map((index) => gen.slots[index]);
  if (!dst || !src || dst === src) return;
  const whole = random.chance(60);
  const dstOffset = whole ? 0 : 4 * random.below(dst.size / 4);
  const srcOffset = whole ? 0 : 4 * random.below(src.size / 4);
  const most = Math.min(dst.size - dstOffset, src.size - srcOffset);
  const size = whole ? most : 1 + random.below(most);
  b.copy(dst.inst, dstOffset, src.inst, srcOffset, size, Math.min(alignOf(dstOffset), alignOf(srcOffset)));
}

function output(gen: Gen, slot: Gen["slots"][0]): void {
  const { b } = gen;
  const flags = expression(gen, "i64", 1);
  b.call(25, "i64", [gen.ctx, b.map("events"), flags, slot.inst, b.constant("i64", BigInt(slot.size))]);
}

function callStatement(gen: Gen): void {
  const { b, random } = gen;
  const slot = random.pick(gen.slots as [Gen["slots"][0]]);
  const size = 1 + random.below(slot.size);
  const way = random.below(10);
  if (way < 4) {
    output(gen, slot);
  } else if (way < 6) {
    b.call(16, "i64", [slot.inst, b.constant("i32", BigInt(size))]);
  } else if (way < 8) {
    const written = b.call(114, "i64", [slot.inst, b.constant("i32", BigInt(size)), kernelAddress(gen)]);
    if (random.chance(30)) b.write(random.pick(gen.vars64 as [Variable]), written);
  } else {
    b.call(16, "i64", [variablePlace(gen, 2), b.constant("i32", 2n)]);
  }
}

/** Something may come between the read of a value and the store that is its only use. */
function delayedStore(gen: Gen): void {
  const { b, random } = gen;
  const mem = random.pick(["u8", "u16", "u32", "u64"] as const);
  const value = b.kread(mem === "u64" ? "i64" : "i32", mem, kernelAddress(gen));
  const slot = random.pick(gen.slots as [Gen["slots"][0]]);
  if (random.chance(30)) b.zero(slot.inst, 0, slot.size, 8);
  if (random.chance(30)) callStatement(gen);
  if (random.chance(30)) storeStatement(gen);
  b.store(mem, slot.inst, memSize(mem) * random.below(slot.size / memSize(mem)), value);
}

/** One place through two pointers. */
function aliasStatement(gen: Gen): void {
  const { b, random } = gen;
  const pointer = variablePlace(gen, 4);
  const before = b.load("i32", "u32", pointer, 0);
  if (random.chance(80)) storeStatement(gen);
  const after = b.load("i32", "u32", pointer, 0);
  b.write(random.pick(gen.vars32 as [Variable]), b.binary("xor", before, after));
}

/** A pointer to `size` bytes at a variable offset in a slot. */
function variablePlace(gen: Gen, size: number): Inst {
  const { b, random } = gen;
  const slot = random.pick(gen.slots as [Gen["slots"][0]]);
  const index = b.binary("and", expression(gen, "i64", 1), b.constant("i64", 8n - BigInt(size)));
  return b.binary("add", slot.inst, index);
}

function ifStatement(gen: Gen): void {
  const { b, random } = gen;
  const then = b.createBlock();
  const otherwise = b.createBlock();
  const join = b.createBlock();
  const both = random.chance(50);
  b.branch(condition(gen), then, both ? otherwise : join);
  gen.depth++;
  for (const block of both ? [then, otherwise] : [then]) {
    b.seal(block);
    b.start(block);
    statements(gen);
    if (random.chance(8) && !b.terminated) b.ret(sum(gen));
    if (!b.terminated) b.jump(join);
  }
  if (!both) b.seal(otherwise);
  gen.depth--;
  b.seal(join);
  b.start(join);
  if (!b.isReachable(join)) b.unreachable();
}

function condition(gen: Gen): Inst {
  const { b, random } = gen;
  if (random.chance(20)) return expression(gen, "i32", 2);
  const type = random.pick(["i32", "i64"] as const);
  return b.compare(compareOp(random), expression(gen, type, 2), expression(gen, type, 2));
}

function loopStatement(gen: Gen): void {
  const { b, random } = gen;
  const counter: Variable = { name: "i", type: random.pick(["i32", "i64"] as const) };
  const header = b.createBlock();
  const body = b.createBlock();
  const step = b.createBlock();
  const after = b.createBlock();
  b.write(counter, b.constant(counter.type, 0n));
  b.jump(header);
  b.start(header);
  b.branch(b.compare("slt", b.read(counter), b.constant(counter.type, BigInt(random.below(5)))), body, after);
  b.seal(body);
  b.start(body);
  gen.depth++;
  statements(gen);
  if (random.chance(30) && !b.terminated) {
    const rest = b.createBlock();
    b.branch(condition(gen), random.chance(50) ? after : step, rest);
    b.seal(rest);
    b.start(rest);
    statements(gen);
  }
  gen.depth--;
  if (!b.terminated) b.jump(step);
  b.seal(step);
  b.start(step);
  if (b.isReachable(step)) b.write(counter, b.binary("add", b.read(counter), b.constant(counter.type, 1n)));
  b.jump(header);
  b.seal(header);
  b.seal(after);
  b.start(after);
}

/** All variables, so that none of them is dead at the end. */
function sum(gen: Gen): Inst {
  const { b } = gen;
  const values = [...gen.vars64.map((v) => b.read(v)), ...gen.vars32.map((v) => b.convert("zext", "i64", b.read(v)))];
  return values.reduce((left, right) => b.binary("add", b.binary("mul", left, b.constant("i64", 31n)), right));
}

function compareOp(random: Random): CompareOp {
  return random.pick([...compareOps] as [CompareOp]);
}

function kernelAddress(gen: Gen): Inst {
  const { b, random } = gen;
  const member = random.below(3);
  const offset = random.chance(50)
    ? b.core("i64", "field_byte_offset", "task", `0:${member}`, BigInt(8 * member))
    : b.convert("zext", "i64", b.binary("and", expression(gen, "i32", 0), b.constant("i32", 0x38n)));
  return b.binary("add", b.call(35, "ptr", []), offset);
}

function expression(gen: Gen, type: "i32" | "i64", depth: number): Inst {
  const { b, random } = gen;
  const vars = type === "i32" ? gen.vars32 : gen.vars64;
  if (depth <= 0)
    return random.chance(70) ? b.read(random.pick(vars as [Variable])) : b.constant(type, constant(random));
  const kind = random.below(20);
  if (kind < 3) return b.read(random.pick(vars as [Variable]));
  if (kind < 4) return b.constant(type, constant(random));
  if (kind < 10) {
    const right = random.chance(40) ? b.constant(type, constant(random)) : expression(gen, type, depth - 1);
    return b.binary(random.pick([...binaryOps] as [BinaryOp]), expression(gen, type, depth - 1), right);
  }
  if (kind < 14) {
    if (type === "i32") return b.convert("trunc", "i32", expression(gen, "i64", depth - 1));
    return b.convert(random.pick(["zext", "sext"]), "i64", expression(gen, "i32", depth - 1));
  }
  if (kind < 15) return b.convert(random.pick(["sext8", "sext16"]), type, expression(gen, type, depth - 1));
  if (kind < 16) {
    const inner = random.pick(["i32", "i64"] as const);
    const truth = b.compare(compareOp(random), expression(gen, inner, depth - 1), expression(gen, inner, depth - 1));
    return type === "i32" ? truth : b.convert("zext", "i64", truth);
  }
  const mems = ["u8", "u16", "u32", "i8", "i16", "i32"] as const;
  const mem: MemType = type === "i64" && random.chance(30) ? "u64" : random.pick(mems);
  if (kind < 17) return b.kread(type, mem, kernelAddress(gen));
  if (kind < 18) return b.load(type, mem, gen.ctx, 8 * random.below(8));
  const { base, offset } = place(gen, memSize(mem));
  return b.load(type, mem, base, offset);
}
