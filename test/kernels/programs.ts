// Every program of the tests and of the benchmarks, compiled here, to be loaded on other kernels; and what those that
// a test run reaches must answer there, which is what they answer as JavaScript.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "tsbpf/compiler";
import { repository } from "../support/repository.js";

/** One object that is loaded on another kernel. */
export interface ProgramCase {
  /** "run/loops v4". */
  readonly name: string;
  /** Its file in the folder. */
  readonly file: string;
  /** The oldest kernel that it is for, by its types or by what it does: "// kernel: 5.14" in its source. */
  readonly since?: string;
  /** By program, the 32-bit results of `inputs` in order. */
  readonly expected: Readonly<Record<string, readonly number[]>>;
}

/** programs.json of the folder. */
export interface ProgramList {
  /** What each test run gets as the arguments of a raw tracepoint, in decimals. */
  readonly inputs: readonly (readonly string[])[];
  readonly cases: readonly ProgramCase[];
}

type RunSupport = typeof import("../../packages/tsbpf/dist/compiler/run.test.support.js");

const supportFile = join(repository, "packages/tsbpf/dist/compiler/run.test.support.js");
const cases = join(repository, "packages/tsbpf/test/cases");

interface Source {
  readonly group: "bench" | "run" | "lang" | "kinds";
  readonly path: string;
  readonly name: string;
}

function sourcesOf(group: Source["group"], folder: string): readonly Source[] {
  const files = readdirSync(folder);
  // Beside programs stand modules that they share: a program of the benchmark has a twin in C.
  const isProgram = (name: string): boolean =>
    group === "bench" ? files.includes(`${name}.c`) : !name.startsWith("module-");
  return files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ group, path: join(folder, file), name: file.replace(/\.ts$/, "") }))
    .filter(({ name }) => isProgram(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Programs of lang/ that check their own CO-RE reads: 0 says that all is right, wherever the kernel's fields are. */
const selfChecking: Readonly<Record<string, readonly string[]>> = {
  "core-kinds": ["fields", "types", "enums"],
  "core-fields": ["shapes"],
  "core-trusted": ["passedOn", "trusted"],
};

/** Need what no kernel has: tests look at how they are refused. */
const refusedEverywhere: readonly string[] = ["misspelt-fentry", "missing-field"];

/** Compiles them all into `folder`. */
export async function buildPrograms(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const support = (await import(supportFile)) as RunSupport;
  const inputs = makeInputs(16);
  const list: ProgramCase[] = [];
  const all = [
    ...sourcesOf("bench", join(repository, "bench/codegen")),
    ...(["run", "lang", "kinds"] as const).flatMap((group) => sourcesOf(group, join(cases, group))),
  ];
  for (const { group, path, name } of all) {
    if (refusedEverywhere.includes(name)) continue;
    const named = support.levelsOf(path);
    const checked = group === "lang" ? (selfChecking[name] ?? []) : [];
    const [, since] = /^\/\/ kernel: (\d+\.\d+)\b/m.exec(readFileSync(path, "utf8")) ?? [];
    const levels = group === "run" ? (["v3", "v4"] as const) : (["v3"] as const);
    const results = group === "run" ? await support.runJavaScript(path, inputs) : new Map<string, number[]>();
    for (const cpu of levels.filter((level) => named.includes(level))) {
      const { object, diagnostics } = compile({ file: path, cpu, ...(since && { kernel: since }) });
      if (!object) throw new Error(`${path}: ${diagnostics.map(({ message }) => message).join("; ")}`);
      const file = `${group}-${name}-${cpu}.bpf.o`;
      writeFileSync(join(folder, file), object);
      const zeros = checked.map((program) => [program, inputs.map(() => 0)] as const);
      const expected = Object.fromEntries([...results, ...zeros]);
      list.push({ name: `${group}/${name} ${cpu}`, file, expected, ...(since && { since }) });
    }
  }
  const content: ProgramList = { inputs: inputs.map((args) => args.map(String)), cases: list };
  writeFileSync(join(folder, "programs.json"), JSON.stringify(content));
}

/** Twelve values each, many of them at the edges of the types, from a fixed seed. */
function makeInputs(count: number): readonly (readonly bigint[])[] {
  let state = 0x2545f4914f6cdd1dn;
  const next = (bits: number): bigint => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return state >> BigInt(64 - bits);
  };
  const value = (): bigint => {
    const bits = 1n << next(3);
    const edge = (1n << (bits > 64n ? 64n : bits)) - 1n;
    return BigInt.asUintN(64, next(1) === 0n ? edge + next(2) - 2n : next(64) & edge);
  };
  return Array.from({ length: count }, () => Array.from({ length: 12 }, value));
}
