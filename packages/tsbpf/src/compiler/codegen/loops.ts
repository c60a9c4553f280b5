// How deeply each machine block is nested in loops: the weight of what stands in it.

import { type ById, makeById } from "./by-id.js";
import { successors } from "./machine.js";
import type { MachineBlock, MachineFunc } from "./machine.js";
import { postorder } from "./liveness.js";

/**
 * Edges to a block that is already on the path from the entry: what closes loops. Where a loop has several entries, it
 * depends on the order in which successors are gone to, the last one first.
 */
export function backEdges(
  func: MachineFunc,
  successorsOf = ({ term }: MachineBlock): MachineBlock[] => successors(term),
): { readonly from: MachineBlock; readonly to: MachineBlock }[] {
  const edges: { from: MachineBlock; to: MachineBlock }[] = [];
  const entry = func.blocks[0];
  if (!entry) return edges;
  const [unseen, open, done] = [0, 1, 2];
  const states = new Uint8Array(func.nextBlockId);
  states[entry.id] = open;
  const stack = [{ block: entry, next: successorsOf(entry) }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.next.pop();
    if (!next) {
      states[top.block.id] = done;
      stack.pop();
    } else if (states[next.id] === open) {
      edges.push({ from: top.block, to: next });
    } else if (states[next.id] === unseen) {
      states[next.id] = open;
      stack.push({ block: next, next: successorsOf(next) });
    }
  }
  return edges;
}

/** By block id. Members of a loop are the blocks that reach its back edge without passing its header. */
export function loopDepths(func: MachineFunc, edges = backEdges(func)): ArrayLike<number> {
  const depths = new Uint32Array(func.nextBlockId);
  if (edges.length === 0) return depths;
  const predecessors = predecessorLists(func);
  const latches = new Map<MachineBlock, MachineBlock[]>();
  for (const { from, to } of edges) latches.set(to, [...(latches.get(to) ?? []), from]);
  for (const [header, ends] of latches) {
    const members = new Set<MachineBlock>([header]);
    const work = [...ends];
    for (let block = work.pop(); block; block = work.pop()) {
      if (members.has(block)) continue;
      members.add(block);
      work.push(...(predecessors[block.id] ?? []));
    }
    for (const { id } of members) depths[id] = (depths[id] ?? 0) + 1;
  }
  return depths;
}

/** By block id. */
export function predecessorLists(func: MachineFunc): Readonly<ById<readonly MachineBlock[]>> {
  const lists = makeById<MachineBlock[]>(func.nextBlockId);
  for (const block of func.blocks) lists[block.id] = [];
  for (const block of postorder(func).reverse()) {
    for (const next of successors(block.term)) lists[next.id]?.push(block);
  }
  return lists;
}
