// The textual form of the IR: print and parse. Values and blocks are numbered in reading order when printed, so that
// printing, parsing and printing again gives the same text, whatever ids the passes left behind.
//
//   func @name(%0: ptr) -> i32 section "xdp" {
//   bb0:
//     %1 = slot 24 align 8 "event"
//     store u32 %1+4, %2 !prog.ts:3:7
//     br %3, bb1, bb2(%2)
// A comment runs from ';' to the end of its line.

import { helperById } from "../../bpf/helpers.js";
import { compareOps } from "./ir.js";
import type { Block, Func, Inst, IrModule, ParamInst, Span, Target, Terminator } from "./ir.js";

export interface PrintOptions {
  /** Adds the source place to every line that has one: ` !file:line:column`. */
  readonly spans?: boolean;
}

/** The numbers that the printed text gives to values and blocks. */
export interface Names {
  value(inst: Inst): string;
  block(block: Block): string;
}

export function printModule(module: IrModule, options: PrintOptions = {}): string {
  return module.functions.map((func) => printFunc(func, options)).join("\n");
}

export function printFunc(func: Func, options: PrintOptions = {}): string {
  const names = nameFunc(func);
  // What a program is given is its context anyway.
  const params =
    func.blocks[0]?.params.map((param) =>
      func.section === undefined ? printParam(param, names) : `${names.value(param)}: ${param.type}`,
    ) ?? [];
  const linkage = func.section === undefined && func.linkage === "global" ? " global" : "";
  const section = func.section === undefined ? linkage : ` section ${JSON.stringify(func.section)}`;
  const voidReturn = func.voidReturn === "zero" ? "" : ` void ${JSON.stringify(func.voidReturn)}`;
  const lines = [`func @${word(func.name)}(${params.join(", ")}) -> ${func.returns}${section}${voidReturn} {`];
  const suffix = (span: Span | undefined): string => (options.spans && span ? ` ${printSpan(span)}` : "");
  for (const [index, block] of func.blocks.entries()) {
    const list = block.params.map((param) => printParam(param, names)).join(", ");
    lines.push(`${names.block(block)}${index > 0 && list ? `(${list})` : ""}:`);
    for (const inst of block.insts) lines.push(`  ${printInst(inst, names)}${suffix(inst.span)}`);
    lines.push(`  ${printTerm(block.term, names)}${suffix(block.term.span)}`);
  }
  return `${lines.join("\n")}\n}\n`;
}

function printParam(param: ParamInst, names: Names): string {
  return `${names.value(param)}: ${param.type}${param.free ? " free" : ""}${param.context ? " context" : ""}`;
}

/** Numbers the values and blocks of `func`; what does not belong to it is printed with its raw id and a '?'. */
export function nameFunc(func: Func): Names {
  const values = new Map<Inst, string>();
  const blocks = new Map<Block, string>();
  for (const [index, block] of func.blocks.entries()) {
    blocks.set(block, `bb${index}`);
    for (const param of block.params) values.set(param, `%${values.size}`);
    for (const inst of block.insts) if (inst.type !== "void") values.set(inst, `%${values.size}`);
  }
  return {
    value: (inst) => values.get(inst) ?? `%?${inst.id}`,
    block: (block) => blocks.get(block) ?? `bb?${block.id}`,
  };
}

export function printInst(inst: Inst, names: Names): string {
  const body = printBody(
    inst,
    inst.args.map((arg) => names.value(arg)),
  );
  return inst.type === "void" ? body : `${names.value(inst)} = ${body}`;
}

export function printTerm(term: Terminator, names: Names): string {
  const target = ({ block, args }: Target): string =>
    names.block(block) + (args.length > 0 ? `(${args.map((arg) => names.value(arg)).join(", ")})` : "");
  switch (term.op) {
    case "jump":
      return `jump ${target(term.target)}`;
    case "br":
      return `br ${names.value(term.cond)}, ${target(term.then)}, ${target(term.else)}`;
    case "ret":
      return term.value ? `ret ${names.value(term.value)}` : "ret";
    case "unreachable":
      return "unreachable";
  }
}

// ---- printing ---------------------------------------------------------------------------------------------------

function printBody(inst: Inst, args: readonly string[]): string {
  const at = (index: number, offset: number): string => `${args[index] ?? "?"}${offset < 0 ? "" : "+"}${offset}`;
  switch (inst.op) {
    case "param":
      return `param ${inst.type}`;
    case "const":
      return `const ${inst.type} ${BigInt.asIntN(inst.type === "i32" ? 32 : 64, inst.value)}`;
    case "slot":
      return `slot ${inst.size} align ${inst.align} ${JSON.stringify(inst.name)}`;
    case "load":
      return `load ${inst.mem} ${inst.type} ${at(0, inst.offset)}`;
    case "store":
      return `store ${inst.mem} ${at(0, inst.offset)}, ${args[1] ?? "?"}`;
    case "zero":
      return `zero ${at(0, inst.offset)}, ${inst.size} align ${inst.align}`;
    case "copy":
      return `copy ${at(0, inst.dstOffset)}, ${at(1, inst.srcOffset)}, ${inst.size} align ${inst.align}`;
    case "kread":
      return `kread ${inst.mem} ${inst.type} ${args[0] ?? "?"}`;
    case "kreadinto":
      return `kreadinto ${at(0, inst.dstOffset)}, ${args[1] ?? "?"}, ${inst.size}`;
    case "map":
      return `map ${JSON.stringify(inst.name)}`;
    case "data":
      return `data ${JSON.stringify(inst.section)}+${inst.offset}`;
    case "func":
      return `func ${JSON.stringify(inst.name)}`;
    case "atomic":
      return `atomic ${inst.operation} ${inst.mem} ${inst.type} ${at(0, inst.offset)}, ${args.slice(1).join(", ")}`;
    case "callfn":
      return `callfn ${inst.type} ${JSON.stringify(inst.name)}(${args.join(", ")})`;
    case "call":
      return `call ${inst.type} ${helperById(inst.helper)?.name ?? "helper"}#${inst.helper}(${args.join(", ")})`;
    case "core": {
      const value = BigInt.asIntN(inst.type === "i32" ? 32 : 64, inst.value);
      const key = `${JSON.stringify(inst.typeKey)} ${JSON.stringify(inst.access)}`;
      return `core ${inst.type} ${inst.reloc} ${key} = ${value}`;
    }
    default: {
      // A comparison shows the type that it compares, everything else the type that it gives.
      const type = compareOps.has(inst.op) ? (inst.args[0]?.type ?? "?") : inst.type;
      const context = inst.op === "int2ptr" && inst.context ? " context" : "";
      return `${inst.op} ${type} ${args.join(", ")}${context}`;
    }
  }
}

function printSpan(span: Span): string {
  const file = /^[^\s":;]+$/.test(span.file) ? span.file : JSON.stringify(span.file);
  return `!${file}:${span.line}:${span.column}`;
}

function word(name: string): string {
  return /^[\w.$]+$/.test(name) ? name : JSON.stringify(name);
}
