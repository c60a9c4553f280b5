// One run of the command line: finds the command, checks its words, does it, and turns what went wrong into a
// message and an exit code (0 done, 1 failed, 2 wrong command line).

import { parseArgs, UsageError } from "./args.js";
import { commands } from "./commands.js";
import type { Command } from "./commands.js";
import { hint } from "../util/did-you-mean.js";
import { CliError } from "./errors.js";
import { commandHelp, overview } from "./help.js";
import { painter } from "./io.js";
import type { Io } from "./io.js";

/** `words` are the arguments after the program's name. */
export async function runCli(words: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = words;
  if (first === undefined) {
    io.stderr(overview(commands));
    return 2;
  }
  const name = first === "--version" || first === "-V" ? "version" : first;
  if (name === "--help" || name === "-h") {
    io.stdout(overview(commands));
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return usageFailure(io, "tsbpf", unknownCommand(name), "tsbpf help");
  return runCommand(command, rest, io);
}

async function runCommand(command: Command, words: readonly string[], io: Io): Promise<number> {
  try {
    const args = parseArgs(command, words);
    if (args.help) {
      io.stdout(commandHelp(command));
      return 0;
    }
    const run = await command.load();
    return await run(args, io, commands);
  } catch (error) {
    if (error instanceof UsageError) {
      return usageFailure(io, `tsbpf ${command.name}`, error.message, `tsbpf help ${command.name}`);
    }
    if (error instanceof CliError) {
      io.stderr(`${painter(io.colorStderr)("red", "error:")} ${error.message}\n`);
      return 1;
    }
    // What nobody expected is our bug: the stack is what a report needs.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.stderr(`tsbpf ${command.name}: this is a bug in tsbpf, please report it with the source and these lines:\n`);
    io.stderr(`${text}\n`);
    return 1;
  }
}

function usageFailure(io: Io, who: string, message: string, help: string): number {
  io.stderr(`${who}: ${message}\ntry "${help}"\n`);
  return 2;
}

function unknownCommand(name: string): string {
  if (/\.[cm]?ts$/.test(name)) return `unknown command "${name}" (did you mean "tsbpf build ${name}"?)`;
  if (name.endsWith(".o")) return `unknown command "${name}" (did you mean "tsbpf inspect ${name}"?)`;
  const names = commands.map((command) => command.name);
  const kind = name.startsWith("-") ? "option" : "command";
  const candidates = kind === "option" ? ["--help", "--version"] : names;
  return `unknown ${kind} "${name}"${hint(name, candidates)}`;
}
