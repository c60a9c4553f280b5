// Reads the verifier's log: which instruction failed and why. The log is text for people, and it changes: this
// must make something of every log, and never throw. Linux 7.3 adds a report with headings after the old lines.

import type { FunctionSpec, LineInfo } from "../object/spec.js";
import { plainReason } from "./verifier-reasons.js";

/** What a log says, with the source place where the program's line info has one. */
export interface VerifierReport {
  /** The verifier's own words, one or more lines; "" for a log that says nothing. */
  readonly reason: string;
  /** What they mean for the source; undefined where they are not known. */
  readonly plain: string | undefined;
  /** Kind of error, explanation and cure, which Linux 7.3 gives; "" before. */
  readonly advice: string;
  /** The failing instruction, counted in the linked program; undefined when the log names none. */
  readonly insnIndex: number | undefined;
  /** That instruction as the verifier writes it: "(85) call bpf_probe_read#4". */
  readonly insnText: string | undefined;
  readonly place: LineInfo | undefined;
  /** The function that the instruction belongs to. */
  readonly functionName: string | undefined;
}

/** Where each function of a linked program begins. */
export interface ProgramPart {
  readonly startInsn: number;
  readonly spec: FunctionSpec;
}

export function parseVerifierLog(log: string, parts: readonly ProgramPart[]): VerifierReport {
  const lines = log
    .replaceAll("\0", "")
    .split("\n")
    .map((line) => line.trimEnd());
  const old = parseLines(lines);
  const report = parseReport(lines);
  const insnIndex = report.insnIndex ?? old.insnIndex;
  const part = insnIndex === undefined ? undefined : findPart(parts, insnIndex);
  const reason = old.reason === "" ? (report.title ?? "") : old.reason;
  return {
    reason,
    plain: plainReason(reason) ?? plainReason(report.title ?? ""),
    advice: report.title === undefined ? "" : `${report.title}\n${report.advice}`.trim(),
    insnIndex,
    insnText: old.insnIndex === insnIndex ? old.insnText : undefined,
    place: part && insnIndex !== undefined ? lineOf(part.spec, insnIndex - part.startInsn) : undefined,
    functionName: part?.spec.name,
  };
}

/**
 * Several lines for a person: the reason at its source line, with a caret under the column.
 *
 *     load program onExec: the verifier refused it at bpf/sched.ts:15:9
 *       15 |   return value.count;
 *          |         ^
 *       this may be missing (…): check it before it is used
 *       R0 invalid mem access 'map_value_or_null'
 */
export function describeVerifierReport(program: string, report: VerifierReport): string {
  const { place } = report;
  const at = place ? ` at ${place.file}:${place.line}:${place.column}` : "";
  const lines = [`load program "${program}": the verifier refused it${at}`];
  if (place && place.text !== "") {
    const number = String(place.line);
    const source = place.text.replaceAll("\t", " ");
    lines.push(`  ${number} | ${source}`);
    const column = Math.max(1, Math.min(place.column, source.length + 1));
    lines.push(`  ${" ".repeat(number.length)} | ${" ".repeat(column - 1)}^`);
  }
  if (report.plain !== undefined) lines.push(`  ${report.plain}`);
  for (const line of report.reason.split("\n")) if (line !== "") lines.push(`  ${line}`);
  for (const line of report.advice.split("\n")) if (line !== "") lines.push(`  ${line}`);
  if (report.insnIndex !== undefined) {
    const text = report.insnText === undefined ? "" : `: ${report.insnText}`;
    lines.push(`  at instruction ${report.insnIndex}${text}`);
  }
  lines.push("  (the property `log` of this error has all that the verifier wrote)");
  return lines.join("\n");
}

const insnLine = /^\s*(\d+): (\([0-9a-f]{2}\) .*)$/;
const stateLine = /^\s*(?:from \d+ to \d+:|\d+: (?:R\d+|frame\d+:|fp-)|(?:R\d+(?:_[rw]+)?|frame\d+|fp-\d+)[=:])/;
const summaryStarts = [
  "processed \\d+ insns",
  "verification time ",
  "stack depth ",
  "max_states_per_insn",
  "func#\\d+ @\\d+",
  "Validating ",
  "last_idx ",
  "regs=",
  "parent ",
  "mark_precise",
  "insns processed",
  "(?:cur|old) state:",
];
const summaryLine = new RegExp(`^(?:${summaryStarts.join("|")})`);
const sourceLine = /^;/;
const namedInsn = /\b(?:insn|instruction|at) #?(\d+)\b/;

interface OldReport {
  readonly reason: string;
  readonly insnIndex: number | undefined;
  readonly insnText: string | undefined;
}

/** The failing instruction is the last one printed; what follows it, without states and statistics, is the reason. */
function parseLines(lines: readonly string[]): OldReport {
  let insnIndex: number | undefined;
  let insnText: string | undefined;
  let reason: string[] = [];
  for (const line of lines) {
    if (line.startsWith("Verification failed:")) break;
    const insn = insnLine.exec(line);
    if (insn) {
      insnIndex = Number(insn[1]);
      insnText = (insn[2] ?? "").replace(/\s*;.*$/, "");
      reason = [];
    } else if (line !== "" && !stateLine.test(line) && !summaryLine.test(line) && !sourceLine.test(line)) {
      reason.push(line.trim());
    }
  }
  // Checks before the walk through the program (jumps, unreachable code) name the instruction in words.
  if (insnIndex === undefined) {
    const named = reason.map((line) => namedInsn.exec(line)).find((match) => match !== null);
    if (named) insnIndex = Number(named[1]);
  }
  return { reason: reason.slice(-6).join("\n"), insnIndex, insnText };
}

interface NewReport {
  readonly title: string | undefined;
  readonly advice: string;
  readonly insnIndex: number | undefined;
}

/** The report of Linux 7.3: "Verification failed: …", then headings with indented text. */
function parseReport(lines: readonly string[]): NewReport {
  const start = lines.findLastIndex((line) => line.startsWith("Verification failed:"));
  if (start < 0) return { title: undefined, advice: "", insnIndex: undefined };
  const sections = new Map<string, string[]>();
  let section: string[] = [];
  for (const line of lines.slice(start + 1)) {
    const heading = /^([A-Z][A-Za-z ]*):$/.exec(line);
    if (heading) sections.set(heading[1] ?? "", (section = []));
    else if (summaryLine.test(line)) break;
    else if (/^\s+\S/.test(line)) section.push(line.trim());
  }
  // "insn 7" without source lines, otherwise the instruction that ">>>" points at below the source.
  const marked = (sections.get("At") ?? []).map((line) => /^(?:insn (\d+)|>>> (\d+) \| \()/.exec(line));
  const at = marked.find((match) => match !== null);
  const advice = [...(sections.get("Reason") ?? []), ...(sections.get("Suggestion") ?? [])];
  return {
    title: (lines[start] ?? "").slice("Verification failed:".length).trim(),
    advice: advice.join("\n"),
    insnIndex: at ? Number(at[1] ?? at[2]) : undefined,
  };
}

function findPart(parts: readonly ProgramPart[], insnIndex: number): ProgramPart | undefined {
  return parts.find((part) => insnIndex >= part.startInsn && insnIndex < part.startInsn + part.spec.insns.length);
}

/** The last line record at or before the instruction. */
function lineOf(spec: FunctionSpec, insnIndex: number): LineInfo | undefined {
  return spec.lines.findLast((line) => line.insnIndex <= insnIndex);
}
