// The command line as data: what a command takes, and the parser that checks words against it. A mistake is a
// UsageError that names the word and, where one is near, what was probably meant.

import { hint } from "../util/did-you-mean.js";

/** A command line that does not make sense; the process ends with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface OptionSpec {
  /** The long form, without its dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What the value is called in help texts; an option without it is a flag. */
  readonly value?: string;
  /** The only values it takes. */
  readonly choices?: readonly string[];
  /** The value is a list with commas, and the option may be given several times. */
  readonly list?: boolean;
  /** For the help text, in lines that fit. */
  readonly help: readonly string[];
}

export interface OperandSpec {
  readonly name: string;
  readonly required: boolean;
  /** Several may be given. */
  readonly many?: true;
  readonly help: string;
  /** What is missing when it is missing: "name the source file". */
  readonly cure: string;
}

/** What a command takes, and what its help says. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly operand: OperandSpec | undefined;
  readonly options: readonly OptionSpec[];
  /** Paragraphs of the help text, each in lines that fit. */
  readonly details: readonly (readonly string[])[];
  readonly examples: readonly { readonly line: string; readonly comment: string }[];
}

export interface ParsedArgs {
  readonly operand: string | undefined;
  /** All of them, for a command that takes many. */
  readonly operands: readonly string[];
  /** By long name; a list has one item a value. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly help: boolean;
}

export const helpOption: OptionSpec = { name: "help", short: "h", help: ["show this text"] };

/** Checks the words after the command's name. `--help` anywhere wins over everything else. */
export function parseArgs(command: CommandSpec, words: readonly string[]): ParsedArgs {
  const state: State = { command, words, next: 0, operands: [], values: new Map() };
  const end = words.indexOf("--");
  const optionWords = end < 0 ? words : words.slice(0, end);
  if (optionWords.includes("--help") || optionWords.includes("-h")) {
    return { operand: undefined, operands: [], values: state.values, help: true };
  }
  while (state.next < words.length) {
    const word = words[state.next++] ?? "";
    if (word === "--") {
      state.operands.push(...words.slice(state.next));
      state.next = words.length;
    } else if (word.startsWith("--")) longOption(state, word);
    else if (word.startsWith("-") && word !== "-") shortOption(state, word);
    else state.operands.push(word);
  }
  return { operand: takeOperand(state), operands: state.operands, values: state.values, help: false };
}

/** The value of an option that is given at most once. */
export function optionValue(args: ParsedArgs, name: string): string | undefined {
  return args.values.get(name)?.[0];
}

interface State {
  readonly command: CommandSpec;
  readonly words: readonly string[];
  next: number;
  readonly operands: string[];
  readonly values: Map<string, readonly string[]>;
}

function longOption(state: State, word: string): void {
  const equals = word.indexOf("=");
  const written = equals < 0 ? word : word.slice(0, equals);
  const options = [...state.command.options, helpOption];
  const option = options.find((candidate) => `--${candidate.name}` === written);
  if (option === undefined) {
    const names = options.map((candidate) => `--${candidate.name}`);
    throw new UsageError(`unknown option "${written}"${hint(written, names)}`);
  }
  setOption(state, option, written, equals < 0 ? undefined : word.slice(equals + 1));
}

function shortOption(state: State, word: string): void {
  const written = word.slice(0, 2);
  const option = state.command.options.find((candidate) => `-${candidate.short}` === written);
  if (option === undefined) {
    // "-cpu v3" is a slip of one dash rather than the option "-c".
    const names = state.command.options.map((candidate) => `--${candidate.name}`);
    throw new UsageError(`unknown option "${word}"${hint(`-${word}`, names)}`);
  }
  setOption(state, option, written, word.length > 2 ? word.slice(2).replace(/^=/, "") : undefined);
}

function setOption(state: State, option: OptionSpec, written: string, attached: string | undefined): void {
  const before = state.values.get(option.name);
  if (before !== undefined && !option.list) throw new UsageError(`option "${written}" is given twice`);
  if (option.value === undefined) {
    if (attached !== undefined) throw new UsageError(`option "${written}" takes no value`);
    state.values.set(option.name, []);
    return;
  }
  const value = attached ?? takeValue(state, option, written);
  if (value === "") throw new UsageError(`option "${written}" needs a value: ${written} ${option.value}`);
  const items = option.list ? value.split(",").filter((item) => item !== "") : [value];
  for (const item of items) {
    if (option.choices && !option.choices.includes(item)) {
      const choices = option.choices.join(", ");
      throw new UsageError(`invalid value "${item}" of option "${written}": expected one of ${choices}`);
    }
  }
  state.values.set(option.name, [...(before ?? []), ...items]);
}

function takeValue(state: State, option: OptionSpec, written: string): string {
  const word = state.words[state.next];
  // A value that looks like an option is a forgotten value; "-o=-x" and "--output=-x" still say it.
  if (word === undefined || (word.startsWith("-") && word !== "-")) {
    throw new UsageError(`option "${written}" needs a value: ${written} ${option.value}`);
  }
  state.next++;
  return word;
}

function takeOperand({ command, operands }: State): string | undefined {
  const [first, second] = operands;
  if (command.operand === undefined) {
    if (first !== undefined) throw new UsageError(`unexpected "${first}": "${command.name}" takes no operand`);
    return undefined;
  }
  if (second !== undefined && !command.operand.many) {
    throw new UsageError(`unexpected "${second}": "${command.name}" takes one ${command.operand.name}`);
  }
  if (first === undefined && command.operand.required) {
    throw new UsageError(`missing ${command.operand.name}: ${command.operand.cure}`);
  }
  if (operands.includes("")) throw new UsageError(`empty ${command.operand.name}: ${command.operand.cure}`);
  return first;
}
