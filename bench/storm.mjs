// node bench/storm.mjs [EXECS] [RUNS]: a storm of execs, one after the other; what each tracer saw and what it cost.

import { cpuNs, median, peakMiB, prepare, printTable, sleep, startTracer, storm, tracers } from "./lib.mjs";

const execs = Number(process.argv[2] ?? 5000);
const runs = Number(process.argv[3] ?? 3);
prepare();

/** The CPU time is taken when the tracer has written everything, so the drain is in it. */
async function underStorm(tracer) {
  const process = await startTracer(tracer);
  await sleep(500);
  const before = cpuNs(process.pid);
  const execNs = storm(execs) / execs;
  let seen = -1;
  for (let rest = 0; seen < execs && rest < 10; rest += 1) {
    await sleep(100);
    const now = process.seen();
    if (now !== seen) rest = 0;
    seen = now;
  }
  const after = cpuNs(process.pid);
  const memory = peakMiB(process.pid);
  await process.stop();
  const eventNs = (after - before) / execs;
  return { seen: process.seen(), execNs, eventNs, withStartNs: after / execs, memory };
}

const bare = [];
const results = new Map(tracers.map(({ name }) => [name, []]));
for (let round = 0; round < runs; round += 1) {
  bare.push(storm(execs) / execs);
  for (const tracer of tracers) results.get(tracer.name).push(await underStorm(tracer));
}

const us = (ns) => (ns / 1000).toFixed(1);
const bareNs = median(bare);
printTable([
  ["", "seen", "lost", "CPU us/event", "with start-up", "exec us", "slower", "peak MiB"],
  ["no tracer", "", "", "", "", us(bareNs), "", ""],
  ...[...results].map(([name, all]) => {
    const of = (key) => median(all.map((result) => result[key]));
    const seen = Math.min(...all.map((result) => result.seen));
    const slower = `${((of("execNs") / bareNs - 1) * 100).toFixed(0)} %`;
    const cost = [us(of("eventNs")), us(of("withStartNs")), us(of("execNs"))];
    return [name, seen, execs - seen, ...cost, slower, of("memory").toFixed(0)];
  }),
]);
console.log(`\n${execs} execs, ${runs} runs: medians; "seen" is the worst run's.`);
