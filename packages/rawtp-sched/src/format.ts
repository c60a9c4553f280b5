// Events as text. Whatever a process calls itself, no control character reaches a terminal: both formats write
// such characters as JSON escapes.

import type { OutputFormat } from "./arguments.js";

export interface ExecRecord {
  /** Nanoseconds since 1970, UTC. */
  readonly timeNs: bigint;
  readonly pid: number;
  readonly tgid: number;
  readonly comm: string;
}

export interface LostRecord {
  /** The CPU whose ring was full; undefined for events that the kernel did not even trace (skipped.ts). */
  readonly cpu: number | undefined;
  readonly count: number;
}

export function formatExec(record: ExecRecord, format: OutputFormat): string {
  const time = formatTime(record.timeNs);
  if (format === "json") {
    return `{"time":"${time}","pid":${record.pid},"tgid":${record.tgid},"comm":${quoted(record.comm)}}\n`;
  }
  return `${time} pid=${record.pid} tgid=${record.tgid} comm=${logfmtValue(record.comm)}\n`;
}

/** For the stream of events itself, where each line is JSON. */
export function formatLostJson({ cpu, count }: LostRecord): string {
  return `{"lost":${count},"cpu":${cpu ?? null}}\n`;
}

export function formatLostText({ cpu, count }: LostRecord): string {
  const events = `lost ${count} event${count === 1 ? "" : "s"}`;
  if (cpu !== undefined) return `${events} on CPU ${cpu}: its buffer was full\n`;
  return `${events}: the kernel skipped the program, which it had preempted for another process\n`;
}

const nsPerSecond = 1_000_000_000n;
let knownSecond = -1n;
let knownPrefix = "";

/** RFC 3339 with nanoseconds. Events come in bursts, so the text of the last second is kept. */
export function formatTime(timeNs: bigint): string {
  const second = timeNs / nsPerSecond;
  if (second !== knownSecond) {
    knownSecond = second;
    knownPrefix = new Date(Number(second) * 1000).toISOString().slice(0, 19);
  }
  return `${knownPrefix}.${String(timeNs % nsPerSecond).padStart(9, "0")}Z`;
}

/** Printable ASCII without space, quote, backslash and `=` stands for itself; all else goes into quotes. */
const bareValue = /^[!#-<>-[\]-~]+$/;

export function logfmtValue(text: string): string {
  return bareValue.test(text) ? text : quoted(text);
}

// Unicode's "other" (controls, format characters such as bidirectional overrides, lone surrogates, unassigned)
// and separators except the space.
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A JSON string. JSON.stringify leaves DEL, C1 controls and format characters as they are: a terminal acts on them. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(unprintable, (found) => {
    let escaped = "";
    for (let index = 0; index < found.length; index += 1) {
      escaped += `\\u${found.charCodeAt(index).toString(16).padStart(4, "0")}`;
    }
    return escaped;
  });
}
