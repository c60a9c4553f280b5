// Statements that are rarer than those of statements.test.support.ts: references with their atomic operations, generic
// functions, variables that may be missing, queues, types in the middle of a function.

import { aBool, aNumber, argument, isPerCpu, mapKey } from "./expressions.test.support.js";
import { aReading } from "./readings.test.support.js";
import { callGeneric } from "./generics.test.support.js";
import { intervals, isNumber, newName, statement, totalOf, type Expression, type Scope } from "./scope.test.support.js";
import type { ScalarVariable } from "./scope.test.support.js";
import { change, storedValue, withPlace, type Maker, type Step } from "./store.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

export const moreMakers: readonly Maker[] = [
  changeGlobal,
  changeGlobal,
  atomic,
  atomic,
  callGeneric,
  mayBeMissing,
  wait,
  localType,
  () => undefined,
];

function withVariables(scope: Scope, ...added: readonly ScalarVariable[]): Scope {
  return { ...scope, variables: [...scope.variables, ...added] };
}

function known(name: string, type: ValueType): ScalarVariable {
  return { name, type, isMutable: false, interval: intervals[type] };
}

function changeGlobal(scope: Scope): Step | undefined {
  const mutable = scope.globals.filter((variable) => variable.isMutable);
  if (mutable.length === 0) return undefined;
  const { name, type } = scope.random.pick(mutable);
  return { node: change(scope, [`${name}.value`], type), scope };
}

// ---- references -------------------------------------------------------------------------------------------------

interface Reference {
  readonly text: readonly (string | TreeNode)[];
  readonly type: ValueType;
  /** It may be missing, so that it is asked with `?.`. */
  readonly mayMiss: boolean;
}

const atomicTypes: readonly ValueType[] = ["u32", "i32", "u64", "i64"];

function references(scope: Scope): readonly Reference[] {
  const found: Reference[] = [];
  for (const { name, type, isMutable } of scope.globals)
    if (isMutable) found.push({ text: [name], type, mayMiss: false });
  for (const { name, struct, isConstant } of scope.places) {
    for (const field of isConstant ? [] : struct.fields) {
      const at = `${name}.${field.name}`;
      if (field.kind === "scalar")
        found.push({ text: [`ref(${name}, "${field.name}")`], type: field.type, mayMiss: false });
      if (field.kind === "array")
        found.push({ text: [`ref(${at}, ${field.length - 1})`], type: field.type, mayMiss: false });
    }
  }
  for (const map of scope.maps) {
    if (typeof map.value !== "string" || isPerCpu(map)) continue;
    found.push({ text: [`${map.name}.ref(`, mapKey(scope, map.key), ")"], type: map.value, mayMiss: true });
  }
  return found.filter(({ type }) => atomicTypes.includes(type));
}

export function atomic(scope: Scope): Step | undefined {
  const { random } = scope;
  const all = references(scope);
  if (all.length === 0) return undefined;
  const { text, type, mayMiss } = random.pick(all);
  const value = argument(scope, type, 2);
  const dot = mayMiss ? "?." : ".";
  if (!scope.hasAtomics) return { node: statement(...text, `${dot}add(`, value, ");"), scope };
  if (random.chance(40)) {
    return { node: statement(...text, `${dot}${random.pick(["add", "and", "or", "xor"])}(`, value, ");"), scope };
  }
  const name = newName(scope, "v");
  const call = [...text, ...fetching(scope, dot, type, value)];
  const otherwise = mayMiss ? [" ?? ", storedValue(scope, type, 1)] : [];
  const node = statement(`const ${name}: ${type} = `, ...call, ...otherwise, ";");
  const after = withVariables(scope, known(name, type));
  const total = totalOf(scope);
  if (mayMiss || !total) return { node, scope: after };
  // What one operation leaves shows in what the next one gives.
  const next = [...text, ...fetching(scope, dot, type, argument(scope, type, 1))];
  return { node: statement(node, `\n${total.name} ^= i32(`, ...next, ");"), scope: after };
}

function fetching(scope: Scope, dot: string, type: ValueType, value: Expression): readonly (string | TreeNode)[] {
  const { random } = scope;
  if (random.chance(40)) return [`${dot}compareExchange(`, argument(scope, type, 1), ", ", value, ")"];
  return [`${dot}${random.pick(["fetchAdd", "fetchAnd", "fetchOr", "fetchXor", "exchange"])}(`, value, ")"];
}

// ---- what may be missing, and the rest --------------------------------------------------------------------------

function mayBeMissing(scope: Scope): Step | undefined {
  const { random } = scope;
  const maps = scope.maps.filter((map) => typeof map.value === "string" && !isPerCpu(map));
  if (maps.length === 0) return undefined;
  const map = random.pick(maps);
  if (typeof map.value !== "string") return undefined;
  const type = map.value;
  const [found, name] = [newName(scope, "o"), newName(scope, "v")];
  const get = [`let ${found} = ${map.name}.get(`, mapKey(scope, map.key), ");\n"];
  if (random.chance(30)) {
    // Zero counts as much as what is missing.
    const node = statement(...get, `const ${name}: boolean = ${found} ? true : `, aBool(scope, 1), ";");
    return { node, scope: withVariables(scope, known(name, "bool")) };
  }
  const fill = [`${found} ??= `, storedValue(scope, type, 2), ";\n"];
  const node = statement(...get, ...fill, `const ${name} = ${found};`);
  return { node, scope: withVariables(scope, known(name, type)) };
}

function wait(scope: Scope): Step | undefined {
  const { random } = scope;
  if (scope.waiting.length === 0) return undefined;
  const { name, value } = random.pick(scope.waiting);
  if (typeof value === "string") {
    const pushed = newName(scope, "b");
    const node = statement(`const ${pushed}: boolean = ${name}.push(`, storedValue(scope, value, 2), ");");
    return { node, scope: withVariables(scope, known(pushed, "bool")) };
  }
  const sources = scope.places.filter((place) => place.struct === value);
  if (sources.length > 0 && random.chance(60)) {
    return { node: statement(`${name}.push(${random.pick(sources).name});`), scope };
  }
  const taken = newName(scope, "q");
  const inner = withPlace(scope, { name: taken, struct: value });
  const reading = aReading(inner, isNumber);
  const total = totalOf(scope);
  if (!reading || !total) return undefined;
  const use = statement(`${total.name} ^= `, reading, ";");
  const way = random.pick(["pop", "peek"]);
  return { node: statement(`{ const ${taken} = ${name}.${way}(); if (${taken}) {\n`, use, "\n} }"), scope };
}

/** Types mean nothing at run time, and neither does an empty statement. */
function localType(scope: Scope): Step {
  const name = newName(scope, "v");
  const alias = `T${name}`;
  const declaration = scope.random.chance(50)
    ? `type ${alias} = { readonly part: number };`
    : `interface ${alias} { readonly part: number };`;
  const node = statement(`${declaration}\nconst ${name}: ${alias}["part"] = `, aNumber(scope, 2), ";");
  return { node, scope: withVariables(scope, known(name, "number")) };
}
