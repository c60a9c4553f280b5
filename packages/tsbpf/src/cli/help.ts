// Help texts, made from the table of commands. They are for someone new and in a hurry: what it does, how to
// call it, an example.

import { helpOption, UsageError } from "./args.js";
import type { CommandSpec, OptionSpec, ParsedArgs } from "./args.js";
import { hint } from "../util/did-you-mean.js";
import type { Io } from "./io.js";

export async function runHelp(args: ParsedArgs, io: Io, commands: readonly CommandSpec[]): Promise<number> {
  if (args.operand === undefined) {
    io.stdout(overview(commands));
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === args.operand);
  if (command === undefined) {
    const names = commands.map((candidate) => candidate.name);
    throw new UsageError(`unknown command "${args.operand}"${hint(args.operand, names)}`);
  }
  io.stdout(commandHelp(command));
  return 0;
}

/** What `tsbpf` alone prints. */
export function overview(commands: readonly CommandSpec[]): string {
  const rows = commands.map((command) => [usageWords(command), command.summary] as const);
  return [
    "tsbpf: BPF programs in TypeScript",
    "",
    "Usage: tsbpf COMMAND [OPTION]...",
    "",
    ...columns(rows),
    "",
    "Examples:",
    "  tsbpf build bpf/sched.ts -o build/sched.bpf.o    compile",
    "  sudo tsbpf doctor                                what this machine still needs",
    "",
    '"tsbpf help COMMAND" says more.',
    "",
  ].join("\n");
}

/** What `tsbpf COMMAND --help` prints. */
export function commandHelp(command: CommandSpec): string {
  const operands = command.operand ? [[command.operand.name, command.operand.help] as const] : [];
  const options = [...command.options, helpOption].map((option) => [optionWords(option), ...option.help] as const);
  const lines = [
    `tsbpf ${command.name}: ${command.summary}`,
    "",
    `Usage: tsbpf ${usageWords(command)}${command.options.length > 0 ? " [OPTION]..." : ""}`,
    "",
    ...columns([...operands, ...options]),
    "",
    ...command.details.flatMap((paragraph) => [...paragraph, ""]),
    command.examples.length > 1 ? "Examples:" : "Example:",
    ...columns(command.examples.map(({ line, comment }) => [line, comment] as const)),
  ];
  return `${lines.join("\n")}\n`;
}

function usageWords(command: CommandSpec): string {
  if (command.operand === undefined) return command.name;
  const { name, required, many } = command.operand;
  return `${command.name} ${required ? name : `[${name}]`}${many ? "..." : ""}`;
}

function optionWords(option: OptionSpec): string {
  const short = option.short ? `-${option.short}, ` : "    ";
  return `${short}--${option.name}${option.value ? ` ${option.value}` : ""}`;
}

/** Two columns; further texts of a row stand below its second. */
function columns(rows: readonly (readonly [string, ...string[]])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.flatMap(([left, ...texts]) =>
    texts.map((text, index) => `  ${(index === 0 ? left : "").padEnd(width)}  ${text}`),
  );
}
