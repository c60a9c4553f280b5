// Writing a file so that it is either the old one or the whole new one: the bytes go to a temporary file in the same
// folder, which then takes the name. A full disk leaves the old file and no rubbish.

import { closeSync, openSync, realpathSync, renameSync, statSync, unlinkSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CliError, reasonOf } from "./errors.js";
import { errorCode } from "./io.js";
import { makeFolder } from "./make-folder.js";

/** Throws CliError `write PATH: reason (cure)`. Missing folders are made. */
export function writeFileAtomic(path: string, bytes: Uint8Array): void {
  const target = resolveTarget(path);
  if (target.special) {
    writeInto(path, () => openSync(path, "w"), bytes);
    return;
  }
  const temporary = join(dirname(target.path), `.${basename(target.path).slice(0, 60)}.${process.pid}.tmp`);
  try {
    makeFolder(dirname(target.path));
    writeInto(path, () => openSync(temporary, "w", 0o666), bytes);
    renameSync(temporary, target.path);
  } catch (error) {
    removeQuietly(temporary);
    throw error instanceof CliError ? error : writeError(path, error);
  }
}

interface Target {
  readonly path: string;
  /** A device, a pipe or a socket: it is written to, never replaced. Replacing /dev/null would break the machine. */
  readonly special: boolean;
}

function resolveTarget(path: string): Target {
  try {
    const status = statSync(path);
    if (status.isDirectory()) {
      throw new CliError(`write ${path}: it is a folder (name a file in it: -o ${join(path, "NAME.bpf.o")})`);
    }
    // Through a symbolic link the file behind it is replaced, not the link.
    return status.isFile() ? { path: realpathSync(path), special: false } : { path, special: true };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { path, special: false };
    throw error instanceof CliError ? error : writeError(path, error);
  }
}

function writeInto(path: string, open: () => number, bytes: Uint8Array): void {
  let fd: number | undefined;
  try {
    fd = open();
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done);
    // Network file systems report a full disk only here.
    const opened = fd;
    fd = undefined;
    closeSync(opened);
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw writeError(path, error);
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made, or the folder is gone with it.
  }
}

const cures: ReadonlyMap<string, string> = new Map([
  ["ENOSPC", "free some space there, or choose another place with -o"],
  ["EDQUOT", "remove files of yours there, or choose another place with -o"],
  ["EACCES", "choose a folder you may write to with -o"],
  ["EPERM", "choose a folder you may write to with -o"],
  ["EROFS", "choose another place with -o"],
  ["ENOTDIR", "choose another place with -o"],
  ["ENOENT", "choose another place with -o"],
  ["ENAMETOOLONG", "choose a shorter name with -o"],
]);

function writeError(path: string, error: unknown): CliError {
  const code = errorCode(error);
  const cure = code === undefined ? undefined : cures.get(code);
  return new CliError(`write ${path}: ${reasonOf(code)}${cure ? ` (${cure})` : ""}`, { cause: error });
}
