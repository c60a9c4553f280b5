// The check that every kernel has to pass: processes whose ids and names are known, and what the tracer said of
// them. It runs in tests on this machine and as a program of its own in a virtual machine.

import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { repository } from "./repository.js";
import { attachedTracer } from "./tracer.js";

export interface KnownProcess {
  readonly pid: number;
  readonly comm: string;
}

export interface KnownResult {
  readonly expected: number;
  readonly lost: number;
  /** What was wrong; none when all is well. */
  readonly faults: readonly string[];
}

interface JsonEvent {
  readonly time: string;
  readonly pid: number;
  readonly tgid: number;
  readonly comm: string;
}

/** Builds the helper program into `folder`. Static: it also runs where the libraries differ. */
export function buildKnown(folder: string): void {
  const source = (name: string): string => join(repository, name);
  const gcc = (from: string, to: string): void => {
    execFileSync("gcc", ["-O2", "-static", "-pthread", source(from), "-o", join(folder, to)]);
  };
  gcc("test/support/known.c", "known");
  gcc("bench/twins/noop.c", "noop");
}

export type KnownWay = "sequence" | "burst" | "thread";

/** Starts the no-op program under each of the names; the names are the processes' comm. */
export function startKnown(folder: string, way: KnownWay, names: readonly string[]): readonly KnownProcess[] {
  const paths = names.map((name) => join(folder, name));
  for (const path of paths) symlinkSync("noop", path);
  const output = execFileSync(join(folder, "known"), [way, ...paths], { encoding: "utf8" });
  return output
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [pid, index] = line.split(" ").map(Number);
      // The kernel keeps 15 bytes and a NUL (TASK_COMM_LEN in include/linux/sched.h).
      const name = Buffer.from(names[index ?? -1] ?? "").subarray(0, 15);
      return { pid: pid ?? 0, comm: name.toString() };
    });
}

const oddNames = [
  "with space",
  'quo"te',
  "a=b",
  "back\\slash",
  "new\nline",
  "\u001b[31mred",
  "caf\u00e9",
  "fifteen-bytes-is-all",
];

/** Runs the tracer with `objectPath` over 200 processes and more, started in every way. */
export async function checkKnown(folder: string, objectPath: string): Promise<KnownResult> {
  const numbered = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(3, "0")}`);
  const from = Date.now();
  const tracer = await attachedTracer(["--object", objectPath, "--format", "json"]);
  const known = [
    ...startKnown(folder, "sequence", numbered("known", 100)),
    ...startKnown(folder, "thread", numbered("thread", 10)),
    ...startKnown(folder, "sequence", oddNames),
  ];
  const burst = startKnown(folder, "burst", numbered("burst", 100));
  known.push(...startKnown(folder, "sequence", ["the-last-one"]));
  await tracer.saw("stdout", "the-last-one");
  const end = await tracer.end("SIGINT");
  const faults = end.code === 0 ? [] : [`the tracer ended with ${end.code ?? end.signal}: ${end.stderr}`];
  const lines = end.stdout.trimEnd().split("\n");
  const records = lines.map((line) => JSON.parse(line) as JsonEvent | { readonly lost: number });
  const events = records.filter((record) => "pid" in record);
  const lost = records.reduce((sum, record) => sum + ("lost" in record ? record.lost : 0), 0);
  const expected = [...known, ...burst.filter(({ pid }) => lost === 0 || events.some((event) => event.pid === pid))];
  faults.push(...compare(expected, events), ...wrongTimes(events, from, Date.now()));
  faults.push(...unaccounted(known.length + burst.length - expected.length, lost));
  return { expected: known.length + burst.length, lost, faults };
}

/**
 * From Linux 7.0 on the kernel does not trace a process that starts a program while another one on its CPU, in the
 * middle of the same, is preempted. Of a burst some may be missing then, but the tracer has to tell how many.
 */
function unaccounted(missing: number, lost: number): readonly string[] {
  if (lost !== missing) return [`${missing} events are missing, and the tracer told of ${lost}`];
  const major = Number(release().split(".")[0]);
  return lost > 0 && major < 7 ? [`${lost} events were lost`] : [];
}

/** Each known process exactly once, with its own ids and name. */
function compare(known: readonly KnownProcess[], events: readonly JsonEvent[]): string[] {
  const byPid = new Map<number, JsonEvent[]>();
  for (const event of events) byPid.set(event.pid, [...(byPid.get(event.pid) ?? []), event]);
  const faults: string[] = [];
  for (const { pid, comm } of known) {
    const found = (byPid.get(pid) ?? []).map((event) => `tgid=${event.tgid} comm=${JSON.stringify(event.comm)}`);
    const wanted = `tgid=${pid} comm=${JSON.stringify(comm)}`;
    if (found.length !== 1 || found[0] !== wanted) {
      faults.push(`pid ${pid}: ${found.join(", ") || "none"}, not ${wanted}`);
    }
  }
  return faults;
}

/** The tracer converts the kernel's clock to the time of day; a wrong clock would be off by far more than this. */
function wrongTimes(events: readonly JsonEvent[], fromMs: number, toMs: number): string[] {
  const slackMs = 1000;
  const wrong = events.find(({ time }) => !(Date.parse(time) > fromMs - slackMs && Date.parse(time) < toMs + slackMs));
  return wrong ? [`time ${wrong.time} is not between ${new Date(fromMs).toISOString()} and now`] : [];
}
