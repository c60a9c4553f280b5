// A random module: structs, maps, functions and programs. The same seed gives the same module.

import { makeRandom, type Random } from "./random.test.support.js";
import {
  intervals,
  list,
  statement,
  storedTypes,
  type Features,
  type FieldShape,
  type FunctionShape,
  type MapShape,
  type ScalarVariable,
  type Scope,
  type StructShape,
} from "./scope.test.support.js";
import { argument } from "./expressions.test.support.js";
import { returnAll, statements } from "./statements.test.support.js";
import type { RandomModule, TreeNode, ValueType } from "./tree.test.support.js";

export const allFeatures: Features = {
  switches: true,
  labels: true,
  doWhile: true,
  forOf: true,
  destructuring: true,
  structArrays: true,
  globals: false,
  byteSwaps: false,
  atomics: false,
};

/** A module with `programCount` programs, all of which share its maps and functions. */
export function randomModule(seed: number, programCount: number, features: Features): RandomModule {
  const random = makeRandom(seed);
  const declarations: TreeNode[] = [];
  const structs = someStructs(random, features, declarations);
  const base: Scope = {
    random,
    features,
    variables: [],
    places: [],
    functions: [],
    maps: someMaps(random, structs, declarations),
    structs,
    globals: features.globals ? someGlobals(random, declarations) : [],
    hasContext: false,
    result: "i32",
    labels: [],
    isInLoop: false,
    isInSwitch: false,
    rounds: 1,
    counter: { next: 0 },
  };
  let scope = base;
  for (let index = 0; index < 3; index++)
    scope = { ...scope, functions: [...scope.functions, aFunction(scope, index, declarations)] };
  const programs = Array.from({ length: programCount }, (_, index) => aProgram(scope, `p${index}`));
  return { declarations: list(declarations), programs: list(programs) };
}

function someStructs(random: Random, features: Features, out: TreeNode[]): readonly StructShape[] {
  const structs: StructShape[] = [];
  for (let index = 0; index < 2; index++) {
    const fields: FieldShape[] = [];
    const count = 2 + random.below(4);
    for (let at = 0; at < count; at++) fields.push(aField(random, features, `f${at}`, structs));
    const struct = { name: `S${index}`, fields };
    structs.push(struct);
    const text = fields.map((field) => `${field.name}: ${schemaOf(field)}`).join(", ");
    out.push(statement(`const ${struct.name} = struct({ ${text} });`));
  }
  return structs;
}

function aField(random: Random, features: Features, name: string, structs: readonly StructShape[]): FieldShape {
  const kind = random.below(8);
  const type = random.pick(storedTypes);
  if (kind === 0) return { name, kind: "array", type, length: 1 + random.below(8) };
  const [struct] = structs;
  if (kind === 1 && struct) return { name, kind: "struct", struct };
  if (kind === 2 && struct && features.structArrays)
    return { name, kind: "structs", struct, length: 2 + random.below(3) };
  return { name, kind: "scalar", type };
}

function schemaOf(field: FieldShape): string {
  switch (field.kind) {
    case "scalar":
      return field.type;
    case "array":
      return `array(${field.type}, ${field.length})`;
    case "struct":
      return field.struct.name;
    case "structs":
      return `array(${field.struct.name}, ${field.length})`;
  }
}

function someMaps(random: Random, structs: readonly StructShape[], out: TreeNode[]): readonly MapShape[] {
  const maps: MapShape[] = [];
  const keys = ["u32", "u16", "u8", "i32"] as const;
  for (let index = 0; index < 3; index++) {
    const kind = random.chance(50) ? "hash" : "array";
    const key = kind === "hash" ? random.pick(keys) : "u32";
    const value: ValueType | StructShape = random.chance(50) ? random.pick(storedTypes) : random.pick(structs);
    const map: MapShape = { name: `map${index}`, kind, key, value };
    const schema = typeof value === "string" ? value : value.name;
    const size = `{ maxEntries: ${1 + random.below(8)} }`;
    const text = kind === "hash" ? `hashMap(${key}, ${schema}, ${size})` : `arrayMap(${schema}, ${size})`;
    out.push(statement(`const ${map.name} = ${text};`));
    maps.push(map);
  }
  return maps;
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
  const result = random.pick(storedTypes);
  const shape: FunctionShape = { name: `fn${index}`, params, struct, result };
  const variables = params.map((type, at) => ({ name: `a${at}`, type, isMutable: true, interval: intervals[type] }));
  const places = struct ? [{ name: "it", struct }] : [];
  const inner: Scope = { ...scope, variables, places, result };
  const body = statements(inner, 1 + random.below(4), 1);
  const last = statement("return ", argument(body.scope, result, 3), ";");
  const list1 = params.map((type, at) => `a${at}: ${type === "bool" ? "boolean" : type}`);
  const list2 = struct ? [`it: Value<typeof ${struct.name}>`, ...list1] : list1;
  const head = `function ${shape.name}(${list2.join(", ")}): ${result === "bool" ? "boolean" : result} {\n`;
  out.push(statement(head, list(body.nodes), "\n", last, "\n}"));
  return shape;
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
