// What `emulate` reads: the object of a module, whose TypeScript source is compiled in process, and a kernel's types.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { decodeBtf } from "../btf/decode.js";
import type { Btf } from "../btf/types.js";
import type { Diagnostic } from "../compiler/diagnostic.js";
import { FormatError } from "../util/bytes.js";
import { EmulateError } from "./errors.js";
import type { EmulateOptions } from "./types.js";

export async function objectBytes(module: string | URL | Uint8Array, options: EmulateOptions): Promise<Uint8Array> {
  if (module instanceof Uint8Array) return module;
  const isUrl = module instanceof URL || module.startsWith("file:");
  const path = isUrl ? fileURLToPath(module) : module;
  if (path.endsWith(".ts")) return compiled(path, options);
  if (/\.[cm]?js$/.test(path)) {
    throw new EmulateError(`emulate ${path}: it is JavaScript: name its TypeScript source, or a compiled object`);
  }
  return readBytes(path, `emulate ${path}`, "a TypeScript module or an object of tsbpf build");
}

export async function readBtf(source: string | URL | Uint8Array): Promise<Btf> {
  const name = source instanceof Uint8Array ? "bytes" : String(source);
  const doing = `read option btf, ${name}`;
  const bytes = source instanceof Uint8Array ? source : await readBytes(source, doing, "the kernel's types");
  try {
    return decodeBtf(bytes, name);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    const cure = 'the running kernel\'s are in "/sys/kernel/btf/vmlinux"';
    throw new EmulateError(`${doing}: it is no BTF: ${cause.message} (${cure})`, { cause });
  }
}

async function readBytes(path: string | URL, doing: string, expected: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new EmulateError(`${doing}: ${readProblem(cause, expected)}`, { cause });
  }
}

function readProblem(cause: unknown, expected: string): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT") return `there is no such file (relative paths count from ${process.cwd()})`;
  if (code === "EISDIR") return `it is a folder: name ${expected}`;
  return message;
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
