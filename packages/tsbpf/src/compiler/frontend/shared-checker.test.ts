// A process that compiles often keeps one checker: what it says of a module must not depend on those before.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { compile } from "../compile.js";
import { openProgram } from "./program.js";

const folder = mkdtempSync(join(tmpdir(), "tsbpf-shared-"));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const handler = (body: string): string =>
  `import { rawTracepoint, u32, arrayMap } from "tsbpf";\nimport { limit } from "./part.js";\n` +
  `export const seen = arrayMap(u32, { maxEntries: 4 });\n` +
  `export const p = rawTracepoint("sched_process_exec", () => { ${body} });\n`;

const messagesOf = (file: string): readonly string[] => compile({ file }).diagnostics.map(({ message }) => message);

write("part.ts", "export const limit = 3;\n");
const entry = write("entry.ts", handler("seen.set(0, limit);"));
// The first program of a process has a checker of its own.
compile({ file: entry });

test("one checker serves one module after the other", () => {
  const [first, second] = [openProgram(entry), openProgram(entry)];
  assert.equal(first?.isShared, true);
  assert.equal(first.checker, second?.checker);
  assert.notEqual(openProgram(entry, "own")?.checker, first.checker);
});

test("a module that changes is seen as it is now", () => {
  assert.deepEqual(messagesOf(entry), []);
  write("part.ts", 'export const limit = "three";\n');
  const [message = ""] = messagesOf(entry);
  assert.match(message, /string/);
  write("part.ts", "export const limit = 5;\n");
  assert.deepEqual(messagesOf(entry), []);
  write("entry.ts", handler("seen.set(0, limit + missing);"));
  assert.match(messagesOf(entry)[0] ?? "", /missing/);
  write("entry.ts", handler("seen.set(0, limit);"));
  assert.deepEqual(messagesOf(entry), []);
  assert.equal(openProgram(entry)?.isShared, true);
});

test("what a module declares for others is not taken along", () => {
  const global = write("global.ts", `declare global { const loose: number }\n${handler("seen.set(0, loose);")}`);
  assert.equal(openProgram(global)?.isShared, false);
  const file = write("loose.ts", handler("seen.set(0, loose);"));
  assert.match(messagesOf(file)[0] ?? "", /loose/);
});

test("errors are told as by a checker of the program's own", () => {
  const wrong = write("wrong.ts", handler("const x: u32 | undefined = seen.get(limit, 1); seen.add(x); y;"));
  const told = messagesOf(wrong);
  assert.ok(told.length > 1);
  assert.deepEqual(
    openProgram(wrong, "own")?.diagnostics.map(({ message }) => message),
    told,
  );
  // A comment that silences an error is an error too.
  const silenced = write("silenced.ts", handler("\n// @ts-expect-error because it is tried\nseen.set(0, limit);"));
  assert.match(messagesOf(silenced)[0] ?? "", /Unused|@ts-expect-error/);
});

test("an object is the same, whatever was compiled before", () => {
  const { object } = compile({ file: entry });
  const own = compile({ file: entry, dump: () => undefined });
  assert.ok(object);
  assert.deepEqual(own.object, object);
});
