// The interference graph: registers that are live at the same time and so need different machine registers, the moves
// that would vanish if their two sides got the same one, and what it would cost to keep a register in memory.

import { assert } from "../../util/assert.js";
import { add, type BitSet, forEach, remove } from "./bitset.js";
import { computeLiveOut, step, stepTerm } from "./liveness.js";
import { loopDepths } from "./loops.js";
import { ALLOCATABLE, asMove, forEachDef, forEachTermUse, forEachUse } from "./machine.js";
import type { MachineBlock, MachineFunc, MachineInst, Reg } from "./machine.js";

export interface Move {
  readonly dst: Reg;
  readonly src: Reg;
}

export interface Graph {
  /** Registers are 0 to size - 1; the first ALLOCATABLE are the machine's. */
  readonly size: number;
  readonly neighbours: readonly Set<Reg>[];
  /** Most executed first. */
  readonly moves: readonly Move[];
  /** Indices into `moves` by register. */
  readonly movesOf: readonly number[][];
  /** Loads and stores that spilling would add, weighted by loop depth. */
  readonly spillCost: Float64Array;
  /** False for registers that do not occur. */
  readonly occurs: Uint8Array;
}

export function connect(graph: Graph, a: Reg, b: Reg): boolean {
  const left = graph.neighbours[a];
  const right = graph.neighbours[b];
  assert(left && right, `registers ${a} and ${b} are in the graph`);
  if (a === b || left.has(b)) return false;
  left.add(b);
  right.add(a);
  return true;
}

export function buildGraph(func: MachineFunc): Graph {
  const size = func.nextReg;
  const weighted: { readonly move: Move; readonly weight: number }[] = [];
  const graph: Graph = {
    size,
    neighbours: Array.from({ length: size }, () => new Set<Reg>()),
    moves: [],
    movesOf: Array.from({ length: size }, () => []),
    spillCost: new Float64Array(size),
    occurs: new Uint8Array(size),
  };
  for (let a = 0; a < ALLOCATABLE; a++) for (let b = 0; b < a; b++) connect(graph, a, b);
  const liveOut = computeLiveOut(func);
  const depths = loopDepths(func);
  for (const block of func.blocks) {
    const weight = 10 ** Math.min(depths.get(block) ?? 0, 8);
    const live = liveOut.get(block);
    assert(live, `block ${block.id} has no liveness`);
    scanBlock(graph, block, live.slice(), weight, (move) => weighted.push({ move, weight }));
  }
  weighted.sort((a, b) => b.weight - a.weight);
  const moves = weighted.map(({ move }) => move);
  for (const [index, { dst, src }] of moves.entries()) {
    graph.movesOf[dst]?.push(index);
    graph.movesOf[src]?.push(index);
  }
  return { ...graph, moves };
}

function scanBlock(
  graph: Graph,
  block: MachineBlock,
  live: BitSet,
  weight: number,
  onMove: (move: Move) => void,
): void {
  const count = (reg: Reg): void => {
    graph.spillCost[reg] = (graph.spillCost[reg] ?? 0) + weight;
    graph.occurs[reg] = 1;
  };
  forEachTermUse(block.term, count);
  stepTerm(live, block);
  for (let index = block.insts.length - 1; index >= 0; index--) {
    const inst = block.insts[index] as MachineInst;
    forEachUse(inst, count);
    forEachDef(inst, count);
    const move = asMove(inst);
    if (move) {
      // A move's two sides hold the same value: that alone does not make them interfere.
      remove(live, move.src);
      if (move.dst !== move.src) onMove(move);
    }
    forEachDef(inst, (reg) => add(live, reg));
    forEachDef(inst, (reg) => forEach(live, (other) => connect(graph, reg, other)));
    step(live, inst);
  }
}
