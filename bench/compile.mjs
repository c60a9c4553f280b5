// node bench/compile.mjs [--runs N] [--only cold,warm,growth]: how long the compiler takes.
//
//   cold    a process of `tsbpf build` for each program of codegen/, and one of clang for its twin in C, in turns
//   warm    compile() of the same programs in one process that has compiled each of them before
//   growth  compile() of generated modules (codegen/generate.mjs) of 250 to 4,000 lines, each after eight of its own

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compile } from "../packages/tsbpf/dist/bundle/compiler.js";
import { cases } from "./codegen/cases.mjs";
import { moduleOf } from "./codegen/generate.mjs";
import { buildCommands, prepareRunner, twinsOf } from "./codegen/twins.mjs";
import { median, printTable } from "./lib.mjs";

const { values: options } = parseArgs({
  options: { runs: { type: "string", default: "7" }, only: { type: "string", default: "cold,warm,growth" } },
});
const runs = Number(options.runs);
const parts = options.only.split(",");

function timed(work) {
  const from = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - from) / 1e6;
}

function spawned([program, ...args]) {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}\n${stderr}`);
}

function compiled(file) {
  const { object, diagnostics } = compile({ file });
  if (!object) throw new Error(`${file}: ${diagnostics.map(({ message }) => message).join("; ")}`);
}

/** A row of the table: what was measured, its figure, its target. */
const row = (what, figure, target) => [what, figure, target];

function cold() {
  prepareRunner();
  const ratios = [];
  const all = [[], []];
  for (const { name } of cases) {
    const commands = buildCommands(name, "v3");
    const times = commands.map(() => []);
    for (let round = 0; round < runs; round += 1) {
      commands.forEach((command, index) => times[index].push(timed(() => spawned(command))));
    }
    const [ours, clang] = times.map(median);
    ratios.push(ours / clang);
    all[0].push(ours);
    all[1].push(clang);
  }
  const [ours, clang] = all.map((times) => median(times).toFixed(0));
  return [
    row(
      `cold process, ${cases.length} programs: median ratio to clang-19`,
      `${median(ratios).toFixed(2)}x`,
      "<= 0.80x",
    ),
    row("  median of tsbpf build, of clang", `${ours} ms, ${clang} ms`, ""),
  ];
}

function warm() {
  const files = cases.map(({ name }) => twinsOf(name).ts);
  const times = files.map(() => []);
  // Two rounds over all programs are not counted: the engine optimises what runs often.
  for (let round = -2; round < runs; round += 1) {
    files.forEach((file, index) => {
      const ms = timed(() => compiled(file));
      if (round >= 0) times[index].push(ms);
    });
  }
  const medians = times.map(median);
  return [
    row(`warm in one process, ${files.length} programs: median`, `${median(medians).toFixed(1)} ms`, "<= 15 ms"),
    row("  slowest of them", `${Math.max(...medians).toFixed(1)} ms`, ""),
  ];
}

/** So many compilations of a module are not counted: the engine optimises what runs often, and is done by then. */
const roundsBefore = 8;

function growth() {
  const folder = "build/bench/compile";
  mkdirSync(folder, { recursive: true });
  const rows = [];
  const figures = new Map();
  for (const lines of [250, 500, 1000, 2000, 4000]) {
    const file = join(folder, `lines-${lines}.ts`);
    writeFileSync(file, moduleOf(lines));
    for (let round = 0; round < roundsBefore; round += 1) compiled(file);
    const ms = median(Array.from({ length: Math.max(3, runs >> 1) }, () => timed(() => compiled(file))));
    figures.set(lines, ms);
    rows.push(
      row(`generated module of ${lines} lines, warm`, `${ms.toFixed(0)} ms`, lines === 2000 ? "<= 400 ms" : ""),
    );
  }
  // n log n from 250 to 4,000 lines.
  const allowed = (16 * Math.log2(4000)) / Math.log2(250);
  const grown = figures.get(4000) / figures.get(250);
  return [
    ...rows,
    row("  4,000 lines take as long as 250, times", `${grown.toFixed(1)}x`, `<= ${allowed.toFixed(1)}x`),
  ];
}

const measures = { cold, warm, growth };
printTable([["", "figure", "target"], ...parts.flatMap((part) => measures[part]())]);
