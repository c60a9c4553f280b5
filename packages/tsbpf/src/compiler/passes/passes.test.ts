// File tests: test/cases/passes/*.ir. Each file names a pass in its first line ("; pass: fold"; "all" is the whole
// pipeline), gives functions, and below a line "; ---- after ----" what the pass makes of them. BLESS=1 rewrites it.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseModule } from "../ir/parse.js";
import { printModule } from "../ir/text.js";
import { verifyModule } from "../ir/verify.js";
import type { Pass } from "./pass.js";
import { allPasses, checkOrder, runPass, runPasses, stages } from "./pipeline.js";

const separator = "; ---- after ----\n";

function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

const folder = join(packageRoot(), "test", "cases", "passes");
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".ir"))
  .sort();

function transform(name: string, input: string): string {
  const passName = /^; pass: (\S+)/.exec(input)?.[1];
  const module = parseModule(input);
  if (passName === "all") {
    runPasses(module, { verify: true });
  } else {
    const pass = allPasses.find((candidate) => candidate.name === passName);
    assert.ok(pass, `${name} names no pass in its first line`);
    for (const func of module.functions) runPass(pass, func, true);
  }
  verifyModule(module);
  return printModule(module);
}

for (const name of files) {
  test(`passes/${name}`, () => {
    const path = join(folder, name);
    const [input = "", expected = ""] = readFileSync(path, "utf8").split(separator);
    const actual = transform(name, input);
    if (process.env["BLESS"] === "1") writeFileSync(path, `${input}${separator}${actual}`);
    else assert.equal(actual, expected, `${name} has changed (BLESS=1 rewrites it; read the difference)`);
  });
}

test("every pass has a file test", () => {
  const tested = new Set(files.map((name) => /^; pass: (\S+)/.exec(readFileSync(join(folder, name), "utf8"))?.[1]));
  for (const pass of allPasses) assert.ok(tested.has(pass.name), `${pass.name} has no file in test/cases/passes`);
});

test("the passes stand in an order that suits them", () => {
  checkOrder(stages.flatMap((stage) => stage.passes));
  const names = allPasses.map((pass) => pass.name);
  assert.equal(new Set(names).size, names.length);
  for (const { passes } of stages) for (const pass of passes) assert.ok(allPasses.includes(pass), pass.name);
  for (const { needs, breaks } of allPasses)
    for (const name of [...needs, ...breaks]) assert.ok(names.includes(name), name);
});

test("an order that does not suit them is refused", () => {
  const pass = (name: string, needs: string[], breaks: string[]): Pass => ({
    name,
    why: "",
    needs,
    breaks,
    run: () => false,
  });
  const late = pass("late", ["early"], []);
  assert.throws(() => checkOrder([late]), /pass late runs before early/);
  assert.throws(() => checkOrder([pass("spoiler", [], ["late"])]), /pass late does not run after spoiler/);
  checkOrder([pass("early", [], []), pass("spoiler", [], ["late"]), late]);
});

test("what a pass throws names the pass and the function", () => {
  const module = parseModule("func @f() -> void {\nbb0:\n  ret\n}\n");
  const broken: Pass = { name: "broken", why: "", needs: [], breaks: [], run: () => assert.fail("oops") };
  const [func] = module.functions;
  assert.ok(func);
  assert.throws(() => runPass(broken, func, true), /pass broken on function f: .*oops/);
});

test("dumps come after passes that changed something", () => {
  const text = "func @f(%0: i32) -> i32 {\nbb0:\n  %1 = const i32 0\n  %2 = add i32 %0, %1\n  ret %2\n}\n";
  const dumps: [string, string][] = [];
  runPasses(parseModule(text), { verify: true, dump: (name, after) => dumps.push([name, after]) });
  assert.deepEqual(dumps, [
    ["fold", "func @f(%0: i32) -> i32 {\nbb0:\n  %1 = const i32 0\n  ret %0\n}\n"],
    ["cfg-cleanup", "func @f(%0: i32) -> i32 {\nbb0:\n  ret %0\n}\n"],
  ]);
});
