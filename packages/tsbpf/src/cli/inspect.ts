// `tsbpf inspect`: reads an object file and prints what is in it. It needs no kernel, and a broken or hostile file
// gives an error, never a crash.

import { resolve } from "node:path";
import type { ParsedArgs } from "./args.js";
import { CliError } from "./errors.js";
import { describeObject } from "./inspect-object.js";
import { painter, printable } from "./io.js";
import type { Io } from "./io.js";
import { readBounded } from "./read-bounded.js";
import { readElf } from "../object/elf.js";
import { readObject } from "../object/read.js";
import { assert } from "../util/assert.js";
import { FormatError } from "../util/bytes.js";

export async function runInspect(args: ParsedArgs, io: Io): Promise<number> {
  const { operand: file } = args;
  assert(file !== undefined, "inspect without its operand");
  const bytes = readBounded(resolve(io.cwd, file), file, "an object file", `make it: tsbpf build FILE -o ${file}`);
  io.stdout(inspectBytes(bytes, file, io.colorStdout));
  return 0;
}

/** The whole text; throws CliError when the bytes are not an object. */
export function inspectBytes(bytes: Uint8Array, file: string, color: boolean): string {
  const paint = painter(color);
  try {
    const lines = describeObject(file, bytes.length, readElf(bytes, file), readObject(bytes, file));
    const texts = lines.map((line) => {
      const text = printable(line.text).trimEnd();
      return line.color && text !== "" ? paint(line.color, text) : text;
    });
    return `${texts.join("\n")}\n`;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new CliError(`read ${file}: ${printable(withoutPrefix(error.message, file))}${formatHint(bytes)}`, {
      cause: error,
    });
  }
}

function withoutPrefix(message: string, file: string): string {
  return message.startsWith(`${file}: `) ? message.slice(file.length + 2) : message;
}

function formatHint(bytes: Uint8Array): string {
  if (bytes.length === 0) return " (the file is empty: build it again)";
  const isElf = bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
  return isElf ? "" : " (expected an object made by tsbpf build, or by clang --target=bpf -g)";
}
