// Dead stores to stack slots, byte by byte: bytes that are always overwritten before anything reads them, or never
// read again, need not be written. A backward dataflow analysis over the flow graph; the live bytes of all slots are
// one big number, one bit a byte.

import { buildCfg, countUses } from "../ir/cfg.js";
import type { Cfg, Uses } from "../ir/cfg.js";
import type { Block, CopyInst, Func, Inst, SlotInst, ZeroInst } from "../ir/ir.js";
import { targets } from "../ir/ir.js";
import { makeInst } from "./edit.js";
import { effectsOf, escapedSlots, onlyFillsMemory, slotPlace } from "./effects.js";
import type { SlotAccess } from "./effects.js";
import { alignAt } from "./pieces.js";
import type { Pass } from "./pass.js";

export const dse: Pass = {
  name: "dse",
  why: "Structs are zeroed before their fields are filled in; most of the zeros are never seen.",
  needs: ["lower-kread"],
  breaks: ["dce"],
  run: removeDeadStores,
};

interface State {
  readonly func: Func;
  readonly cfg: Cfg;
  /** Number of the first bit of each slot that is tracked; escaped slots are not. */
  readonly start: ReadonlyMap<SlotInst, number>;
  readonly uses: Uses;
  /** Slots whose bytes are only ever sent to user space, where what lies behind a text's NUL does not matter. */
  readonly onlySent: ReadonlySet<SlotInst>;
}

function removeDeadStores(func: Func): boolean {
  const escaped = escapedSlots(func);
  const start = new Map<SlotInst, number>();
  let bits = 0;
  for (const inst of func.blocks[0]?.insts ?? []) {
    if (inst.op !== "slot" || escaped.has(inst)) continue;
    start.set(inst, bits);
    bits += inst.size;
  }
  if (bits === 0) return false;
  const state: State = { func, cfg: buildCfg(func), start, uses: countUses(func), onlySent: onlySentSlots(func) };
  const liveOut = solve(state);
  let changed = false;
  for (const block of state.cfg.rpo) changed = rewriteBlock(state, block, liveOut.get(block) ?? 0n) || changed;
  return changed;
}

/** A map's key, a copy or a comparison would see what a helper left behind the text. */
function onlySentSlots(func: Func): ReadonlySet<SlotInst> {
  const slots = new Set<SlotInst>();
  const otherwiseRead = new Set<SlotInst>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      if (inst.op === "slot") slots.add(inst);
      for (const access of effectsOf(inst).accesses) {
        if (access.reads && !access.sends) otherwiseRead.add(access.slot);
      }
    }
  }
  return new Set([...slots].filter((slot) => !otherwiseRead.has(slot)));
}

/** The bytes that are live at the end of each block. */
function solve(state: State): Map<Block, bigint> {
  const { cfg } = state;
  const liveIn = new Map<Block, bigint>();
  const liveOut = new Map<Block, bigint>();
  const summaries = new Map(cfg.rpo.map((block) => [block, summarize(state, block)]));
  const backwards = [...cfg.rpo].reverse();
  for (let changed = true; changed;) {
    changed = false;
    for (const block of backwards) {
      let out = 0n;
      for (const target of targets(block.term)) out |= liveIn.get(target.block) ?? 0n;
      const { kill, read } = summaries.get(block) ?? { kill: 0n, read: 0n };
      const into = (out & ~kill) | read;
      liveOut.set(block, out);
      if (into === liveIn.get(block)) continue;
      liveIn.set(block, into);
      changed = true;
    }
  }
  return liveOut;
}

/** The effect of a block: live in = live out without `kill`, with `read`. */
function summarize(state: State, block: Block): { kill: bigint; read: bigint } {
  let kill = 0n;
  let read = 0n;
  for (const inst of [...block.insts].reverse()) {
    const effect = maskOf(state, effectsOf(inst).accesses);
    kill |= effect.kill;
    read = (read & ~effect.kill) | effect.read;
  }
  return { kill, read };
}

function maskOf(state: State, accesses: readonly SlotAccess[]): { kill: bigint; read: bigint } {
  let kill = 0n;
  let read = 0n;
  for (const access of accesses) {
    const mask = rangeMask(state, access);
    if (access.fills || (access.fillsText && state.onlySent.has(access.slot))) kill |= mask;
    if (access.reads) read |= mask;
  }
  return { kill, read };
}

function rangeMask(state: State, range: { slot: SlotInst; offset: number; size: number }): bigint {
  const start = state.start.get(range.slot);
  if (start === undefined || range.size <= 0) return 0n;
  return ((1n << BigInt(range.size)) - 1n) << BigInt(start + range.offset);
}

function rewriteBlock(state: State, block: Block, liveOut: bigint): boolean {
  let live = liveOut;
  let changed = false;
  const backwards: Inst[] = [];
  for (const inst of [...block.insts].reverse()) {
    const kept = rewrite(state, inst, live);
    if (kept.length !== 1 || kept[0] !== inst) changed = true;
    for (const part of kept.reverse()) {
      backwards.push(part);
      const effect = maskOf(state, effectsOf(part).accesses);
      live = (live & ~effect.kill) | effect.read;
    }
  }
  if (changed) block.insts = backwards.reverse();
  return changed;
}

/** What is left of an instruction: itself, parts of it, or nothing. */
function rewrite(state: State, inst: Inst, live: bigint): Inst[] {
  const written = effectsOf(inst).accesses.find((access) => access.writes);
  if (!written || !written.fills || !state.start.has(written.slot)) return [inst];
  const demand =
    (live >> BigInt((state.start.get(written.slot) ?? 0) + written.offset)) & ((1n << BigInt(written.size)) - 1n);
  if (demand === 0n) {
    const removable = inst.op !== "call" || (onlyFillsMemory(inst) && state.uses.of(inst) === 0);
    return removable ? [] : [inst];
  }
  if (inst.op === "zero") return shrinkZero(state, inst, written, demand);
  if (inst.op === "copy") return shrinkCopy(state, inst, demand);
  return [inst];
}

/**
 * Only the eight-byte words that hold live bytes are zeroed, and in each of them, if one smaller store will do, only
 * its part. Zeroing some dead bytes too is better than going round them with more stores.
 */
function shrinkZero(state: State, inst: ZeroInst, written: SlotAccess, demand: bigint): Inst[] {
  const end = written.offset + written.size;
  const parts: { offset: number; end: number }[] = [];
  const word = (offset: number): number => Math.floor(offset / 8) * 8;
  for (let at = written.offset; at < end; at = word(at) + 8) {
    const limit = Math.min(word(at) + 8, end);
    const bits = (demand >> BigInt(at - written.offset)) & ((1n << BigInt(limit - at)) - 1n);
    if (bits === 0n) continue;
    const part = enclosingBlock(at, limit, bits);
    const last = parts.at(-1);
    if (last?.end === part.offset) last.end = part.end;
    else parts.push(part);
  }
  const [only] = parts;
  if (parts.length === 1 && only?.offset === written.offset && only.end === end) return [inst];
  return parts.map((part) => {
    const delta = part.offset - written.offset;
    const align = Math.max(alignAt(inst.align, delta), alignAt(written.slot.align, part.offset));
    const body = { ...inst, args: [...inst.args], offset: inst.offset + delta, size: part.end - part.offset, align };
    return makeInst(state.func, body, inst.span);
  });
}

/** The smallest aligned power of two that holds the bytes `bits` (counted from `at`) within at … limit. */
function enclosingBlock(at: number, limit: number, bits: bigint): { offset: number; end: number } {
  const first = at + trailingZeros(bits);
  const last = at + bits.toString(2).length - 1;
  for (let size = 1; size <= 8; size *= 2) {
    const offset = Math.floor(first / size) * size;
    if (offset >= at && offset + size <= limit && last < offset + size) return { offset, end: offset + size };
  }
  return { offset: at, end: limit };
}

function trailingZeros(bits: bigint): number {
  return (bits & -bits).toString(2).length - 1;
}

/** Cuts dead bytes off both ends of a copy, in steps of its alignment. */
function shrinkCopy(state: State, inst: CopyInst, demand: bigint): Inst[] {
  const { align } = inst;
  const first = Math.floor(trailingZeros(demand) / align) * align;
  const end = Math.min(inst.size, Math.ceil(demand.toString(2).length / align) * align);
  if (first === 0 && end === inst.size) return [inst];
  if (!slotPlace(inst.args[0], inst.dstOffset)) return [inst];
  const body = {
    ...inst,
    args: [...inst.args],
    dstOffset: inst.dstOffset + first,
    srcOffset: inst.srcOffset + first,
    size: end - first,
  };
  return [makeInst(state.func, body, inst.span)];
}
