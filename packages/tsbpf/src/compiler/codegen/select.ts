// Instruction selection: IR to machine instructions on virtual registers. Constants, map and slot addresses and CO-RE
// numbers are made at each use; everything else gets a register where it is defined. Never sees the operations that
// passes lower (kread, kreadinto, zero, copy).

import { assert } from "../../util/assert.js";
import type { Block, Func, Inst } from "../ir/ir.js";
import { isBinary, isCompare } from "../ir/ir.js";
import type { CpuLevel } from "./code.js";
import type { MachineBlock, MachineFunc } from "./machine.js";
import { selectBinary, selectConvert } from "./select-arith.js";
import { type Landing, selectCompare, selectTerminator } from "./select-branch.js";
import { makeUnknownZero, selectForget } from "./select-forget.js";
import { memberAddress, selectAtomic, selectCall, selectLoad, selectStore } from "./select-memory.js";
import { emitCleanMove, emitMove, isRemade, newBlock, ownReg, type Selection, startSelection } from "./selection.js";
import { reachableBlocks, usersOf } from "./values.js";

export function select(func: Func, cpu: CpuLevel): MachineFunc {
  const sel = startSelection(func, cpu);
  const starts = new Map<Block, MachineBlock>();
  const order = reachableBlocks(func);
  const landing: Landing = {
    blockOf: (block) => {
      const start = starts.get(block);
      assert(start, `select ${func.name}: block ${block.id} is not reachable`);
      return start;
    },
    exits: new Map(),
  };
  for (const block of order) starts.set(block, newBlock(sel));
  for (const [index, block] of order.entries()) {
    sel.block = landing.blockOf(block);
    sel.span = undefined;
    if (index === 0) receiveParams(sel, block);
    if (index === 0) makeUnknownZero(sel);
    for (const inst of block.insts) {
      sel.span = inst.span;
      selectInst(sel, inst);
    }
    sel.span = block.term.span;
    selectTerminator(sel, block.term, landing);
  }
  return sel.out;
}

/** The function's parameters arrive in r1 … r5. Callers within the module clear the upper half of a 32-bit argument. */
function receiveParams(sel: Selection, entry: Block): void {
  assert(entry.params.length <= 5, `function ${sel.func.name} has more than five parameters`);
  entry.params.forEach((param, index) => {
    if (usersOf(sel.users, param).length === 0) return;
    const mayBeUnclean = sel.func.section !== undefined || sel.func.linkage === "global";
    if (sel.wideRead.has(param) && mayBeUnclean) emitCleanMove(sel, ownReg(sel, param), index + 1);
    else emitMove(sel, ownReg(sel, param), index + 1);
  });
}

function selectInst(sel: Selection, inst: Inst): void {
  if (isBinary(inst)) {
    if (!isRemade(sel, inst) && !memberAddress(sel, inst)) selectBinary(sel, inst);
  } else if (isCompare(inst)) {
    // Branches test it themselves.
    const needed = usersOf(sel.users, inst).some((user) => user.kind !== "term" || user.term.op !== "br");
    if (needed) selectCompare(sel, inst);
  } else {
    selectOther(sel, inst);
  }
}

function selectOther(sel: Selection, inst: Inst): void {
  switch (inst.op) {
    case "load":
      return selectLoad(sel, inst);
    case "store":
      return selectStore(sel, inst);
    case "call":
    case "callfn":
      return selectCall(sel, inst);
    case "atomic":
      return selectAtomic(sel, inst);
    case "forget":
      return selectForget(sel, inst);
    case "zext":
    case "sext":
    case "trunc":
    case "sext8":
    case "sext16":
    case "bswap16":
    case "bswap32":
    case "bswap64":
    case "ptr2int":
    case "address":
    case "int2ptr":
      return selectConvert(sel, inst);
    case "const":
    case "slot":
    case "map":
    case "data":
    case "func":
    case "core":
      return; // Made at each use.
    case "kread":
    case "kreadinto":
    case "zero":
    case "copy":
    case "param":
    default:
      assert(false, `select ${sel.func.name}: unexpected ${inst.op}; a pass should have lowered it`);
  }
}
