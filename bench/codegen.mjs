// node bench/codegen.mjs [--only NAME,…] [--level v1…v4] [--runs N] [--no-run] [--no-compile-time] [--check] [--json]
//
// The programs of bench/codegen, each in TypeScript and in C: instructions, what the verifier walks through, the time
// in the kernel, and the time to compile. `--check` only compares what the twins do.

import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { compile } from "../packages/tsbpf/dist/bundle/compiler.js";
import { cases } from "./codegen/cases.mjs";
import { printReport } from "./codegen/report.mjs";
import { buildCommands, bytes, differences, prepareRunner, runTwins, slots, twinsOf } from "./codegen/twins.mjs";
import { median } from "./lib.mjs";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    level: { type: "string", default: "v3" },
    runs: { type: "string", default: "7" },
    "no-run": { type: "boolean", default: false },
    "no-compile-time": { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const runs = Number(options.runs);
const only = options.only === "" ? undefined : options.only.split(",");
const chosen = cases.filter(({ name }) => only === undefined || only.includes(name));
const timesCompiling = !options["no-compile-time"] && !options.check;
const timesRunning = !options["no-run"] && !options.check;

function spawnMs([program, ...args], name) {
  const from = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  const ms = Number(process.hrtime.bigint() - from) / 1e6;
  if (status !== 0) throw new Error(`${name}: ${program} ${args.join(" ")}\n${stderr}`);
  return ms;
}

/** Builds both objects; gives the median wall time of a process for each, in turns. */
function build(name) {
  const commands = buildCommands(name, options.level);
  const times = commands.map(() => []);
  for (let round = 0; round < (timesCompiling ? runs : 1); round += 1) {
    commands.forEach((command, index) => times[index].push(spawnMs(command, name)));
  }
  return times.map(median);
}

function warmMs(name) {
  const times = [];
  for (let round = 0; round < runs + 2; round += 1) {
    const from = process.hrtime.bigint();
    compile({ file: twinsOf(name).ts, cpu: options.level });
    times.push(Number(process.hrtime.bigint() - from) / 1e6);
  }
  return median(times.slice(2));
}

/** The commands of a case: what is compared first, then what is timed. */
function commandsOf(one) {
  const commands = [...one.steps, "dump"];
  if (!timesRunning || !one.time) return commands;
  const { program, context = "-", data = "-", repeat = 0, steps = [] } = one.time;
  return [...commands, ...steps, `time ${program} ${runs * 3} 1000 ${repeat} ${context} ${data}`];
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const pair = (values) => ({ ours: values[0], clang: values[1] });

function measure(one) {
  const coldMs = build(one.name);
  const { ours, clang } = twinsOf(one.name);
  const result = { name: one.name, level: options.level, slots: pair([ours, clang].map(slots)) };
  Object.assign(result, { objectBytes: pair([ours, clang].map(bytes)) });
  if (timesCompiling) Object.assign(result, { coldMs: pair(coldMs), warmMs: warmMs(one.name) });
  const { twins, log } = runTwins(one.name, commandsOf(one));
  const refused = twins.map(({ failed }) => failed);
  if (refused.some((errno) => errno !== undefined)) {
    return { ...result, refused: pair(refused), mayBeRefused: one.refused ?? false, log };
  }
  const ofPrograms = (key) => pair(twins.map(({ programs }) => sum(programs.map((program) => program[key]))));
  Object.assign(result, { processed: ofPrograms("processed"), jitedBytes: ofPrograms("jitedBytes") });
  Object.assign(result, { differences: differences(one, twins) });
  if (twins[0].times[0]) result.ns = pair(twins.map(({ times }) => times[0].medianNs));
  return result;
}

/** A program that does not come through is a row of its own, and the others are still measured. */
function tryMeasure(one) {
  try {
    return measure(one);
  } catch (error) {
    return { name: one.name, error: error.message };
  }
}

prepareRunner();
const results = chosen.map((one) => {
  if (!options.json) process.stderr.write(`${one.name}\n`);
  return tryMeasure(one);
});
if (options.json) console.log(JSON.stringify(results, undefined, 2));
else printReport(results);
