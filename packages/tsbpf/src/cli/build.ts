// `tsbpf build`: compiles one program file to an object file. The compiler is imported here and nowhere else.

import { readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { optionValue, UsageError } from "./args.js";
import type { ParsedArgs } from "./args.js";
import { cpuVersions } from "./commands.js";
import type { CpuVersion } from "./commands.js";
import { enableCompileCache, typeScriptModule } from "./compile-cache.js";
import { didYouMean, hint } from "../util/did-you-mean.js";
import { optimiseLater } from "./engine.js";
import { CliError, reasonOf } from "./errors.js";
import { errorCode } from "./io.js";
import type { Io } from "./io.js";
import { tsbpfVersion } from "./versions.js";
import { writeFileAtomic } from "./write-atomic.js";
import { assert } from "../util/assert.js";

/** What this command needs of the compiler. */
export type Compiler = Pick<typeof import("../compiler/index.js"), "compile" | "dumpNames" | "formatDiagnostics">;

export async function runBuild(args: ParsedArgs, io: Io): Promise<number> {
  return buildWith(importCompiler, args, io);
}

async function importCompiler(): Promise<Compiler> {
  optimiseLater();
  const path = fileURLToPath(new URL("compiler.cjs", import.meta.url));
  // Only the bundle has it: one CommonJS file, whose compiled code can be kept as well.
  const isBundle = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  const own = isBundle ? [{ name: "compiler", version: tsbpfVersion(), path }] : [];
  await enableCompileCache([typeScriptModule(), ...own]);
  return isBundle ? (createRequire(import.meta.url)(path) as Compiler) : import("../compiler/index.js");
}

/** The wrong words on the command line are told before the compiler is loaded. */
export async function buildWith(load: () => Promise<Compiler>, args: ParsedArgs, io: Io): Promise<number> {
  const { operand } = args;
  assert(operand !== undefined, "build without its operand");
  const output = optionValue(args, "output") ?? defaultOutput(operand);
  const dumps = args.values.get("dump") ?? [];
  checkSource(operand, io.cwd);
  checkOutput(operand, output, io.cwd);

  const kernel = optionValue(args, "kernel");
  if (kernel !== undefined && !/^\d{1,3}\.\d{1,3}$/.test(kernel)) {
    throw new UsageError(`invalid value "${kernel}" of option "--kernel": expected a release such as 5.10`);
  }

  const { compile, dumpNames, formatDiagnostics } = await load();
  checkDumps(dumps, dumpNames);
  const cpu = cpuVersions.find((version) => version === optionValue(args, "cpu"));
  const { object, diagnostics } = compile({
    file: resolve(io.cwd, operand),
    ...compileOptions(cpu, kernel, dumps, io),
  });
  if (diagnostics.length > 0) {
    io.stderr(`${formatDiagnostics(diagnostics, { color: io.colorStderr, cwd: io.cwd }).trimEnd()}\n`);
  }
  const errorCount = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  if (errorCount > 0) {
    io.stderr(`\n${errorCount} ${errorCount === 1 ? "error" : "errors"}, nothing written\n`);
    return 1;
  }
  assert(object !== undefined, "compile gave neither an object nor an error");
  writeFileAtomic(resolve(io.cwd, output), object);
  io.stderr(`wrote ${output} (${object.length} bytes)\n`);
  return 0;
}

/** `bpf/sched.ts` makes `sched.bpf.o` in the current folder, as a C compiler does. */
export function defaultOutput(file: string): string {
  return `${basename(file).replace(/\.[cm]?ts$/, "")}.bpf.o`;
}

function compileOptions(
  cpu: CpuVersion | undefined,
  kernel: string | undefined,
  dumps: readonly string[],
  io: Io,
): { cpu?: CpuVersion; kernel?: string; dump?: (name: string, text: string) => void } {
  return {
    ...(cpu && { cpu }),
    ...(kernel !== undefined && { kernel }),
    ...(dumps.length > 0 && {
      dump: (name: string, text: string) => {
        if (dumps.includes(name)) io.stdout(`; --dump ${name}\n${text.trimEnd()}\n\n`);
      },
    }),
  };
}

function checkDumps(dumps: readonly string[], dumpNames: readonly string[]): void {
  for (const name of dumps) {
    if (dumpNames.includes(name)) continue;
    throw new UsageError(
      `invalid value "${name}" of option "--dump"${hint(name, dumpNames)}: expected ${dumpNames.join(", ")}`,
    );
  }
}

function checkSource(file: string, cwd: string): void {
  const path = resolve(cwd, file);
  try {
    if (!statSync(path).isDirectory()) return;
  } catch (error) {
    const code = errorCode(error);
    const near = code === "ENOENT" ? nearbyFile(path) : undefined;
    throw new CliError(
      `read ${file}: ${reasonOf(code)}${near ? ` (did you mean "${join(dirname(file), near)}"?)` : ""}`,
    );
  }
  throw new CliError(`read ${file}: it is a folder (name a TypeScript file in it)`);
}

function nearbyFile(path: string): string | undefined {
  try {
    const sources = readdirSync(dirname(path)).filter((name) => /\.[cm]?ts$/.test(name));
    return didYouMean(basename(path), sources);
  } catch {
    return undefined;
  }
}

/** A slip such as `-o sched.ts` must not destroy the source. */
function checkOutput(file: string, output: string, cwd: string): void {
  if (/\.[cm]?ts$/.test(output)) throw new UsageError(`output "${output}" has the name of a TypeScript file`);
  const target = fileIdentity(resolve(cwd, output));
  if (target !== undefined && target === fileIdentity(resolve(cwd, file))) {
    throw new UsageError(`output "${output}" is the source file itself`);
  }
}

function fileIdentity(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
