// Random functions of a module: short ones that become part of their callers, long ones that are called, global ones,
// and generic ones.

import { argument } from "./expressions.test.support.js";
import { aPattern } from "./patterns.test.support.js";
import {
  intervals,
  list,
  statement,
  storedTypes,
  type FunctionShape,
  type Place,
  type ScalarVariable,
  type Scope,
  type StructShape,
} from "./scope.test.support.js";
import { statements } from "./statements.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

/** Functions call those before them. */
export function someFunctions(base: Scope, out: TreeNode[]): Scope {
  const kinds: readonly Kind[] = ["plain", "plain", "long", "global", base.random.pick(["plain", "global"] as const)];
  return kinds.reduce(
    (scope, kind, index) => ({ ...scope, functions: [...scope.functions, aFunction(scope, kind, index, out)] }),
    base,
  );
}

type Kind = "plain" | "long" | "global";

interface Head {
  readonly shape: Omit<FunctionShape, "frames">;
  readonly variables: readonly ScalarVariable[];
  readonly places: readonly Place[];
  readonly params: readonly string[];
}

/** A program has eight frames, of which the first one is its own. */
const framesMax = 7;

function aFunction(scope: Scope, kind: Kind, index: number, out: TreeNode[]): FunctionShape {
  const { random } = scope;
  const { shape, variables, places, params } = aHead(scope, kind, index);
  const { result } = shape;
  const inner: Scope = {
    ...scope,
    variables,
    places: [...scope.places, ...places],
    result: typeof result === "string" ? result : "none",
    depth: 1,
    depthMax: framesMax,
    frames: { used: 1 },
  };
  const body = statements(inner, kind === "plain" ? 1 + random.below(4) : 1 + random.below(2), 1);
  const returns = typeof result !== "string" ? `Value<typeof ${result.name}>` : typeText(result);
  const signature = `(${params.join(", ")}): ${returns}`;
  const isArrow = kind === "global" || random.chance(25);
  const head = isArrow ? `${signature} => {\n` : `function ${shape.name}${signature} {\n`;
  const start = kind === "global" ? `const ${shape.name} = globalFunction(` : isArrow ? `const ${shape.name} = ` : "";
  const end = kind === "global" ? "\n});" : isArrow ? "\n};" : "\n}";
  const last = kind === "plain" ? lastOf(body.scope, result) : longLast(body.scope, result);
  out.push(statement(start, head, list(body.nodes), "\n", ...last, end));
  return { ...shape, frames: inner.frames.used };
}

function aHead(scope: Scope, kind: Kind, index: number): Head {
  const { random } = scope;
  const name = kind === "global" ? `gf${index}` : `fn${index}`;
  if (index === 0 && scope.hasCallbacks && random.chance(50))
    return headOf(scope, { name, params: ["u32"], result: "bool" });
  const count = kind === "plain" ? 1 + random.below(3) : 1 + random.below(5);
  const params = Array.from({ length: count }, () => random.pick(storedTypes));
  if (kind === "global") return headOf(scope, { name, params, result: random.pick(storedTypes), isGlobal: true });
  const struct = random.chance(40) ? random.pick(scope.structs) : undefined;
  const result = !struct && random.chance(20) ? random.pick(scope.structs) : random.pick(storedTypes);
  return headOf(scope, {
    name,
    params: struct ? params.slice(0, 4) : params,
    struct,
    result,
    hasDefault: random.chance(25),
  });
}

function headOf(
  scope: Scope,
  {
    name,
    params,
    struct,
    result,
    hasDefault = false,
    isGlobal = false,
  }: Partial<FunctionShape> & Pick<FunctionShape, "name" | "params" | "result">,
): Head {
  const shape = { name, params, struct, result, hasDefault, isGlobal };
  const texts = params.map((type, at) => `a${at}: ${typeText(type)}`);
  if (hasDefault) texts.push(`${texts.pop()} = ${aDefault(params.at(-1))}`);
  const variables = params.map((type, at) => ({ name: `a${at}`, type, isMutable: true, interval: intervals[type] }));
  if (!struct) return { shape, variables, places: [], params: texts };
  const taken = scope.random.chance(30) ? aPattern(scope, struct) : undefined;
  const head = { shape, params: [`${taken?.text ?? "it"}: Value<typeof ${struct.name}>`, ...texts] };
  if (!taken) return { ...head, variables, places: [{ name: "it", struct }] };
  return { ...head, variables: [...variables, ...taken.variables], places: taken.places };
}

function typeText(type: ValueType): string {
  return type === "bool" ? "boolean" : type;
}

function aDefault(type: ValueType | undefined): string {
  if (type === "bool") return "true";
  return type === "u64" || type === "i64" ? "7n" : "7";
}

/** The `return` at the end, of a struct that is made there or of a scalar. */
function lastOf(scope: Scope, result: ValueType | StructShape): readonly TreeNode[] {
  if (typeof result === "string") return [statement("return ", argument(scope, result, 3), ";")];
  const scalar = result.fields.find((field) => field.kind === "scalar");
  const value = scalar?.kind === "scalar" ? [`{ ${scalar.name}: `, argument(scope, scalar.type, 2), " }"] : [];
  return [statement(`const made = ${result.name}(`, ...value, ");"), statement("\nreturn made;")];
}

/** Mixes all parameters, so that the function is too long to be copied everywhere. */
function longLast(scope: Scope, result: ValueType | StructShape): readonly TreeNode[] {
  const mixed = scope.variables.slice(0, 5).map(({ name, type }) => `i32(${name})${type === "bool" ? " * 77" : ""}`);
  const steps = mixed.map((term, at) => `mix = i32(Math.imul(mix ^ ${term}, ${3 + 4 * at}) ^ (mix >>> ${5 + at}));\n`);
  const start = statement("let mix: i32 = 5;\n", ...steps);
  const variable: ScalarVariable = { name: "mix", type: "i32", isMutable: false, interval: intervals.i32 };
  return [start, ...lastOf({ ...scope, variables: [...scope.variables, variable] }, result)];
}
