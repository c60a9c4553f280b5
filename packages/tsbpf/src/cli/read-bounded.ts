// Reads a whole file, of a size that is no surprise: what does not end (/dev/zero) must not fill the memory.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CliError, reasonOf } from "./errors.js";
import { errorCode } from "./io.js";

/** Larger than any object or any kernel's types. */
const MAX_FILE_BYTES = 256 << 20;

/** `what`: what the file should be, "an object file". `cure` says what to do when it is not there. */
export function readBounded(path: string, shown: string, what: string, cure: string): Uint8Array {
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    if (fstatSync(fd).isDirectory()) throw new CliError(`read ${shown}: it is a folder (name ${what} in it)`);
    return readAll(fd, shown, what);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = errorCode(error);
    throw new CliError(`read ${shown}: ${reasonOf(code)}${code === "ENOENT" ? ` (${cure})` : ""}`, { cause: error });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function readAll(fd: number, shown: string, what: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = new Uint8Array(1 << 20);
    const count = readSync(fd, chunk);
    if (count === 0) return Buffer.concat(chunks, total);
    chunks.push(chunk.subarray(0, count));
    total += count;
    if (total > MAX_FILE_BYTES) throw new CliError(`read ${shown}: larger than 256 MiB, so it is not ${what}`);
  }
}
