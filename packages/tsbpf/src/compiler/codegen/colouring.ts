// Graph colouring with iterated coalescing: L. George and A. W. Appel, "Iterated Register Coalescing", ACM TOPLAS
// 18(3), 1996. Registers with few neighbours are taken off the graph, moves are coalesced where that surely does not
// make colouring harder, and colours are given back in reverse order. The names are the paper's.

import { assert } from "../../util/assert.js";
import { append, type ById, makeById } from "./by-id.js";
import { areNeighbours, connect, type Graph, type Move } from "./interference.js";
import { ALLOCATABLE, FIRST_VIRTUAL } from "./machine.js";
import type { Reg } from "./machine.js";
import { enlist, isListed, makeWorklist, members, strike, takeFirst, type Worklist } from "./worklist.js";

export interface Colouring {
  /** The machine register of each register, unless it is spilled. */
  readonly colourOf: Colours;
  readonly spilled: Spilled;
}

/** By register; -1 where there is none. */
type Colours = Int8Array;

/** The registers that must go to memory, each with the name of its group. One group is never live twice at a time. */
export type Spilled = ReadonlyMap<Reg, Reg>;

/**
 * Registers that survive no call come from r1 … r5 and, last of those, r0: a result that stays in r0 often saves the
 * function's end from having to write it.
 */
const colourOrder: readonly Reg[] = [1, 2, 3, 4, 5, 0, 6, 7, 8, 9];

interface State {
  readonly graph: Graph;
  readonly unspillable: ReadonlySet<Reg>;
  readonly degree: Int32Array;
  /** What a register was coalesced into; -1 for those that were not. */
  readonly alias: Int32Array;
  /** The registers that were coalesced, in that order. */
  readonly coalesced: Reg[];
  readonly simplifyWorklist: Worklist;
  readonly freezeWorklist: Worklist;
  readonly spillWorklist: Worklist;
  readonly selectStack: Reg[];
  /** On the stack or coalesced: no longer part of the graph. */
  readonly removed: Uint8Array;
  readonly worklistMoves: Worklist;
  /** By move: 1 where it is active. */
  readonly activeMoves: Uint8Array;
  /** By register: which of its moves became active since they were last looked at. */
  readonly activeOf: ById<number[]>;
}

/** `unspillable`: registers that spilling made; spilling them again would not help. */
export function colour(graph: Graph, unspillable: ReadonlySet<Reg>): Colouring {
  const state = start(graph, unspillable);
  for (;;) {
    if (state.simplifyWorklist.size > 0) simplify(state);
    else if (state.worklistMoves.size > 0) coalesce(state);
    else if (state.freezeWorklist.size > 0) freeze(state);
    else if (state.spillWorklist.size > 0) selectSpill(state);
    else break;
  }
  return assignColours(state);
}

function start(graph: Graph, unspillable: ReadonlySet<Reg>): State {
  const state: State = {
    graph,
    unspillable,
    degree: new Int32Array(graph.size),
    alias: new Int32Array(graph.size).fill(-1),
    coalesced: [],
    simplifyWorklist: makeWorklist(graph.size),
    freezeWorklist: makeWorklist(graph.size),
    spillWorklist: makeWorklist(graph.size),
    selectStack: [],
    removed: new Uint8Array(graph.size),
    worklistMoves: makeWorklist(graph.moves.length),
    activeMoves: new Uint8Array(graph.moves.length),
    activeOf: makeById(graph.size),
  };
  for (let reg = 0; reg < graph.size; reg++) state.degree[reg] = graph.neighbours[reg]?.length ?? 0;
  for (const move of graph.moves.keys()) enlist(state.worklistMoves, move);
  for (let reg = FIRST_VIRTUAL; reg < graph.size; reg++) {
    if (graph.occurs[reg] === 0) continue;
    if (degreeOf(state, reg) >= ALLOCATABLE) enlist(state.spillWorklist, reg);
    else if (isMoveRelated(state, reg)) enlist(state.freezeWorklist, reg);
    else enlist(state.simplifyWorklist, reg);
  }
  return state;
}

// ---- queries ------------------------------------------------------------------------------------------------------

function isMachine(reg: Reg): boolean {
  return reg < ALLOCATABLE;
}

function degreeOf(state: State, reg: Reg): number {
  return isMachine(reg) ? Number.MAX_SAFE_INTEGER : (state.degree[reg] ?? 0);
}

/** Those of a register's neighbours count that are still part of the graph: see `removed`. */
function neighboursOf(state: State, reg: Reg): readonly Reg[] {
  return state.graph.neighbours[reg] ?? none;
}

const none: readonly Reg[] = [];

/** It may still be coalesced. */
function isLive(state: State, move: number): boolean {
  return state.activeMoves[move] === 1 || isListed(state.worklistMoves, move);
}

function isMoveRelated(state: State, reg: Reg): boolean {
  for (const move of state.graph.movesOf[reg] ?? []) if (isLive(state, move)) return true;
  return false;
}

function aliasOf(state: State, reg: Reg): Reg {
  const { alias } = state;
  let end = reg;
  for (let next = alias[end] ?? -1; next >= 0; next = alias[end] ?? -1) end = next;
  // Chains grow as long as functions do unless they are cut short on the way.
  for (let at = reg; at !== end;) {
    const next = alias[at] ?? end;
    alias[at] = end;
    at = next;
  }
  return end;
}

// ---- the four steps -----------------------------------------------------------------------------------------------

function simplify(state: State): void {
  const reg = takeFirst(state.simplifyWorklist);
  assert(reg !== undefined, "nothing to simplify");
  state.selectStack.push(reg);
  state.removed[reg] = 1;
  for (const other of neighboursOf(state, reg)) if (state.removed[other] === 0) decrementDegree(state, other);
}

function decrementDegree(state: State, reg: Reg): void {
  if (isMachine(reg)) return;
  const degree = state.degree[reg] ?? 0;
  state.degree[reg] = degree - 1;
  // Already on its way out: joining two others only passed its degree through K for a moment.
  if (degree !== ALLOCATABLE || isListed(state.simplifyWorklist, reg)) return;
  enableMoves(state, reg);
  for (const other of neighboursOf(state, reg)) if (state.removed[other] === 0) enableMoves(state, other);
  strike(state.spillWorklist, reg);
  strike(state.freezeWorklist, reg);
  if (isMoveRelated(state, reg)) enlist(state.freezeWorklist, reg);
  else enlist(state.simplifyWorklist, reg);
}

function enableMoves(state: State, reg: Reg): void {
  const moves = state.activeOf[reg];
  if (!moves || moves.length === 0) return;
  for (const move of moves) {
    if (state.activeMoves[move] === 0) continue;
    state.activeMoves[move] = 0;
    enlist(state.worklistMoves, move);
  }
  moves.length = 0;
}

function coalesce(state: State): void {
  const index = takeFirst(state.worklistMoves);
  assert(index !== undefined, "nothing to coalesce");
  const { dst, src } = state.graph.moves[index] as Move;
  const x = aliasOf(state, dst);
  const y = aliasOf(state, src);
  const [u, v] = isMachine(y) ? [y, x] : [x, y];
  if (u === v) {
    addToSimplify(state, u);
  } else if (isMachine(v) || areNeighbours(state.graph, u, v)) {
    addToSimplify(state, u);
    addToSimplify(state, v);
  } else if (isMachine(u) ? canJoinMachine(state, u, v) : canJoin(state, u, v)) {
    combine(state, u, v);
    addToSimplify(state, u);
  } else {
    state.activeMoves[index] = 1;
    append(state.activeOf, u, index);
    append(state.activeOf, v, index);
  }
}

/** George's test: whatever is next to `v` either leaves the graph by itself or is next to `u` already. */
function canJoinMachine(state: State, u: Reg, v: Reg): boolean {
  for (const other of neighboursOf(state, v)) {
    if (state.removed[other] === 1 || isMachine(other) || degreeOf(state, other) < ALLOCATABLE) continue;
    if (!areNeighbours(state.graph, u, other)) return false;
  }
  return true;
}

/** Briggs's test: the joined register would have fewer than K neighbours of high degree. */
function canJoin(state: State, u: Reg, v: Reg): boolean {
  let high = 0;
  const { graph } = state;
  for (const other of neighboursOf(state, u)) {
    if (state.removed[other] === 1) continue;
    const degree = degreeOf(state, other);
    // A neighbour of both loses one of the two.
    const loses = degree === ALLOCATABLE && areNeighbours(graph, v, other);
    if (degree >= ALLOCATABLE && !loses) high++;
  }
  for (const other of neighboursOf(state, v)) {
    if (state.removed[other] === 1 || degreeOf(state, other) < ALLOCATABLE) continue;
    if (!areNeighbours(graph, u, other)) high++;
  }
  return high < ALLOCATABLE;
}

function combine(state: State, u: Reg, v: Reg): void {
  if (!strike(state.freezeWorklist, v)) strike(state.spillWorklist, v);
  state.removed[v] = 1;
  state.alias[v] = u;
  state.coalesced.push(v);
  for (const move of state.graph.movesOf[v] ?? []) append(state.graph.movesOf, u, move);
  for (const move of state.activeOf[v] ?? []) append(state.activeOf, u, move);
  enableMoves(state, v);
  state.graph.spillCost[u] = (state.graph.spillCost[u] ?? 0) + (state.graph.spillCost[v] ?? 0);
  for (const other of neighboursOf(state, v)) {
    if (state.removed[other] === 1) continue;
    if (connect(state.graph, other, u)) {
      if (!isMachine(u)) state.degree[u] = (state.degree[u] ?? 0) + 1;
      if (!isMachine(other)) state.degree[other] = (state.degree[other] ?? 0) + 1;
    }
    decrementDegree(state, other);
  }
  if (degreeOf(state, u) >= ALLOCATABLE && strike(state.freezeWorklist, u)) enlist(state.spillWorklist, u);
}

function addToSimplify(state: State, reg: Reg): void {
  if (isMachine(reg) || isMoveRelated(state, reg) || degreeOf(state, reg) >= ALLOCATABLE) return;
  if (state.removed[reg] === 1) return;
  strike(state.freezeWorklist, reg);
  enlist(state.simplifyWorklist, reg);
}

function freeze(state: State): void {
  const reg = takeFirst(state.freezeWorklist);
  assert(reg !== undefined, "nothing to freeze");
  enlist(state.simplifyWorklist, reg);
  freezeMoves(state, reg);
}

function freezeMoves(state: State, reg: Reg): void {
  for (const index of state.graph.movesOf[reg] ?? []) {
    if (!isLive(state, index)) continue;
    state.activeMoves[index] = 0;
    strike(state.worklistMoves, index);
    const { dst, src } = state.graph.moves[index] as Move;
    const other = aliasOf(state, src) === aliasOf(state, reg) ? aliasOf(state, dst) : aliasOf(state, src);
    addToSimplify(state, other);
  }
}

/** The register that is cheapest to keep in memory for the room it makes; whether it must be is seen at the end. */
function selectSpill(state: State): void {
  let best: Reg | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const reg of members(state.spillWorklist)) {
    const price = state.unspillable.has(reg) ? Number.MAX_VALUE : (state.graph.spillCost[reg] ?? 0);
    const cost = price / Math.max(1, state.degree[reg] ?? 0);
    if (best === undefined || cost < bestCost) {
      best = reg;
      bestCost = cost;
    }
  }
  assert(best !== undefined, "nothing to spill");
  strike(state.spillWorklist, best);
  enlist(state.simplifyWorklist, best);
  freezeMoves(state, best);
}

// ---- colours ------------------------------------------------------------------------------------------------------

function assignColours(state: State): Colouring {
  const colourOf: Colours = new Int8Array(state.graph.size).fill(-1);
  for (let reg = 0; reg < ALLOCATABLE; reg++) colourOf[reg] = reg;
  const spilled: Reg[] = [];
  for (let reg = state.selectStack.pop(); reg !== undefined; reg = state.selectStack.pop()) {
    // A bit for each colour that a neighbour has.
    let taken = 0;
    for (const other of neighboursOf(state, reg)) {
      const colour = colourOf[aliasOf(state, other)] ?? -1;
      if (colour >= 0) taken |= 1 << colour;
    }
    const chosen = chooseColour(state, reg, taken, colourOf);
    if (chosen === undefined) spilled.push(reg);
    else colourOf[reg] = chosen;
  }
  for (const reg of state.coalesced) colourOf[reg] = colourOf[aliasOf(state, reg)] ?? -1;
  return { colourOf, spilled: groupSpilled(state, spilled) };
}

/** Coalesced registers go to memory together, and so do others that a move joins and nothing keeps apart. */
function groupSpilled(state: State, spilled: readonly Reg[]): Spilled {
  const members = new Map<Reg, Reg[]>(spilled.map((reg) => [reg, [reg]]));
  const groupOf = new Map<Reg, Reg>(spilled.map((reg) => [reg, reg]));
  for (const reg of spilled.length > 0 ? state.coalesced : []) {
    const root = aliasOf(state, reg);
    if (!members.has(root)) continue;
    members.get(root)?.push(reg);
    groupOf.set(reg, root);
  }
  for (const { dst, src } of spilled.length > 0 ? state.graph.moves : []) {
    const one = groupOf.get(dst);
    const two = groupOf.get(src);
    if (one === undefined || two === undefined || one === two) continue;
    const [small, large] = (members.get(one)?.length ?? 0) < (members.get(two)?.length ?? 0) ? [one, two] : [two, one];
    const moving = members.get(small) ?? [];
    if (moving.some((reg) => touches(state, reg, large, groupOf))) continue;
    for (const reg of moving) groupOf.set(reg, large);
    members.get(large)?.push(...moving);
    members.delete(small);
  }
  return groupOf;
}

function touches(state: State, reg: Reg, group: Reg, groupOf: ReadonlyMap<Reg, Reg>): boolean {
  for (const other of neighboursOf(state, reg)) if (groupOf.get(other) === group) return true;
  return false;
}

/** Prefers the register that the other side of a move has, even where the move could not be coalesced. */
function chooseColour(state: State, reg: Reg, taken: number, colourOf: Colours): Reg | undefined {
  const isFree = (colour: Reg): boolean => ((taken >> colour) & 1) === 0;
  for (const index of state.graph.movesOf[reg] ?? []) {
    const { dst, src } = state.graph.moves[index] as Move;
    const other = aliasOf(state, dst) === reg ? aliasOf(state, src) : aliasOf(state, dst);
    const colour = colourOf[other] ?? -1;
    if (colour >= 0 && isFree(colour)) return colour;
  }
  return colourOrder.find(isFree);
}
