// A random module that reads made-up kernel types. Its text as JavaScript has the answers in place of the questions
// about the kernel that only a kernel can answer.

import type { CoreEnum, CoreField, CoreStruct, CoreTypes } from "./core-types.test.support.js";
import { bytesOf } from "./core-types.test.support.js";
import { assert } from "../util/assert.js";
import type { Random } from "./random.test.support.js";

export interface CoreModule {
  readonly text: string;
  readonly javaScript: string;
}

interface Part {
  readonly text: string;
  readonly javaScript: string;
}

export function randomCoreModule(random: Random, types: CoreTypes): CoreModule {
  const declarations = [...types.structs.map(viewOf), ...types.enums.map(enumOf), ...otherViews(types)].join("\n");
  const programs = ["p0", "p1", "p2", "p3"].map((name) => aProgram(random, types, name));
  const imports = `import { ${imported.join(", ")} } from "tsbpf";`;
  const join = (bodies: readonly string[]): string => [imports, declarations, ...bodies, ""].join("\n");
  return { text: join(programs.map((one) => one.text)), javaScript: join(programs.map((one) => one.javaScript)) };
}

const imported = (
  "bpfCoreCast bpfCoreEnumValue bpfCoreEnumValueExists bpfCoreFieldExists bpfCoreFieldOffset bpfCoreFieldSigned " +
  "bpfCoreFieldSize bpfCoreTypeExists bpfCoreTypeIdKernel bpfCoreTypeIdLocal bpfCoreTypeMatches bpfCoreTypeSize " +
  "i32 rawTracepoint u32 u8 type_BitField type_Enum type_FixedArray type_Ptr type_RawTracepointContext type_i16 " +
  "type_i64 type_i8 type_u16 type_u64"
)
  .replaceAll("type_", "type ")
  .split(/(?<!type) /);

function viewOf({ name, fields }: CoreStruct): string {
  return `interface bpfCore_${name} { ${fields.map((field) => `readonly ${field.name}: ${typeOf(field)}`).join("; ")} }`;
}

function typeOf({ shape }: CoreField): string {
  switch (shape.kind) {
    case "number":
      return shape.type;
    case "bits":
      return `BitField<${shape.type}, ${shape.bits}>`;
    case "enum":
      return "Enum<bpfCoreEnum_zz_colour>";
    case "array":
      return `FixedArray<${shape.type}, ${shape.length}>`;
    case "inside":
      return `bpfCore_${shape.struct.name}`;
    case "pointer":
      return `Ptr<bpfCore_${shape.struct.name}>${shape.mayBeNull ? " | null" : ""}`;
  }
}

function enumOf({ name, sizeBytes, values }: CoreEnum): string {
  const suffix = sizeBytes === 8 ? "n" : "";
  const parts = values.map((value, index) => `readonly ${value.name}: ${index}${suffix}`);
  return `interface bpfCoreEnum_${name} { ${parts.join("; ")} }`;
}

/** A flavour with the last fields of the first struct, and a type that the kernel has not. */
function otherViews({ structs }: CoreTypes): readonly string[] {
  const [root] = structs;
  if (!root) return [];
  const flavour = { ...root, name: `${root.name}___other`, fields: root.fields.slice(-2) };
  return [viewOf(flavour), "interface bpfCore_zz_nowhere { readonly a: u32 }"];
}

function aProgram(random: Random, types: CoreTypes, name: string): Part {
  const [root] = types.structs;
  assert(root, "there are no made-up types");
  const times = (count: number, make: () => Part): readonly Part[] => Array.from({ length: count }, make);
  const parts = [
    ...times(8, () => aRead(random, root, "root")),
    ...times(3, () => aFlavour(random, root)),
    ...times(4, () => aQuestion(random, types)),
  ];
  const context = `RawTracepointContext<[Ptr<bpfCore_${root.name}>, u64]>`;
  const head = `export const ${name} = rawTracepoint("sched_process_exec", (ctx: ${context}) => {`;
  const lines = (texts: readonly string[]): string =>
    [
      head,
      "const root = ctx.args[0];",
      `const other = bpfCoreCast<bpfCore_${root.name}___other>(root);`,
      "const at = u8(ctx.args[1]);",
      "let sum: i32 = 7;",
      ...texts.map((text) => `sum = i32(Math.imul(sum, 31) ^ (${text}));`),
      "return sum;",
      "});",
    ].join("\n");
  return { text: lines(parts.map((one) => one.text)), javaScript: lines(parts.map((one) => one.javaScript)) };
}

/** Both forms alike. */
function same(text: string): Part {
  return { text, javaScript: text };
}

function aFlavour(random: Random, root: CoreStruct): Part {
  const flavour = { ...root, fields: root.fields.slice(-2) };
  return aRead(random, flavour, "other");
}

function aRead(random: Random, struct: CoreStruct, path: string): Part {
  const field = random.pick(struct.fields);
  const at = `${path}.${field.name}`;
  const read = aFieldRead(random, field, at);
  if (field.offsetBits !== undefined) return same(read);
  // Without the field its branch is never taken.
  return same(`bpfCoreFieldExists(${at}) ? ${read} : 9`);
}

function aFieldRead(random: Random, { shape }: CoreField, at: string): string {
  switch (shape.kind) {
    case "number":
      return folded(at, bytesOf(shape.type) === 8);
    case "bits":
      return shape.type === "boolean" ? `${at} ? 3 : 4` : at;
    case "enum":
      return at;
    case "array": {
      const index = random.chance(50) ? `at & ${shape.length - 1}` : String(random.below(shape.length));
      return folded(`${at}[${index}]`, bytesOf(shape.type) === 8);
    }
    case "inside":
      return aRead(random, shape.struct, at).text;
    case "pointer":
      if (!shape.mayBeNull) return aRead(random, shape.struct, at).text;
      return `${at} === null ? 5 : ${aRead(random, shape.struct, at).text}`;
  }
}

function folded(text: string, isBig: boolean): string {
  return isBig ? `i32(${text}) ^ i32(${text} >> 32n)` : text;
}

// ---- questions --------------------------------------------------------------------------------------------------

function answered(question: string, answer: string): Part {
  return { text: question, javaScript: answer };
}

function aQuestion(random: Random, types: CoreTypes): Part {
  const struct = random.pick(types.structs);
  const view = `bpfCore_${struct.name}`;
  switch (random.below(8)) {
    case 0:
      return answered(`bpfCoreTypeSize<${view}>()`, String(struct.sizeBytes));
    case 1:
      return answered(`bpfCoreTypeIdKernel<${view}>()`, String(struct.typeId));
    case 2:
      return answered(`bpfCoreTypeIdLocal<${view}>() !== 0 ? 1 : 0`, "1");
    case 3:
      return random.chance(50)
        ? answered(`bpfCoreTypeExists<${view}>() ? 1 : 0`, "1")
        : answered("bpfCoreTypeExists<bpfCore_zz_nowhere>() ? 1 : 0", "0");
    case 4: {
      const answer = matches(struct);
      return answer === undefined ? same("2") : answered(`bpfCoreTypeMatches<${view}>() ? 1 : 0`, answer ? "1" : "0");
    }
    case 5:
      return anEnumValue(random, types);
    default:
      return aFieldQuestion(random, types);
  }
}

/** Every field is there and is what the view says; undefined where that is more than these types can tell. */
function matches({ fields }: CoreStruct): boolean | undefined {
  if (fields.some(({ offsetBits }) => offsetBits === undefined)) return false;
  if (fields.some(({ shape }) => shape.kind === "number" && shape.type !== shape.kernelType)) return false;
  return fields.every(({ shape }) => shape.kind === "number" || shape.kind === "array") ? true : undefined;
}

function anEnumValue(random: Random, types: CoreTypes): Part {
  const { name, values, sizeBytes } = random.pick(types.enums);
  const value = random.pick(values);
  const view = `bpfCoreEnum_${name}`;
  if (value.kernelValue === undefined || random.chance(30)) {
    const exists = `bpfCoreEnumValueExists<${view}>("${value.name}") ? 1 : 0`;
    return answered(exists, value.kernelValue === undefined ? "0" : "1");
  }
  const isBig = sizeBytes === 8;
  const literal = `${value.kernelValue}${isBig ? "n" : ""}`;
  return answered(folded(`bpfCoreEnumValue<${view}>("${value.name}")`, isBig), folded(literal, isBig));
}

function aFieldQuestion(random: Random, types: CoreTypes): Part {
  const [root] = types.structs;
  const fields = root?.fields.filter(({ shape }) => shape.kind === "number") ?? [];
  if (fields.length === 0) return same("1");
  const { name, shape, offsetBits } = random.pick(fields);
  const at = `root.${name}`;
  if (shape.kind !== "number" || offsetBits === undefined || random.chance(20)) {
    return answered(`bpfCoreFieldExists(${at}) ? 1 : 0`, offsetBits === undefined ? "0" : "1");
  }
  switch (random.below(3)) {
    case 0:
      return answered(`bpfCoreFieldSize(${at})`, String(bytesOf(shape.kernelType)));
    case 1:
      return answered(`bpfCoreFieldOffset(${at})`, String(offsetBits / 8));
    default:
      return answered(`bpfCoreFieldSigned(${at}) ? 1 : 0`, shape.kernelType.startsWith("i") ? "1" : "0");
  }
}
