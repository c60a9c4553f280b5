// Generic functions, one body for several types.

import { anExpression, argument } from "./expressions.test.support.js";
import { newName, intervals, statement, storedTypes, type Scope } from "./scope.test.support.js";
import type { Step } from "./store.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

/** Every module has them; those that nobody calls cost nothing. */
export const genericFunctions: readonly TreeNode[] = [
  statement(
    "function either<T>(first: T, second: T, isFirst: boolean): T {\nif (isFirst) return first;\nreturn second;\n}",
  ),
  statement(
    "function larger<T extends u8 | u16 | u32 | i8 | i16 | i32 | u64 | i64>(a: T, b: T): T {\nreturn a < b ? b : a;\n}",
  ),
  statement(
    "function elementOf<T, N extends number>(cells: FixedArray<T, N>, index: number, otherwise: T): T {\nreturn index > 0 ? cells[index & 1] ?? otherwise : otherwise;\n}",
  ),
];

export function callGeneric(scope: Scope): Step | undefined {
  const { random } = scope;
  const name = newName(scope, "v");
  const arrays = scope.places.flatMap((place) =>
    place.struct.fields.flatMap((field) =>
      field.kind === "array" && field.length > 1 ? [{ at: `${place.name}.${field.name}`, type: field.type }] : [],
    ),
  );
  const withResult = (type: ValueType, call: readonly (string | TreeNode)[]): Step => {
    const variable = { name, type, isMutable: false, interval: intervals[type] };
    const node = statement(`const ${name}: ${type === "bool" ? "boolean" : type} = `, ...call, ";");
    return { node, scope: { ...scope, variables: [...scope.variables, variable] } };
  };
  if (arrays.length > 0 && random.chance(40)) {
    const { at, type } = random.pick(arrays);
    return withResult(type, [`elementOf(${at}, `, argument(scope, "i16", 2), ", ", argument(scope, type, 1), ")"]);
  }
  const type = random.pick(storedTypes);
  const [first, second] = [argument(scope, type, 2), argument(scope, type, 2)];
  if (type !== "bool" && random.chance(50)) return withResult(type, ["larger(", first, ", ", second, ")"]);
  return withResult(type, ["either(", first, ", ", second, ", ", anExpression(scope, "bool", 1), ")"]);
}
