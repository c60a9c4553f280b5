// Where the repository is, and scratch folders inside it: a virtual machine sees them too, which /tmp may not be.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** From test/dist/support. */
export const repository = fileURLToPath(new URL("../../../", import.meta.url));

export const objectPath = "build/sched.bpf.o";

export interface Scratch extends Disposable {
  readonly path: string;
}

/** A new folder that goes when the `using` scope ends. */
export function scratchFolder(): Scratch {
  const parent = join(repository, "build");
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, "test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
