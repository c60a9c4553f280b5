// What "tsbpf" declares, as one file for the checker. The declarations that belong to this very compiler are joined,
// without comments and without what other parts of the package use. To resolve imports between two dozen files, and to
// bind what no module mentions, would take longer than to check an ordinary program.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../../util/assert.js";

interface Declaration {
  readonly name: string;
  readonly text: string;
}

interface Language {
  /** In the order of their files; overloads, and a type and a value of one name, are several. */
  readonly declarations: readonly Declaration[];
  /** What "tsbpf" exports. */
  readonly exports: ReadonlySet<string>;
}

let known: Language | undefined;
/** All declarations; made once, for every compilation but the first asks for them. */
let allText: string | undefined;

const entry = declarationsOfLanguage();

/** Stands for the declarations in the checker; there is no such file. */
export const languageFile = join(dirname(entry), "tsbpf.d.ts");

function declarationsOfLanguage(): string {
  // Two folders down as a module of its own, one folder down as part of the bundle.
  const [own = "", bundled = ""] = ["../../index.d.ts", "../index.d.ts"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return existsSync(own) ? own : bundled;
}

/** The declarations; with `words`, only those that are among them, and what these need. */
export function languageText(words?: ReadonlySet<string>): string {
  known ??= readLanguage();
  if (!words) return (allText ??= joined(known, known.declarations));
  const needed = reached(known.declarations, words);
  const wanted = known.declarations.filter(({ name }) => needed.has(name));
  return joined(known, wanted);
}

function joined({ exports }: Language, wanted: readonly Declaration[]): string {
  const lines = wanted.map(({ name, text }) => (exports.has(name) ? `export ${text}` : text));
  return [...lines, "export {};\n"].join("");
}

function reached(declarations: readonly Declaration[], words: ReadonlySet<string>): ReadonlySet<string> {
  const byName = new Map<string, Declaration[]>();
  for (const declaration of declarations) {
    const same = byName.get(declaration.name);
    if (same) same.push(declaration);
    else byName.set(declaration.name, [declaration]);
  }
  const names = new Set([...words].filter((word) => byName.has(word)));
  for (const name of names) {
    for (const { text } of byName.get(name) ?? [])
      for (const word of wordsOf(text)) if (byName.has(word)) names.add(word);
  }
  return names;
}

/** Everything in a text that could be a name. */
export function wordsOf(text: string): readonly string[] {
  return text.match(/[A-Za-z_$][\w$]*/g) ?? [];
}

// ---- reading ------------------------------------------------------------------------------------------------------

function readLanguage(): Language {
  const index = readFileSync(entry, "utf8");
  const exports = new Set<string>();
  const everything = new Set<string>();
  for (const [, list, from = ""] of index.matchAll(/^export (?:type )?(?:\{([^}]*)\}|\*) from "([^"]+)";$/gm)) {
    if (list === undefined) everything.add(fileOf(entry, from));
    else for (const name of wordsOf(list)) exports.add(name);
  }
  const declarations: Declaration[] = [];
  const files = new Set(importsOf(entry, index));
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    for (const other of importsOf(file, text)) files.add(other);
    const own = declarationsOf(text);
    declarations.push(...own);
    if (everything.has(file)) for (const { name } of own) exports.add(name);
  }
  return { declarations, exports };
}

function importsOf(file: string, text: string): readonly string[] {
  return [...text.matchAll(/^(?:import|export) .* from "(\.[^"]+)";$/gm)].map(([, from = ""]) => fileOf(file, from));
}

function fileOf(from: string, module: string): string {
  return join(dirname(from), module.replace(/\.js$/, ".d.ts"));
}

/** TypeScript's own output, where a declaration begins at the left edge and nothing of it is there but its end. */
function declarationsOf(text: string): readonly Declaration[] {
  const statements = text.replace(/^ *\/\*\*[^]*?\*\/\n/gm, "").split(/^(?=[a-z])/m);
  return statements.flatMap((statement) => {
    if (/^import |^export (?:type )?\{/.test(statement)) return [];
    const [, name] = /^(?:export )?(?:declare )?(?:function|const|interface|type) (\w+)/.exec(statement) ?? [];
    assert(name !== undefined, `a declaration without a name: ${statement}`);
    return [{ name, text: statement.replace(/^export /, "") }];
  });
}
