// `tsbpf doctor`: says line by line whether this machine can compile and run BPF programs, with the cure for what
// stands in the way. The checks themselves are in doctor-checks.ts.

import type { ParsedArgs } from "./args.js";
import { diagnose } from "./doctor-checks.js";
import type { Finding, Level } from "./doctor-checks.js";
import { machine } from "./doctor-source.js";
import type { DoctorSource } from "./doctor-source.js";
import { painter, printable } from "./io.js";
import type { Color, Io } from "./io.js";

export async function runDoctor(_args: ParsedArgs, io: Io): Promise<number> {
  return reportHealth(machine, io);
}

/** Prints the findings; the exit code is 1 when one of them is a failure. */
export async function reportHealth(source: DoctorSource, io: Io): Promise<number> {
  const findings = await diagnose(source);
  io.stdout(formatFindings(findings, io.colorStdout));
  return findings.some((finding) => finding.level === "failure") ? 1 : 0;
}

const colorOf: Readonly<Record<Level, Color>> = { ok: "green", warning: "yellow", failure: "red" };

export function formatFindings(findings: readonly Finding[], color: boolean): string {
  const paint = painter(color);
  const width = Math.max(...findings.map((finding) => finding.subject.length));
  const lines: string[] = [];
  for (const { level, subject, text, cure } of findings) {
    const label = paint(colorOf[level], level.padEnd("failure".length));
    lines.push(`${label}  ${subject.padEnd(width)}  ${printable(text)}`);
    if (cure !== undefined) lines.push(`${" ".repeat("failure".length)}  ${" ".repeat(width)}  cure: ${cure}`);
  }
  lines.push("", summary(findings));
  return `${lines.join("\n")}\n`;
}

function summary(findings: readonly Finding[]): string {
  const failures = findings.filter((finding) => finding.level === "failure").length;
  const warnings = findings.filter((finding) => finding.level === "warning").length;
  if (failures > 0) return `${count(failures, "failure")}, ${count(warnings, "warning")}`;
  if (warnings > 0) return `BPF programs can run here (${count(warnings, "warning")})`;
  return "BPF programs can run here";
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}
