import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArgs, UsageError } from "./args.js";
import { commands } from "./commands.js";
import { didYouMean } from "../util/did-you-mean.js";

/** What the words give: operand and options as one text, or the error. */
function parsed(words: string): string {
  const [name, ...rest] = words.split(" ").map((word) => (word === "''" ? "" : word));
  const command = commands.find((candidate) => candidate.name === name);
  assert.ok(command, `no command ${name}`);
  try {
    const args = parseArgs(command, rest);
    if (args.help) return "help";
    const options = [...args.values].map(([option, values]) => ` ${option}=${values.join("+")}`);
    return `${args.operand ?? "-"}${options.join("")}`;
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return `error: ${error.message}`;
  }
}

test("words become an operand and options, or an error that names the word", () => {
  const cases: readonly (readonly [words: string, expected: string])[] = [
    ["build x.ts", "x.ts"],
    ["build x.ts -o y.o", "x.ts output=y.o"],
    ["build -o y.o x.ts", "x.ts output=y.o"],
    ["build x.ts -oy.o", "x.ts output=y.o"],
    ["build x.ts -o=y.o", "x.ts output=y.o"],
    ["build x.ts --output y.o", "x.ts output=y.o"],
    ["build x.ts --output=y.o", "x.ts output=y.o"],
    ["build x.ts --output=a=b.o", "x.ts output=a=b.o"],
    ["build x.ts -o -", "x.ts output=-"],
    ["build x.ts --output=-y.o", "x.ts output=-y.o"],
    ["build --cpu v4 x.ts --dump ir,asm --dump gvn", "x.ts cpu=v4 dump=ir+asm+gvn"],
    ["build -- -x.ts", "-x.ts"],
    ["build x.ts --help", "help"],
    ["build -h", "help"],
    ["build --nonsense --help", "help"],
    ["build -- --help", "--help"],
    ["doctor", "-"],
    ["help", "-"],
    ["help build", "build"],

    ["build", "error: missing FILE: name the TypeScript file to compile (tsbpf build sched.ts)"],
    ["build ''", "error: empty FILE: name the TypeScript file to compile (tsbpf build sched.ts)"],
    ["inspect", "error: missing OBJECT: name the object file to look into (tsbpf inspect build/sched.bpf.o)"],
    ["build x.ts y.ts", 'error: unexpected "y.ts": "build" takes one FILE'],
    ["doctor now", 'error: unexpected "now": "doctor" takes no operand'],
    ["build x.ts -o", 'error: option "-o" needs a value: -o OUT'],
    ["build x.ts -o --cpu v3", 'error: option "-o" needs a value: -o OUT'],
    ["build x.ts --output=", 'error: option "--output" needs a value: --output OUT'],
    ["build x.ts -o a -o b", 'error: option "-o" is given twice'],
    ["build x.ts --cpu v3 --cpu v3", 'error: option "--cpu" is given twice'],
    ["build x.ts --cpu v5", 'error: invalid value "v5" of option "--cpu": expected one of v1, v2, v3, v4'],
    ["build x.ts --cpu 3", 'error: invalid value "3" of option "--cpu": expected one of v1, v2, v3, v4'],
    ["build x.ts --ouput y.o", 'error: unknown option "--ouput" (did you mean "--output"?)'],
    ["build x.ts --out=y.o", 'error: unknown option "--out" (did you mean "--output"?)'],
    ["build x.ts -cpu v3", 'error: unknown option "-cpu" (did you mean "--cpu"?)'],
    ["build x.ts --verbose", 'error: unknown option "--verbose"'],
    ["build x.ts -x", 'error: unknown option "-x"'],
    ["doctor --help=yes", 'error: option "--help" takes no value'],
    ["inspect x.o -o y", 'error: unknown option "-o"'],
  ];
  for (const [words, expected] of cases) assert.equal(parsed(words), expected, words);
});

test("did you mean", () => {
  const names = ["build", "inspect", "doctor", "version", "help"];
  const cases: readonly (readonly [written: string, expected: string | undefined])[] = [
    ["biuld", "build"],
    ["buidl", "build"],
    ["Build", "build"],
    ["inspcet", "inspect"],
    ["insp", "inspect"],
    ["doc", "doctor"],
    ["hlep", "help"],
    ["ver", "version"],
    ["", undefined],
    ["load", undefined],
    ["compile", undefined],
  ];
  for (const [written, expected] of cases) assert.equal(didYouMean(written, names), expected, written);
  assert.equal(didYouMean("a", ["ab1234", "ac1234"]), undefined, "two beginnings are no hint");
});
