// How deeply each machine block is nested in loops: the weight of what stands in it.

import { successors } from "./machine.js";
import type { MachineBlock, MachineFunc } from "./machine.js";
import { postorder } from "./liveness.js";

/** Edges to a block that is already on the path from the entry: what closes loops. */
export function backEdges(func: MachineFunc): { readonly from: MachineBlock; readonly to: MachineBlock }[] {
  const edges: { from: MachineBlock; to: MachineBlock }[] = [];
  const entry = func.blocks[0];
  if (!entry) return edges;
  const open = new Set<MachineBlock>([entry]);
  const seen = new Set<MachineBlock>([entry]);
  const stack = [{ block: entry, next: successors(entry.term) }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.next.pop();
    if (!next) {
      open.delete(top.block);
      stack.pop();
    } else if (open.has(next)) {
      edges.push({ from: top.block, to: next });
    } else if (!seen.has(next)) {
      seen.add(next);
      open.add(next);
      stack.push({ block: next, next: successors(next.term) });
    }
  }
  return edges;
}

/** Members of a loop are the blocks that reach its back edge without passing its header. */
export function loopDepths(func: MachineFunc): ReadonlyMap<MachineBlock, number> {
  const depths = new Map<MachineBlock, number>(func.blocks.map((block) => [block, 0]));
  const predecessors = predecessorMap(func);
  const latches = new Map<MachineBlock, MachineBlock[]>();
  for (const { from, to } of backEdges(func)) latches.set(to, [...(latches.get(to) ?? []), from]);
  for (const [header, ends] of latches) {
    const members = new Set<MachineBlock>([header]);
    const work = [...ends];
    for (let block = work.pop(); block; block = work.pop()) {
      if (members.has(block)) continue;
      members.add(block);
      work.push(...(predecessors.get(block) ?? []));
    }
    for (const block of members) depths.set(block, (depths.get(block) ?? 0) + 1);
  }
  return depths;
}

export function predecessorMap(func: MachineFunc): Map<MachineBlock, MachineBlock[]> {
  const map = new Map<MachineBlock, MachineBlock[]>(func.blocks.map((block) => [block, []]));
  for (const block of postorder(func).reverse()) {
    for (const next of successors(block.term)) map.get(next)?.push(block);
  }
  return map;
}
