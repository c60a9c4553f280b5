// Clearing or copying hundreds of bytes becomes a loop over a run of them: written out, 4 KiB would be 512 stores.

import type { Block, CopyInst, Func, Inst, ZeroInst } from "../ir/ir.js";
import { constantPool, makeInst, type ConstantPool, type NewInst } from "./edit.js";
import { slotPlace } from "./effects.js";
import type { Pass } from "./pass.js";
import { alignAt } from "./pieces.js";

export const loopMemory: Pass = {
  name: "loop-memory",
  why: "Written out store by store, large values take more instructions than the rest of their program.",
  needs: [],
  breaks: [],
  run: (func) => {
    const pool = constantPool(func);
    const blocks = func.blocks.flatMap((block) => splitBlock(func, block, pool));
    const changed = blocks.length > func.blocks.length;
    func.blocks = blocks;
    pool.flush();
    return changed;
  },
};

/** More accesses than this become a loop: what fits on a stack of 512 bytes is written out. */
const piecesMax = 64;
/** Accesses in one round: the verifier walks through every round, and the counting is then a small part of it. */
const piecesPerRound = 16;

/** The block itself, or what it becomes: up to the first large operation, a loop, and the same of what follows. */
function splitBlock(func: Func, block: Block, pool: ConstantPool): Block[] {
  const at = block.insts.findIndex((inst) => (inst.op === "zero" || inst.op === "copy") && isLarge(inst));
  const large = block.insts[at];
  if (large?.op !== "zero" && large?.op !== "copy") return [block];
  const after: Block = { id: func.nextId++, params: [], insts: block.insts.slice(at + 1), term: block.term };
  block.insts = block.insts.slice(0, at);
  const loop = makeLoop(func, large, block, after, pool);
  return [block, loop, ...splitBlock(func, after, pool)];
}

function isLarge(inst: ZeroInst | CopyInst): boolean {
  return inst.size / alignmentOf(inst) > piecesMax;
}

/** What every access of the operation can be aligned to. */
function alignmentOf(inst: ZeroInst | CopyInst): number {
  const exact = (pointer: Inst | undefined, offset: number): number => {
    const place = slotPlace(pointer, offset);
    return place ? alignAt(place.slot.align, place.offset) : inst.align;
  };
  if (inst.op === "zero") return exact(inst.args[0], inst.offset);
  return Math.min(exact(inst.args[0], inst.dstOffset), exact(inst.args[1], inst.srcOffset));
}

/** Ends `before` with a loop over whole rounds that goes on in `after`, where what is left over comes first. */
function makeLoop(func: Func, inst: ZeroInst | CopyInst, before: Block, after: Block, pool: ConstantPool): Block {
  const align = alignmentOf(inst);
  const step = align * piecesPerRound;
  const end = inst.size - (inst.size % step);
  const make = (body: NewInst): Inst => makeInst(func, body, inst.span);
  const at = make({ op: "param", type: "i64", args: [] });
  const loop: Block = { id: func.nextId++, params: [], insts: [], term: before.term };
  if (at.op === "param") loop.params.push(at);
  const moved = inst.args.map((pointer) => make({ op: "add", type: "ptr", args: [pointer, at] }));
  const next = make({ op: "add", type: "i64", args: [at, pool.get("i64", BigInt(step))] });
  const more = make({ op: "ult", type: "i32", args: [next, pool.get("i64", BigInt(end))] });
  loop.insts = [...moved, make({ ...inst, args: moved, size: step, align }), next, more];
  const again = { block: loop, args: [next] };
  loop.term = { op: "br", cond: more, then: again, else: { block: after, args: [] }, span: inst.span };
  before.term = { op: "jump", target: { block: loop, args: [pool.get("i64", 0n)] }, span: inst.span };
  if (end < inst.size) after.insts = [make({ ...shifted(inst, end), size: inst.size - end, align }), ...after.insts];
  return loop;
}

function shifted(inst: ZeroInst | CopyInst, by: number): ZeroInst | CopyInst {
  if (inst.op === "zero") return { ...inst, offset: inst.offset + by };
  return { ...inst, dstOffset: inst.dstOffset + by, srcOffset: inst.srcOffset + by };
}
