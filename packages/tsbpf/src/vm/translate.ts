// A linked program as JavaScript: one function for each of its functions, registers in pairs of local variables, and
// basic blocks as the cases of a switch. The engine then makes machine code of it. The reference interpreter
// (reference.ts) is what it must agree with.

import type { HelperSpec } from "../bpf/helper-spec.js";
import { helperById } from "../bpf/helpers.js";
import { Class, type Insn, Jmp, LD_IMM64, Mode, PseudoCall, Source } from "../bpf/isa.js";
import { isValidOpcode, JCOND } from "../bpf/opcodes.js";
import type { Image } from "./core.js";
import { POISON_HI, POISON_LO } from "./core.js";
import {
  blockStarts,
  calledFunction,
  endsBlock,
  type FunctionRange,
  functionRanges,
  jumpTarget,
  slotCount,
} from "./functions.js";
import { REGION_HI, REGION_LO, STACK_BYTES } from "./memory.js";
import { immediateText } from "./translate-immediate.js";
import { aluText, conditionText } from "./translate-alu.js";
import { atomicText, loadText, storeText, accessBytes } from "./translate-memory.js";

export interface Translation {
  /** The body of a function of the run time's names (runtime.ts) that gives the list of functions. */
  readonly source: string;
  /** The helpers it calls, each once. */
  readonly helpers: readonly number[];
  /** By counter: the first slot of the run of instructions that it counts, and the slot after the last. */
  readonly segments: readonly FunctionRange[];
}

export interface TranslateOptions {
  /** Count how often each run of instructions is entered. */
  readonly coverage: boolean;
}

interface Translator {
  readonly image: Image;
  readonly options: TranslateOptions;
  readonly ranges: readonly FunctionRange[];
  readonly helpers: Set<number>;
  readonly segments: FunctionRange[];
}

export function translate(image: Image, options: TranslateOptions): Translation {
  const ranges = functionRanges(image.insns);
  const translator: Translator = { image, options, ranges, helpers: new Set(), segments: [] };
  const functions = ranges.map((range, index) => functionText(translator, range, index));
  const names = ranges.map((_, index) => `f${index}`).join(",");
  const helpers = [...translator.helpers];
  const bound = helpers.map((id) => `const H${id >>> 0}=helper(${id});`).join("");
  return {
    source: `"use strict";${bound}\n${functions.join("\n")}\nreturn [${names}];`,
    helpers,
    segments: translator.segments,
  };
}

const TAIL_CALL = 12;
const TAKE_ARRAYS = "I32=M.i32;U16=M.u16;U8=M.u8;RL=M.readLimits;WL=M.writeLimits;BS=M.bases;ep=M.epoch;";
/** The caller-saved registers hold nothing that may be read after a call. */
const CLOBBER = `l1=l2=l3=l4=l5=${POISON_LO};h1=h2=h3=h4=h5=${POISON_HI};`;
/** Memory may have grown. */
const AFTER_CALL = `n=N[0];if(ep!==M.epoch){${TAKE_ARRAYS}}${CLOBBER}`;

function functionText(translator: Translator, range: FunctionRange, index: number): string {
  const { insns } = translator.image;
  const starts = blockStarts(insns, range);
  const blocks = starts.map((start, at) =>
    blockText(translator, range, starts, { start, end: starts[at + 1] ?? range.end }),
  );
  const parameters = [1, 2, 3, 4, 5].map((register) => `l${register},h${register}`).join();
  const others = [0, 6, 7, 8, 9].map((register) => `l${register}=${POISON_LO},h${register}=${POISON_HI}`).join();
  const cases = blocks.map((block, at) => `case ${at}:${block}`).join("\n");
  const fallsOff = `fail(V,${range.end - 1},"it runs on behind its last instruction");`;
  return [
    `function f${index}(${parameters}){`,
    `const d=enter(V,${range.start}),F=(d+1)*${STACK_BYTES},l10=${REGION_LO + STACK_BYTES},h10=${REGION_HI}+d|0;`,
    `let I32,U16,U8,RL,WL,BS,ep,n=N[0],pc=0,t=0,s=0,k=0,o=0,a=0,${others};${TAKE_ARRAYS}`,
    `O:for(;;)switch(pc){`,
    cases,
    `default:${fallsOff}}}`,
  ].join("\n");
}

function blockText(
  translator: Translator,
  range: FunctionRange,
  starts: readonly number[],
  block: FunctionRange,
): string {
  const { insns } = translator.image;
  const number = starts.indexOf(block.start);
  const jumpTo = (target: number): string => {
    if (target === block.start) return `continue B${number};`;
    const other = starts.indexOf(target);
    return other < 0 ? "" : `pc=${other};continue O;`;
  };
  const lines: string[] = [];
  let index = block.start;
  while (index < block.end) {
    const segment = { start: index, end: segmentEnd(insns, index, block.end) };
    lines.push(segmentText(translator, segment));
    for (; index < segment.end; index += slotCount(insns, index)) {
      const insn = insns[index];
      if (insn) lines.push(insnText(translator, insn, index, range, jumpTo));
    }
  }
  const last = lastInsn(insns, block);
  // Falls into the next case; the block's own loop must then be left.
  const leave = last && endsBlock(last) ? "" : "break;";
  return `B${number}:for(;;){${lines.join("\n")}${leave}}`;
}

function lastInsn(insns: readonly Insn[], { start, end }: FunctionRange): Insn | undefined {
  let last: Insn | undefined;
  for (let index = start; index < end; index += slotCount(insns, index)) last = insns[index];
  return last;
}

/** Instructions up to and with the next jump run as a whole. */
function segmentEnd(insns: readonly Insn[], start: number, end: number): number {
  for (let index = start; index < end; index += slotCount(insns, index)) {
    const insn = insns[index];
    if (insn && (mayEnd(insn) || jumpTarget(insn, index) !== undefined)) return index + 1;
  }
  return end;
}

/** Exits, tail calls, and the classic loads that end the program outside the packet. */
function mayEnd(insn: Insn): boolean {
  if (insn.opcode === (Class.JMP | Jmp.EXIT)) return true;
  if (insn.opcode === (Class.JMP | Jmp.CALL)) return insn.src === PseudoCall.HELPER && insn.imm === TAIL_CALL;
  return (insn.opcode & 7) === Class.LD && insn.opcode !== LD_IMM64;
}

/** Counts its instructions before they run: the budget ends endless loops. */
function segmentText({ image, options, segments }: Translator, segment: FunctionRange): string {
  let count = 0;
  for (let index = segment.start; index < segment.end; index += slotCount(image.insns, index)) count++;
  const counter = options.coverage ? `C[${segments.length}]++;` : "";
  segments.push(segment);
  return `${counter}if((n=n-${count}|0)<0)spent(V,${segment.start});`;
}

type JumpTo = (target: number) => string;

function insnText(translator: Translator, insn: Insn, index: number, range: FunctionRange, jumpTo: JumpTo): string {
  return knownText(translator, insn, index, range, jumpTo) ?? `fail(V,${index},"there is no such instruction");`;
}

function knownText(
  translator: Translator,
  insn: Insn,
  index: number,
  range: FunctionRange,
  jumpTo: JumpTo,
): string | undefined {
  const { image } = translator;
  if (!isValidOpcode(insn.opcode)) return undefined;
  switch (insn.opcode & 7) {
    case Class.ALU:
    case Class.ALU64:
      return aluText(insn);
    case Class.LDX:
      return loadText(image, insn, index);
    case Class.ST:
      return (insn.opcode & 0xe0) === Mode.MEM ? storeText(insn, index, true) : undefined;
    case Class.STX:
      if ((insn.opcode & 0xe0) === Mode.ATOMIC) return atomicText(insn, index);
      return (insn.opcode & 0xe0) === Mode.MEM ? storeText(insn, index, false) : undefined;
    case Class.LD:
      return insn.opcode === LD_IMM64 ? immediateText(translator, insn, index) : packetLoadText(insn, index);
    default:
      return jumpText(translator, insn, index, range, jumpTo);
  }
}

/** The loads of classic filters: big-endian, and outside the packet the program ends with 0. */
function packetLoadText(insn: Insn, index: number): string | undefined {
  const mode = insn.opcode & 0xe0;
  const size = accessBytes(insn);
  if ((mode !== Mode.ABS && mode !== Mode.IND) || size === 8) return undefined;
  const offset = mode === Mode.ABS ? String(insn.imm) : `(l${insn.src}+(${insn.imm})|0)`;
  const load = `t=packetLoad(V,${offset},${size});if(t<0){N[0]=n;leave(V);V.hi=0;return 0;}l0=t|0;h0=0;`;
  return `V.insnIndex=${index};${load}${CLOBBER}`;
}

function jumpText(
  translator: Translator,
  insn: Insn,
  index: number,
  range: FunctionRange,
  jumpTo: JumpTo,
): string | undefined {
  const isJmp = (insn.opcode & 7) === Class.JMP;
  const operation = insn.opcode & 0xf0;
  if (operation === Jmp.EXIT) return isJmp ? "N[0]=n;leave(V);V.hi=h0;return l0;" : undefined;
  if (operation === Jmp.CALL) return isJmp ? callText(translator, insn, index) : undefined;
  // The kernel leaves such a loop only after millions of rounds (Linux 6.9); here the budget ends it.
  if (operation === JCOND) return isJmp ? "" : undefined;
  const target = jumpTarget(insn, index) ?? -1;
  const inside = target >= range.start && target < range.end;
  const jump = (inside && jumpTo(target)) || `fail(V,${index},"it jumps out of its function");`;
  if (operation === Jmp.JA) return jump;
  const condition = conditionText(insn);
  return condition === undefined ? undefined : `if(${condition}){${jump}}`;
}

function callText(translator: Translator, insn: Insn, index: number): string | undefined {
  if ((insn.opcode & Source.X) !== 0) return undefined;
  const registers = [1, 2, 3, 4, 5].map((register) => `l${register},h${register}`).join();
  if (insn.src === PseudoCall.BPF) {
    const callee = translator.ranges.findIndex(({ start }) => start === calledFunction(insn, index));
    if (callee < 0) return `fail(V,${index},"it calls a function outside the program");`;
    return `N[0]=n;l0=f${callee}(${registers});h0=V.hi;${AFTER_CALL}`;
  }
  if (insn.src === PseudoCall.KFUNC)
    return `fail(V,${index},"kernel function ${insn.imm} is not part of the machine");`;
  if (insn.src !== PseudoCall.HELPER) return undefined;
  translator.helpers.add(insn.imm);
  const stores = Array.from({ length: argumentCount(helperById(insn.imm)) }, (_, at) => {
    return `A[${2 * at}]=l${at + 1};A[${2 * at + 1}]=h${at + 1};`;
  }).join("");
  const call = `V.insnIndex=${index};N[0]=n;${stores}l0=H${insn.imm >>> 0}(V);h0=V.hi;`;
  const tail = insn.imm === TAIL_CALL ? "if(V.tailTarget!==undefined){leave(V);return tail(V);}" : "";
  return call + tail + AFTER_CALL;
}

/** One that is not in the table is the test's own, and may take all five. */
function argumentCount(spec: HelperSpec | undefined): number {
  return spec?.args.length ?? 5;
}
