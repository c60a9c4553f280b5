// Diagnostics: the user's mistakes as plain data, collected and never thrown, and their form on a terminal.

import { readFileSync } from "node:fs";
import { relative } from "node:path";

/** A place in the source. Line and column count from 1, `length` is in characters on that line. */
export interface DiagnosticSpan {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface Diagnostic {
  /** "TSB…" for the language's own rules, "TS…" for TypeScript's. */
  readonly code: string;
  /** A note says what the compiler did; nothing needs to be changed. */
  readonly severity: "error" | "warning" | "note";
  readonly message: string;
  readonly span: DiagnosticSpan | undefined;
  /** What to write instead, and what else helps. */
  readonly notes: readonly string[];
}

export interface FormatOptions {
  readonly color?: boolean;
  /** Files are shown relative to this folder. */
  readonly cwd?: string;
}

/** `file:line:column - error CODE: message`, a code frame, and the notes. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], options: FormatOptions = {}): string {
  const sources = new Map<string, readonly string[]>();
  return diagnostics.map((diagnostic) => formatOne(diagnostic, options, sources)).join("\n");
}

const labelColors = { error: "31;1", warning: "33;1", note: "36;1" } as const;

function formatOne(diagnostic: Diagnostic, options: FormatOptions, sources: Map<string, readonly string[]>): string {
  const paint = (code: string, text: string): string => (options.color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const { span } = diagnostic;
  const label = paint(labelColors[diagnostic.severity], diagnostic.severity);
  const place = span ? `${shownPath(span.file, options)}:${span.line}:${span.column} - ` : "";
  const lines = [`${place}${label} ${diagnostic.code}: ${diagnostic.message}`];
  const source = span && sourceLine(span, sources);
  if (span && source !== undefined) {
    const gutter = String(span.line);
    const { text, column } = shownPart(source, span.column);
    const length = Math.max(1, Math.min(span.length, text.length - column + 1));
    // Tabs before the marker stay tabs, so that it stands under its text whatever a tab's width is.
    const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
    lines.push("", `${gutter} | ${text}`);
    lines.push(`${" ".repeat(gutter.length)} | ${indent}${paint("31", "~".repeat(length))}`);
  }
  for (const note of diagnostic.notes) lines.push(`  ${paint("36", "=")} ${note}`);
  return lines.join("\n") + "\n";
}

/** Of a longer line, as only a program writes it, a part is shown. */
const shownMax = 240;

/** What of a line is shown, and where the column is in that. */
function shownPart(source: string, column: number): { readonly text: string; readonly column: number } {
  if (source.length <= shownMax) return { text: source, column };
  const start = Math.max(0, Math.min(column - 1 - shownMax / 4, source.length - shownMax));
  const end = start + shownMax;
  const before = start > 0 ? "…" : "";
  const text = `${before}${source.slice(start, end)}${end < source.length ? "…" : ""}`;
  return { text, column: column - start + before.length };
}

function shownPath(file: string, options: FormatOptions): string {
  if (options.cwd === undefined) return file;
  const path = relative(options.cwd, file);
  return path.startsWith("../../..") ? file : path;
}

function sourceLine(span: DiagnosticSpan, sources: Map<string, readonly string[]>): string | undefined {
  let lines = sources.get(span.file);
  if (!lines) {
    try {
      lines = readFileSync(span.file, "utf8").split(/\r?\n/);
    } catch {
      lines = []; // The frame is a convenience: a source that cannot be read again leaves only the message.
    }
    sources.set(span.file, lines);
  }
  return lines[span.line - 1];
}
