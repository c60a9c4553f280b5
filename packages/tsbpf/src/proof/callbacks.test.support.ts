// Functions that are called back: `bpfLoop`, and `forEach` of maps. They use and change the variables around them.

import { aBool, anExpression, argument, isPerCpu } from "./expressions.test.support.js";
import { aReading, scalarsOf, spelled } from "./readings.test.support.js";
import {
  intervals,
  isNumber,
  list,
  newName,
  roundsMax,
  statement,
  type Expression,
  type FunctionShape,
  type MapShape,
  type ScalarVariable,
  type Scope,
} from "./scope.test.support.js";
import { change, withPlace, type BlockMaker, type Step } from "./store.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

/** As often as the verifier may have to look at a round before it has seen all that one may find. */
const looksMax = 2;

/** Undefined where no callback may stand. */
export function calledBack(scope: Scope, depth: number, block: BlockMaker): Step | undefined {
  if (!scope.hasCallbacks || scope.depth >= scope.depthMax || scope.rounds * looksMax > roundsMax) return undefined;
  if (scope.depth > 1 && scope.random.chance(80)) return undefined;
  scope.frames.used = Math.max(scope.frames.used, scope.depth + 1);
  return scope.random.chance(60) ? looped(scope, depth, block) : walked(scope, depth, block);
}

/** Of what is around the callback, jumps stay outside. */
function insideOf(scope: Scope): Scope {
  return {
    ...scope,
    result: "bool",
    labels: [],
    blocks: [],
    isInLoop: false,
    depth: scope.depth + 1,
    // All frames together have 512 bytes.
    depthMax: Math.min(scope.depthMax, scope.depth + 2),
    rounds: scope.rounds * looksMax,
  };
}

function known(name: string, type: ValueType): ScalarVariable {
  return { name, type, isMutable: false, interval: intervals[type] };
}

// ---- bpfLoop ----------------------------------------------------------------------------------------------------

function looped(scope: Scope, depth: number, block: BlockMaker): Step {
  const { random } = scope;
  const [index, done] = [newName(scope, "n"), newName(scope, "v")];
  const count = aCount(scope);
  const named = scope.functions.filter((shape) => canBeCalledBack(scope, shape));
  if (named.length > 0 && random.chance(30)) {
    const callee = random.pick(named);
    scope.frames.used = Math.max(scope.frames.used, scope.depth + callee.frames);
    const node = statement(`const ${done}: i64 = bpfLoop(`, count, `, ${callee.name});`);
    return { node, scope: { ...scope, variables: [...scope.variables, known(done, "i64")] } };
  }
  const inside = insideOf(scope);
  const inner = { ...inside, variables: [...scope.variables, known(index, "u32")] };
  const body = block(inner, 1 + random.below(3), depth - 1);
  const ending = random.chance(40) ? ["\nreturn ", aBool(inner, 1), ";"] : [];
  const call = ["bpfLoop(", count, `, (${index}) => {\n`, body, ...ending, "\n});"];
  if (random.chance(50)) return { node: statement(...call), scope };
  const node = statement(`const ${done}: i64 = `, ...call);
  return { node, scope: { ...scope, variables: [...scope.variables, known(done, "i64")] } };
}

function canBeCalledBack(
  { depth, depthMax }: Scope,
  { params, result, struct, frames, isGlobal }: FunctionShape,
): boolean {
  const fits = !isGlobal && !struct && result === "bool" && params.length === 1 && params[0] === "u32";
  return fits && depth + frames <= depthMax;
}

/** A few rounds, as many as the running program says, or none. */
function aCount(scope: Scope): Expression {
  const { random } = scope;
  const reading = random.chance(60) ? aReading(scope, (type) => isNumber(type) && type !== "number") : undefined;
  return expressionOf(reading ? ["u32(", reading, " & 7)"] : [`u32(${random.below(6)})`]);
}

function expressionOf(parts: readonly (string | TreeNode)[]): Expression {
  return { role: "expression", type: "u32", parts, interval: intervals.u32 };
}

// ---- forEach ----------------------------------------------------------------------------------------------------

function walked(scope: Scope, depth: number, block: BlockMaker): Step | undefined {
  const { random } = scope;
  const maps = scope.maps.filter((map) => !isPerCpu(map));
  if (maps.length === 0) return undefined;
  const map = random.pick(maps);
  const [name, key] = [newName(scope, "e"), newName(scope, "k")];
  const entry = entryOf({ ...insideOf(scope) }, map, name, key);
  const body = map.kind === "array" ? inOrder(entry, depth, block) : inAnyOrder(scope, entry, map, { name, key });
  return { node: statement(`${map.name}.forEach((${name}, ${key}) => {\n`, body, "\n});"), scope };
}

function entryOf(scope: Scope, { kind, key: keyType, value }: MapShape, name: string, key: string): Scope {
  // An array is walked with any number as its index.
  const withKey = { ...scope, variables: [...scope.variables, known(key, kind === "array" ? "number" : keyType)] };
  if (typeof value !== "string") return withPlace(withKey, { name, struct: value });
  return { ...withKey, variables: [...withKey.variables, known(name, value)] };
}

/** An array is walked from its first element to its last one: anything may be done on the way. */
function inOrder(entry: Scope, depth: number, block: BlockMaker): TreeNode {
  const body = block(entry, 1 + entry.random.below(2), depth - 1);
  if (entry.random.chance(70)) return body;
  return list([body, statement("return ", aBool(entry, 1), ";")]);
}

/**
 * Entries come in no order that can be relied on: each changes only itself and what all of them together change to the
 * same, a sum, of what is the same in every order.
 */
function inAnyOrder(
  scope: Scope,
  inside: Scope,
  map: MapShape,
  { name, key }: { name: string; key: string },
): TreeNode {
  const { random } = scope;
  const own: Scope = {
    ...inside,
    variables: inside.variables.filter((variable) => variable.name === key || variable.name === name),
    places: inside.places.filter((place) => place.name === name),
    globals: [],
    functions: [],
    maps: [],
    waiting: [],
  };
  const nodes: TreeNode[] = [];
  const scalars = own.places.flatMap(scalarsOf);
  if (scalars.length > 0 && random.chance(60)) {
    const scalar = random.pick(scalars);
    nodes.push(change(own, spelled(own, scalar), scalar.type));
  }
  const sums = scope.variables.filter(({ isMutable, type }) => isMutable && type !== "bool");
  if (sums.length > 0) {
    const { name: sum, type } = random.pick(sums);
    nodes.push(statement(`${sum} = ${type}(${sum} ${random.pick(["+", "-", "^"])} `, argument(own, type, 2), ");"));
  }
  // What is deleted is not used any more.
  if (random.chance(25)) nodes.push(statement("if (", anExpression(own, "bool", 1), `) ${map.name}.delete(${key});`));
  return list(nodes);
}
