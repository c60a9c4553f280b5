// The examples of docs/diagnostics.md: one file for each code in test/cases/diagnostics, with a wrong program, whose
// guilty line is marked `//~`, and a right one. Imports and the usual declarations are added to both.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { CpuLevel } from "./codegen/code.js";
import { compile, type CompileResult } from "./compile.js";
import type { Diagnostic } from "./diagnostic.js";
import { messages, type Message } from "./messages.js";
import { casesFolder } from "./run.test.support.js";

const folder = `${casesFolder}diagnostics/`;
const mark = /[ \t]*\/\/~$/gm;

export interface Example {
  readonly code: string;
  /** What the message alone does not say; "" where there is nothing more. */
  readonly why: string;
  readonly cpu: CpuLevel | undefined;
  /** The oldest kernel that both halves are compiled for. */
  readonly kernel: string | undefined;
  readonly wrong: string;
  readonly right: string;
  /** Another module beside both, for what one alone cannot show. */
  readonly other: { readonly name: string; readonly text: string } | undefined;
}

/** What every example has around it, as far as it is named there. */
const surroundings: Readonly<Record<string, string>> = {
  events: "export const events = perfEventArray(Event);",
  records: "export const records = ringBuffer(Event, { bytes: 4096 });",
  counts: "export const counts = hashMap(u32, u64, { maxEntries: 1024 });",
  steps: "export const steps = progArray({ maxEntries: 4 });",
};
const eventStruct = "const Event = struct({ pid: u32, comm: chars(16) });";
export const surroundingLines: readonly string[] = [eventStruct, ...Object.values(surroundings)];

export function readExamples(): readonly Example[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => {
      const parts = readFileSync(folder + name, "utf8").split(/^\/\/ ---- ([\w.]+) ----\n/m);
      const [head = "", , wrong = "", , right = "", otherName, otherText = ""] = parts;
      const lines = head.split("\n").map((line) => line.replace(/^\/\/ ?/, ""));
      const cpu = lines.find((line) => line.startsWith("cpu: "))?.slice("cpu: ".length) as CpuLevel | undefined;
      const other = otherName === undefined ? undefined : { name: otherName, text: otherText.trim() };
      const kernel = lines.find((line) => line.startsWith("kernel: "))?.slice("kernel: ".length);
      const why = lines.filter((line) => !/^(?:cpu|kernel): /.test(line)).join("\n");
      return {
        code: basename(name, ".ts"),
        why: why.trim(),
        cpu,
        kernel,
        wrong: wrong.trim(),
        right: right.trim(),
        other,
      };
    });
}

export interface Compiled extends CompileResult {
  /** The lines of the example that have a diagnostic, counted from 1, with the code of each. */
  readonly found: readonly string[];
}

/** Compiles one half of an example in a folder of its own. */
export function compileExample(example: Example, half: "wrong" | "right", exported: readonly string[]): Compiled {
  const { cpu, kernel, other } = example;
  const text = example[half];
  const scratch = mkdtempSync(join(tmpdir(), "tsbpf-example-"));
  try {
    const { head, lines } = around(text, exported);
    const file = join(scratch, "example.ts");
    writeFileSync(file, `${head}${text}\n`);
    if (other) writeFileSync(join(scratch, other.name), around(other.text, exported).head + other.text);
    const result = compile({ file, ...(cpu && { cpu }), ...(kernel !== undefined && { kernel }), verify: true });
    const places = result.diagnostics.map(({ code, span }) => {
      const above = other && span?.file.endsWith(`/${other.name}`) ? around(other.text, exported).lines : lines;
      return `${Math.max(0, (span?.line ?? 0) - above)} ${code}`;
    });
    return { ...result, found: [...new Set(places)] };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The marked lines of the example, in the form of {@link Compiled.found}. */
export function expectedPlaces({ wrong, other, code }: Example): readonly string[] {
  const marks = [wrong, other?.text ?? ""].flatMap((text) =>
    text.split("\n").flatMap((line, index) => (line.endsWith("//~") ? [`${index + 1} ${code}`] : [])),
  );
  // What concerns the whole module stands at no line of it.
  return marks.length > 0 ? marks : [`0 ${code}`];
}

function around(text: string, exported: readonly string[]): { readonly head: string; readonly lines: number } {
  const isNamed = (source: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(source);
  const maps = Object.entries(surroundings).filter(([name]) => isNamed(text, name));
  const own = maps.map(([, line]) => line).join("\n");
  const event = isNamed(text + own, "Event") ? `${eventStruct}\n` : "";
  const declarations = `${event}${own}\n`;
  const names = exported.filter((name) => isNamed(declarations + text, name));
  const head = `import { ${names.join(", ")} } from "tsbpf";\n${declarations}`;
  return { head, lines: head.split("\n").length - 1 };
}

// ---- the page ---------------------------------------------------------------------------------------------------

const groups: readonly (readonly [string, string])[] = [
  ["TSB1", "Syntax and names"],
  ["TSB2", "Numbers"],
  ["TSB3", "Types and values"],
  ["TSB4", "Control flow"],
  ["TSB5", "Calls and helpers"],
  ["TSB6", "Maps and records"],
  ["TSB7", "Programs and modules"],
  ["TSB8", "Kernel memory"],
  ["TSB9", "Limits of the target"],
];

const opening = `# Diagnostics

<!-- Made from packages/tsbpf/src/compiler/messages.ts and packages/tsbpf/test/cases/diagnostics:
BLESS=1 node --test packages/tsbpf/dist/compiler/diagnostics-page.test.js -->

What the compiler says about a program, with a wrong and a right example of each. A code never changes its meaning.
TypeScript's own errors (\`TS2322\`) come first, with a cure where a BPF program has one. When there are none, all
of the language's own (\`TSB…\`) are reported in one run; of functions the compiler looks at those that a program
reaches.

The examples are whole modules, apart from their imports from "tsbpf" and these declarations:
`;

/** The page, from the messages and what the compiler says about the examples. */
export function renderPage(examples: readonly Example[], said: ReadonlyMap<string, Diagnostic | undefined>): string {
  const parts = [`${opening}\n\`\`\`ts\n${surroundingLines.join("\n")}\n\`\`\`\n`];
  for (const [prefix, title] of groups) {
    parts.push(`\n## ${title}\n`);
    const codes = Object.values(messages).filter(({ code }) => code.startsWith(prefix));
    for (const message of codes.toSorted((a, b) => (a.code < b.code ? -1 : 1))) {
      const example = examples.find((candidate) => candidate.code === message.code);
      if (example) parts.push(renderExample(example, said.get(message.code) ?? unsaid(message)));
    }
  }
  return parts.join("");
}

/** The text of a message that has no example. */
function unsaid({ text, cure }: Message): Pick<Diagnostic, "message" | "notes"> {
  const open = (template: string): string => template.replaceAll(/\{\w+\}/g, "…");
  return { message: open(text), notes: [open(cure)] };
}

function renderExample(example: Example, said: Pick<Diagnostic, "message" | "notes">): string {
  const { code, why, cpu, kernel } = example;
  const text = `**${said.message}**\n${said.notes.map((note) => `\n= ${note}\n`).join("")}`;
  const option = cpu === undefined ? kernel && `--kernel ${kernel}` : `--cpu ${cpu}`;
  const level = option === undefined ? "" : `\nWith \`${option}\`:\n`;
  const block = (half: string, sign: string): string =>
    half === "" ? "" : `\n\`\`\`ts\n// ${sign}\n${half.replaceAll(mark, "  // <-- here")}\n\`\`\`\n`;
  const otherBlock = example.other ? block(example.other.text, example.other.name) : "";
  const halves = `${otherBlock}${block(example.wrong, "wrong")}${block(example.right, "right")}`;
  const explanation = why === "" ? "" : `\n${why}\n`;
  return `\n### ${code}\n\n${text}${explanation}${level}${halves}`;
}
