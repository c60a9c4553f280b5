// The command line: what the arguments mean, and what to say when they mean nothing.

import { readFileSync } from "node:fs";

export type OutputFormat = "line" | "json";

export interface TracerOptions {
  /** The object file; undefined to look in the usual places. */
  readonly objectPath: string | undefined;
  /** The kernel's BTF; undefined for the running kernel's own. */
  readonly btfPath: string | undefined;
  readonly format: OutputFormat;
}

export type Parsed =
  | { readonly kind: "run"; readonly options: TracerOptions }
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "error"; readonly message: string };

export const helpText = `usage: rawtp-sched [options]

Prints one line for every program that starts (execve), until Ctrl+C.
Events go to standard output, everything else to standard error.

  --format line|json  text (default), or one JSON object a line
  --object FILE       the BPF object (default: build/sched.bpf.o, else the one in this package)
  --btf FILE          the kernel's BTF, for a kernel without /sys/kernel/btf/vmlinux
  --help              this text
  --version           the version

It needs Linux 4.17 or newer, and root or CAP_BPF with CAP_PERFMON.
`;

export function versionText(): string {
  const file = new URL("../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version: string };
  return `rawtp-sched ${version}\n`;
}

const optionNames = ["--format", "--object", "--btf", "--help", "--version"];

/** The first mistake wins; --help and --version win over what follows them. */
export function parseArguments(args: readonly string[]): Parsed {
  const values = new Map<string, string>();
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    if (arg === "--help" || arg === "-h") return { kind: "help" };
    if (arg === "--version") return { kind: "version" };
    const equals = arg.startsWith("--") ? arg.indexOf("=") : -1;
    const name = equals < 0 ? arg : arg.slice(0, equals);
    if (!optionNames.includes(name)) return mistake(unknown(name));
    if (equals >= 0 && (name === "--help" || name === "--version")) return mistake(`option ${name} takes no value`);
    let value = equals < 0 ? undefined : arg.slice(equals + 1);
    if (equals < 0) {
      index += 1;
      value = args[index];
    }
    if (value === undefined || value === "") return mistake(`option ${name} needs a value`);
    values.set(name, value);
  }
  const format = values.get("--format") ?? "line";
  if (format !== "line" && format !== "json") return mistake(`unknown format "${format}" (line or json)`);
  return {
    kind: "run",
    options: { objectPath: values.get("--object"), btfPath: values.get("--btf"), format },
  };
}

function mistake(message: string): Parsed {
  return { kind: "error", message };
}

function unknown(name: string): string {
  if (!name.startsWith("-")) return `unexpected argument "${name}" (see --help)`;
  const near = optionNames.find((known) => editDistance(known, name) <= 2);
  return near ? `unknown option "${name}" (did you mean ${near}?)` : `unknown option "${name}" (see --help)`;
}

/** Levenshtein's distance, by one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
