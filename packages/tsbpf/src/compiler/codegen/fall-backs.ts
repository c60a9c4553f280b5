// Where the verifier wants a jump although the next instruction would come anyway.

import { invert } from "./layout.js";
import type { MachineBlock, MachineFunc } from "./machine.js";
import type { Features } from "./selection.js";

/**
 * Blocks that run into one which the verifier is still looking at, coming from there. Of a jump it takes that for a
 * loop; of other instructions older kernels refuse it (check_cfg of Linux 5.10, kernel/bpf/verifier.c: "back-edge",
 * `loop_ok`). It happens in loops with two entries, which jump threading makes.
 */
export function fallBacks(func: MachineFunc, features: Features): ReadonlySet<MachineBlock> {
  const found = new Set<MachineBlock>();
  const following = new Map(func.blocks.map((block, index) => [block, func.blocks[index + 1]]));
  const [entry] = func.blocks;
  if (!entry) return found;
  const [unseen, open, done] = [0, 1, 2];
  const states = new Uint8Array(func.nextBlockId);
  states[entry.id] = open;
  const stack = [{ block: entry, next: inOrder(entry, following.get(entry), features) }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const { block } = top;
    const next = top.next.pop();
    if (!next) {
      states[block.id] = done;
      stack.pop();
    } else if (states[next.id] === open) {
      if (block.term.kind === "jump" && following.get(block) === next) found.add(block);
    } else if (states[next.id] === unseen) {
      states[next.id] = open;
      stack.push({ block: next, next: inOrder(next, following.get(next), features) });
    }
  }
  return found;
}

/** The successors; the verifier goes first to what is last, which is what comes without a jump. */
function inOrder({ term }: MachineBlock, following: MachineBlock | undefined, features: Features): MachineBlock[] {
  if (term.kind === "exit") return [];
  if (term.kind === "jump") return [term.target];
  const isInverted = term.then === following && invert(term, features) !== undefined;
  return isInverted ? [term.else, term.then] : [term.then, term.else];
}
