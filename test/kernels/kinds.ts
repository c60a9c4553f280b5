// Programs of all kinds, compiled here for the tests that attach them on another kernel and look at their effect
// (kinds-live.test.ts and traced-guest.ts).

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "tsbpf/compiler";
import { repository } from "../support/repository.js";

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
