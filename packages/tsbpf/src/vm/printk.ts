// The formats of bpf_trace_printk, bpf_trace_vprintk and bpf_snprintf (bpf_bprintf_prepare, kernel/bpf/helpers.c).

import { decodeText } from "../util/bytes.js";
import { fromBig, type HighHalf } from "./int64.js";
import type { Machine } from "./machine.js";
import { kernelText, userText } from "./helpers-probe.js";

/** Undefined: the format has something that the kernel does not take. */
export function formatText(machine: Machine, format: string, values: readonly bigint[]): string | undefined {
  let next = 0;
  let wrong = false;
  const text = format.replaceAll(
    /%(%|[-+ 0#]*\d*(?:\.\d+)?(?:ll|l|h|hh|z)?[a-zA-Z])([ku]s|[xK])?/g,
    (all, body, rest) => {
      if (body === "%") return `%${rest ?? ""}`;
      const value = values[next++];
      if (value === undefined) {
        wrong = true;
        return all;
      }
      const made = formatOne(machine, String(body), rest === undefined ? "" : String(rest), value);
      if (made === undefined) wrong = true;
      return made ?? all;
    },
  );
  return wrong ? undefined : text;
}

function formatOne(machine: Machine, body: string, rest: string, value: bigint): string | undefined {
  const match = /^([-+ 0#]*)(\d*)(?:\.\d+)?(ll|l|h|hh|z)?([a-zA-Z])$/.exec(body);
  if (!match) return undefined;
  const [, flags = "", width = "", size = "", letter = ""] = match;
  const pad = (text: string): string => padText(text, flags, Number(width || 0));
  if (letter === "p" && rest.endsWith("s")) return pad(textAt(machine, value, rest === "us"));
  if (letter === "p") return pad(value.toString(16).padStart(16, "0")) + (rest === "x" || rest === "K" ? "" : rest);
  const bits = size === "" ? 32 : 64;
  const number = numberText(letter, bits, value, flags);
  if (number !== undefined) return pad(number) + rest;
  if (letter === "s") return pad(textAt(machine, value, false)) + rest;
  return letter === "c" ? pad(String.fromCharCode(Number(value & 0xffn))) + rest : undefined;
}

function numberText(letter: string, bits: number, value: bigint, flags: string): string | undefined {
  const prefix = flags.includes("#") ? "0x" : "";
  switch (letter) {
    case "d":
    case "i":
      return BigInt.asIntN(bits, value).toString();
    case "u":
      return BigInt.asUintN(bits, value).toString();
    case "x":
      return prefix + BigInt.asUintN(bits, value).toString(16);
    case "X":
      return prefix + BigInt.asUintN(bits, value).toString(16).toUpperCase();
    default:
      return undefined;
  }
}

function padText(text: string, flags: string, width: number): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0")) return text.padStart(width);
  const sign = text.startsWith("-") ? "-" : "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

function textAt(machine: Machine, address: bigint, user: boolean): string {
  const out: HighHalf = { hi: 0 };
  const lo = fromBig(out, address);
  const bytes = user ? userText(machine, lo, out.hi) : kernelText(machine, lo, out.hi);
  return bytes ? decodeText(bytes) : "";
}
