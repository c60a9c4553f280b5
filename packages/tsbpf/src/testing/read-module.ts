// The object of a module: its TypeScript source is compiled in process, an object is taken as it is.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../compiler/diagnostic.js";
import { EmulateError } from "./errors.js";
import type { EmulateOptions } from "./types.js";

export async function objectBytes(module: string | URL | Uint8Array, options: EmulateOptions): Promise<Uint8Array> {
  if (module instanceof Uint8Array) return module;
  const isUrl = module instanceof URL || module.startsWith("file:");
  const path = isUrl ? fileURLToPath(module) : module;
  return path.endsWith(".ts") ? compiled(path, options) : readFile(path);
}

async function compiled(file: string, { cpu, kernel }: EmulateOptions): Promise<Uint8Array> {
  // The compiler is large, and a test of objects does not need it.
  const [{ compile }, { formatDiagnostics }] = await Promise.all([
    import("../compiler/compile.js"),
    import("../compiler/diagnostic.js"),
  ]);
  const { object, diagnostics } = compile({ file, ...(cpu && { cpu }), ...(kernel !== undefined && { kernel }) });
  if (object) return object;
  const text = formatDiagnostics(diagnostics, { cwd: process.cwd() });
  throw new EmulateError(`compile ${file}:\n${text}${optionHints(diagnostics)}`);
}

/** Cures name options of the command line; here they are properties. */
function optionHints(diagnostics: readonly Diagnostic[]): string {
  const named = diagnostics.flatMap(({ notes }) => notes.join("\n").match(/--kernel \d+\.\d+/g) ?? []);
  const releases = named.map((option) => option.slice("--kernel ".length));
  const newest = releases.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  if (newest === undefined) return "";
  return `\nin a test that is the option kernel: emulate("…", { kernel: "${newest}" })\n`;
}
