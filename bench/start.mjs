// node bench/start.mjs [RUNS]: from the start of a tracer's process to its being attached.

import { spawn } from "node:child_process";
import { median, prepare, printTable, tracers } from "./lib.mjs";

const runs = Number(process.argv[2] ?? 15);
prepare();

function startMs(tracer) {
  return new Promise((resolve, reject) => {
    const [program, ...args] = tracer.command;
    const from = process.hrtime.bigint();
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    let ms;
    const onData = (data) => {
      text += data;
      if (ms !== undefined || !tracer.ready.test(text)) return;
      ms = Number(process.hrtime.bigint() - from) / 1e6;
      child.kill("SIGINT");
    };
    child.stdout.on("data", onData);
    child.stderr.on("data", onData);
    child.on("close", () => (ms === undefined ? reject(new Error(`${tracer.name}: ${text}`)) : resolve(ms)));
  });
}

const times = new Map(tracers.map(({ name }) => [name, []]));
for (let round = 0; round < runs; round += 1) {
  for (const tracer of tracers) times.get(tracer.name).push(await startMs(tracer));
}
const ours = median(times.get(tracers[0].name));
printTable([
  ["", "median ms", "min ms", "max ms", "ours / it"],
  ...[...times].map(([name, all]) => {
    const numbers = [median(all), Math.min(...all), Math.max(...all)].map((value) => value.toFixed(0));
    return [name, ...numbers, `${(ours / median(all)).toFixed(2)}x`];
  }),
]);
