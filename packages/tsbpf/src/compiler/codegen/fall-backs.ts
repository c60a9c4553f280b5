// Where the verifier wants a jump although the next instruction would come anyway.

import { invert } from "./layout.js";
import { backEdges } from "./loops.js";
import { successors, type MachineBlock, type MachineFunc } from "./machine.js";
import type { Features } from "./selection.js";

/**
 * Blocks that run into one which the verifier is still looking at, coming from there. Of a jump it takes that for a
 * loop; of other instructions older kernels refuse it (check_cfg of Linux 5.10, kernel/bpf/verifier.c: "back-edge",
 * `loop_ok`). It happens in loops with two entries, which jump threading makes.
 */
export function fallBacks(func: MachineFunc, features: Features): ReadonlySet<MachineBlock> {
  const following = new Map(func.blocks.map((block, index) => [block, func.blocks[index + 1]]));
  const edges = backEdges(func, (block) => inOrder(block, following.get(block), features));
  const falling = edges.filter(({ from, to }) => from.term.kind === "jump" && following.get(from) === to);
  return new Set(falling.map(({ from }) => from));
}

/** The successors; the verifier goes first to what is last, which is what comes without a jump. */
function inOrder({ term }: MachineBlock, following: MachineBlock | undefined, features: Features): MachineBlock[] {
  const isInverted = term.kind === "branch" && term.then === following && invert(term, features) !== undefined;
  return isInverted ? [term.else, term.then] : successors(term);
}
