// Where the BPF object is: the one a checkout has just built, else the one that comes with the package.

import { accessSync, constants } from "node:fs";
import { fileURLToPath } from "node:url";

/** Relative to the current folder, as the banner prints it. */
const built = "build/sched.bpf.o";

export function findObject(wanted: string | undefined): string {
  const packaged = fileURLToPath(new URL("../sched.bpf.o", import.meta.url));
  const candidates = wanted === undefined ? [built, packaged] : [wanted];
  const found = candidates.find(isReadable);
  if (found !== undefined) return found;
  const name = wanted ?? built;
  throw new Error(
    `open object "${name}": no such file, or it cannot be read (build it with ./scripts/build.sh, or name one with --object FILE)`,
  );
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
