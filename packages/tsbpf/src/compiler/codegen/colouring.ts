// Graph colouring with iterated coalescing: L. George and A. W. Appel, "Iterated Register Coalescing", ACM TOPLAS
// 18(3), 1996. Registers with few neighbours are taken off the graph, moves are coalesced where that surely does not
// make colouring harder, and colours are given back in reverse order. The names are the paper's.

import { assert } from "../../util/assert.js";
import { connect, type Graph, type Move } from "./interference.js";
import { ALLOCATABLE, FIRST_VIRTUAL } from "./machine.js";
import type { Reg } from "./machine.js";

export interface Colouring {
  /** The machine register of each register, unless it is spilled. */
  readonly colourOf: ReadonlyMap<Reg, Reg>;
  readonly spilled: Spilled;
}

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
  readonly alias: Map<Reg, Reg>;
  readonly simplifyWorklist: Set<Reg>;
  readonly freezeWorklist: Set<Reg>;
  readonly spillWorklist: Set<Reg>;
  readonly selectStack: Reg[];
  /** On the stack or coalesced: no longer part of the graph. */
  readonly removed: Uint8Array;
  readonly worklistMoves: Set<number>;
  readonly activeMoves: Set<number>;
  /** By register: which of its moves became active since they were last looked at. */
  readonly activeOf: readonly number[][];
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
    degree: Int32Array.from(graph.neighbours, (set) => set.size),
    alias: new Map(),
    simplifyWorklist: new Set(),
    freezeWorklist: new Set(),
    spillWorklist: new Set(),
    selectStack: [],
    removed: new Uint8Array(graph.size),
    worklistMoves: new Set(graph.moves.keys()),
    activeMoves: new Set(),
    activeOf: Array.from({ length: graph.size }, () => []),
  };
  for (let reg = FIRST_VIRTUAL; reg < graph.size; reg++) {
    if (graph.occurs[reg] === 0) continue;
    if (degreeOf(state, reg) >= ALLOCATABLE) state.spillWorklist.add(reg);
    else if (isMoveRelated(state, reg)) state.freezeWorklist.add(reg);
    else state.simplifyWorklist.add(reg);
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

function forEachAdjacent(state: State, reg: Reg, visit: (other: Reg) => void): void {
  for (const other of state.graph.neighbours[reg] ?? []) if (state.removed[other] === 0) visit(other);
}

function liveMoves(state: State, reg: Reg): number[] {
  const moves = state.graph.movesOf[reg] ?? [];
  return moves.filter((move) => state.activeMoves.has(move) || state.worklistMoves.has(move));
}

function isMoveRelated(state: State, reg: Reg): boolean {
  const moves = state.graph.movesOf[reg] ?? [];
  return moves.some((move) => state.activeMoves.has(move) || state.worklistMoves.has(move));
}

function aliasOf(state: State, reg: Reg): Reg {
  let end = reg;
  for (let next = state.alias.get(end); next !== undefined; next = state.alias.get(end)) end = next;
  // Chains grow as long as functions do unless they are cut short on the way.
  for (let at = reg; at !== end;) {
    const next = state.alias.get(at) ?? end;
    state.alias.set(at, end);
    at = next;
  }
  return end;
}

function first<T>(set: ReadonlySet<T>): T {
  for (const item of set) return item;
  assert(false, "an empty worklist");
}

// ---- the four steps -----------------------------------------------------------------------------------------------

function simplify(state: State): void {
  const reg = first(state.simplifyWorklist);
  state.simplifyWorklist.delete(reg);
  takeOff(state, reg);
}

function takeOff(state: State, reg: Reg): void {
  state.selectStack.push(reg);
  state.removed[reg] = 1;
  forEachAdjacent(state, reg, (other) => decrementDegree(state, other));
}

function decrementDegree(state: State, reg: Reg): void {
  if (isMachine(reg)) return;
  const degree = state.degree[reg] ?? 0;
  state.degree[reg] = degree - 1;
  // Already on its way out: joining two others only passed its degree through K for a moment.
  if (degree !== ALLOCATABLE || state.simplifyWorklist.has(reg)) return;
  enableMoves(state, reg);
  forEachAdjacent(state, reg, (other) => enableMoves(state, other));
  state.spillWorklist.delete(reg);
  state.freezeWorklist.delete(reg);
  if (isMoveRelated(state, reg)) state.freezeWorklist.add(reg);
  else state.simplifyWorklist.add(reg);
}

function enableMoves(state: State, reg: Reg): void {
  for (const move of state.activeOf[reg]?.splice(0) ?? []) {
    if (state.activeMoves.delete(move)) state.worklistMoves.add(move);
  }
}

function coalesce(state: State): void {
  const index = first(state.worklistMoves);
  state.worklistMoves.delete(index);
  const { dst, src } = state.graph.moves[index] as Move;
  const x = aliasOf(state, dst);
  const y = aliasOf(state, src);
  const [u, v] = isMachine(y) ? [y, x] : [x, y];
  if (u === v) {
    addToSimplify(state, u);
  } else if (isMachine(v) || state.graph.neighbours[u]?.has(v)) {
    addToSimplify(state, u);
    addToSimplify(state, v);
  } else if (isMachine(u) ? canJoinMachine(state, u, v) : canJoin(state, u, v)) {
    combine(state, u, v);
    addToSimplify(state, u);
  } else {
    state.activeMoves.add(index);
    state.activeOf[u]?.push(index);
    state.activeOf[v]?.push(index);
  }
}

/** George's test: whatever is next to `v` either leaves the graph by itself or is next to `u` already. */
function canJoinMachine(state: State, u: Reg, v: Reg): boolean {
  const neighbours = state.graph.neighbours[u];
  let safe = true;
  forEachAdjacent(state, v, (other) => {
    if (degreeOf(state, other) >= ALLOCATABLE && !isMachine(other) && !neighbours?.has(other)) safe = false;
  });
  return safe;
}

/** Briggs's test: the joined register would have fewer than K neighbours of high degree. */
function canJoin(state: State, u: Reg, v: Reg): boolean {
  let high = 0;
  const around = state.graph.neighbours;
  forEachAdjacent(state, u, (other) => {
    const degree = degreeOf(state, other) - (around[v]?.has(other) && !isMachine(other) ? 1 : 0);
    if (degree >= ALLOCATABLE) high++;
  });
  forEachAdjacent(state, v, (other) => {
    if (!around[u]?.has(other) && degreeOf(state, other) >= ALLOCATABLE) high++;
  });
  return high < ALLOCATABLE;
}

function combine(state: State, u: Reg, v: Reg): void {
  if (!state.freezeWorklist.delete(v)) state.spillWorklist.delete(v);
  state.removed[v] = 1;
  state.alias.set(v, u);
  const movesOfU = state.graph.movesOf[u];
  for (const move of state.graph.movesOf[v] ?? []) movesOfU?.push(move);
  state.activeOf[u]?.push(...(state.activeOf[v] ?? []));
  enableMoves(state, v);
  state.graph.spillCost[u] = (state.graph.spillCost[u] ?? 0) + (state.graph.spillCost[v] ?? 0);
  forEachAdjacent(state, v, (other) => {
    if (connect(state.graph, other, u)) {
      if (!isMachine(u)) state.degree[u] = (state.degree[u] ?? 0) + 1;
      if (!isMachine(other)) state.degree[other] = (state.degree[other] ?? 0) + 1;
    }
    decrementDegree(state, other);
  });
  if (degreeOf(state, u) >= ALLOCATABLE && state.freezeWorklist.delete(u)) state.spillWorklist.add(u);
}

function addToSimplify(state: State, reg: Reg): void {
  if (isMachine(reg) || isMoveRelated(state, reg) || degreeOf(state, reg) >= ALLOCATABLE) return;
  if (state.removed[reg] === 1) return;
  state.freezeWorklist.delete(reg);
  state.simplifyWorklist.add(reg);
}

function freeze(state: State): void {
  const reg = first(state.freezeWorklist);
  state.freezeWorklist.delete(reg);
  state.simplifyWorklist.add(reg);
  freezeMoves(state, reg);
}

function freezeMoves(state: State, reg: Reg): void {
  for (const index of liveMoves(state, reg)) {
    state.activeMoves.delete(index);
    state.worklistMoves.delete(index);
    const { dst, src } = state.graph.moves[index] as Move;
    const other = aliasOf(state, src) === aliasOf(state, reg) ? aliasOf(state, dst) : aliasOf(state, src);
    addToSimplify(state, other);
  }
}

/** The register that is cheapest to keep in memory for the room it makes; whether it must be is seen at the end. */
function selectSpill(state: State): void {
  let best: Reg | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const reg of state.spillWorklist) {
    const price = state.unspillable.has(reg) ? Number.MAX_VALUE : (state.graph.spillCost[reg] ?? 0);
    const cost = price / Math.max(1, state.degree[reg] ?? 0);
    if (best === undefined || cost < bestCost) {
      best = reg;
      bestCost = cost;
    }
  }
  assert(best !== undefined, "nothing to spill");
  state.spillWorklist.delete(best);
  state.simplifyWorklist.add(best);
  freezeMoves(state, best);
}

// ---- colours ------------------------------------------------------------------------------------------------------

function assignColours(state: State): Colouring {
  const colourOf = new Map<Reg, Reg>();
  for (let reg = 0; reg < ALLOCATABLE; reg++) colourOf.set(reg, reg);
  const spilled: Reg[] = [];
  for (let reg = state.selectStack.pop(); reg !== undefined; reg = state.selectStack.pop()) {
    const taken = new Set<Reg>();
    for (const other of state.graph.neighbours[reg] ?? []) {
      const colour = colourOf.get(aliasOf(state, other));
      if (colour !== undefined) taken.add(colour);
    }
    const chosen = chooseColour(state, reg, taken, colourOf);
    if (chosen === undefined) spilled.push(reg);
    else colourOf.set(reg, chosen);
  }
  for (const reg of state.alias.keys()) {
    const colour = colourOf.get(aliasOf(state, reg));
    if (colour !== undefined) colourOf.set(reg, colour);
  }
  return { colourOf, spilled: groupSpilled(state, spilled) };
}

/** Coalesced registers go to memory together, and so do others that a move joins and nothing keeps apart. */
function groupSpilled(state: State, spilled: readonly Reg[]): Spilled {
  const members = new Map<Reg, Reg[]>(spilled.map((reg) => [reg, [reg]]));
  const groupOf = new Map<Reg, Reg>(spilled.map((reg) => [reg, reg]));
  for (const reg of state.alias.keys()) {
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
  for (const other of state.graph.neighbours[reg] ?? []) if (groupOf.get(other) === group) return true;
  return false;
}

/** Prefers the register that the other side of a move has, even where the move could not be coalesced. */
function chooseColour(
  state: State,
  reg: Reg,
  taken: ReadonlySet<Reg>,
  colourOf: ReadonlyMap<Reg, Reg>,
): Reg | undefined {
  for (const index of state.graph.movesOf[reg] ?? []) {
    const { dst, src } = state.graph.moves[index] as Move;
    const other = aliasOf(state, dst) === reg ? aliasOf(state, src) : aliasOf(state, dst);
    const colour = colourOf.get(other);
    if (colour !== undefined && !taken.has(colour)) return colour;
  }
  return colourOrder.find((colour) => !taken.has(colour));
}
