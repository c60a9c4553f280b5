// Random statements: declarations, assignments to every kind of memory, and each shape of control flow.

import { calledBack } from "./callbacks.test.support.js";
import { aBool, aCall, aNumber, callable, isPerCpu, mapKey } from "./expressions.test.support.js";
import { changeMap } from "./maps.test.support.js";
import { atomic, moreMakers } from "./more-statements.test.support.js";
import { patternMakers } from "./patterns.test.support.js";
import { aReading, scalarsOf, spelled } from "./readings.test.support.js";
import {
  bigTypes,
  intervals,
  isNumber,
  list,
  newName,
  roundsMax,
  smallTypes,
  statement,
  storedTypes,
  type FunctionShape,
  type MapShape,
  type Scope,
  type StructShape,
} from "./scope.test.support.js";
import { change, expressionDepth, storedValue, withPlace, type Maker, type Step } from "./store.test.support.js";
import { labelled, switched } from "./switches.test.support.js";
import { aTextThatFits } from "./texts.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";
import { twiceBranched } from "./twice.test.support.js";

/** A block's statements; `count` of them, nested at most `depth` deep. */
export function statements(scope: Scope, count: number, depth: number): { nodes: TreeNode[]; scope: Scope } {
  const nodes: TreeNode[] = [];
  let current = scope;
  for (let index = 0; index < count; index++) {
    const step = aStatement(current, depth);
    if (!step) continue;
    nodes.push(step.node);
    current = step.scope;
  }
  return { nodes, scope: current };
}

function aStatement(scope: Scope, depth: number): Step | undefined {
  const { random } = scope;
  // Of operations in one step most differ only in what they leave: those modules that have them have many.
  if (scope.hasAtomics && random.chance(10)) return atomic(scope);
  const some = random.below(10);
  const simple = some < 2 ? patternMakers : some < 4 ? moreMakers : flat;
  return random.pick(depth > 0 && random.chance(40) ? nested : simple)(scope, depth, block);
}

const flat: readonly Maker[] = [
  declare,
  declare,
  assign,
  assign,
  store,
  store,
  makeStruct,
  changeMap,
  leave,
  callStatement,
];
const nested: readonly Maker[] = [branch, twiceBranched, loop, loop, switched, labelled, calledBack];

function block(scope: Scope, count: number, depth: number): TreeNode {
  return list(statements(scope, count, depth).nodes);
}

// ---- variables --------------------------------------------------------------------------------------------------

function declare(scope: Scope): Step {
  const { random } = scope;
  const type: ValueType = random.chance(10) ? "number" : random.pick(storedTypes);
  const name = newName(scope, "v");
  const isMutable = type !== "number" && random.chance(60);
  const value = storedValue(scope, type, expressionDepth);
  const annotation = type === "bool" ? "boolean" : type;
  const node = statement(`${isMutable ? "let" : "const"} ${name}: ${annotation} = `, value, ";");
  const variable = { name, type, isMutable, interval: intervals[type] };
  return { node, scope: { ...scope, variables: [...scope.variables, variable] } };
}

function assign(scope: Scope): Step | undefined {
  const { random } = scope;
  const mutable = scope.variables.filter((variable) => variable.isMutable);
  if (mutable.length === 0) return undefined;
  const bools = mutable.filter((variable) => variable.type === "bool");
  const { name, type } = random.pick(bools.length > 0 && random.chance(20) ? bools : mutable);
  const asInt32 = type === "i32" && random.chance(40);
  if (asInt32) {
    const operator = random.pick(["&=", "|=", "^=", "<<=", ">>="]);
    return { node: statement(`${name} ${operator} `, aNumber(scope, expressionDepth - 1), ";"), scope };
  }
  if (type === "bool" && random.chance(30)) return { node: statement(`${name} = !${name};`), scope };
  if (type === "bool" && random.chance(75)) {
    return { node: statement(`${name} ${random.pick(["&&=", "||="])} `, aBool(scope, 2), ";"), scope };
  }
  return { node: statement(`${name} = `, storedValue(scope, type, expressionDepth), ";"), scope };
}

// ---- memory -----------------------------------------------------------------------------------------------------

function makeStruct(scope: Scope): Step {
  const { random } = scope;
  const name = newName(scope, "s");
  const makers = callable(scope).filter(({ result }) => typeof result !== "string");
  if (makers.length > 0 && random.chance(25)) {
    const maker = random.pick(makers);
    const node = statement(`const ${name} = `, ...aCall(scope, maker, 2), ";");
    if (typeof maker.result !== "string") return { node, scope: withPlace(scope, { name, struct: maker.result }) };
  }
  const struct = random.pick(scope.structs);
  const fields: (string | TreeNode)[] = [];
  for (const field of struct.fields) {
    if ((field.kind !== "scalar" && field.kind !== "chars") || random.chance(50)) continue;
    const value = field.kind === "chars" ? aTextThatFits(random, field.length) : storedValue(scope, field.type, 2);
    fields.push(`${fields.length > 0 ? ", " : ""}${field.name}: `, value);
  }
  const init = fields.length > 0 ? ["{ ", ...fields, " }"] : [];
  const node = statement(`const ${name} = ${struct.name}(`, ...init, ");");
  return { node, scope: withPlace(scope, { name, struct }) };
}

/** Fields and elements wrap in both, so that sums may leave the type. */
function store(scope: Scope): Step | undefined {
  const { random } = scope;
  const places = scope.places.filter(({ isConstant }) => !isConstant);
  if (places.length === 0) return undefined;
  const place = random.pick(places);
  if (random.chance(10)) return copyInside(scope);
  const target = random.pick(scalarsOf(place));
  return { node: change(scope, spelled(scope, target), target.type), scope };
}

/** A struct stored in a struct is copied. */
function copyInside(scope: Scope): Step | undefined {
  const { random } = scope;
  for (const { name, struct, isConstant } of scope.places) {
    if (isConstant) continue;
    for (const field of struct.fields) {
      if (field.kind !== "struct") continue;
      const sources = scope.places.filter((place) => place.struct === field.struct);
      if (sources.length === 0) continue;
      return { node: statement(`${name}.${field.name} = ${random.pick(sources).name};`), scope };
    }
  }
  return undefined;
}

// ---- control flow -----------------------------------------------------------------------------------------------

function branch(scope: Scope, depth: number): Step {
  const { random } = scope;
  const condition = aBool(scope, expressionDepth - 1);
  const then = block(scope, 1 + random.below(3), depth - 1);
  if (random.chance(50)) return { node: statement("if (", condition, ") {\n", then, "\n}"), scope };
  const otherwise = block(scope, 1 + random.below(2), depth - 1);
  return { node: statement("if (", condition, ") {\n", then, "\n} else {\n", otherwise, "\n}"), scope };
}

function loop(scope: Scope, depth: number): Step | undefined {
  const { random } = scope;
  const limit = 2 + random.below(4);
  if (scope.rounds * limit > roundsMax) return undefined;
  const name = newName(scope, "n");
  if (random.chance(25)) return throughArray(scope, depth);
  const label = random.chance(25) ? newName(scope, "l") : undefined;
  // Only some shapes show the compiler the counter's bounds; elsewhere it is any safe integer.
  const index = { name, type: "number" as const, isMutable: false, interval: intervals.number };
  const inner: Scope = {
    ...scope,
    rounds: scope.rounds * limit,
    isInLoop: true,
    labels: label === undefined ? scope.labels : [...scope.labels, label],
    variables: [...scope.variables, index],
  };
  const body = block(inner, 1 + random.below(3), depth - 1);
  const prefix = label === undefined ? "" : `${label}: `;
  const kind = random.below(6);
  if (kind === 0) {
    // `continue` would pass by the step at the end: the counter moves first.
    const moved = list([statement(`${name}++;`), ...body.parts.filter((part) => typeof part !== "string")]);
    return { node: statement(`let ${name} = 0;\n${prefix}while (${name} < ${limit}) {\n`, moved, "\n}"), scope };
  }
  if (kind === 1) {
    const moved = list([statement(`${name}++;`), ...body.parts.filter((part) => typeof part !== "string")]);
    return { node: statement(`let ${name} = 0;\n${prefix}do {\n`, moved, `\n} while (${name} < ${limit});`), scope };
  }
  if (kind === 2) {
    const args = random.pick([`${limit}`, `1, ${limit + 1}`, `0, ${2 * limit}, 2`, `${limit}, 0, -1`]);
    return { node: statement(`${prefix}for (const ${name} of range(${args})) {\n`, body, "\n}"), scope };
  }
  const condition = random.chance(30) ? [" && ", aBool(scope, 1)] : [];
  const head = random.chance(30)
    ? `for (let ${name} = ${limit - 1}; ${name} >= 0`
    : `for (let ${name} = 0; ${name} < ${limit}`;
  const step = head.includes(">=") ? `; ${name}--) {\n` : `; ${name}++) {\n`;
  return { node: statement(prefix + head, ...condition, step, body, "\n}"), scope };
}

/** Through the elements of an array: scalars are copied, structs are references. */
function throughArray(scope: Scope, depth: number): Step | undefined {
  const { random } = scope;
  const fields = scope.places.flatMap(({ name, struct, isConstant }) =>
    struct.fields.map((field) => ({ at: `${name}.${field.name}`, field, isConstant })),
  );
  const arrays = fields.filter(({ field }) => "length" in field && field.length * scope.rounds <= roundsMax);
  if (arrays.length === 0) return undefined;
  const { at, field, isConstant } = random.pick(arrays);
  if (!("length" in field) || field.kind === "rows") return undefined;
  const name = newName(scope, "e");
  const inLoop = { ...scope, rounds: scope.rounds * field.length, isInLoop: true };
  const head = `for (const ${name} of ${at}) {\n`;
  if (field.kind === "structs") {
    const inner = withPlace(inLoop, { name, struct: field.struct, ...(isConstant && { isConstant }) });
    return { node: statement(head, block(inner, 1 + random.below(2), depth - 1), "\n}"), scope };
  }
  const type = field.kind === "chars" ? "u8" : field.type;
  const element = { name, type, isMutable: false, interval: intervals[type] };
  const inner = { ...inLoop, variables: [...scope.variables, element] };
  return { node: statement(head, block(inner, 1 + random.below(2), depth - 1), "\n}"), scope };
}

/** `break`, `continue` and `return`, always under a condition: what follows should run sometimes. */
function leave(scope: Scope): Step | undefined {
  const { random } = scope;
  const ways: string[] = [];
  if (scope.isInLoop) ways.push("continue;", "break;");
  for (const label of scope.labels) ways.push(`continue ${label};`, `break ${label};`);
  for (const label of scope.blocks) ways.push(`break ${label};`);
  if (random.chance(20) && scope.result !== "none") {
    const node = statement("if (", aBool(scope, 2), ") return ", storedValue(scope, scope.result, 2), ";");
    return { node, scope };
  }
  if (ways.length === 0) return undefined;
  return { node: statement("if (", aBool(scope, 2), `) ${random.pick(ways)}`), scope };
}

function callStatement(scope: Scope): Step | undefined {
  const { random } = scope;
  const fits = callable(scope).filter(({ struct, result }) => struct !== undefined || typeof result === "string");
  if (fits.length === 0) return undefined;
  const callee = random.pick(fits);
  const { result, struct } = callee;
  const map = scope.maps.find(({ value }) => value === struct);
  if (struct && map && !isPerCpu(map) && random.chance(50)) return callWithEntry(scope, callee, struct, map);
  const call = aCall(scope, callee, 3);
  if (typeof result !== "string" || (struct && random.chance(50))) return { node: statement(...call, ";"), scope };
  const name = newName(scope, "v");
  const node = statement(`const ${name}: ${result === "bool" ? "boolean" : result} = `, ...call, ";");
  const variable = { name, type: result, isMutable: false, interval: intervals[result] };
  return { node, scope: { ...scope, variables: [...scope.variables, variable] } };
}

/** The function gets what lies in the map itself. */
function callWithEntry(scope: Scope, callee: FunctionShape, struct: StructShape, map: MapShape): Step {
  const name = newName(scope, "m");
  const call = aCall({ ...scope, places: [{ name, struct }] }, callee, 3);
  const get = `{ const ${name} = ${map.name}.get(`;
  return { node: statement(get, mapKey(scope, map.key), `); if (${name}) `, ...call, "; }"), scope };
}

// ---- results ----------------------------------------------------------------------------------------------------

/** `return` of a value that depends on all that is in scope. */
export function returnAll(scope: Scope): TreeNode {
  const parts: (string | TreeNode)[] = ["return i32("];
  const terms: string[] = [];
  for (const { name, type } of [
    ...scope.variables,
    ...scope.globals.map((each) => ({ ...each, name: `${each.name}.value` })),
  ]) {
    terms.push(folded(name, type));
  }
  for (const place of scope.places) {
    for (const field of place.struct.fields) {
      if (field.kind === "scalar") terms.push(folded(`${place.name}.${field.name}`, field.type));
      if (field.kind === "rows") {
        terms.push(folded(`${place.name}.${field.name}[${field.rows - 1}][${field.length - 1}]`, field.type));
      }
      if (field.kind === "chars") terms.push(`${place.name}.${field.name}[0]`);
      if (field.kind === "array") terms.push(folded(`${place.name}.${field.name}[${field.length - 1}]`, field.type));
    }
  }
  let text = "7";
  for (const term of terms) text = `(Math.imul(${text}, 31) ^ ${term})`;
  const reading = aReading(scope, isNumber);
  return statement(...parts, text, ...(reading ? [" ^ ", reading] : []), ");");
}

function folded(name: string, type: ValueType): string {
  if (type === "bool") return `(${name} ? 1 : 0)`;
  if ((bigTypes as readonly ValueType[]).includes(type)) return `i32(${name}) ^ i32(${name} >> 32n)`;
  if ((smallTypes as readonly ValueType[]).includes(type)) return name;
  return `i32(${name})`;
}
