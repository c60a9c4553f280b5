// Random statements on maps: entries that are set, deleted, and changed in place while they are held.

import { isPerCpu, mapKey } from "./expressions.test.support.js";
import {
  intervals,
  list,
  newName,
  statement,
  type Expression,
  type MapShape,
  type Scope,
} from "./scope.test.support.js";
import type { StructShape } from "./scope.test.support.js";
import { change, storedValue, withPlace, type BlockMaker, type Step } from "./store.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

export function changeMap(scope: Scope, depth: number, block: BlockMaker): Step | undefined {
  const { random } = scope;
  if (scope.maps.length === 0) return undefined;
  const map = random.pick(scope.maps);
  const key = mapKey(scope, map.key);
  if (typeof map.value !== "string") {
    const body = (inner: Scope): TreeNode => block(inner, 1 + random.below(2), depth - 1);
    return changeStruct(scope, map, key, map.value, body);
  }
  return isPerCpu(map) ? onThisCpu(scope, map, map.value) : changeScalar(scope, map, key, map.value);
}

function changeScalar(scope: Scope, map: MapShape, key: Expression, type: ValueType): Step {
  const { random } = scope;
  const kind = random.below(map.kind === "array" ? 2 : 3);
  const value = storedValue(scope, type, 2);
  if (kind === 0) return { node: statement(`${map.name}.set(`, key, ", ", value, ");"), scope };
  if (kind === 2) {
    const name = newName(scope, "b");
    const call = random.chance(50) ? [".delete(", key, ");"] : [".set(", key, ", ", value, ");"];
    const node = statement(`const ${name}: boolean = ${map.name}`, ...call);
    const variable = { name, type: "bool" as const, isMutable: false, interval: intervals.bool };
    return { node, scope: { ...scope, variables: [...scope.variables, variable] } };
  }
  const name = newName(scope, "r");
  const body = list([change(scope, [`${name}.value`], type)]);
  const node = statement(`{ const ${name} = ${map.name}.ref(`, key, `); if (${name}) {\n`, body, "\n} }");
  return { node, scope };
}

/** What another run has left may lie on another CPU: a run reads only what it has written itself. */
function onThisCpu(scope: Scope, map: MapShape, type: ValueType): Step {
  const name = newName(scope, "v");
  const key = scope.random.below(2);
  const set = [`${map.name}.set(${key}, `, storedValue(scope, type, 2), ");\n"];
  const node = statement(...set, `const ${name} = ${map.name}.get(${key}) ?? `, storedValue(scope, type, 1), ";");
  const variable = { name, type, isMutable: false, interval: intervals[type] };
  return { node, scope: { ...scope, variables: [...scope.variables, variable] } };
}

/** A struct in a map is live while it is held. */
function changeStruct(
  scope: Scope,
  map: MapShape,
  key: Expression,
  struct: StructShape,
  bodyIn: (scope: Scope) => TreeNode,
): Step | undefined {
  const { random } = scope;
  const sources = scope.places.filter((place) => place.struct === struct);
  const name = newName(scope, "m");
  const body = bodyIn(withPlace(scope, { name, struct }));
  if (isPerCpu(map)) {
    if (sources.length === 0) return undefined;
    const set = `${map.name}.set(1, ${random.pick(sources).name});\n`;
    return { node: statement(`{ ${set}const ${name} = ${map.name}.get(1); if (${name}) {\n`, body, "\n} }"), scope };
  }
  if (sources.length > 0 && random.chance(40)) {
    return { node: statement(`${map.name}.set(`, key, `, ${random.pick(sources).name});`), scope };
  }
  if (map.kind !== "array" && random.chance(10)) return { node: statement(`${map.name}.delete(`, key, ");"), scope };
  return { node: statement(`{ const ${name} = ${map.name}.get(`, key, `); if (${name}) {\n`, body, "\n} }"), scope };
}
