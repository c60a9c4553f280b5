// Makes the next start faster: the machine-independent code that V8 made of large modules (the 9 MB of `typescript`,
// and the compiler itself) is kept in the user's cache folder. It may be deleted at any time, and whatever goes wrong
// with it, the modules are compiled the plain way. Node 22.1 and later can do the same by itself
// (module.enableCompileCache). NODE_DISABLE_COMPILE_CACHE=1 turns both off. Measured on Node 20, two slow cores:
// 0.32 s to require `typescript` become 0.18 s.

import { isAscii } from "node:buffer";
import {
  closeSync,
  fstatSync,
  openSync,
  read,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import Module, { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";
import { makeFolder } from "./make-folder.js";
import { dependencyVersion } from "./versions.js";

/** A CommonJS file, and what the name of its cached code begins with. */
export interface LargeModule {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  /** What it requires where it is there, and has no use for here. */
  readonly without?: readonly string[];
}

/** To be awaited before any of these modules is required; one that another requires comes first. Never rejects. */
export async function enableCompileCache(modules: readonly LargeModule[]): Promise<void> {
  if (process.env["NODE_DISABLE_COMPILE_CACHE"]) return;
  try {
    const folder = cacheFolder(process.env, homedir());
    if (folder === undefined) return;
    const own = Module as { readonly enableCompileCache?: (folder: string) => unknown };
    if (own.enableCompileCache) own.enableCompileCache(join(folder, "node"));
    else await loadCached(folder, modules);
  } catch {
    // A cache that cannot be used is not worth a word.
  }
}

export function typeScriptModule(): LargeModule {
  const path = createRequire(import.meta.url).resolve("typescript");
  // It hashes with `crypto` in builds that it continues, and has a hash of its own for where that is missing.
  const without = ["crypto"];
  return { name: "typescript", version: dependencyVersion("typescript") ?? "unknown", path, without };
}

/**
 * The folder, made where it is missing; undefined where there is none to trust. V8 runs what it finds in the cache,
 * so the folder must be this user's and writable for nobody else: never /tmp, and under sudo not the caller's home.
 */
export function cacheFolder(env: NodeJS.ProcessEnv, home: string): string | undefined {
  const base = env["XDG_CACHE_HOME"];
  const folder = base !== undefined && isAbsolute(base) ? join(base, "tsbpf") : join(home, ".cache", "tsbpf");
  if (!isAbsolute(folder) || !isMine(nearestExisting(folder))) return undefined;
  makeFolder(folder, 0o700);
  return isMine(folder) ? folder : undefined;
}

function nearestExisting(path: string): string {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined || dirname(path) === path) return path;
  return nearestExisting(dirname(path));
}

function isMine(path: string): boolean {
  const { uid, mode } = statSync(path);
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}

/**
 * Node 20: the modules are made here, by a vm.Script with cached data, before anything requires them. Each is compiled
 * when its file is there, while other threads read the larger ones.
 */
async function loadCached(folder: string, modules: readonly LargeModule[]): Promise<void> {
  const scripts = await Promise.all(modules.map((module) => compileModule(folder, module)));
  modules.forEach((module, index) => runModule(module, scripts[index]));
}

async function compileModule(folder: string, { name, version, path }: LargeModule): Promise<Script> {
  const { size, mtimeMs } = statSync(path);
  // V8 itself only compares the source's length. npm gives all files the same time, so the version counts too.
  const key = [process.version, process.arch, version, size, Math.trunc(mtimeMs)].join("_");
  const prefix = `${name}_`;
  const cacheFile = { path: join(folder, `${prefix}${key}${SUFFIX}`), prefix };
  const [source, cachedData] = await Promise.all([wrappedSource(path), readCache(cacheFile.path)]);
  return compileScript(source, path, cacheFile, cachedData);
}

function runModule({ path, without = [] }: LargeModule, script: Script | undefined): void {
  const wrapper: unknown = script?.runInThisContext();
  if (typeof wrapper !== "function") return;
  const require = createRequire(path);
  const requireMost = (name: string): unknown => {
    if (without.includes(name)) throw new Error(`${name} is not needed here`);
    return require(name);
  };
  const module = new Module(path);
  module.filename = path;
  Reflect.apply(wrapper, module.exports, [module.exports, requireMost, module, path, dirname(path)]);
  module.loaded = true;
  require.cache[path] = module;
}

const [WRAPPER_START, WRAPPER_END] = ["(function (exports, require, module, __filename, __dirname) { ", "\n});"];

/**
 * The file as the function that Node makes of a CommonJS module. Nine megabytes are copied no more often than they must
 * be: to join strings would be one more copy, and Latin-1 is made of ASCII in half the time of UTF-8.
 */
async function wrappedSource(path: string): Promise<string> {
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.allocUnsafe(WRAPPER_START.length + size + WRAPPER_END.length);
    bytes.write(WRAPPER_START);
    await readFully(fd, bytes.subarray(WRAPPER_START.length, WRAPPER_START.length + size));
    bytes.write(WRAPPER_END, WRAPPER_START.length + size);
    return bytes.toString(isAscii(bytes) ? "latin1" : "utf8");
  } finally {
    closeSync(fd);
  }
}

/** Fills the buffer from the file's start, in another thread. */
async function readFully(fd: number, into: Buffer): Promise<void> {
  for (let at = 0; at < into.length;) {
    const { bytesRead } = await readInThread(fd, into, at, into.length - at, at);
    if (bytesRead === 0) throw new Error("the file became shorter");
    at += bytesRead;
  }
}

const readInThread = promisify(read);

interface CacheFile {
  readonly path: string;
  /** Other files of the same module begin with it. */
  readonly prefix: string;
}

function compileScript(source: string, path: string, cacheFile: CacheFile, cachedData: Buffer | undefined): Script {
  const script = new Script(source, { filename: path, ...(cachedData && { cachedData }) });
  if (cachedData === undefined || script.cachedDataRejected) {
    // At the end of the process the functions that were really used have been compiled, and are kept with the rest.
    process.once("exit", () => writeCache(cacheFile, script));
  }
  return script;
}

const SUFFIX = ".v8cache";
const CHECKSUM_BYTES = 4;
/** Files for other versions of Node or of the module that stay beside the newest one. */
const KEPT_FILES = 3;

/** A file is the checksum of the rest, and the rest: V8 does not look whether the data is damaged. */
async function readCache(cacheFile: string): Promise<Buffer | undefined> {
  let fd: number | undefined;
  try {
    fd = openSync(cacheFile, "r");
    const { uid, mode, size } = fstatSync(fd);
    if (uid !== process.geteuid?.() || (mode & 0o022) !== 0 || size <= CHECKSUM_BYTES) return undefined;
    const bytes = Buffer.allocUnsafe(size);
    await readFully(fd, bytes);
    const data = bytes.subarray(CHECKSUM_BYTES);
    return crc32(data) === bytes.readUInt32LE(0) ? data : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function writeCache({ path, prefix }: CacheFile, script: Script): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const data = script.createCachedData();
    const checksum = Buffer.alloc(CHECKSUM_BYTES);
    checksum.writeUInt32LE(crc32(data));
    writeFileSync(temporary, Buffer.concat([checksum, data]), { mode: 0o600 });
    renameSync(temporary, path);
    removeOldFiles(path, prefix);
  } catch {
    removeQuietly(temporary);
  }
}

function removeOldFiles(newest: string, prefix: string): void {
  const folder = dirname(newest);
  const others = readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(folder, name))
    .filter((path) => path !== newest)
    .map((path) => ({ path, mtimeMs: statSync(path).mtimeMs }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { path } of others.slice(KEPT_FILES)) removeQuietly(path);
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another process was faster.
  }
}
