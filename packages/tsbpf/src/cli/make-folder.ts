// Making a folder with those above it. Node's own `recursive` never returns where mkdir(2) says ENOENT although the
// parent exists, as below /proc; and a file in the middle of the path shall be ENOTDIR, as for every other call.

import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode } from "./io.js";

/** Throws what mkdir(2) or stat(2) reports. `mode` is for the folders that are made. */
export function makeFolder(folder: string, mode = 0o777): void {
  const missing: string[] = [];
  let at = folder;
  while (!exists(at)) {
    missing.push(at);
    at = dirname(at);
  }
  for (const path of missing.reverse()) {
    try {
      mkdirSync(path, { mode });
    } catch (error) {
      // Another process may have made it meanwhile.
      if (errorCode(error) !== "EEXIST") throw error;
    }
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
