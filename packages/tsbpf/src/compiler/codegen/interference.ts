// The interference graph: registers that are live at the same time and so need different machine registers, the moves
// that would vanish if their two sides got the same one, and what it would cost to keep a register in memory.

import { assert } from "../../util/assert.js";
import { add, type BitSet, forEach, remove } from "./bitset.js";
import { append, type ById, makeById } from "./by-id.js";
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
  /** By register, in the order in which they were found. */
  readonly neighbours: ById<Reg[]>;
  /** The long ones of these lists once more, for {@link areNeighbours}; made on first use. */
  readonly neighbourSets: ById<Set<Reg>>;
  /** Most executed first. */
  readonly moves: readonly Move[];
  /** Indices into `moves` by register. */
  readonly movesOf: ById<number[]>;
  /** Loads and stores that spilling would add, weighted by loop depth. */
  readonly spillCost: Float64Array;
  /** False for registers that do not occur. */
  readonly occurs: Uint8Array;
}

/** A list up to this length is searched faster than a set. Nearly all registers have fewer neighbours. */
const LONG_LIST = 32;

export function areNeighbours(graph: Graph, a: Reg, b: Reg): boolean {
  const left = graph.neighbours[a];
  const right = graph.neighbours[b];
  if (!left || !right) return false;
  return left.length < right.length ? isIn(graph, a, left, b) : isIn(graph, b, right, a);
}

function isIn(graph: Graph, reg: Reg, neighbours: readonly Reg[], other: Reg): boolean {
  if (neighbours.length <= LONG_LIST) return neighbours.includes(other);
  return (graph.neighbourSets[reg] ??= new Set(neighbours)).has(other);
}

/** False where they were connected already. */
export function connect(graph: Graph, a: Reg, b: Reg): boolean {
  if (a === b || areNeighbours(graph, a, b)) return false;
  append(graph.neighbours, a, b);
  append(graph.neighbours, b, a);
  graph.neighbourSets[a]?.add(b);
  graph.neighbourSets[b]?.add(a);
  return true;
}

export function buildGraph(func: MachineFunc): Graph {
  const size = func.nextReg;
  const weighted: { readonly move: Move; readonly weight: number }[] = [];
  const graph: Graph = {
    size,
    neighbours: makeById(size),
    neighbourSets: makeById(size),
    moves: [],
    movesOf: makeById(size),
    spillCost: new Float64Array(size),
    occurs: new Uint8Array(size),
  };
  for (let a = 0; a < ALLOCATABLE; a++) for (let b = 0; b < a; b++) connect(graph, a, b);
  const liveOut = computeLiveOut(func);
  const depths = loopDepths(func);
  for (const block of func.blocks) {
    const weight = 10 ** Math.min(depths[block.id] ?? 0, 8);
    const live = liveOut[block.id];
    assert(live, "every block has its liveness");
    scanBlock(graph, block, live, weight, (move) => weighted.push({ move, weight }));
  }
  weighted.sort((a, b) => b.weight - a.weight);
  const moves = weighted.map(({ move }) => move);
  for (const [index, { dst, src }] of moves.entries()) {
    append(graph.movesOf, dst, index);
    append(graph.movesOf, src, index);
  }
  return { ...graph, moves };
}

/** `live`: what is live at the block's end, and then at its start. */
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
    forEachDef(inst, (reg) => forEach(live, (other) => void connect(graph, reg, other)));
    step(live, inst);
  }
}
