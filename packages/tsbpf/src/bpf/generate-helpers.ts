// Renders lang/helpers.ts, what a program imports to call helpers, from the table in helpers.ts. Run as a program it
// writes the file.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { HelperArg, HelperReturn, HelperSpec } from "./helper-spec.js";
import { helpers } from "./helpers.js";
import { programKinds, ProgType } from "./program-kinds.js";

/** How to refresh the file after a change of the table; from the repository's root, after a build. */
export const refreshCommand = "node packages/tsbpf/dist/bpf/generate-helpers.js";

/** The file, seen from the compiled module, which lies at the same depth as its source. */
export const helpersFile: URL = new URL("../../src/lang/helpers.ts", import.meta.url);

/** The text of lang/helpers.ts. */
export function renderHelpers(): string {
  const rendered = helpers.filter(({ tsName }) => !writtenByHand.has(tsName)).map(renderHelper);
  return `${head}\n${rendered.join("\n")}`;
}

/** In lang/callbacks.ts: the context of the callback is not the program's to give. */
export const writtenByHand: ReadonlySet<string> = new Set(["bpfLoop"]);

const head = `// The kernel's helper functions as a program calls them.
// Generated from the table in bpf/helpers.ts, do not edit; refresh it with:
// ${refreshCommand}

import { runHelper } from "./kernel-only.js";
import type {
  AnyMap, ContextPointer, i32, i64, KernelAddress, KernelObject, Memory, TrustedObject, u32, u64, UserAddress,
} from "./types.js";
`;

function renderHelper(helper: HelperSpec): string {
  const params = helper.args.filter((arg) => arg.kind !== "size");
  const generic = genericOf(helper.returns);
  const result = returnType(helper.returns);
  const names = params.map((arg) => arg.name);
  const call = `runHelper(${[JSON.stringify(helper.tsName), ...names].join(", ")})`;
  const body = result === "void" ? `  ${call};` : `  return ${call} as ${result};`;
  return `${renderDoc(helper)}${signature(helper.tsName + generic, params.map(renderParam), result)} {\n${body}\n}\n`;
}

/** A program may give what it gets a type: that of its own view of the kernel's struct. */
function genericOf(returns: HelperReturn): string {
  if (returns.kind === "kernel_address") return "<T = KernelAddress>";
  return returns.kind === "kernel_object" ? `<T = KernelObject<"${returns.struct}">>` : "";
}

function signature(name: string, params: readonly string[], result: string): string {
  const line = `export function ${name}(${params.join(", ")}): ${result}`;
  if (line.length <= 118) return line;
  return `export function ${name}(\n${params.map((param) => `  ${param},\n`).join("")}): ${result}`;
}

// ---- documentation ----------------------------------------------------------------------------------------------

function renderDoc(helper: HelperSpec): string {
  const since = `Since Linux ${helper.since}${helper.gplOnly ? ", GPL only" : ""}.`;
  const lines = [...wrap(helper.doc), ...wrap(`${since} ${callers(helper)}`)];
  return `/**\n${lines.map((line) => ` * ${line}\n`).join("")} */\n`;
}

function callers(helper: HelperSpec): string {
  if (helper.programKinds === "all") return "For all kinds of programs.";
  const may = new Set(helper.programKinds);
  const names = summary(may);
  const excluded = summary(new Set(programKinds.map((kind) => kind.name).filter((name) => !may.has(name))));
  return excluded.length < names.length
    ? `For all kinds of programs but ${excluded.join(", ")}.`
    : `For ${names.join(", ")}.`;
}

/** Kinds by the kernel's program type where all kinds of that type are in the set, else by their names. */
function summary(names: ReadonlySet<string>): string[] {
  const typeNames = new Map<number, string>(Object.entries(ProgType).map(([name, type]) => [type, name.toLowerCase()]));
  const parts = new Set<string>();
  for (const kind of programKinds) {
    // A program that replaces another is checked as that one, so it says nothing here.
    if (!names.has(kind.name) || kind.progType === ProgType.EXT) continue;
    const whole = programKinds.every((other) => other.progType !== kind.progType || names.has(other.name));
    parts.add(whole ? (typeNames.get(kind.progType) ?? kind.name) : kind.name);
  }
  return [...parts];
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > 115) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

// ---- types ------------------------------------------------------------------------------------------------------

function renderParam(arg: HelperArg): string {
  const optional = arg.kind === "scalar" && arg.optional;
  return `${arg.name}${optional ? "?" : ""}: ${paramType(arg)}`;
}

function paramType(arg: HelperArg): string {
  switch (arg.kind) {
    case "ctx":
      return "ContextPointer";
    case "map":
      return "AnyMap";
    case "map_key":
    case "map_value":
      return orNull(arg.access === "read" ? "Memory | number | bigint" : "Memory", arg.nullable);
    case "scalar":
      return arg.optional ? "number | bigint" : scalarType(arg);
    case "mem":
      if (arg.constant) return "string";
      return orNull(arg.access === "read" ? "Memory | string" : "Memory", arg.nullable);
    case "kernel_address":
      return "KernelAddress";
    case "user_address":
      return "UserAddress";
    case "kernel_object":
      return orNull(`TrustedObject<"${arg.struct}">`, arg.nullable);
    case "callback":
      return "(...args: never[]) => number | void";
    case "callback_ctx":
      return "Memory | null";
    case "dynptr":
    case "map_value_field":
    case "ringbuf_record":
      return "Memory";
    case "size":
      return "u64";
  }
}

function returnType(returns: HelperReturn): string {
  switch (returns.kind) {
    case "void":
      return "void";
    case "scalar":
      return scalarType(returns);
    case "kernel_address":
      return "T";
    case "kernel_object":
      return returns.nullable ? "T | undefined" : "T";
    case "map_value":
    case "mem":
      return returns.nullable ? "Memory | undefined" : "Memory";
  }
}

function scalarType(scalar: { readonly bits: 32 | 64; readonly signed: boolean }): string {
  return `${scalar.signed ? "i" : "u"}${scalar.bits}`;
}

function orNull(type: string, nullable: true | undefined): string {
  return nullable ? `${type} | null` : type;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(helpersFile, renderHelpers());
