// The loader's errors. Each has a fixed `code`; its text reads `verb object: reason (hint)`, without a full stop.

import { describeErrno } from "../sys/errno.js";
import { didYouMean } from "../util/did-you-mean.js";
import type { VerifierReport } from "./verifier-log.js";

export type LoaderErrorCode =
  | "ERR_OBJECT"
  | "ERR_UNKNOWN_NAME"
  | "ERR_NOT_SUPPORTED"
  | "ERR_PERMISSION"
  | "ERR_VERIFIER"
  | "ERR_CORE"
  | "ERR_KERNEL_BTF"
  | "ERR_ATTACH"
  | "ERR_MAP"
  | "ERR_VALUE"
  | "ERR_EVENTS"
  | "ERR_CLOSED"
  | "ERR_SYSTEM";

/** Everything the loader throws on a user's or a system's fault. */
export class LoaderError extends Error {
  override readonly name: string = "LoaderError";
  readonly code: LoaderErrorCode;
  /** The system call's errno as a positive number, where there was one. */
  readonly errno: number | undefined;

  constructor(
    code: LoaderErrorCode,
    message: string,
    details: { readonly errno?: number; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.errno = details.errno === undefined ? undefined : Math.abs(details.errno);
  }
}

/** The object file is not what it should be, or holds something the loader does not know. */
export class ObjectError extends LoaderError {
  override readonly name = "ObjectError";
  constructor(message: string, cause?: unknown) {
    super("ERR_OBJECT", message, { cause });
  }
}

/** The object has no program or map of this name. */
export class UnknownNameError extends LoaderError {
  override readonly name = "UnknownNameError";
  constructor(message: string) {
    super("ERR_UNKNOWN_NAME", message);
  }
}

/** The kernel, or the machine, lacks something. */
export class NotSupportedError extends LoaderError {
  override readonly name = "NotSupportedError";
  /** "raw tracepoints". */
  readonly feature: string;
  /** The first kernel release that has it: "4.17"; undefined when no kernel would help. */
  readonly minKernel: string | undefined;

  constructor(
    message: string,
    feature: string,
    minKernel: string | undefined,
    details: { readonly errno?: number; readonly cause?: unknown } = {},
  ) {
    super("ERR_NOT_SUPPORTED", message, details);
    this.feature = feature;
    this.minKernel = minKernel;
  }
}

/** The process lacks a right. */
export class PermissionError extends LoaderError {
  override readonly name = "PermissionError";
  /** "CAP_BPF", "CAP_PERFMON"; empty when it is something else that forbids it. */
  readonly missing: readonly string[];

  constructor(message: string, missing: readonly string[], errno: number) {
    super("ERR_PERMISSION", message, { errno });
    this.missing = missing;
  }
}

/** The verifier refused the program. The message has its reason and the source line; `log` is all it wrote. */
export class VerifierError extends LoaderError {
  override readonly name = "VerifierError";
  readonly program: string;
  readonly report: VerifierReport;
  /** The whole log. */
  readonly log: string;

  constructor(message: string, program: string, report: VerifierReport, log: string, errno: number) {
    super("ERR_VERIFIER", message, { errno });
    this.program = program;
    this.report = report;
    this.log = log;
  }
}

/** A system call failed for a reason without an error of its own: `create map "counts": ENOMEM, out of memory`. */
export function systemError(code: LoaderErrorCode, doing: string, status: number, hint?: string): LoaderError {
  const text = `${doing}: ${describeErrno(status)}${hint === undefined ? "" : ` (${hint})`}`;
  return new LoaderError(code, text, { errno: status });
}

/** `find program "evnts": the object has none of this name (did you mean "events"?)` */
export function unknownName(what: string, wanted: string, known: readonly string[]): UnknownNameError {
  const near = didYouMean(wanted, known);
  const list = known.length === 0 ? `it has no ${what}s at all` : `it has ${known.map((n) => `"${n}"`).join(", ")}`;
  const hint = near === undefined ? list : `did you mean "${near}"? ${list}`;
  return new UnknownNameError(`find ${what} "${wanted}": the object has no ${what} of this name (${hint})`);
}
