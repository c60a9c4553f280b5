// Register allocation: colours the registers, spills what has no colour and tries again.

import { assert } from "../../util/assert.js";
import { colour } from "./colouring.js";
import { buildGraph } from "./interference.js";
import { asMove, mapRegisters, mapTermRegisters, type MachineFunc, type MachineInst, type Reg } from "./machine.js";
import { spillRegisters } from "./spill.js";

/** Each round spills only registers of the program, never those that spilling made, so that few rounds suffice. */
const MAX_ROUNDS = 50;

/** Replaces all virtual registers of `func` by r0 … r9 and drops the moves that thereby do nothing. */
export function allocateRegisters(func: MachineFunc): void {
  const unspillable = new Set<Reg>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { colourOf, spilled } = colour(buildGraph(func), unspillable);
    if (spilled.size === 0) return rename(func, colourOf);
    for (const reg of spilled.keys()) {
      assert(!unspillable.has(reg), `regalloc ${func.name}: no register for a single use`);
    }
    spillRegisters(func, spilled, unspillable);
  }
  assert(false, `regalloc ${func.name}: no end of spilling`);
}

function rename(func: MachineFunc, colourOf: Int8Array): void {
  const replace = (reg: Reg): Reg => {
    const machine = colourOf[reg] ?? -1;
    assert(machine >= 0, "every register has a colour");
    return machine;
  };
  for (const block of func.blocks) {
    const insts: MachineInst[] = [];
    for (const inst of block.insts) {
      const move = asMove(inst);
      if (!move || replace(move.dst) !== replace(move.src)) insts.push(mapRegisters(inst, replace, replace));
    }
    block.insts = insts;
    block.term = mapTermRegisters(block.term, replace);
  }
}
