// Compiling both twins of a program, and having the runner load and run them.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { out, prepareKernelTypes, run, tsbpf } from "../lib.mjs";

const folder = `${out}/codegen`;
const runner = `${folder}/runner`;
const own = `${folder}/runner.bpf.o`;

/** The twins of one program: their sources and objects. */
export function twinsOf(name) {
  const source = (extension) => `bench/codegen/${name}.${extension}`;
  return { ts: source("ts"), c: source("c"), ours: `${folder}/${name}.ours.o`, clang: `${folder}/${name}.clang.o` };
}

/** The two command lines, ours first. */
export function buildCommands(name, level) {
  const { ts, c, ours, clang } = twinsOf(name);
  return [[...tsbpf, "build", ts, "-o", ours, "--cpu", level], clangCommand(c, clang, level)];
}

function clangCommand(source, object, level) {
  const options = ["--target=bpf", "-O2", "-g", `-mcpu=${level}`, "-Wall", `-I${out}`];
  return ["clang-19", ...options, "-c", source, "-o", object];
}

/** Builds what runs the twins. */
export function prepareRunner() {
  mkdirSync(folder, { recursive: true });
  prepareKernelTypes();
  if (!existsSync(tsbpf[1])) throw new Error("tsbpf is not built (npm ci && npm run build)");
  run(["gcc", "-O2", "bench/codegen/runner.c", "-o", runner, "-lbpf"]);
  run(clangCommand("bench/codegen/runner.bpf.c", own, "v3"));
}

/** Instructions in slots of 8 bytes, of all sections with code. */
export function slots(object) {
  const sections = run(["llvm-readelf-19", "-S", "-W", object]);
  const sizes = [...sections.matchAll(/PROGBITS +\w+ +\w+ +(\w+) +\w+ +AX/g)];
  if (sizes.length === 0) throw new Error(`${object} has no code:\n${sections}`);
  return sizes.reduce((sum, [, size]) => sum + Number.parseInt(size, 16), 0) / 8;
}

export function bytes(object) {
  return readFileSync(object).length;
}

/**
 * Loads both twins and gives them these commands. For each of the two (ours first): `failed`, the errno when it was
 * refused; its `programs` with what the verifier and the JIT say; and what came of the commands.
 */
export function runTwins(name, commands) {
  const { ours, clang } = twinsOf(name);
  const input = commands.map((line) => `${line}\n`).join("");
  const done = spawnSync(runner, [own, ours, clang], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.status !== 0)
    throw new Error(`${name}: the runner ended with ${done.status ?? done.signal}:\n${done.stderr}`);
  const twins = [0, 1].map(() => ({ failed: undefined, programs: [], runs: [], events: [], maps: {}, times: [] }));
  for (const line of done.stdout.split("\n").filter(Boolean)) {
    const [index, fact, ...words] = line.split(" ");
    note(twins[Number(index)], fact, words);
  }
  return { twins, log: done.stderr };
}

function note(twin, fact, words) {
  const [name, ...rest] = words;
  const numbers = rest.map(Number);
  if (fact === "failed") twin.failed = Number(name);
  if (fact === "program") {
    const [processed, translated, jitedBytes] = numbers;
    twin.programs.push({ name, processed, translated, jitedBytes });
  }
  if (fact === "run") {
    const [errno, result, data, context] = rest;
    twin.runs.push({ name, errno: Number(errno), result: Number(result), data, context });
  }
  if (fact === "event") twin.events.push({ name, bytes: rest[0] });
  if (fact === "entry") (twin.maps[name] ??= []).push({ key: rest[0], value: rest[1] });
  if (fact === "time") twin.times.push({ name, medianNs: numbers[0], leastNs: numbers[1] });
}

// ---- are they the same? --------------------------------------------------------------------------------------------

/** What the two did differently, one line each; empty when they agree. */
export function differences({ steps, differ = {} }, [ours, clang]) {
  const found = [];
  const compare = (what, a, b) => {
    const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
    if (left !== right) found.push(`${what}: ours ${left}, C's ${right}`);
  };
  const wanted = steps.filter((step) => step.startsWith("run ")).length;
  compare("runs", ours.runs.length, wanted);
  if (differ.run !== "results") {
    ours.runs.forEach((mine, index) => compare(`run ${index + 1} of ${mine.name}`, mine, clang.runs[index]));
  }
  for (const { errno, name } of clang.runs) if (errno !== 0) found.push(`${name}: a test run fails with ${errno}`);
  compare("events", ours.events.length, clang.events.length);
  ours.events.forEach((mine, index) => {
    const theirs = clang.events[index];
    compare(`event ${index + 1}`, masked(mine, "bytes", differ), theirs && masked(theirs, "bytes", differ));
  });
  compare("maps", Object.keys(ours.maps).toSorted(), Object.keys(clang.maps).toSorted());
  for (const name of Object.keys(ours.maps)) {
    compare(`map ${name}`, content(name, ours, differ[name]), content(name, clang, differ[name]));
  }
  return found;
}

function masked(event, field, differ) {
  return { ...event, [field]: blank(event[field], differ[event.name]) };
}

function blank(hex, parts = []) {
  let text = hex;
  for (const [offset, length] of parts) {
    text = text.slice(0, 2 * offset) + "..".repeat(length) + text.slice(2 * (offset + length));
  }
  return text;
}

function content(name, twin, rule) {
  const entries = (twin.maps[name] ?? []).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  if (rule === "keys") return entries.map(({ key }) => key);
  if (rule === "sum") return entries.reduce((sum, { value }) => sum + sumOfWords(value), 0);
  return entries.map(({ key, value }) => ({ key, value: blank(value, rule) }));
}

function sumOfWords(hex) {
  const value = Buffer.from(hex, "hex");
  let sum = 0;
  for (let offset = 0; offset + 4 <= value.length; offset += 4) sum += value.readUInt32LE(offset);
  return sum;
}
