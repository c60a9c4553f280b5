// Kernel reads become calls of bpf_probe_read_kernel(dst, size, address), which fills dst with zeros when it fails
// (kernel/trace/bpf_trace.c, bpf_probe_read_kernel_common). A value that is only stored to the stack is read straight
// to its place; otherwise it passes through one small slot that all reads of the function share: each is loaded at
// once.

import { countUses, replaceUses } from "../ir/cfg.js";
import type { Block, Func, Inst, KreadInst, MemType, SlotInst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { constantPool, makeInst } from "./edit.js";
import type { ConstantPool, NewInst } from "./edit.js";
import { effectsOf, escapedSlots, probeReadKernel, slotPlace, touches } from "./effects.js";
import type { Pass } from "./pass.js";

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
      uses: usersOf(func),
      escaped: escapedSlots(func),
      replaced: new Map(),
      shared: undefined,
    };
    for (const block of func.blocks) lowerBlock(state, block);
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
  /** The only user of each value that has exactly one use. */
  readonly uses: ReadonlyMap<Inst, Inst>;
  readonly escaped: ReadonlySet<SlotInst>;
  readonly replaced: Map<Inst, Inst>;
  /** The slot through which values are read. */
  shared: SlotInst | undefined;
}

/** How far down the store may be: a bound on the work, not a matter of meaning. */
const distanceMax = 256;

function usersOf(func: Func): Map<Inst, Inst> {
  const counts = countUses(func);
  const users = new Map<Inst, Inst>();
  for (const block of func.blocks) {
    for (const inst of block.insts) for (const arg of inst.args) if (counts.get(arg) === 1) users.set(arg, inst);
  }
  return users;
}

function lowerBlock(state: State, block: Block): void {
  const out: Inst[] = [];
  const dropped = new Set<Inst>();
  for (const [index, inst] of block.insts.entries()) {
    if (dropped.has(inst)) continue;
    const emit = (body: NewInst): Inst => {
      const made = makeInst(state.func, body, inst.span);
      out.push(made);
      return made;
    };
    if (inst.op === "kreadinto") {
      const [dst, address] = inst.args;
      if (dst && address) read(state, emit, { base: dst, offset: inst.dstOffset }, inst.size, address);
    } else if (inst.op === "kread") {
      const sink = findSink(state, block, index, inst);
      if (sink) {
        const [address] = inst.args;
        if (address) read(state, emit, { base: sink.slot, offset: sink.offset }, memSize(inst.mem), address);
        for (const gone of sink.gone) dropped.add(gone);
      } else {
        state.replaced.set(inst, readValue(state, emit, inst));
      }
    } else {
      out.push(inst);
    }
  }
  block.insts = out;
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
  readonly slot: SlotInst;
  readonly offset: number;
  /** The store, and the conversions on the way to it. */
  readonly gone: readonly Inst[];
}

/** The store to the stack that is the read's only use, when it may as well happen where the read stands. */
function findSink(state: State, block: Block, index: number, inst: KreadInst): Sink | undefined {
  const gone: Inst[] = [];
  let user = state.uses.get(inst);
  const size = memSize(inst.mem);
  while (user && keepsLowBytes(user, size)) {
    gone.push(user);
    user = state.uses.get(user);
  }
  if (user?.op !== "store" || memSize(user.mem as MemType) !== size) return undefined;
  const place = slotPlace(user.args[0], user.offset);
  if (!place || place.offset < 0 || place.offset + size > place.slot.size) return undefined;
  const range = { offset: place.offset, size };
  const end = Math.min(block.insts.length, index + distanceMax);
  for (let next = index + 1; next < end; next++) {
    const between = block.insts[next];
    if (between === user) return { ...place, gone: [...gone, user] };
    if (!between) return undefined;
    const touched = touches(effectsOf(between), place.slot, range, state.escaped);
    if (touched.reads || touched.writes) return undefined;
  }
  return undefined;
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
