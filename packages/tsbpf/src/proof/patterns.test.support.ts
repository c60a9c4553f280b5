// Random patterns: structs, arrays, the context and constant records taken apart in declarations, parameters, loops and
// assignments, with default values for what may be missing.

import { isPerCpu, mapKey } from "./expressions.test.support.js";
import {
  intervals,
  newName,
  roundsMax,
  statement,
  type FieldShape,
  type Place,
  type ScalarVariable,
  type Scope,
  type StructShape,
} from "./scope.test.support.js";
import { storedValue, type BlockMaker, type Maker, type Step } from "./store.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

export const patternMakers: readonly Maker[] = [
  destructure,
  destructure,
  assignPattern,
  loopPattern,
  withDefaults,
  fromContext,
  swap,
  swap,
];

interface Pattern {
  readonly text: string;
  readonly variables: readonly ScalarVariable[];
  readonly places: readonly Place[];
}

/** What a pattern does with a scalar: a new variable, or one that is there; undefined leaves it out. */
type Target = (type: ValueType) => string | undefined;

/** Takes some of a struct's fields apart, at least one. Undefined where there is nothing to take. */
export function aPattern(scope: Scope, struct: StructShape, isConstant = false): Pattern | undefined {
  const variables: ScalarVariable[] = [];
  const places: Place[] = [];
  const target = (type: ValueType): string => {
    const name = newName(scope, "d");
    variables.push(known(name, type));
    return name;
  };
  const named = (inner: StructShape): string => {
    const name = newName(scope, "p");
    places.push({ name, struct: inner, ...(isConstant && { isConstant }) });
    return name;
  };
  const text = structPattern(scope, struct, target, named);
  return text === undefined ? undefined : { text, variables, places };
}

/** `named` gives a name to a struct inside; undefined where only scalars may be taken. */
function structPattern(
  scope: Scope,
  struct: StructShape,
  target: Target,
  named: ((inner: StructShape) => string) | undefined,
): string | undefined {
  const parts = struct.fields.flatMap((field) => {
    const text = scope.random.chance(75) ? fieldPattern(scope, field, target, named) : undefined;
    return text === undefined ? [] : [`${field.name}: ${text}`];
  });
  return parts.length > 0 ? `{ ${parts.join(", ")} }` : undefined;
}

function fieldPattern(
  scope: Scope,
  field: FieldShape,
  target: Target,
  named: ((inner: StructShape) => string) | undefined,
): string | undefined {
  const { random } = scope;
  switch (field.kind) {
    case "scalar":
      return target(field.type);
    case "array":
      return elementPattern(random.below(Math.min(field.length, 3)), target(field.type));
    case "rows":
      return elementPattern(random.below(field.rows), elementPattern(random.below(field.length), target(field.type)));
    case "struct":
      if (named && random.chance(40)) return named(field.struct);
      return structPattern(scope, field.struct, target, named);
    case "structs":
      if (named && random.chance(40)) return elementPattern(random.below(field.length), named(field.struct));
      return elementPattern(random.below(field.length), structPattern(scope, field.struct, target, named));
    case "chars":
      return undefined;
  }
}

/** `[, , x]` */
function elementPattern(index: number, element: string | undefined): string | undefined {
  return element === undefined ? undefined : `[${", ".repeat(index)}${element}]`;
}

function known(name: string, type: ValueType): ScalarVariable {
  return { name, type, isMutable: false, interval: intervals[type] };
}

function withPattern(scope: Scope, { variables, places }: Pattern): Scope {
  return { ...scope, variables: [...scope.variables, ...variables], places: [...scope.places, ...places] };
}

// ---- statements -------------------------------------------------------------------------------------------------

function destructure(scope: Scope): Step | undefined {
  const { random } = scope;
  if (scope.places.length === 0) return undefined;
  const { name, struct, isConstant } = random.pick(scope.places);
  const pattern = aPattern(scope, struct, isConstant);
  if (!pattern) return undefined;
  // A variable that stands for memory stays what it is.
  const isMutable = pattern.places.length === 0 && random.chance(40);
  const variables = pattern.variables.map((variable) => ({ ...variable, isMutable }));
  const node = statement(`${isMutable ? "let" : "const"} ${pattern.text} = ${name};`);
  return { node, scope: withPattern(scope, { ...pattern, variables }) };
}

/** Into variables that are there; a variable may take two fields, of which the last one stays. */
function assignPattern(scope: Scope): Step | undefined {
  const { random } = scope;
  if (scope.places.length === 0) return undefined;
  const { name, struct } = random.pick(scope.places);
  const target = (type: ValueType): string | undefined => {
    const mutable = scope.variables.filter((variable) => variable.isMutable && variable.type === type);
    return mutable.length > 0 ? random.pick(mutable).name : undefined;
  };
  const text = structPattern(scope, struct, target, undefined);
  return text === undefined ? undefined : { node: statement(`(${text} = ${name});`), scope };
}

/** Through an array of structs or of arrays, each of which is taken apart. */
function loopPattern(scope: Scope, depth: number, block: BlockMaker): Step | undefined {
  const { random } = scope;
  const fields = scope.places.flatMap(({ name, struct, isConstant }) =>
    struct.fields.map((field) => ({ at: `${name}.${field.name}`, field, isConstant: isConstant ?? false })),
  );
  const found = fields.filter(({ field }) => field.kind === "structs" || field.kind === "rows");
  if (depth <= 0 || found.length === 0) return undefined;
  const { at, field, isConstant } = random.pick(found);
  const count = field.kind === "rows" ? field.rows : "length" in field ? field.length : 1;
  if (scope.rounds * count > roundsMax) return undefined;
  const pattern =
    rowPattern(scope, field) ?? (field.kind === "structs" ? aPattern(scope, field.struct, isConstant) : undefined);
  if (!pattern) return undefined;
  const inner = { ...withPattern(scope, pattern), rounds: scope.rounds * count, isInLoop: true };
  const body = block(inner, 1 + random.below(2), depth - 1);
  return { node: statement(`for (const ${pattern.text} of ${at}) {\n`, body, "\n}"), scope };
}

function rowPattern(scope: Scope, field: FieldShape): Pattern | undefined {
  if (field.kind !== "rows") return undefined;
  const name = newName(scope, "d");
  const text = `[${", ".repeat(scope.random.below(field.length))}${name}]`;
  return { text, variables: [known(name, field.type)], places: [] };
}

/** What is missing in a map gives way to another value. */
function withDefaults(scope: Scope): Step | undefined {
  const { random } = scope;
  const maps = scope.maps.filter((map) => !isPerCpu(map));
  const found = maps.flatMap(({ name, key, value }) => (typeof value === "string" ? [{ name, key, type: value }] : []));
  if (found.length === 0) return undefined;
  const parts: (string | TreeNode)[] = [];
  const values: (string | TreeNode)[] = [];
  const variables: ScalarVariable[] = [];
  for (let count = 1 + random.below(2); count > 0; count--) {
    const { name, key, type } = random.pick(found);
    const variable = newName(scope, "d");
    // Not with the variables before it: TypeScript 6.0 goes round in circles where one of them is an index there.
    parts.push(parts.length > 0 ? ", " : "", `${variable} = `, storedValue(scope, type, 1));
    values.push(values.length > 0 ? ", " : "", `${name}.get(`, mapKey(scope, key), ")");
    variables.push(known(variable, type));
  }
  const node = statement("const [", ...parts, "] = [", ...values, "];");
  return { node, scope: { ...scope, variables: [...scope.variables, ...variables] } };
}

/** Arguments of the context, or numbers of a constant record. */
function fromContext(scope: Scope): Step | undefined {
  const { random } = scope;
  const [first, second] = [newName(scope, "d"), newName(scope, "d")];
  if (!scope.hasContext || random.chance(30)) {
    const node = statement(`const { low: ${first}, high: { hard: ${second} } } = limits;`);
    const variables = [first, second].map((name) => known(name, "number"));
    return { node, scope: { ...scope, variables: [...scope.variables, ...variables] } };
  }
  const elements = `[${", ".repeat(random.below(4))}${first}, ${", ".repeat(random.below(4))}${second}]`;
  const node = random.chance(50)
    ? statement(`const { args: ${elements} } = ctx;`)
    : statement(`const ${elements} = ctx.args;`);
  const variables = [first, second].map((name) => known(name, "u64"));
  return { node, scope: { ...scope, variables: [...scope.variables, ...variables] } };
}

/** Both sides are read before either is written. */
function swap(scope: Scope): Step | undefined {
  const { random } = scope;
  const mutable = scope.variables.filter(({ isMutable }) => isMutable);
  if (mutable.length === 0) return undefined;
  const one = random.pick(mutable);
  const others = mutable.filter(({ type, name }) => type === one.type && name !== one.name);
  const value = storedValue(scope, one.type, 2);
  if (others.length === 0) return { node: statement(`[${one.name}] = [`, value, "];"), scope };
  const two = random.pick(others);
  return { node: statement(`[${one.name}, ${two.name}] = [${two.name}, `, value, "];"), scope };
}
