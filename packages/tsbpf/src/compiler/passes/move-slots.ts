// Stack slots that have no room on the stack become parts of one map value, which the function looks up where it
// begins. Which ones move is decided where the frame is known (compiler/scratch.ts).

import { helperById, helperId } from "../../bpf/helpers.js";
import { entryOf, replaceIn, replaceInTerm } from "../ir/cfg.js";
import type { Block, Func, Inst, SlotInst } from "../ir/ir.js";
import { constantPool, constOf, isConst, makeInst, type ConstantPool, type NewInst } from "./edit.js";
import { slotPlace } from "./effects.js";

/** The map value of one function, and how much of it is taken. */
export interface Scratch {
  readonly map: string;
  /** The function's element of the map. */
  readonly index: number;
  /** What a function leaves with that finds no such element, which is never so. */
  readonly answer: bigint;
  /** The value's address and the key that it is looked up with, once the function does that. */
  base: Inst | undefined;
  key: Inst | undefined;
  sizeBytes: number;
}

const mapLookupElem = helperId("bpfMapLookupElem");
/** The map's values begin on eight bytes, and so does every slot in them. */
const valueAlign = 8;

/**
 * The slots that may lie in a map's value. A pointer that is stored there comes back as a number, what a callback gets
 * as its context must be stack (check_func_arg, kernel/bpf/verifier.c), and dynptrs live on the stack alone.
 */
export function movableSlots(func: Func): readonly SlotInst[] {
  const fixed = new Set<Inst>();
  const fix = (pointer: Inst | undefined): void => {
    const place = slotPlace(pointer);
    if (place) fixed.add(place.slot);
  };
  for (const { insts } of func.blocks) {
    for (const inst of insts) {
      if (inst.op === "store" && inst.args[1]?.type === "ptr") fix(inst.args[0]);
      if (inst.op !== "call") continue;
      const args = helperById(inst.helper)?.args ?? [];
      for (const [index, { kind }] of args.entries()) {
        if (kind === "callback_ctx" || kind === "dynptr") fix(inst.args[index]);
      }
    }
  }
  return entryOf(func).insts.filter((inst) => inst.op === "slot" && !fixed.has(inst)) as SlotInst[];
}

/** Slots that are a map's key somewhere. */
export function keySlots(func: Func): ReadonlySet<SlotInst> {
  const keys = new Set<SlotInst>();
  for (const { insts } of func.blocks) {
    for (const inst of insts) {
      if (inst.op !== "call") continue;
      for (const [index, { kind }] of (helperById(inst.helper)?.args ?? []).entries()) {
        const place = kind === "map_key" ? slotPlace(inst.args[index]) : undefined;
        if (place) keys.add(place.slot);
      }
    }
  }
  return keys;
}

/** What a slot takes of the map's value. */
export function scratchSize(slot: SlotInst): number {
  return Math.ceil(slot.size / valueAlign) * valueAlign;
}

/** Moves these slots behind what `scratch` holds already. */
export function moveSlots(func: Func, slots: readonly SlotInst[], scratch: Scratch): void {
  const pool = constantPool(func);
  const base = (scratch.base ??= lookUp(func, scratch, pool));
  const offsets = new Map<Inst, number>();
  for (const slot of slots) {
    offsets.set(slot, scratch.sizeBytes);
    scratch.sizeBytes += scratchSize(slot);
  }
  for (const block of func.blocks) replaceSlots(func, block, base, offsets, pool);
  pool.flush();
}

/** The address is made anew at each use: loads and stores take the distance in, and no register is held for it. */
function replaceSlots(
  func: Func,
  block: Block,
  base: Inst,
  offsets: ReadonlyMap<Inst, number>,
  pool: ConstantPool,
): void {
  const out: Inst[] = [];
  const placed = (value: Inst, span: Inst["span"]): Inst => {
    const offset = offsets.get(value);
    if (offset === undefined) return value;
    if (offset === 0) return base;
    const inst = makeInst(func, { op: "add", type: "ptr", args: [base, pool.get("i64", BigInt(offset))] }, span);
    out.push(inst);
    return inst;
  };
  for (const inst of block.insts) {
    if (offsets.has(inst)) continue;
    const start = inst.op === "add" ? offsets.get(inst.args[0] ?? inst) : undefined;
    const distance = constOf(inst.args[1]);
    // One sum of constants is part of a load or store, two are not.
    if (start !== undefined && distance !== undefined) {
      inst.args.splice(0, 2, base, pool.get("i64", distance + BigInt(start)));
    }
    replaceIn(inst.args, (value) => placed(value, inst.span));
    out.push(inst);
  }
  replaceInTerm(block.term, (value) => placed(value, block.term.span));
  block.insts = out;
}

/** A new entry that finds the function's element; what was the entry follows where it is found. */
function lookUp(func: Func, scratch: Scratch, pool: ConstantPool): Inst {
  const entry = entryOf(func);
  const make = (body: NewInst): Inst => makeInst(func, body, undefined);
  const isStatic = (inst: Inst): boolean => isConst(inst) || inst.op === "slot";
  const body: Block = {
    id: func.nextId++,
    params: [],
    insts: entry.insts.filter((inst) => !isStatic(inst)),
    term: entry.term,
  };
  const key = make({ op: "slot", type: "ptr", size: 4, align: 4, name: "scratch index", args: [] });
  const index = pool.get("i32", BigInt(scratch.index));
  const store = make({ op: "store", type: "void", mem: "u32", offset: 0, args: [key, index] });
  const map = make({ op: "map", type: "ptr", name: scratch.map, args: [] });
  const base = make({ op: "call", type: "ptr", helper: mapLookupElem, args: [map, key] });
  const found = make({ op: "ne", type: "i32", args: [base, pool.get("ptr", 0n)] });
  const { returns } = func;
  const value = returns === "void" ? undefined : pool.get(returns, returns === "ptr" ? 0n : scratch.answer);
  const missing: Block = { id: func.nextId++, params: [], insts: [], term: { op: "ret", value, span: undefined } };
  scratch.key = key;
  entry.insts = [...entry.insts.filter(isStatic), key, store, map, base, found];
  entry.term = {
    op: "br",
    cond: found,
    then: { block: body, args: [] },
    else: { block: missing, args: [] },
    span: undefined,
  };
  func.blocks = [entry, body, ...func.blocks.slice(1), missing];
  return base;
}
