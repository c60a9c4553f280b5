// Source that nests deeper than the stack of this process reaches: TypeScript and the compiler both go down it step by
// step. That is no fault of either, and has a diagnostic.

import type { Diagnostic, DiagnosticSpan } from "../diagnostic.js";
import { messages } from "../messages.js";

/** The stack was used up here. */
class TooDeepError extends Error {
  readonly span: DiagnosticSpan | undefined;

  constructor(span: DiagnosticSpan | undefined) {
    super("the source nests too deeply");
    this.span = span;
  }
}

/** Runs `work`; where the stack is not enough for it, `where` says how far it came. */
export function withDepthKnown<T>(work: () => T, where: () => DiagnosticSpan | undefined): T {
  try {
    return work();
  } catch (error) {
    throw isOutOfStack(error) ? new TooDeepError(where()) : error;
  }
}

/** The diagnostic for what was thrown; undefined for any other mistake. */
export function tooDeep(error: unknown, file: string): Diagnostic | undefined {
  if (!(error instanceof TooDeepError) && !isOutOfStack(error)) return undefined;
  const { code, text, cure } = messages.nestsTooDeeply;
  const span = error instanceof TooDeepError ? error.span : undefined;
  return { code, severity: "error", message: span ? text : `${text}: ${file}`, span, notes: [cure] };
}

/** What V8 throws, whatever was running. */
function isOutOfStack(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}
