// Kernel reads become calls of bpf_probe_read_kernel(dst, size, address), which fills dst with zeros when it fails
// (kernel/trace/bpf_trace.c, bpf_probe_read_kernel_common). A value that is only stored to the stack is read straight
// to its place, and so is one that is only stored to memory that a helper gave (a map's value, a record of a ring
// buffer); otherwise it passes through one small slot that all reads of the function share: each is loaded at once.

import { helperIds } from "../../bpf/helpers.js";
import { forEachTermArg, replaceUses } from "../ir/cfg.js";
import type { Block, Func, Inst, KreadInst, SlotInst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { constantPool, makeInst } from "./edit.js";
import type { ConstantPool, NewInst } from "./edit.js";
import { effectsOf, escapedSlots, overlaps, probeReadKernel, slotPlace, touches } from "./effects.js";
import type { Pass } from "./pass.js";
import { accessesOf, comesBefore, slotUses } from "./slot-use.js";
import type { Access, Position, SlotUses } from "./slot-use.js";

export const lowerKread: Pass = {
  name: "lower-kread",
  why: "Instruction selection knows calls, not kernel reads; and a read into its final place saves a load and a store.",
  needs: ["fold", "promote"],
  breaks: ["gvn", "dse", "dce"],
  run: (func) => {
    const reads = func.blocks.some((block) =>
      block.insts.some((inst) => inst.op === "kread" || inst.op === "kreadinto"),
    );
    if (!reads) return false;
    const state: State = {
      func,
      pool: constantPool(func),
      users: usersOf(func),
      slots: slotUses(func),
      dropped: new Set(),
      escaped: escapedSlots(func),
      replaced: new Map(),
      shared: undefined,
    };
    for (const block of func.blocks) lowerBlock(state, block);
    for (const block of func.blocks) block.insts = block.insts.filter((inst) => !state.dropped.has(inst));
    const entry = func.blocks[0];
    if (state.shared && entry) entry.insts = [state.shared, ...entry.insts];
    state.pool.flush();
    replaceUses(func, state.replaced);
    return true;
  },
};

interface State {
  readonly func: Func;
  readonly pool: ConstantPool;
  readonly users: ReadonlyMap<Inst, readonly Inst[]>;
  readonly slots: SlotUses;
  readonly escaped: ReadonlySet<SlotInst>;
  /** Stores that a read into their place has made needless. */
  readonly dropped: Set<Inst>;
  readonly replaced: Map<Inst, Inst>;
  /** The slot through which values are read. */
  shared: SlotInst | undefined;
}

/** How far down the store may be: a bound on the work, not a matter of meaning. */
const distanceMax = 256;

/** The users of each value; what a terminator uses has more users than any store can be the only one of. */
function usersOf(func: Func): Map<Inst, Inst[]> {
  const users = new Map<Inst, Inst[]>();
  const note = (value: Inst, user: Inst): void => {
    const list = users.get(value);
    if (list) list.push(user);
    else users.set(value, [user]);
  };
  for (const block of func.blocks) {
    for (const inst of block.insts) for (const arg of inst.args) note(arg, inst);
    forEachTermArg(block.term, (value) => note(value, value));
  }
  return users;
}

function lowerBlock(state: State, block: Block): void {
  const out: Inst[] = [];
  for (const [index, inst] of block.insts.entries()) {
    const emit = (body: NewInst): Inst => {
      const made = makeInst(state.func, body, inst.span);
      out.push(made);
      return made;
    };
    if (inst.op === "kreadinto") {
      const [dst, address] = inst.args;
      if (dst && address) read(state, emit, { base: dst, offset: inst.dstOffset }, inst.size, address);
    } else if (inst.op === "kread") {
      lowerRead(state, { block, index }, inst, emit);
    } else {
      out.push(inst);
    }
  }
  block.insts = out;
}

function lowerRead(state: State, at: Position, inst: KreadInst, emit: Emit): void {
  const [address] = inst.args;
  if (!address) return;
  const sink = findSink(state, at, inst) ?? findLastingSink(state, inst);
  if (!sink) {
    state.replaced.set(inst, readValue(state, emit, inst));
    return;
  }
  const { base, offset } = sink;
  read(state, emit, sink, memSize(inst.mem), address);
  for (const gone of sink.gone) state.dropped.add(gone);
  if (!sink.stays) return;
  state.replaced.set(inst, emit({ op: "load", type: inst.type, mem: inst.mem, offset, args: [base] }));
}

type Emit = (body: NewInst) => Inst;

function read(state: State, emit: Emit, dst: { base: Inst; offset: number }, size: number, address: Inst): void {
  const { pool } = state;
  const offset = (): Inst => pool.get("i64", BigInt(dst.offset));
  const pointer = dst.offset === 0 ? dst.base : emit({ op: "add", type: "ptr", args: [dst.base, offset()] });
  const args = [pointer, pool.get("i32", BigInt(size)), address];
  emit({ op: "call", type: "i64", helper: probeReadKernel, args });
}

function readValue(state: State, emit: Emit, inst: KreadInst): Inst {
  const { func } = state;
  state.shared ??= makeInst(
    func,
    { op: "slot", type: "ptr", size: 8, align: 8, name: "kread", args: [] },
    undefined,
  ) as SlotInst;
  const [address] = inst.args;
  if (address) read(state, emit, { base: state.shared, offset: 0 }, memSize(inst.mem), address);
  return emit({ op: "load", type: inst.type, mem: inst.mem, offset: 0, args: [state.shared] });
}

interface Sink {
  readonly base: Inst;
  readonly offset: number;
  /** The store, and the conversions on the way to it. */
  readonly gone: readonly Inst[];
  /** There are other uses, which take the value from there. */
  readonly stays: boolean;
}

/** The store that is the read's only use, when it may as well happen where the read stands. */
function findSink(state: State, { block, index }: Position, inst: KreadInst): Sink | undefined {
  const gone: Inst[] = [];
  let user = onlyUser(state, inst);
  const size = memSize(inst.mem);
  while (user && keepsLowBytes(user, size)) {
    gone.push(user);
    user = onlyUser(state, user);
  }
  if (user?.op !== "store" || memSize(user.mem) !== size) return undefined;
  const place = slotPlace(user.args[0], user.offset);
  const inside = place && place.offset >= 0 && place.offset + size <= place.slot.size;
  const target = inside ? { base: place.slot, offset: place.offset, size } : heldMemory(user, size);
  if (!target) return undefined;
  const end = Math.min(block.insts.length, index + distanceMax);
  for (let next = index + 1; next < end; next++) {
    const between = block.insts[next];
    if (between === user) return { ...target, gone: [...gone, user], stays: false };
    if (!between || between === target.base || minds(state, between, target)) return undefined;
  }
  return undefined;
}

function onlyUser(state: State, value: Inst): Inst | undefined {
  const users = state.users.get(value);
  const [user] = users ?? [];
  return users?.length === 1 && user !== value ? user : undefined;
}

interface Target {
  readonly base: Inst;
  readonly offset: number;
  readonly size: number;
}

/** Helpers may write to what these give. */
const holders = helperIds("bpfMapLookupElem", "bpfRingbufReserve", "bpfTaskStorageGet");

function heldMemory(store: Inst & { op: "store" }, size: number): Target | undefined {
  const [base] = store.args;
  return base?.op === "call" && holders.has(base.helper) ? { base, offset: store.offset, size } : undefined;
}

/** `inst` may read or write the bytes of `target`, so that the store cannot be moved above it. */
function minds(state: State, inst: Inst, target: Target): boolean {
  const { base, offset, size } = target;
  const effects = effectsOf(inst);
  if (base.op === "slot") {
    const touched = touches(effects, base, { offset, size }, state.escaped);
    return touched.reads || touched.writes;
  }
  if (inst.op === "kread") return false;
  if ((inst.op === "store" || inst.op === "load") && inst.args[0] === base) {
    return overlaps({ offset: inst.offset, size: memSize(inst.mem) }, target);
  }
  return effects.readsOther || effects.writesOther || inst.op === "kreadinto";
}

/**
 * One store among the uses, to bytes of a slot that nobody else writes and that are only read after it: the bytes may
 * as well be there from the read on, and whoever wants the value finds it there.
 */
function findLastingSink(state: State, inst: KreadInst): Sink | undefined {
  const size = memSize(inst.mem);
  for (const store of storesOf(state, inst, size)) {
    const place = slotPlace(store.args[0], store.offset);
    if (!place || place.offset < 0 || place.offset + size > place.slot.size) continue;
    const { slot, offset } = place;
    if (!state.slots.accesses.has(slot)) continue;
    const accesses = accessesOf(state.slots, { slot, offset, size });
    const own = accesses.find((access) => access.inst === store);
    if (!own || accesses.some((access) => access !== own && !follows(state, own, access))) continue;
    return { base: slot, offset, gone: [store], stays: true };
  }
  return undefined;
}

function follows(state: State, own: Access, access: Access): boolean {
  return !access.writes && comesBefore(state.slots, own, access);
}

/** Stores of `value`'s low bytes, also through conversions. */
function storesOf(state: State, value: Inst, size: number): (Inst & { op: "store" })[] {
  const stores: (Inst & { op: "store" })[] = [];
  const work = [value];
  for (let next = work.pop(); next; next = work.pop()) {
    for (const user of state.users.get(next) ?? []) {
      if (user.op === "store" && user.args[1] === next && memSize(user.mem) === size) stores.push(user);
      else if (user !== next && keepsLowBytes(user, size)) work.push(user);
    }
  }
  return stores;
}

function keepsLowBytes(inst: Inst, size: number): boolean {
  switch (inst.op) {
    case "trunc":
    case "zext":
    case "sext":
      return size <= 4;
    case "sext8":
      return size === 1;
    case "sext16":
      return size <= 2;
    default:
      return false;
  }
}
