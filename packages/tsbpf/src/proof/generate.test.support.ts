// A random module: structs, maps, functions and programs. The same seed gives the same module.

import { makeRandom, type Random } from "./random.test.support.js";
import {
  intervals,
  list,
  statement,
  storedTypes,
  type FieldShape,
  type FunctionShape,
  type MapKind,
  type MapShape,
  type Place,
  type ScalarVariable,
  type Scope,
  type StructShape,
  type TableShape,
  type WaitingShape,
} from "./scope.test.support.js";
import { argument } from "./expressions.test.support.js";
import { returnAll, statements } from "./statements.test.support.js";
import type { RandomModule, TreeNode, ValueType } from "./tree.test.support.js";

/** A module with `programCount` programs, all of which share its maps and functions. */
export function randomModule(seed: number, programCount: number): RandomModule {
  const random = makeRandom(seed);
  const declarations: TreeNode[] = [statement("const limits = { low: 3, high: { hard: 20 } } as const;")];
  const structs = someStructs(random, declarations);
  const base: Scope = {
    random,
    variables: [],
    places: someGlobalStructs(random, structs, declarations),
    functions: [],
    maps: someMaps(random, structs, declarations),
    waiting: someQueues(random, structs, declarations),
    tables: [aTable(random, declarations)],
    structs,
    globals: someGlobals(random, declarations),
    hasAtomics: random.chance(35),
    hasContext: false,
    result: "i32",
    labels: [],
    isInLoop: false,
    isInSwitch: false,
    rounds: 1,
    counter: { next: 0 },
  };
  let scope = base;
  for (let index = 0; index < 4; index++)
    scope = { ...scope, functions: [...scope.functions, aFunction(scope, index, declarations)] };
  const programs = Array.from({ length: programCount }, (_, index) => aProgram(scope, `p${index}`));
  return { declarations: list(declarations), programs: list(programs) };
}

function someStructs(random: Random, out: TreeNode[]): readonly StructShape[] {
  const structs: StructShape[] = [];
  for (let index = 0; index < 2; index++) {
    const fields: FieldShape[] = [];
    const count = 2 + random.below(4);
    for (let at = 0; at < count; at++) fields.push(aField(random, `f${at}`, structs));
    const struct = { name: `S${index}`, fields };
    structs.push(struct);
    const text = fields.map((field) => `${field.name}: ${schemaOf(field)}`).join(", ");
    out.push(statement(`const ${struct.name} = struct({ ${text} });`));
  }
  return structs;
}

function aField(random: Random, name: string, structs: readonly StructShape[]): FieldShape {
  const kind = random.below(10);
  const type = random.pick(storedTypes);
  if (kind === 0) return { name, kind: "array", type, length: 1 + random.below(8) };
  const [struct] = structs;
  if (kind === 1 && struct) return { name, kind: "struct", struct };
  if (kind === 2 && struct) return { name, kind: "structs", struct, length: 2 + random.below(3) };
  if (kind === 3) return { name, kind: "chars", length: 2 + random.below(8) };
  if (kind === 4) return { name, kind: "rows", type, rows: 2 + random.below(2), length: 1 + random.below(3) };
  return { name, kind: "scalar", type };
}

function schemaOf(field: FieldShape): string {
  switch (field.kind) {
    case "scalar":
      return field.type;
    case "array":
      return `array(${field.type}, ${field.length})`;
    case "rows":
      return `array(array(${field.type}, ${field.length}), ${field.rows})`;
    case "chars":
      return `chars(${field.length})`;
    case "struct":
      return field.struct.name;
    case "structs":
      return `array(${field.struct.name}, ${field.length})`;
  }
}

const mapKinds: readonly MapKind[] = ["hash", "hash", "hash", "array", "array", "lru", "perCpuHash", "perCpuArray"];

const factories: Readonly<Record<MapKind, string>> = {
  hash: "hashMap",
  lru: "lruHashMap",
  array: "arrayMap",
  perCpuHash: "perCpuHashMap",
  perCpuArray: "perCpuArray",
};

function someMaps(random: Random, structs: readonly StructShape[], out: TreeNode[]): readonly MapShape[] {
  const maps: MapShape[] = [];
  const keys = ["u32", "u16", "u8", "i32"] as const;
  for (let index = 0; index < 3; index++) {
    const kind = random.pick(mapKinds);
    const isArray = kind === "array" || kind === "perCpuArray";
    const key = isArray ? "u32" : random.pick(keys);
    const value: ValueType | StructShape = random.chance(50) ? random.pick(storedTypes) : random.pick(structs);
    const map: MapShape = { name: `map${index}`, kind, key, value };
    const schema = typeof value === "string" ? value : value.name;
    // What an LRU map drops when it is full is the kernel's business: it never is.
    const size = `{ maxEntries: ${kind === "lru" ? 4096 : 1 + random.below(8)} }`;
    const types = isArray ? schema : `${key}, ${schema}`;
    out.push(statement(`const ${map.name} = ${factories[kind]}(${types}, ${size});`));
    maps.push(map);
  }
  return maps;
}

function someQueues(random: Random, structs: readonly StructShape[], out: TreeNode[]): readonly WaitingShape[] {
  const name = "queue0";
  const value = random.chance(60) ? random.pick(storedTypes) : random.pick(structs);
  const schema = typeof value === "string" ? value : value.name;
  out.push(statement(`const ${name} = ${random.pick(["queue", "stack"])}(${schema}, { maxEntries: 4 });`));
  return [{ name, value }];
}

function aTable(random: Random, out: TreeNode[]): TableShape {
  const length = random.pick([2, 4, 8]);
  const values = Array.from({ length }, () => BigInt.asIntN(random.chance(50) ? 16 : 32, random.bits()));
  out.push(statement(`const table0 = [${values.join(", ")}];`));
  const [low, high] = [values.reduce((a, b) => (a < b ? a : b)), values.reduce((a, b) => (a > b ? a : b))];
  return { name: "table0", length, interval: { low, high } };
}

function someGlobalStructs(random: Random, structs: readonly StructShape[], out: TreeNode[]): readonly Place[] {
  const [variable, constant] = [random.pick(structs), random.pick(structs)];
  out.push(
    statement(`const shared = global(${variable.name});`),
    statement(`const fixed = constant(${constant.name}, {});`),
  );
  return [
    { name: "shared.value", struct: variable },
    { name: "fixed.value", struct: constant, isConstant: true },
  ];
}

function someGlobals(random: Random, out: TreeNode[]): readonly ScalarVariable[] {
  return ["g0", "g1", "g2"].map((name, index) => {
    const type = random.pick(storedTypes.filter((each) => each !== "bool"));
    const isBig = type === "u64" || type === "i64";
    const initial = `${random.below(100)}${isBig ? "n" : ""}`;
    const isMutable = index > 0;
    out.push(statement(`const ${name} = ${isMutable ? "global" : "constant"}(${type}, ${initial});`));
    return { name, type, isMutable, interval: intervals[type] };
  });
}

function aFunction(scope: Scope, index: number, out: TreeNode[]): FunctionShape {
  const { random } = scope;
  const struct = random.chance(40) ? random.pick(scope.structs) : undefined;
  const params = Array.from({ length: 1 + random.below(3) }, () => random.pick(storedTypes));
  const result = !struct && random.chance(25) ? random.pick(scope.structs) : random.pick(storedTypes);
  const shape: FunctionShape = { name: `fn${index}`, params, struct, result, hasDefault: random.chance(30) };
  const variables = params.map((type, at) => ({ name: `a${at}`, type, isMutable: true, interval: intervals[type] }));
  const places = struct ? [...scope.places, { name: "it", struct }] : scope.places;
  const inner: Scope = { ...scope, variables, places, result: typeof result === "string" ? result : "none" };
  const body = statements(inner, 1 + random.below(4), 1);
  const types = params.map((type, at) => `a${at}: ${type === "bool" ? "boolean" : type}`);
  if (shape.hasDefault) types.push(`${types.pop()} = ${aDefault(params.at(-1))}`);
  const list1 = struct ? [`it: Value<typeof ${struct.name}>`, ...types] : types;
  const returns = typeof result !== "string" ? `Value<typeof ${result.name}>` : result === "bool" ? "boolean" : result;
  const isArrow = random.chance(25);
  const signature = `(${list1.join(", ")}): ${returns}`;
  const head = isArrow ? `const ${shape.name} = ${signature} => {\n` : `function ${shape.name}${signature} {\n`;
  out.push(statement(head, list(body.nodes), "\n", ...lastOf(body.scope, result), isArrow ? "\n};" : "\n}"));
  return shape;
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

function aProgram(scope: Scope, name: string): TreeNode {
  const inner: Scope = { ...scope, hasContext: true, result: "i32" };
  const body = statements(inner, 3 + scope.random.below(6), 2);
  const nodes = list([...body.nodes, returnAll(body.scope)]);
  return statement(`export const ${name} = rawTracepoint("sched_process_exec", (ctx) => {\n`, nodes, "\n});");
}

/** What the programs of a module are run with: twelve registers each. */
export function randomInputs(seed: number, count: number): readonly (readonly bigint[])[] {
  const random = makeRandom(seed * 31 + 7);
  return Array.from({ length: count }, () => Array.from({ length: 12 }, () => random.bits()));
}
