// node bench/build.mjs [RUNS]: wall time of a cold compiler process, ours and clang's side by side.

import { spawnSync } from "node:child_process";
import { clangCommand, median, prepare, printTable, source, tsbpf } from "./lib.mjs";

const runs = Number(process.argv[2] ?? 15);
prepare();
const compilers = [
  { name: "tsbpf build", command: [...tsbpf, "build", source, "-o", "build/bench/sched.ours.o", "--cpu", "v3"] },
  { name: "clang-19 -O2 -g", command: clangCommand("v3", "build/bench/sched.peer.o") },
];
const times = compilers.map(() => []);
for (let round = 0; round < runs; round += 1) {
  compilers.forEach(({ name, command: [program, ...args] }, index) => {
    const from = process.hrtime.bigint();
    const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
    times[index].push(Number(process.hrtime.bigint() - from) / 1e6);
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
  });
}
const peer = median(times[1]);
printTable([
  ["", "median ms", "min ms", "max ms", "ratio"],
  ...compilers.map(({ name }, index) => {
    const all = times[index];
    const numbers = [median(all), Math.min(...all), Math.max(...all)].map((value) => value.toFixed(0));
    return [name, ...numbers, `${(median(all) / peer).toFixed(2)}x`];
  }),
]);
