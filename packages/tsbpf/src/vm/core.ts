// The state of the virtual machine while a program runs, and the error that ends a run. Translated programs, the
// reference interpreter and the helpers share one such state.

import type { Insn } from "../bpf/isa.js";
import type { LineInfo } from "../object/spec.js";
import type { Memory } from "./memory.js";

/** A program ready to run: its functions in one piece, with every relocation resolved. */
export interface Image {
  readonly name: string;
  readonly insns: readonly Insn[];
  /** Sorted by instruction. */
  readonly lines: readonly LineInfo[];
  /** A load through a pointer that is NULL or leads nowhere gives 0, as the kernel's loads through BTF pointers do. */
  readonly faultsReadZero: boolean;
  /** Loads of these 32-bit context fields give the packet's addresses. */
  readonly packetFields: PacketFields | undefined;
  /** By instruction, what it needs of the kernel's types that they do not have: "struct task_struct.tgid". */
  readonly missing: ReadonlyMap<number, string>;
  /** Its place in {@link Core.images}: function addresses carry it. */
  readonly id: number;
}

/** Byte offsets in the context. */
export interface PacketFields {
  readonly data: number;
  readonly dataEnd: number;
  readonly dataMeta: number;
}

/** Arguments are pairs of 32-bit halves, low half first. It gives the low half; the high one is `core.hi`. */
export type CompiledFunction = (...halves: number[]) => number;

export interface LoadedImage {
  readonly image: Image;
  /** In the order of {@link functionStarts}; made on first use. */
  readonly functions: () => readonly CompiledFunction[];
  /** How often each instruction ran; undefined unless coverage is counted. */
  readonly hits: () => readonly number[] | undefined;
}

export interface Core {
  /** High half of the last 64-bit result. */
  hi: number;
  readonly memory: Memory;
  /** The five arguments of a helper call, as pairs of halves. */
  readonly args: Int32Array;
  /** [0]: how many instructions may still run. */
  readonly budget: Int32Array;
  /** Frames in use. */
  depth: number;
  image: Image;
  readonly images: LoadedImage[];
  /** The instruction whose helper call is under way. */
  insnIndex: number;
  /** High half of the context's address. */
  contextHi: number;
  /** The packet: high half of its address, and low halves of its first byte and of its end. */
  packetHi: number;
  packetLo: number;
  packetEndLo: number;
  /** Set by a tail call that succeeded. */
  tailTarget: LoadedImage | undefined;
  tailCalls: number;
}

/** A program did what the kernel would never let it do, or more than it may. */
export class VmError extends Error {
  override readonly name = "VmError";
  readonly program: string;
  /** Counted in 8-byte slots from the program's first instruction. */
  readonly insnIndex: number;
  readonly line: LineInfo | undefined;
  /** The address, where it is a fault of memory. */
  readonly address: bigint | undefined;

  constructor(image: Image, insnIndex: number, reason: string, address?: bigint) {
    const line = lineOf(image, insnIndex);
    const place = line === undefined ? "" : ` (${line.file}:${line.line}:${line.column})`;
    super(`run "${image.name}": instruction ${insnIndex}${place}: ${reason}`);
    this.program = image.name;
    this.insnIndex = insnIndex;
    this.line = line;
    this.address = address;
  }
}

/** The source line an instruction comes from. */
export function lineOf(image: Image, insnIndex: number): LineInfo | undefined {
  let found: LineInfo | undefined;
  for (const line of image.lines) {
    if (line.insnIndex > insnIndex) break;
    found = line;
  }
  return found;
}

/** Ends the run because of the helper call that is under way. */
export function helperFault(core: Core, reason: string, address?: bigint): never {
  throw new VmError(core.image, core.insnIndex, reason, address);
}

/** What registers hold when nothing may be read from them: easily seen in results, the same in every run. */
export const POISON_LO = 0x5eed5eed | 0;
export const POISON_HI = 0x0bad5eed | 0;

/** High halves of what is no memory: maps and functions. Their low half is a number. */
export const MAP_HI = 0xff0d0000 | 0;
export const FUNCTION_HI = 0xff0f0000 | 0;
/** A function's address: image and function number in the low half. */
export const FUNCTION_BITS = 12;
