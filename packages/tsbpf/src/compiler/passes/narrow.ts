// Demanded bits: a 64-bit value of which only the low 32 bits are ever looked at is computed with 32 bits, and masks
// and extensions that change none of the demanded bits go. The converse too: a load that is only ever widened is a
// 64-bit load, which costs the same.
//
// The analysis goes from uses to operands, through block parameters and around loops; the number of demanded bits of a
// value only grows, so that it ends.

import { countUses, incomingArguments, replaceUses } from "../ir/cfg.js";
import { bitsOf } from "../ir/eval.js";
import type { Block, Func, Inst } from "../ir/ir.js";
import { isBinary, memSize, targets } from "../ir/ir.js";
import { constOf, constantPool, makeInst } from "./edit.js";
import type { ConstantPool, NewInst } from "./edit.js";
import { lowMask } from "./known-bits.js";
import type { Pass } from "./pass.js";

export const narrow: Pass = {
  name: "narrow",
  why: "32-bit operations save the extensions and masks around exact 64-bit arithmetic.",
  needs: ["fold"],
  breaks: ["fold", "dce"],
  run: (func) => {
    let demand = demandedBits(func);
    const bypassed = bypass(func, demand);
    if (bypassed) demand = demandedBits(func);
    const narrowed = narrowValues(func, demand);
    if (narrowed) demand = demandedBits(func);
    const widened = widenLoads(func, demand);
    return bypassed || narrowed || widened;
  },
};

type Demand = (value: Inst) => number;

/** How many low bits of each value matter to anyone; 0 for values without a use. */
export function demandedBits(func: Func): Demand {
  // By identity.
  const demand = new Uint8Array(func.nextId);
  const incoming = incomingArguments(func);
  const work: Inst[] = [];
  const raise = (value: Inst | undefined, bits: number): void => {
    if (!value || value.type === "void") return;
    const capped = Math.min(bits, bitsOf(value.type));
    if (capped <= (demand[value.id] ?? 0)) return;
    demand[value.id] = capped;
    work.push(value);
  };
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      if (inst.op === "store") raise(inst.args[1], 8 * memSize(inst.mem));
      else if (!passesDemand(inst)) for (const arg of inst.args) raise(arg, 64);
    }
    if (block.term.op === "br") raise(block.term.cond, 64);
    if (block.term.op === "ret") raise(block.term.value, 64);
  }
  for (let value = work.pop(); value; value = work.pop()) {
    const bits = demand[value.id] ?? 0;
    if (value.op === "param") for (const arg of incoming.get(value) ?? []) raise(arg, bits);
    else if (passesDemand(value)) raiseOperands(value, bits, raise);
  }
  return (value) => demand[value.id] ?? 0;
}

/** Whether the demand on the operands follows from the demand on the result. */
function passesDemand(inst: Inst): boolean {
  if (isBinary(inst)) {
    if (inst.type === "ptr") return false;
    const shift = inst.op === "shl" || inst.op === "lshr" || inst.op === "ashr";
    return shift ? constOf(inst.args[1]) !== undefined : !/div|mod/.test(inst.op);
  }
  switch (inst.op) {
    case "zext":
    case "sext":
    case "trunc":
    case "sext8":
    case "sext16":
      return true;
    default:
      return false;
  }
}

function raiseOperands(inst: Inst, bits: number, raise: (value: Inst | undefined, bits: number) => void): void {
  const [left, right] = inst.args;
  const constant = constOf(right);
  switch (inst.op) {
    case "and":
      raise(right, bits);
      raise(left, constant === undefined ? bits : Math.min(bits, bitCount(constant)));
      break;
    case "shl":
    case "lshr":
    case "ashr": {
      const width = inst.type === "i32" ? 32 : 64;
      const count = Number(constant ?? 0n) % width;
      raise(right, 64);
      raise(left, inst.op === "shl" ? bits - count : bits + count > width ? width : bits + count);
      break;
    }
    case "sext8":
    case "sext16":
      raise(left, Math.min(bits, inst.op === "sext8" ? 8 : 16));
      break;
    default:
      raise(left, bits);
      raise(right, bits);
  }
}

function bitCount(mask: bigint): number {
  return mask === 0n ? 0 : lowMask(mask).toString(2).length;
}

/** Masks and sign extensions that only touch bits nobody looks at. */
function bypass(func: Func, demand: Demand): boolean {
  const replaced = new Map<Inst, Inst>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      const [left, right] = inst.args;
      const bits = demand(inst);
      if (!left || bits === 0) continue;
      const all = (1n << BigInt(bits)) - 1n;
      const mask = inst.op === "and" ? constOf(right) : undefined;
      const keeps =
        (mask !== undefined && (mask & all) === all) ||
        (inst.op === "sext8" && bits <= 8) ||
        (inst.op === "sext16" && bits <= 16);
      if (keeps) replaced.set(inst, left);
    }
  }
  replaceUses(func, replaced);
  return replaced.size > 0;
}

interface Narrowing {
  readonly func: Func;
  readonly demand: Demand;
  readonly pool: ConstantPool;
  /** The 32-bit twin of each value that is computed with 32 bits. */
  readonly low: Map<Inst, Inst>;
  /** Truncations of such values. */
  readonly replaced: Map<Inst, Inst>;
}

function narrowValues(func: Func, demand: Demand): boolean {
  const pool = constantPool(func);
  const state: Narrowing = { func, demand, pool, low: new Map(), replaced: new Map() };
  // The twins are made first and get their operands afterwards, because loops use values before their definition.
  for (const block of func.blocks) makeTwins(state, block, block === func.blocks[0]);
  if (state.low.size > 0) for (const block of func.blocks) rewriteBlock(state, block);
  pool.flush();
  replaceUses(func, state.replaced);
  return state.low.size > 0;
}

function isNarrowable(inst: Inst, demand: Demand): boolean {
  const bits = demand(inst);
  if (inst.type !== "i64" || bits === 0 || bits > 32) return false;
  switch (inst.op) {
    case "add":
    case "sub":
    case "mul":
    case "and":
    case "or":
    case "xor":
    case "sext8":
    case "sext16":
      return true;
    case "shl":
      return (constOf(inst.args[1]) ?? 64n) < 32n;
    case "lshr":
      return (constOf(inst.args[1]) ?? 64n) + BigInt(bits) <= 32n;
    case "load":
    case "kread":
      return memSize(inst.mem) <= 4;
    default:
      return false;
  }
}

function makeTwins(state: Narrowing, block: Block, isEntry: boolean): void {
  const { func, demand, low } = state;
  if (!isEntry) {
    block.params = block.params.map((param) => {
      const bits = demand(param);
      if (param.type !== "i64" || bits === 0 || bits > 32) return param;
      const twin = makeInst(func, { op: "param", type: "i32", args: [] }, param.span);
      low.set(param, twin);
      return twin as typeof param;
    });
  }
  for (const inst of block.insts) {
    if (isNarrowable(inst, demand))
      low.set(inst, makeInst(func, { ...inst, type: "i32", args: [] } as NewInst, inst.span));
  }
}

function rewriteBlock(state: Narrowing, block: Block): void {
  const out: Inst[] = [];
  for (const inst of block.insts) {
    const twin = state.low.get(inst);
    const [first] = inst.args;
    const narrowFirst = first && state.low.get(first);
    if (twin) {
      // Addresses keep their width, everything else is halved.
      twin.args.push(...inst.args.map((arg) => (arg.type === "i64" ? lowHalf(state, arg, out) : arg)));
      out.push(twin);
    } else if (inst.op === "trunc" && narrowFirst) {
      state.replaced.set(inst, narrowFirst);
    } else {
      for (const [index, arg] of inst.args.entries()) {
        const low = state.low.get(arg);
        if (low) inst.args[index] = inst.op === "store" ? low : zeroExtended(state, low, out);
      }
      out.push(inst);
    }
  }
  for (const target of targets(block.term)) {
    for (const [index, param] of target.block.params.entries()) {
      const arg = target.args[index];
      const low = arg && state.low.get(arg);
      if (arg?.type === "i64" && param.type === "i32") target.args[index] = lowHalf(state, arg, out);
      else if (low) target.args[index] = zeroExtended(state, low, out);
    }
  }
  block.insts = out;
}

/** The low half of `value`, for an operation that is narrowed; `out` takes what it needs. */
function lowHalf(state: Narrowing, value: Inst, out: Inst[]): Inst {
  const twin = state.low.get(value);
  if (twin) return twin;
  const constant = constOf(value);
  if (constant !== undefined) return state.pool.get("i32", constant);
  const [inner] = value.args;
  if ((value.op === "zext" || value.op === "sext") && inner) return inner;
  const trunc = makeInst(state.func, { op: "trunc", type: "i32", args: [value] }, value.span);
  out.push(trunc);
  return trunc;
}

/** For the few operations that stay 64 bits wide and look at the low bits only, such as a shift to the left. */
function zeroExtended(state: Narrowing, low: Inst, out: Inst[]): Inst {
  const zext = makeInst(state.func, { op: "zext", type: "i64", args: [low] }, low.span);
  out.push(zext);
  return zext;
}

/** A 32-bit load whose only use is its extension becomes a 64-bit load. */
function widenLoads(func: Func, demand: Demand): boolean {
  const uses = countUses(func);
  const extensions = new Map<Inst, Inst>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      const [load] = inst.args;
      if ((inst.op !== "zext" && inst.op !== "sext") || !load || demand(inst) <= 32 || uses.of(load) !== 1) continue;
      if (load.op !== "load" && load.op !== "kread") continue;
      const unsigned = load.mem.startsWith("u");
      if (inst.op === "zext" ? unsigned : !unsigned || memSize(load.mem) < 4) extensions.set(load, inst);
    }
  }
  if (extensions.size === 0) return false;
  const replaced = new Map<Inst, Inst>();
  for (const block of func.blocks) {
    block.insts = block.insts.map((inst) => {
      const extension = extensions.get(inst);
      if (!extension) return inst;
      const wide = makeInst(func, { ...inst, type: "i64" } as NewInst, inst.span);
      replaced.set(extension, wide);
      return wide;
    });
  }
  const gone = new Set(replaced.keys());
  for (const block of func.blocks) block.insts = block.insts.filter((inst) => !gone.has(inst));
  replaceUses(func, replaced);
  return replaced.size > 0;
}
