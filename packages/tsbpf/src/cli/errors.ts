// A command that cannot go on because of the world around it: a file that is not there, a full disk.

/** Read by people: `verb object: reason (cure)`, no full stop. The process ends with 1. */
export class CliError extends Error {
  override readonly name = "CliError";
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such file or folder"],
  ["EACCES", "permission denied"],
  ["EPERM", "not permitted"],
  ["EISDIR", "it is a folder"],
  ["ENOTDIR", "a part of the path is a file, not a folder"],
  ["ENOSPC", "no space left on the disk"],
  ["EDQUOT", "the disk quota is used up"],
  ["EFBIG", "the file would be larger than the limit (ulimit -f)"],
  ["EROFS", "the file system is read-only"],
  ["ENAMETOOLONG", "the name is too long"],
  ["ELOOP", "too many symbolic links"],
  ["EMFILE", "too many open files"],
  ["EIO", "the disk reported an error"],
]);

/** The reason behind a system error's code, in words. */
export function reasonOf(code: string | undefined): string {
  return (code && reasons.get(code)) ?? code ?? "unknown error";
}
