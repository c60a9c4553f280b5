// Programs that are almost right: the valid cases with tokens removed, doubled, swapped and replaced.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { casesFolder } from "./run.test.support.js";
import { ts } from "./frontend/typescript.js";

export interface Mutant {
  readonly name: string;
  readonly text: string;
}

export interface Random {
  /** An integer from 0 to below `limit`. */
  below(limit: number): number;
}

export function makeRandom(seed: number): Random {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
  return {
    below(limit) {
      state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
      return Number((state >> 33n) % BigInt(limit));
    },
  };
}

/** The modules that programs import, which stay as they are. */
export function partModules(): readonly Mutant[] {
  const packets = fileURLToPath(new URL("../../../../bench/codegen/packets.ts", import.meta.url));
  const own = sources("run/", (name) => name.startsWith("module-"));
  return [...own, { name: "packets.ts", text: readFileSync(packets, "utf8") }];
}

function validCases(): readonly Mutant[] {
  return [...sources("run/", (name) => !name.startsWith("module-")), ...sources("lang/", () => true)];
}

function sources(folder: string, wanted: (name: string) => boolean): readonly Mutant[] {
  const names = readdirSync(casesFolder + folder)
    .filter((name) => name.endsWith(".ts") && wanted(name))
    .sort();
  return names.map((name) => ({ name, text: readFileSync(casesFolder + folder + name, "utf8") }));
}

const integers = [
  "0",
  "1",
  "2",
  "3",
  "5",
  "7",
  "8",
  "10",
  "31",
  "32",
  "100",
  "127",
  "255",
  "256",
  "65535",
  "65536",
  "2147483647",
  "4294967295",
  "4294967296",
];
const bigints = [
  "0n",
  "1n",
  "5n",
  "-1n",
  "63n",
  "64n",
  "255n",
  "4294967296n",
  "18446744073709551615n",
  "-9223372036854775808n",
];
const literals = [
  ...integers,
  ...bigints,
  "-1",
  "9007199254740991",
  "0.5",
  "undefined",
  "null",
  "true",
  "false",
  '""',
  "u8",
  "i64",
  "ctx",
  "ctx.args",
];
const arithmetic = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"];
const comparisons = ["<", "<=", ">", ">=", "===", "!=="];
const assignments = ["=", "+=", "-=", "*=", "&=", "|=", "^=", "<<=", ">>="];
const operators = [
  ...arithmetic,
  ...comparisons,
  ...assignments,
  ">>>",
  "&&",
  "||",
  "??",
  "**",
  ",",
  "==",
  "?.",
  ".",
  "?",
  ":",
  "!",
  "~",
  "++",
  "--",
  ";",
  "=>",
];

/** The mutant of this number; the same number gives the same mutant. */
export function makeMutant(seed: number): Mutant {
  const random = makeRandom(seed);
  const cases = validCases();
  const { name, text } = cases[random.below(cases.length)] ?? { name: "none", text: "" };
  const program = oneProgram(text, random);
  const tokens = tokensOf(program.text);
  // Half of the mutants are gentle ones, so that enough of them are programs.
  const kinds = random.below(2) === 0 ? allKinds : gentleKinds;
  const count = 1 + random.below(3);
  for (let round = 0; round < count; round++) mutate(tokens, program.from, random, kinds);
  return { name: `${name} #${seed}`, text: tokens.join("") };
}

/** What is before the first program stays, and one program: mutants are small. */
function oneProgram(text: string, random: Random): { readonly text: string; readonly from: number } {
  const parts = text.split(/^(?=export const \w+ = rawTracepoint)/m);
  const [head = "", ...programs] = parts;
  const program = programs[random.below(Math.max(1, programs.length))] ?? "";
  const inHead = random.below(5) === 0;
  return { text: head + program, from: inHead ? 0 : tokensOf(head).length };
}

/** Every token with the blanks before it. */
function tokensOf(text: string): string[] {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, false, ts.LanguageVariant.Standard, text);
  const tokens: string[] = [];
  let blank = "";
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    const isBlank = kind >= ts.SyntaxKind.FirstTriviaToken && kind <= ts.SyntaxKind.LastTriviaToken;
    if (isBlank) blank += scanner.getTokenText();
    else {
      tokens.push(blank + scanner.getTokenText());
      blank = "";
    }
  }
  return tokens;
}

const alike = [integers, integers, integers, bigints, arithmetic, comparisons, assignments, ["&&", "||"], ["++", "--"]];
const gentleKinds = ["alike", "alike", "alike", "statement", "double statement"] as const;
const allKinds = [...gentleKinds, "replace", "replace", "remove", "double", "swap", "copy", "copy"] as const;

function mutate(tokens: string[], from: number, random: Random, kinds: readonly (typeof allKinds)[number][]): void {
  const at = from + random.below(Math.max(1, tokens.length - from));
  const other = from + random.below(Math.max(1, tokens.length - from));
  const token = tokens[at] ?? "";
  switch (kinds[random.below(kinds.length)]) {
    case "remove":
      tokens.splice(at, 1);
      break;
    case "double":
      tokens.splice(at, 0, token);
      break;
    case "swap":
      tokens[at] = tokens[other] ?? "";
      tokens[other] = token;
      break;
    case "copy":
      tokens[at] = tokens[other] ?? "";
      break;
    case "replace":
      replaceAlike(tokens, from, random, [...literals, ...operators], [...literals, ...operators]);
      break;
    case "alike": {
      const list = alike[random.below(alike.length)] ?? integers;
      replaceAlike(tokens, from, random, list, list);
      break;
    }
    case "double statement":
      copyStatement(tokens, at, at);
      break;
    case "statement":
    default:
      copyStatement(tokens, at, other);
  }
}

/** One of the list for another of the list: most of what still type-checks comes from here. */
function replaceAlike(
  tokens: string[],
  from: number,
  random: Random,
  wanted: readonly string[],
  list: readonly string[],
): void {
  const places = tokens.flatMap((token, index) => (index >= from && wanted.includes(token.trim()) ? [index] : []));
  const at = places[random.below(Math.max(1, places.length))];
  if (at !== undefined) tokens[at] = ` ${list[random.below(list.length)] ?? ""} `;
}

/** Copies a statement to another place. One that declares something could not stand twice. */
function copyStatement(tokens: string[], at: number, to: number): void {
  const start =
    Math.max(
      ...[";", "{", "}"].map((end) => tokens.findLastIndex((token, index) => index < at && token.trim() === end)),
    ) + 1;
  const end = tokens.findIndex((token, index) => index >= at && token.trim() === ";") + 1;
  const target = tokens.findIndex((token, index) => index >= to && token.trim() === ";") + 1;
  const statement = tokens.slice(start, end);
  const depth = (brackets: string): number => statement.filter((token) => brackets.includes(token.trim())).length;
  const isBalanced = depth("(") === depth(")") && depth("{") === depth("}");
  if (!isBalanced || target === 0 || /^\s*(?:const|let|using|export|import)\b/.test(statement[0] ?? "")) return;
  tokens.splice(target, 0, ...statement);
}
