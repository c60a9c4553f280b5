// Every construct outside the language, and every rule of it that a program can break, has its diagnostic on the guilty
// line: `//~ TSB2001` at its end says so. The text beside each case is what a terminal shows; BLESS=1 rewrites it.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import type { CpuLevel } from "./codegen/code.js";
import { compile } from "./compile.js";
import { formatDiagnostics, type Diagnostic } from "./diagnostic.js";
import { messages } from "./messages.js";
import { casesFolder, kernelOf } from "./run.test.support.js";

const folder = `${casesFolder}errors/`;
const seen = new Set<string>();

/** In the folder "notes" stands what is compiled all the same. */
const files = ["errors", "notes"].flatMap((kind) =>
  readdirSync(casesFolder + kind)
    .filter((name) => name.endsWith(".ts") && !name.startsWith("module-"))
    .map((name) => `${kind}/${name}`)
    .sort(),
);

for (const name of files) {
  test(name, () => {
    const file = casesFolder + name;
    const cpu = /^\/\/ cpu: (v[1-4])$/m.exec(readFileSync(file, "utf8"))?.[1] as CpuLevel | undefined;
    const kernel = kernelOf(file);
    const { object, diagnostics } = compile({ file, kernel, ...(cpu && { cpu }) });
    for (const { code } of diagnostics) seen.add(code);
    // TypeScript names a module by its whole path.
    const text = formatDiagnostics(diagnostics, { cwd: casesFolder }).replaceAll(casesFolder, "");
    assert.equal(object !== undefined, name.startsWith("notes/"), "whether an object was made");
    assert.deepEqual(found(diagnostics), expected(file), text);
    const golden = file.replace(/\.ts$/, ".txt");
    if (process.env["BLESS"] === "1") writeFileSync(golden, text);
    const known = existsSync(golden) ? readFileSync(golden, "utf8") : "";
    assert.equal(text, known, `${golden}: BLESS=1 accepts this; read the diff then`);
  });
}

test("every diagnostic of the language has a case", () => {
  const missing = Object.entries(messages).filter(([, { code }]) => !seen.has(code) && !elsewhere.has(code));
  assert.deepEqual(
    missing.map(([name]) => name),
    [],
  );
});

/** Without a line of a case that could be marked: no file, TypeScript finds it first, nobody writes it by hand. */
const elsewhere: ReadonlySet<string> = new Set(
  [messages.fileNotFound, messages.missingReturn, messages.nestsTooDeeply, messages.tooManyMaps].map(
    ({ code }) => code,
  ),
);

test("of a long line a part is shown", (t) => {
  const file = join(mkdtempSync(join(tmpdir(), "tsbpf-long-")), "long.ts");
  t.after(() => rmSync(dirname(file), { recursive: true }));
  for (const [before, after] of [
    [0, 0],
    [0, 100_000],
    [100_000, 0],
    [100_000, 100_000],
  ] as const) {
    writeFileSync(file, `/*${"x".repeat(before)}*/ wrong; /*${"x".repeat(after)}*/\n`);
    const [, , source = "", marker = ""] = formatDiagnostics(compile({ file }).diagnostics).split("\n");
    assert.ok(source.length < 300);
    assert.equal(source.slice(marker.indexOf("~"), marker.lastIndexOf("~") + 1), "wrong");
  }
});

test("source that nests too deeply", (t) => {
  const file = join(mkdtempSync(join(tmpdir(), "tsbpf-deep-")), "deep.ts");
  t.after(() => rmSync(dirname(file), { recursive: true }));
  const told = (body: string): string => {
    const handler = `export const p = rawTracepoint("sys_enter", (ctx) => {\n${body}\n});`;
    writeFileSync(file, `import { rawTracepoint, u32 } from "tsbpf";\n${handler}\n`);
    return compile({ file })
      .diagnostics.map(({ code, message, span }) => `${code} ${span?.line} ${message}`)
      .join("\n");
  };
  const text = "The source nests too deeply for the compiler";
  assert.equal(told(`return ${"(".repeat(5000)}1${")".repeat(5000)};`), `TSB1005 undefined ${text}: ${file}`);
  assert.equal(told(`${"if (ctx.args[0] > 1n) {".repeat(800)} return 1; ${"}".repeat(800)}`), `TSB1005 3 ${text}`);
  // Only the depth counts: what stands side by side may be as much as it is.
  assert.equal(told(`return u32(${"u32(ctx.args[0]) ^ 1 ^ ".repeat(500)} 0);`), "");
});

test("a file that cannot be read", () => {
  const told = (file: string): readonly string[] =>
    compile({ file }).diagnostics.map(({ code, message }) => `${code} ${message.replace(/.* \(/, "(")}`);
  assert.match(told(`${folder}nowhere.ts`).join(), /^TSB7006 \(ENOENT/);
  assert.deepEqual(told(`${folder}module-data.json`), ["TSB7006 (it is not a TypeScript file)"]);
});

test("codes are unique and sorted by their first digit", () => {
  const codes = Object.values(messages).map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
  const groups = codes.map((code) => code.slice(0, 4));
  assert.deepEqual(groups, groups.toSorted());
});

/** "file:line code", each once. */
function found(diagnostics: readonly Diagnostic[]): readonly string[] {
  const places = diagnostics.map(({ code, span }) => `${basename(span?.file ?? "")}:${span?.line ?? 0} ${code}`);
  return [...new Set(places)].sort();
}

/** The marks of the case and of the modules beside it that it imports. */
function expected(file: string): readonly string[] {
  const text = readFileSync(file, "utf8");
  const own = text.split("\n").flatMap((line, index) => {
    const codes = /\/\/~ ([A-Z0-9 ]+)$/.exec(line)?.[1]?.split(" ") ?? [];
    return codes.map((code) => `${basename(file)}:${index + 1} ${code}`);
  });
  const imported = [...text.matchAll(/"\.\/(module-[\w-]+)\.js"/g)].flatMap(([, name]) =>
    expected(`${folder}${name}.ts`),
  );
  return [...new Set([...own, ...imported])].sort();
}
