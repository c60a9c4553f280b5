// A random module: structs, maps, functions and programs. The same seed gives the same module.

import { makeRandom, type Random } from "./random.test.support.js";
import {
  intervals,
  list,
  smallTypes,
  statement,
  storedTypes,
  type FieldShape,
  type Interval,
  type MapKind,
  type MapShape,
  type Place,
  type ScalarVariable,
  type Scope,
  type StructShape,
  type TableShape,
  type WaitingShape,
} from "./scope.test.support.js";
import { someFunctions } from "./functions.test.support.js";
import { genericFunctions } from "./generics.test.support.js";
import { returnAll, statements } from "./statements.test.support.js";
import type { RandomModule, TreeNode, ValueType } from "./tree.test.support.js";

/** The oldest kernel that a module is for: the usual one, one with callbacks, one that looks at all of their rounds. */
const kernels = ["5.10", "5.10", "5.17", "6.7"] as const;

/** A module with `programCount` programs, all of which share its maps and functions. */
export function randomModule(seed: number, programCount: number): RandomModule {
  const random = makeRandom(seed);
  const kernel = random.pick(kernels);
  const limits = statement("const limits = { low: 3, high: { hard: 20 } } as const;");
  const declarations: TreeNode[] = [limits, ...genericFunctions];
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
    hasOddLiterals: seed % 4 === 0,
    result: "i32",
    labels: [],
    blocks: [],
    isInLoop: false,
    hasCallbacks: kernel !== "5.10",
    depth: 1,
    depthMax: 8,
    frames: { used: 1 },
    rounds: 1,
    counter: { next: 0 },
  };
  const scope = someFunctions(base, declarations);
  const programs = Array.from({ length: programCount }, (_, index) => aProgram(scope, `p${index}`));
  return { kernel, declarations: list(declarations), programs: list(programs) };
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
  if (kind === 2 && struct && bytesOf(struct) <= elementBytesMax)
    return { name, kind: "structs", struct, length: 2 + random.below(3) };
  if (kind === 3) return { name, kind: "chars", length: 2 + random.below(8) };
  if (kind === 4) return { name, kind: "rows", type, rows: 2 + random.below(2), length: 1 + random.below(3) };
  return { name, kind: "scalar", type };
}

/** All functions that call each other share 512 bytes: a few structs on the stack must leave room for others. */
const elementBytesMax = 64;

/** About: as if each scalar took eight bytes. */
function bytesOf({ fields }: StructShape): number {
  const sizes = fields.map((field) => {
    if (field.kind === "chars") return field.length;
    if (field.kind === "rows") return 8 * field.rows * field.length;
    return field.kind === "array" ? 8 * field.length : 8;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
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
  // All that is known of an element is the type that holds each of them.
  const fits = smallTypes.find((type) => values.every((value) => isWithin(value, intervals[type])));
  return { name: "table0", length, interval: intervals[fits ?? "number"] };
}

function isWithin(value: bigint, { low, high }: Interval): boolean {
  return value >= low && value <= high;
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

function aProgram(scope: Scope, name: string): TreeNode {
  const inner: Scope = { ...scope, hasContext: true, result: "i32" };
  const body = statements(inner, 2 + scope.random.below(6), 2);
  const nodes = list([...body.nodes, returnAll(body.scope)]);
  return statement(`export const ${name} = rawTracepoint("sched_process_exec", (ctx) => {\n`, nodes, "\n});");
}

/** What the programs of a module are run with: twelve registers each. */
export function randomInputs(seed: number, count: number): readonly (readonly bigint[])[] {
  const random = makeRandom(seed * 31 + 7);
  return Array.from({ length: count }, () => Array.from({ length: 12 }, () => random.bits()));
}
