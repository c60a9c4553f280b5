// node bench/insns.mjs: instructions (8-byte slots) of schedProcessExec for each instruction set, ours and clang's.

import { clangCommand, prepare, printTable, run, source, tsbpf } from "./lib.mjs";

/** From the size of the program's section. */
function instructions(object) {
  const sections = run(["llvm-readelf-19", "-S", "-W", object]);
  const size = /raw_tracepoint\/sched_process_exec +PROGBITS +\w+ +\w+ +(\w+)/.exec(sections)?.[1];
  if (size === undefined) throw new Error(`${object} has no program:\n${sections}`);
  return Number.parseInt(size, 16) / 8;
}

prepare();
const rows = ["v1", "v2", "v3", "v4"].map((cpu) => {
  const [ours, peer] = ["build/bench/insns.ours.o", "build/bench/insns.peer.o"];
  run([...tsbpf, "build", source, "-o", ours, "--cpu", cpu]);
  run(clangCommand(cpu, peer));
  const counts = [instructions(ours), instructions(peer)];
  return [cpu, ...counts, `${(counts[0] / counts[1]).toFixed(2)}x`];
});
printTable([["", "tsbpf", "clang-19 -O2", "ratio"], ...rows]);
