// Programs of all kinds on another kernel: compiled here, attached there, where their effect is looked at.

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "tsbpf/compiler";
import { repository } from "../support/repository.js";
import { bootGuest, fetchKernel, guestStarted } from "./kernel.js";

const cases = join(repository, "packages/tsbpf/test/cases");

/** Compiles what the guest attaches into `folder`. */
export function buildKinds(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const traced = readdirSync(join(cases, "kinds")).filter((name) => name.endsWith(".ts"));
  const sources = [
    "lang/packets.ts",
    "lang/kinds.ts",
    "lang/syscall.ts",
    "lang/tracepoint.ts",
    ...traced.map((name) => `kinds/${name}`),
  ];
  for (const source of sources) {
    const { object, diagnostics } = compile({ file: join(cases, source) });
    if (!object) throw new Error(`${source}: ${diagnostics.map(({ message }) => message).join("; ")}`);
    const name = source.slice(source.indexOf("/") + 1).replace(/\.ts$/, ".bpf.o");
    writeFileSync(join(folder, name), object);
  }
}

const suites = ["packages/tsbpf/dist/compiler/kinds-live.test.js", "test/dist/kernels/traced-guest.js"];

/** Gives the names of the checks that passed. Throws with the whole report when one failed. */
export function attachKinds(series: string, folder: string): readonly string[] {
  const files = suites.map((suite) => join(repository, suite)).join(" ");
  const script = `echo "${guestStarted}" && exec "$0" --test --test-reporter=tap --test-concurrency=1 ${files}`;
  const output = bootGuest([fetchKernel(series), "--", "/bin/sh", "-c", script, process.execPath], {
    VMTEST_ENV: "CI TSBPF_OBJECTS",
    // Older Debian kernels have BPF as a security module, but do not start it unasked.
    VMTEST_APPEND: "lsm=landlock,lockdown,yama,integrity,bpf",
    TSBPF_OBJECTS: folder,
    CI: "true",
    // The attach points of all kinds, one after the other, in software emulation.
    VMTEST_TIMEOUT: "900",
  });
  return Array.from(output.matchAll(/^\s*ok \d+ - (.*)$/gm), (match) => match[1] ?? "");
}
