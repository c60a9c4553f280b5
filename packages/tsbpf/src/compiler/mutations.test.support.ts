// Programs that are almost right: the valid cases with tokens removed, doubled, swapped and replaced.

import { readdirSync, readFileSync } from "node:fs";
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

/** The modules that cases import, which stay as they are. */
export function partModules(): readonly Mutant[] {
  return sources("run/", (name) => name.startsWith("module-"));
}

function validCases(): readonly Mutant[] {
  return [...sources("run/", (name) => !name.startsWith("module-")), ...sources("lang/", () => true)];
}

function sources(folder: string, wanted: (name: string) => boolean): readonly Mutant[] {
  const names = readdirSync(casesFolder + folder).filter((name) => name.endsWith(".ts") && wanted(name)).sort();
  return names.map((name) => ({ name, text: readFileSync(casesFolder + folder + name, "utf8") }));
}

const literals = [
  "0", "1", "-1", "2", "7", "8", "255", "256", "65536", "4294967295", "4294967296", "9007199254740991", "0.5", "0n", "1n",
  "-1n", "63n", "64n", "18446744073709551615n", "undefined", "null", "true", "false", '""', "u8", "i64", "ctx", "ctx.args",
];
const operators = [
  "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>", "<", "<=", ">", ">=", "===", "!==", "&&", "||", "??", "=", "+=",
  "-=", "**", ",", "==", "?.", ".", "?", ":", "!", "~", "++", "--", ";", "=>",
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

const gentleKinds = ["literal", "literal", "operator", "statement", "double statement"] as const;
const allKinds = [...gentleKinds, "remove", "double", "swap", "copy", "copy"] as const;

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
    case "literal":
      replaceAlike(tokens, from, random, /^\s*(?:-?\d|true|false)/, literals);
      break;
    case "operator":
      replaceAlike(tokens, from, random, /^\s*[-+*/%&|^<>=!?]+$/, operators);
      break;
    case "double statement":
      moveStatement(tokens, at, at);
      break;
    case "statement":
    default:
      moveStatement(tokens, at, other);
  }
}

/** A literal for a literal, or an operator for an operator: most of what still type-checks comes from here. */
function replaceAlike(
  tokens: string[],
  from: number,
  random: Random,
  pattern: RegExp,
  list: readonly string[],
): void {
  const places = tokens.flatMap((token, index) => (index >= from && pattern.test(token) ? [index] : []));
  const at = places[random.below(Math.max(1, places.length))];
  if (at !== undefined) tokens[at] = ` ${list[random.below(list.length)] ?? ""} `;
}

/** Copies the tokens up to the next `;` to another place. */
function moveStatement(tokens: string[], at: number, to: number): void {
  const start = tokens.lastIndexOf(";", at) + 1;
  const end = tokens.indexOf(";", at) + 1;
  const target = tokens.indexOf(";", to) + 1;
  if (end > start && target > 0) tokens.splice(target, 0, ...tokens.slice(start, end));
}
