// A linked program as JavaScript: one function for each of its functions, registers in pairs of local variables, and
// basic blocks as the cases of a switch. The engine then makes machine code of it. The reference interpreter
// (reference.ts) is what it must agree with.

import type { HelperSpec } from "../bpf/helper-spec.js";
import { helperById } from "../bpf/helpers.js";
import { Class, type Insn, Jmp, LD_IMM64, Mode, PseudoCall, Source } from "../bpf/isa.js";
import { isValidOpcode, JCOND } from "../bpf/opcodes.js";
import { MAX_FRAMES, STACK_BYTES } from "../bpf/stack.js";
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
import { REGION_HI, REGION_LO } from "./memory.js";
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

/** How a function's code is left: as a whole, or as one of several pieces that share the registers in `R`. */
interface Shape {
  /** Ends the function with r0. */
  readonly exit: string;
  /** Ends it with 0. */
  readonly exitWithZero: string;
  /** Goes on in the target of a tail call, and ends with its result. */
  readonly tail: string;
  /** Goes to a block outside this piece. */
  readonly goTo: (block: number) => string;
}

const whole: Shape = {
  exit: "N[0]=n;leave(V);V.hi=h0;return l0;",
  exitWithZero: "N[0]=n;leave(V);V.hi=0;return 0;",
  tail: "leave(V);return tail(V);",
  goTo: () => "",
};

const SAVED = Array.from({ length: 10 }, (_, register) => register);
const SAVE = `N[0]=n;${SAVED.map((at) => `R[${2 * at}]=l${at};R[${2 * at + 1}]=h${at};`).join("")}`;
const piece: Shape = {
  exit: "N[0]=n;leave(V);V.hi=h0;R[0]=l0;return -1;",
  exitWithZero: "N[0]=n;leave(V);V.hi=0;R[0]=0;return -1;",
  tail: "leave(V);R[0]=tail(V);return -1;",
  goTo: (block) => `${SAVE}return ${block};`,
};

/** Larger functions are too much for the engine's optimiser: they become pieces of about this many instructions. */
const PIECE_SLOTS = 64;
const LARGEST_WHOLE = 96;
const parameters = [1, 2, 3, 4, 5].map((register) => `l${register},h${register}`).join();
const VARIABLES = "I32,U16,U8,RL,WL,BS,ep,n=N[0],t=0,s=0,k=0,o=0,a=0";
const FRAME = `F=(d+1)*${STACK_BYTES},l10=${REGION_LO + STACK_BYTES},h10=${REGION_HI}+d|0`;

function functionText(translator: Translator, range: FunctionRange, index: number): string {
  const { insns } = translator.image;
  const starts = blockStarts(insns, range);
  const isLarge = range.end - range.start > LARGEST_WHOLE;
  const blocks = blockRanges(insns, starts, range, isLarge ? PIECE_SLOTS : Infinity);
  const numbers = new Map(blocks.map(({ start }, at) => [start, at]));
  if (isLarge) return largeFunctionText(translator, range, index, blocks, numbers);
  const others = [0, 6, 7, 8, 9].map((register) => `l${register}=${POISON_LO},h${register}=${POISON_HI}`).join();
  const body = { translator, range, numbers, shape: whole, blocks, first: 0 };
  return [
    `function f${index}(${parameters}){`,
    `const d=enter(V,${range.start}),${FRAME};`,
    `let pc=0,${VARIABLES},${others};${TAKE_ARRAYS}`,
    `${bodyText(body)}}`,
  ].join("\n");
}

/** A driver that calls pieces until one of them ends the function; registers are kept in an array between them. */
function largeFunctionText(
  translator: Translator,
  range: FunctionRange,
  index: number,
  blocks: readonly FunctionRange[],
  numbers: ReadonlyMap<number, number>,
): string {
  const pieces: { first: number; blocks: FunctionRange[] }[] = [];
  let slots = Infinity;
  blocks.forEach((block, at) => {
    const size = block.end - block.start;
    if (slots + size > PIECE_SLOTS) pieces.push({ first: at, blocks: [] });
    slots = pieces.at(-1)?.blocks.length === 0 ? size : slots + size;
    pieces.at(-1)?.blocks.push(block);
  });
  const loads = SAVED.map((at) => `l${at}=R[${2 * at}],h${at}=R[${2 * at + 1}]`).join();
  const functions = pieces.map(({ first, blocks: own }, at) => {
    const body = { translator, range, numbers, shape: piece, blocks: own, first };
    return [
      `function f${index}_${at}(R,d,pc){`,
      `const ${FRAME};let ${VARIABLES},${loads};${TAKE_ARRAYS}`,
      `${bodyText(body)}}`,
    ].join("\n");
  });
  const owners = pieces.flatMap(({ blocks: own }, at) => own.map(() => at));
  const poison = SAVED.map(() => `${POISON_LO},${POISON_HI}`).join();
  const table = `const K${index}=[${owners}],T${index}=[${pieces.map((_, at) => `f${index}_${at}`)}];`;
  const frames = `const Q${index}=Array.from({length:${MAX_FRAMES}},()=>new Int32Array(20));`;
  const driver = [
    `function f${index}(${parameters}){const d=enter(V,${range.start}),R=Q${index}[d];`,
    `R.set([${poison}]);${[1, 2, 3, 4, 5].map((at) => `R[${2 * at}]=l${at};R[${2 * at + 1}]=h${at};`).join("")}`,
    `let pc=0;do pc=T${index}[K${index}[pc]](R,d,pc);while(pc>=0);return R[0];}`,
  ].join("\n");
  return [...functions, table + frames, driver].join("\n");
}

/** The function's blocks in order; those of more slots than `most` are cut. */
function blockRanges(
  insns: readonly Insn[],
  starts: readonly number[],
  range: FunctionRange,
  most: number,
): readonly FunctionRange[] {
  return starts.flatMap((start, at) => {
    const end = starts[at + 1] ?? range.end;
    const parts: FunctionRange[] = [];
    let from = start;
    for (let index = start; index < end; index += slotCount(insns, index)) {
      if (index - from < most) continue;
      parts.push({ start: from, end: index });
      from = index;
    }
    return [...parts, { start: from, end }];
  });
}

interface Body {
  readonly translator: Translator;
  readonly range: FunctionRange;
  /** Of all blocks of the function, by their first slot. */
  readonly numbers: ReadonlyMap<number, number>;
  readonly shape: Shape;
  /** The blocks that are here, one after the other. */
  readonly blocks: readonly FunctionRange[];
  readonly first: number;
}

function bodyText(body: Body): string {
  const { blocks, first, numbers, range, shape } = body;
  const cases = blocks.map((block, at) => `case ${first + at}:${blockText(body, block, first + at)}`);
  const isLast = first + blocks.length === numbers.size;
  const fallsOff = `fail(V,${range.end - 1},"it runs on behind its last instruction");`;
  return `O:for(;;)switch(pc){\n${cases.join("\n")}\n${isLast ? `default:${fallsOff}` : shape.goTo(first + blocks.length)}}`;
}

function blockText(body: Body, block: FunctionRange, number: number): string {
  const { translator, range, numbers, shape, blocks, first } = body;
  const { insns } = translator.image;
  const jumpTo = (target: number): string => {
    if (target === block.start) return `continue B${number};`;
    const other = numbers.get(target);
    if (other === undefined) return "";
    const isHere = other >= first && other < first + blocks.length;
    return isHere ? `pc=${other};continue O;` : shape.goTo(other);
  };
  const lines: string[] = [];
  let index = block.start;
  while (index < block.end) {
    const segment = { start: index, end: segmentEnd(insns, index, block.end) };
    lines.push(segmentText(translator, segment));
    for (; index < segment.end; index += slotCount(insns, index)) {
      const insn = insns[index];
      if (insn) lines.push(insnText({ translator, range, shape, jumpTo }, insn, index));
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

/** What the text of one instruction depends on. */
interface Place {
  readonly translator: Translator;
  readonly range: FunctionRange;
  readonly shape: Shape;
  readonly jumpTo: (target: number) => string;
}

function insnText(place: Place, insn: Insn, index: number): string {
  return knownText(place, insn, index) ?? `fail(V,${index},"there is no such instruction");`;
}

function knownText(place: Place, insn: Insn, index: number): string | undefined {
  const { image } = place.translator;
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
      if (insn.opcode === LD_IMM64) return immediateText(place.translator, insn, index);
      return packetLoadText(place, insn, index);
    default:
      return jumpText(place, insn, index);
  }
}

/** The loads of classic filters: big-endian, and outside the packet the program ends with 0. */
function packetLoadText({ shape }: Place, insn: Insn, index: number): string | undefined {
  const mode = insn.opcode & 0xe0;
  const size = accessBytes(insn);
  if ((mode !== Mode.ABS && mode !== Mode.IND) || size === 8) return undefined;
  const offset = mode === Mode.ABS ? String(insn.imm) : `(l${insn.src}+(${insn.imm})|0)`;
  return `V.insnIndex=${index};t=packetLoad(V,${offset},${size});if(t<0){${shape.exitWithZero}}l0=t|0;h0=0;${CLOBBER}`;
}

function jumpText({ translator, range, shape, jumpTo }: Place, insn: Insn, index: number): string | undefined {
  const isJmp = (insn.opcode & 7) === Class.JMP;
  const operation = insn.opcode & 0xf0;
  if (operation === Jmp.EXIT) return isJmp ? shape.exit : undefined;
  if (operation === Jmp.CALL) return isJmp ? callText(translator, shape, insn, index) : undefined;
  // The kernel leaves such a loop only after millions of rounds (Linux 6.9); here the budget ends it.
  if (operation === JCOND) return isJmp ? "" : undefined;
  const target = jumpTarget(insn, index) ?? -1;
  const inside = target >= range.start && target < range.end;
  const jump = (inside && jumpTo(target)) || `fail(V,${index},"it jumps out of its function");`;
  if (operation === Jmp.JA) return jump;
  const condition = conditionText(insn);
  return condition === undefined ? undefined : `if(${condition}){${jump}}`;
}

function callText(translator: Translator, shape: Shape, insn: Insn, index: number): string | undefined {
  if ((insn.opcode & Source.X) !== 0) return undefined;
  if (insn.src === PseudoCall.BPF) {
    const callee = translator.ranges.findIndex(({ start }) => start === calledFunction(insn, index));
    if (callee < 0) return `fail(V,${index},"it calls a function outside the program");`;
    return `N[0]=n;l0=f${callee}(${parameters});h0=V.hi;${AFTER_CALL}`;
  }
  if (insn.src === PseudoCall.KFUNC)
    return `fail(V,${index},"kernel function ${insn.imm} is not part of the machine");`;
  if (insn.src !== PseudoCall.HELPER) return undefined;
  translator.helpers.add(insn.imm);
  const stores = Array.from({ length: argumentCount(helperById(insn.imm)) }, (_, at) => {
    return `A[${2 * at}]=l${at + 1};A[${2 * at + 1}]=h${at + 1};`;
  }).join("");
  const call = `V.insnIndex=${index};N[0]=n;${stores}l0=H${insn.imm >>> 0}(V);h0=V.hi;`;
  const tail = insn.imm === TAIL_CALL ? `if(V.tailTarget!==undefined){${shape.tail}}` : "";
  return call + tail + AFTER_CALL;
}

/** One that is not in the table is the test's own, and may take all five. */
function argumentCount(spec: HelperSpec | undefined): number {
  return spec?.args.length ?? 5;
}
