// Random statements: declarations, assignments to every kind of memory, and each shape of control flow.

import {
  aBool,
  aNumber,
  aReading,
  aRunTimeReading,
  anExpression,
  argument,
  mapKey,
  scalarsOf,
  spelled,
} from "./expressions.test.support.js";
import {
  bigTypes,
  intervals,
  isNumber,
  list,
  newName,
  smallTypes,
  statement,
  storedTypes,
  type Expression,
  type Scope,
  type StructShape,
} from "./scope.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

/** What a statement adds to the scope of those after it. */
interface Step {
  readonly node: TreeNode;
  readonly scope: Scope;
}

type Maker = (scope: Scope, depth: number) => Step | undefined;

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
  const more: readonly Maker[] = [changeGlobal, atomic, destructure];
  const nested: readonly Maker[] = [branch, branch, loop, switched];
  const { random } = scope;
  const makers = depth > 0 && random.chance(40) ? nested : random.chance(15) ? more : flat;
  return random.pick(makers)(scope, depth);
}

function block(scope: Scope, count: number, depth: number): TreeNode {
  return list(statements(scope, count, depth).nodes);
}

const expressionDepth = 3;

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

/** A value as a sized variable takes it: within its type, as JavaScript does not wrap there. */
function storedValue(scope: Scope, type: ValueType, depth: number): Expression {
  if (type === "number") return aNumber(scope, depth);
  return argument(scope, type, depth);
}

function assign(scope: Scope): Step | undefined {
  const { random } = scope;
  const mutable = scope.variables.filter((variable) => variable.isMutable);
  if (mutable.length === 0) return undefined;
  const { name, type } = random.pick(mutable);
  const asInt32 = type === "i32" && random.chance(40);
  if (asInt32) {
    const operator = random.pick(["&=", "|=", "^=", "<<=", ">>="]);
    return { node: statement(`${name} ${operator} `, aNumber(scope, expressionDepth - 1), ";"), scope };
  }
  if (type === "bool" && random.chance(30)) return { node: statement(`${name} = !${name};`), scope };
  return { node: statement(`${name} = `, storedValue(scope, type, expressionDepth), ";"), scope };
}

// ---- memory -----------------------------------------------------------------------------------------------------

function makeStruct(scope: Scope): Step {
  const { random } = scope;
  const struct = random.pick(scope.structs);
  const name = newName(scope, "s");
  const fields: (string | TreeNode)[] = [];
  for (const field of struct.fields) {
    if (field.kind !== "scalar" || random.chance(50)) continue;
    fields.push(`${fields.length > 0 ? ", " : ""}${field.name}: `, storedValue(scope, field.type, 2));
  }
  const init = fields.length > 0 ? ["{ ", ...fields, " }"] : [];
  const node = statement(`const ${name} = ${struct.name}(`, ...init, ");");
  return { node, scope: { ...scope, places: [...scope.places, { name, struct }] } };
}

/** Fields and elements wrap in both, so that sums may leave the type. */
function store(scope: Scope): Step | undefined {
  const { random } = scope;
  if (scope.places.length === 0) return undefined;
  const place = random.pick(scope.places);
  if (random.chance(10)) return copyInside(scope);
  const target = random.pick(scalarsOf(place));
  return { node: change(scope, spelled(scope, target), target.type), scope };
}

function change(scope: Scope, target: readonly (string | TreeNode)[], type: ValueType): TreeNode {
  const { random } = scope;
  if (type === "bool") return statement(...target, " = ", aBool(scope, 2), ";");
  const isBig = type === "u64" || type === "i64";
  if (random.chance(15)) return statement(...target, random.pick(["++", "--"]), ";");
  const value = (depth: number): Expression => (isBig ? anExpression(scope, type, depth) : aNumber(scope, depth));
  if (random.chance(40)) {
    const operator = random.pick(["+=", "-=", "&=", "|=", "^="]);
    return statement(...target, ` ${operator} `, value(2), ";");
  }
  if (isBig) return statement(...target, " = ", value(expressionDepth), ";");
  // A constant that does not fit would be a diagnostic, so that one side is known only when the program runs.
  const reading = random.chance(50) ? aRunTimeReading(scope) : undefined;
  if (reading) return statement(...target, " = (", value(2), ` ${random.pick(["^", "+", "-"])} `, reading, ");");
  return statement(...target, ` = ${type}(`, value(expressionDepth), ");");
}

/** A struct stored in a struct is copied. */
function copyInside(scope: Scope): Step | undefined {
  const { random } = scope;
  for (const { name, struct } of scope.places) {
    for (const field of struct.fields) {
      if (field.kind !== "struct") continue;
      const sources = scope.places.filter((place) => place.struct === field.struct);
      if (sources.length === 0) continue;
      return { node: statement(`${name}.${field.name} = ${random.pick(sources).name};`), scope };
    }
  }
  return undefined;
}

function destructure(scope: Scope): Step | undefined {
  if (!scope.features.destructuring || scope.places.length === 0) return undefined;
  const { name, struct } = scope.random.pick(scope.places);
  const scalars = struct.fields.filter((field) => field.kind === "scalar");
  if (scalars.length === 0) return undefined;
  const names = scalars.map((field) => ({ field: field.name, type: field.type, name: newName(scope, "d") }));
  const pattern = names.map((each) => `${each.field}: ${each.name}`).join(", ");
  const variables = names.map((each) => ({
    name: each.name,
    type: each.type,
    isMutable: false,
    interval: intervals[each.type],
  }));
  const node = statement(`const { ${pattern} } = ${name};`);
  return { node, scope: { ...scope, variables: [...scope.variables, ...variables] } };
}

function changeGlobal(scope: Scope): Step | undefined {
  const mutable = scope.globals.filter((variable) => variable.isMutable);
  if (!scope.features.globals || mutable.length === 0) return undefined;
  const { name, type } = scope.random.pick(mutable);
  return { node: change(scope, [`${name}.value`], type), scope };
}

function atomic(scope: Scope): Step | undefined {
  const { random } = scope;
  if (!scope.features.atomics) return undefined;
  const wide = scope.globals.filter(({ type, isMutable }) => isMutable && /^[ui](32|64)$/.test(type));
  if (wide.length === 0) return undefined;
  const { name, type } = random.pick(wide);
  const value = argument(scope, type, 2);
  const operation = random.pick(["add", "and", "or", "xor"]);
  if (random.chance(50)) return { node: statement(`${name}.${operation}(`, value, ");"), scope };
  const result = newName(scope, "v");
  const fetch = `fetch${operation.charAt(0).toUpperCase()}${operation.slice(1)}`;
  const node = statement(`const ${result}: ${type} = ${name}.${random.pick([fetch, "exchange"])}(`, value, ");");
  const variable = { name: result, type, isMutable: false, interval: intervals[type] };
  return { node, scope: { ...scope, variables: [...scope.variables, variable] } };
}

// ---- maps -------------------------------------------------------------------------------------------------------

function changeMap(scope: Scope, depth: number): Step | undefined {
  const { random } = scope;
  if (scope.maps.length === 0) return undefined;
  const map = random.pick(scope.maps);
  const key = mapKey(scope, map.key);
  if (typeof map.value !== "string") return changeStruct(scope, map.name, key, map.value, map.kind, depth);
  const type = map.value;
  const kind = random.below(map.kind === "hash" ? 3 : 2);
  if (kind === 0) return { node: statement(`${map.name}.set(`, key, ", ", storedValue(scope, type, 2), ");"), scope };
  if (kind === 2) {
    const name = newName(scope, "b");
    const node = statement(`const ${name}: boolean = ${map.name}.delete(`, key, ");");
    const variable = { name, type: "bool" as const, isMutable: false, interval: intervals.bool };
    return { node, scope: { ...scope, variables: [...scope.variables, variable] } };
  }
  const name = newName(scope, "r");
  const body = list([change(scope, [`${name}.value`], type)]);
  const node = statement(`{ const ${name} = ${map.name}.ref(`, key, `); if (${name}) {\n`, body, "\n} }");
  return { node, scope };
}

/** A struct in a map is live while it is held. */
function changeStruct(
  scope: Scope,
  map: string,
  key: Expression,
  struct: StructShape,
  kind: "hash" | "array",
  depth: number,
): Step {
  const { random } = scope;
  const sources = scope.places.filter((place) => place.struct === struct);
  if (sources.length > 0 && random.chance(40)) {
    return { node: statement(`${map}.set(`, key, `, ${random.pick(sources).name});`), scope };
  }
  if (kind === "hash" && random.chance(10)) return { node: statement(`${map}.delete(`, key, ");"), scope };
  const name = newName(scope, "m");
  const inner = { ...scope, places: [...scope.places, { name, struct }] };
  const body = block(inner, 1 + random.below(2), depth - 1);
  return { node: statement(`{ const ${name} = ${map}.get(`, key, `); if (${name}) {\n`, body, "\n} }"), scope };
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

/** What may run in all, counting the rounds of the loops around: the verifier walks every one. */
const roundsMax = 8;

function loop(scope: Scope, depth: number): Step | undefined {
  const { random, features } = scope;
  const limit = 2 + random.below(4);
  if (scope.rounds * limit > roundsMax) return undefined;
  const name = newName(scope, "n");
  const label = features.labels && random.chance(25) ? newName(scope, "l") : undefined;
  // Only some shapes show the compiler the counter's bounds; elsewhere it is any safe integer.
  const index = { name, type: "number" as const, isMutable: false, interval: intervals.number };
  const inner: Scope = {
    ...scope,
    rounds: scope.rounds * limit,
    isInLoop: true,
    isInSwitch: false,
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
  if (kind === 1 && features.doWhile) {
    const moved = list([statement(`${name}++;`), ...body.parts.filter((part) => typeof part !== "string")]);
    return { node: statement(`let ${name} = 0;\n${prefix}do {\n`, moved, `\n} while (${name} < ${limit});`), scope };
  }
  if (kind === 2 && features.forOf) {
    return { node: statement(`${prefix}for (const ${name} of range(${limit})) {\n`, body, "\n}"), scope };
  }
  const condition = random.chance(30) ? [" && ", aBool(scope, 1)] : [];
  const head = random.chance(30)
    ? `for (let ${name} = ${limit - 1}; ${name} >= 0`
    : `for (let ${name} = 0; ${name} < ${limit}`;
  const step = head.includes(">=") ? `; ${name}--) {\n` : `; ${name}++) {\n`;
  return { node: statement(prefix + head, ...condition, step, body, "\n}"), scope };
}

function switched(scope: Scope, depth: number): Step | undefined {
  const { random } = scope;
  if (!scope.features.switches) return undefined;
  const parts: (string | TreeNode)[] = ["switch (u32(", aNumber(scope, 2), ") & 3) {\n"];
  const inner = { ...scope, isInSwitch: true };
  for (const label of ["0", "1", "2", "3"].slice(0, 2 + random.below(3))) {
    const body = block(inner, random.below(3), depth - 1);
    parts.push(`case ${label}: {\n`, body, random.chance(70) ? "\nbreak; }\n" : "\n}\n");
  }
  if (random.chance(60)) parts.push("default: {\n", block(inner, 1, depth - 1), "\n}\n");
  return { node: statement(...parts, "}"), scope };
}

/** `break`, `continue` and `return`, always under a condition: what follows should run sometimes. */
function leave(scope: Scope): Step | undefined {
  const { random } = scope;
  const ways: string[] = [];
  if (scope.isInLoop) ways.push("continue;", "break;");
  for (const label of scope.labels) ways.push(`continue ${label};`, `break ${label};`);
  if (random.chance(20)) {
    const node = statement("if (", aBool(scope, 2), ") return ", storedValue(scope, scope.result, 2), ";");
    return { node, scope };
  }
  if (ways.length === 0) return undefined;
  return { node: statement("if (", aBool(scope, 2), `) ${random.pick(ways)}`), scope };
}

function callStatement(scope: Scope): Step | undefined {
  const withStruct = scope.functions.filter(({ struct }) => struct !== undefined);
  const callee = withStruct.length > 0 ? scope.random.pick(withStruct) : undefined;
  const places = scope.places.filter((place) => place.struct === callee?.struct);
  if (!callee || places.length === 0) return undefined;
  const args = callee.params.flatMap((type) => [", ", argument(scope, type, 2)]);
  return { node: statement(`${callee.name}(${scope.random.pick(places).name}`, ...args, ");"), scope };
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
