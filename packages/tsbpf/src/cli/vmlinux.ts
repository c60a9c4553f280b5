// `tsbpf vmlinux`: writes views of a kernel's types, for programs to import. It needs no rights and no compiler.

import { resolve } from "node:path";
import { optionValue, UsageError } from "./args.js";
import type { ParsedArgs } from "./args.js";
import { hint } from "../util/did-you-mean.js";
import { CliError } from "./errors.js";
import { printable } from "./io.js";
import type { Io } from "./io.js";
import { readBounded } from "./read-bounded.js";
import type { NamedType } from "./vmlinux-names.js";
import { allNamed, namedTypes, renderViews } from "./vmlinux-views.js";
import { writeFileAtomic } from "./write-atomic.js";
import { decodeBtf, type DecodedBtf } from "../btf/decode.js";
import { parseViewName } from "../btf/view-name.js";
import { readElf } from "../object/elf.js";
import { FormatError } from "../util/bytes.js";

const kernelBtf = "/sys/kernel/btf/vmlinux";

export async function runVmlinux(args: ParsedArgs, io: Io): Promise<number> {
  const file = optionValue(args, "btf") ?? kernelBtf;
  const output = optionValue(args, "output");
  if (output !== undefined && !output.endsWith(".d.ts")) {
    throw new UsageError(`output "${output}" does not end in .d.ts (write -o vmlinux.d.ts)`);
  }
  const depth = depthOf(optionValue(args, "depth"));
  const views = viewsOf(
    readBounded(resolve(io.cwd, file), file, "a BTF file", btfCure(file)),
    file,
    args.operands,
    depth,
  );
  if (output === undefined) {
    io.stdout(views.text);
    return 0;
  }
  writeFileAtomic(resolve(io.cwd, output), new TextEncoder().encode(views.text));
  io.stderr(`wrote ${output} (${views.typeCount} ${views.typeCount === 1 ? "type" : "types"})\n`);
  return 0;
}

function depthOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new UsageError(`invalid value "${text}" of option "--depth": expected a number from 0 to 999`);
}

function btfCure(file: string): string {
  return file === kernelBtf
    ? "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF): name a file with --btf"
    : `the running kernel's is ${kernelBtf}`;
}

/** The text for the named types, or for all; throws CliError when the bytes are no BTF or a name is unknown. */
export function viewsOf(
  bytes: Uint8Array,
  file: string,
  names: readonly string[],
  depth: number,
): ReturnType<typeof renderViews> {
  try {
    const btf = decodeBtf(btfBytes(bytes, file), file);
    const roots = names.length === 0 ? allNamed(btf) : names.flatMap((name) => wantedTypes(btf, name, file));
    return renderViews(btf, roots, depth);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const reason = printable(
      error.message.startsWith(`${file}: `) ? error.message.slice(file.length + 2) : error.message,
    );
    throw new CliError(`read ${file}: ${reason} (expected a kernel's BTF, such as ${kernelBtf})`, { cause: error });
  }
}

/** BTF as it is, or the section of an ELF file. */
function btfBytes(bytes: Uint8Array, file: string): Uint8Array {
  const isElf = bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
  if (!isElf) return bytes;
  const section = readElf(bytes, file).sections.find((candidate) => candidate.name === ".BTF");
  if (!section) throw new FormatError(`${file}: the file has no section .BTF`);
  return section.bytes;
}

/** A kernel's name or a view's: `task_struct` and `bpfCoreTaskStruct` are the same. */
function wantedTypes(btf: DecodedBtf, word: string, file: string): NamedType[] {
  const found = namedTypes(btf, parseViewName(word)?.name ?? word);
  if (found.length > 0) return found;
  const names = allNamed(btf).map((type) => type.name);
  throw new CliError(
    `find "${printable(word)}" in ${file}: no struct, union or enum has this name${hint(word, names)}`,
  );
}
