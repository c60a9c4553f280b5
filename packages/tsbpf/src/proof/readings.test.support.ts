// What can be read at a place of a random program: variables, and scalars in memory with the way to them.

import {
  expression,
  isNumber,
  smallTypes,
  type Expression,
  type FieldShape,
  type Place,
  type ScalarVariable,
  type Scope,
} from "./scope.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

/** A variable, a global, or a scalar in memory that can be read here; undefined where there is none of the type. */
export function aReading(scope: Scope, wanted: (type: ValueType) => boolean): Expression | undefined {
  const { random } = scope;
  const readings: (() => Expression)[] = [];
  for (const variable of scope.variables) if (wanted(variable.type)) readings.push(() => readVariable(variable));
  for (const variable of scope.globals) {
    if (wanted(variable.type)) readings.push(() => expression(variable.type, [`${variable.name}.value`]));
  }
  for (const place of scope.places) {
    for (const scalar of scalarsOf(place)) {
      if (wanted(scalar.type)) readings.push(() => expression(scalar.type, spelled(scope, scalar)));
    }
  }
  return readings.length > 0 ? random.pick(readings)() : undefined;
}

/** A small number that no compiler can know. */
export function aRunTimeReading(scope: Scope): Expression | undefined {
  const isSmall = (type: ValueType): boolean => (smallTypes as readonly ValueType[]).includes(type);
  const variables = scope.variables.filter(({ isMutable }) => isMutable);
  const reading = scope.random.chance(70) ? aReading({ ...scope, variables }, isSmall) : undefined;
  if (reading || !scope.hasContext) return reading;
  return expression("u32", [`u32(ctx.args[${scope.random.below(12)}])`]);
}

function readVariable(variable: ScalarVariable): Expression {
  return expression(variable.type, [variable.name], variable.interval);
}

/** A way from a struct to a scalar in it: names, and arrays of which some element is taken. */
export interface ScalarPlace {
  readonly type: ValueType;
  readonly steps: readonly (string | { readonly length: number; readonly mayMiss: boolean })[];
}

export function scalarsOf(place: Place): readonly ScalarPlace[] {
  return place.struct.fields.flatMap((field) => scalarsOfField([place.name], field));
}

function scalarsOfField(base: ScalarPlace["steps"], field: FieldShape): readonly ScalarPlace[] {
  const path = [...base, `.${field.name}`];
  switch (field.kind) {
    case "scalar":
      return [{ type: field.type, steps: path }];
    case "array":
      return [{ type: field.type, steps: [...path, { length: field.length, mayMiss: true }] }];
    case "chars":
      return [{ type: "u8", steps: [...path, { length: field.length, mayMiss: true }] }];
    case "rows": {
      const row = { length: field.rows, mayMiss: false };
      return [{ type: field.type, steps: [...path, row, { length: field.length, mayMiss: true }] }];
    }
    case "struct":
      return field.struct.fields.flatMap((inner) => scalarsOfField(path, inner));
    case "structs": {
      const element = [...path, { length: field.length, mayMiss: false }];
      return field.struct.fields.flatMap((inner) => scalarsOfField(element, inner));
    }
  }
}

/** The place as text, with an index for each array on the way. */
export function spelled(scope: Scope, { steps }: ScalarPlace): readonly (string | TreeNode)[] {
  return steps.flatMap((step) =>
    typeof step === "string" ? [step] : ["[", anIndex(scope, step.length, step.mayMiss), "]"],
  );
}

/** A constant inside, a value that is masked to the array, or (`mayMiss`) any small number. */
function anIndex(scope: Scope, length: number, mayMiss: boolean): TreeNode {
  const { random } = scope;
  const candidates = scope.variables.filter(({ type }) => isNumber(type) && type !== "number");
  if (candidates.length === 0 || random.chance(40)) return expression("number", [String(random.below(length))]);
  const value = readVariable(random.pick(candidates));
  // Just outside more often than by chance.
  if (mayMiss && random.chance(45)) return expression("number", ["(", value, ` & 1) + ${length - 1}`]);
  const isPower = (length & (length - 1)) === 0;
  if (isPower && (random.chance(60) || !mayMiss)) return expression("number", [value, ` & ${length - 1}`]);
  if (!mayMiss) return expression("number", ["Math.min(u8(", value, `), ${length - 1})`]);
  return expression("number", [value]);
}
