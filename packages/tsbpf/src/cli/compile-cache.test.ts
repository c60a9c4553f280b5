import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import Module from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { cacheFolder } from "./compile-cache.js";

const cacheModule = new URL("./compile-cache.js", import.meta.url).href;

/** Compiles one line of TypeScript in a new process and prints the result. */
const script = `
  import { enableCompileCache, typeScriptModule } from ${JSON.stringify(cacheModule)};
  import { createRequire } from "node:module";
  await enableCompileCache([typeScriptModule()]);
  const ts = createRequire(${JSON.stringify(import.meta.url)})("typescript");
  process.stdout.write(ts.transpile("export const x: number = 1;", { module: 99, target: 99 }).trim());
`;

function compileOnce(cacheHome: string, env: NodeJS.ProcessEnv = {}): string {
  const { NODE_DISABLE_COMPILE_CACHE: _off, ...clean } = process.env;
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: { ...clean, XDG_CACHE_HOME: cacheHome, ...env },
  });
  assert.equal(result.stderr, "");
  return result.stdout;
}

function cacheHome(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-cache-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Node from 22.1 on keeps its own cache, in files of its own. */
const nodeHasItsOwn = "enableCompileCache" in Module;

function cacheFiles(home: string): string[] {
  const folder = join(home, "tsbpf");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

function onlyFile(home: string): string {
  const [path, ...others] = cacheFiles(home);
  assert.ok(path !== undefined && others.length === 0, `${cacheFiles(home).length} files`);
  return path;
}

test("the first run makes the cache and the second one uses it", (t) => {
  const home = cacheHome(t);
  assert.equal(compileOnce(home), "export const x = 1;");
  const path = onlyFile(home);
  assert.equal(statSync(join(home, "tsbpf")).mode & 0o777, 0o700);
  assert.equal(statSync(path).mode & 0o077, 0);
  const before = statSync(path).ino;
  assert.equal(compileOnce(home), "export const x = 1;");
  assert.equal(statSync(onlyFile(home)).ino, before, "a cache that was used is not written again");
});

test("a damaged cache is never run, and is made anew", { skip: nodeHasItsOwn && "Node's own cache" }, (t) => {
  const home = cacheHome(t);
  compileOnce(home);
  const path = onlyFile(home);
  const good = readFileSync(path);
  const flipped = Buffer.from(good);
  flipped[good.length >> 1] = (good[good.length >> 1] ?? 0) ^ 0xff;
  const damaged: readonly (readonly [name: string, bytes: Buffer])[] = [
    ["a changed byte", flipped],
    ["cut off", good.subarray(0, good.length >> 1)],
    ["empty", Buffer.alloc(0)],
    ["text", Buffer.from("not a cache")],
  ];
  for (const [name, bytes] of damaged) {
    writeFileSync(path, bytes);
    assert.equal(compileOnce(home), "export const x = 1;", name);
    assert.ok(readFileSync(path).length > good.length / 2, `${name}: made anew`);
  }
});

test("caches of other versions are removed, but for a few", { skip: nodeHasItsOwn && "Node's own cache" }, (t) => {
  const home = cacheHome(t);
  mkdirSync(join(home, "tsbpf"), { mode: 0o700 });
  for (let age = 1; age <= 6; age++) {
    const path = join(home, "tsbpf", `typescript_old${age}.v8cache`);
    writeFileSync(path, "x");
    utimesSync(path, age, age);
  }
  compileOnce(home);
  const names = cacheFiles(home).map((path) => path.slice(home.length + "/tsbpf/".length));
  assert.deepEqual(names.slice(0, -1), [
    "typescript_old4.v8cache",
    "typescript_old5.v8cache",
    "typescript_old6.v8cache",
  ]);
});

test("without a folder to trust there is no cache, and all works", (t) => {
  const home = cacheHome(t);
  assert.equal(compileOnce("/dev/null"), "export const x = 1;");
  assert.equal(compileOnce("/proc/nowhere"), "export const x = 1;");
  assert.equal(compileOnce(home, { NODE_DISABLE_COMPILE_CACHE: "1" }), "export const x = 1;");
  assert.deepEqual(readdirSync(home), []);
});

test("only a folder that nobody else can write to is trusted", (t) => {
  const home = cacheHome(t);
  const open = join(home, "open");
  mkdirSync(join(open, "tsbpf"), { recursive: true });
  const cases: readonly (readonly [
    name: string,
    env: NodeJS.ProcessEnv,
    home: string,
    expected: string | undefined,
  ])[] = [
    ["in the home folder", {}, home, join(home, ".cache/tsbpf")],
    ["where XDG says", { XDG_CACHE_HOME: join(home, "a/b") }, "/nowhere", join(home, "a/b/tsbpf")],
    ["a relative XDG folder does not count", { XDG_CACHE_HOME: "a" }, home, join(home, ".cache/tsbpf")],
    ["a folder for all", { XDG_CACHE_HOME: tmpdir() }, home, undefined],
    ["an open folder inside one's own", { XDG_CACHE_HOME: open }, home, undefined],
    ["no home", {}, "", undefined],
  ];
  chmodSync(join(open, "tsbpf"), 0o777);
  chmodSync(open, 0o777);
  for (const [name, env, at, expected] of cases) assert.equal(cacheFolder(env, at), expected, name);
});
