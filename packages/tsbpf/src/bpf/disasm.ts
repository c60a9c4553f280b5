// Instructions as text, in the C-like style of the kernel's verifier log. It takes whatever bytes there are: an
// instruction that does not exist prints as such, and nothing throws.

import { helperById } from "./helpers.js";
import { Alu, Class, type Insn, Jmp, LD_IMM64, Mode, PseudoCall, PseudoLoad, Size, Source } from "./isa.js";
import { Atomic } from "./builders.js";
import { isValidOpcode, JCOND } from "./opcodes.js";

export interface DisassembleOptions {
  /** What to append to an instruction as a comment. */
  readonly annotate?: (insnIndex: number) => string | undefined;
  /** The name of the map that the 64-bit load at `insnIndex` refers to. */
  readonly mapName?: (insnIndex: number) => string | undefined;
  /** The name of the BPF or kernel function that the call or 64-bit load at `insnIndex` refers to. */
  readonly functionName?: (insnIndex: number) => string | undefined;
}

export interface DisassembledLine {
  readonly insnIndex: number;
  readonly text: string;
}

/** One line for each instruction; the second slot of a 64-bit load has none of its own. */
export function disassemble(insns: readonly Insn[], options: DisassembleOptions = {}): DisassembledLine[] {
  const lines: DisassembledLine[] = [];
  for (let insnIndex = 0; insnIndex < insns.length; insnIndex++) {
    const insn = insns[insnIndex];
    if (insn === undefined) break;
    const next = insns[insnIndex + 1];
    const text = insnText(insn, next, insnIndex, options) ?? invalid(insn);
    const comment = options.annotate?.(insnIndex);
    lines.push({ insnIndex, text: comment === undefined ? text : `${text} ; ${comment}` });
    if (insn.opcode === LD_IMM64 && isSecondSlot(next)) insnIndex++;
  }
  return lines;
}

/** The text of one instruction, or undefined when it does not exist. `next` is the slot after it. */
function insnText(
  insn: Insn,
  next: Insn | undefined,
  insnIndex: number,
  options: DisassembleOptions,
): string | undefined {
  if (!isValidOpcode(insn.opcode) || insn.dst > 10) return undefined;
  switch (insn.opcode & 7) {
    case Class.ALU:
    case Class.ALU64:
      return aluText(insn);
    case Class.LD:
      return insn.opcode === LD_IMM64 ? wideLoadText(insn, next, insnIndex, options) : packetText(insn);
    case Class.LDX:
    case Class.ST:
    case Class.STX:
      return memoryText(insn);
    default:
      return jumpText(insn, insnIndex, options);
  }
}

function invalid(insn: Insn): string {
  const hex = insn.opcode.toString(16).padStart(2, "0");
  return `invalid 0x${hex} dst=${insn.dst} src=${insn.src} off=${insn.offset} imm=${insn.imm}`;
}

// ---- arithmetic -------------------------------------------------------------------------------------------------

const aluSigns: Readonly<Record<number, string>> = {
  [Alu.ADD]: "+=",
  [Alu.SUB]: "-=",
  [Alu.MUL]: "*=",
  [Alu.DIV]: "/=",
  [Alu.OR]: "|=",
  [Alu.AND]: "&=",
  [Alu.LSH]: "<<=",
  [Alu.RSH]: ">>=",
  [Alu.MOD]: "%=",
  [Alu.XOR]: "^=",
  [Alu.MOV]: "=",
  [Alu.ARSH]: "s>>=",
};

function aluText(insn: Insn): string | undefined {
  const wide = (insn.opcode & 7) === Class.ALU64;
  const name = wide ? "r" : "w";
  const op = insn.opcode & 0xf0;
  const dst = `${name}${insn.dst}`;
  if (op === Alu.END) return endText(insn, wide);
  if (op === Alu.NEG) return insn.offset === 0 ? `${dst} = -${dst}` : undefined;
  const fromRegister = (insn.opcode & Source.X) !== 0;
  if (fromRegister && insn.src > 10) return undefined;
  const right = fromRegister ? `${name}${insn.src}` : `${insn.imm}`;
  const sign = aluSigns[op];
  if (sign === undefined) return undefined;
  if (insn.offset === 0) return `${dst} ${sign} ${right}`;
  if (op === Alu.DIV || op === Alu.MOD) return insn.offset === 1 ? `${dst} s${sign} ${right}` : undefined;
  if (op !== Alu.MOV || !fromRegister) return undefined;
  // A cast between the address spaces of an arena (Linux 6.9); the two numbers are in the halves of the immediate.
  if (wide && insn.offset === 1) {
    return `${dst} = addr_space_cast(${right}, ${insn.imm >>> 16}, ${insn.imm & 0xffff})`;
  }
  const extends32 = insn.offset === 32 && wide;
  return insn.offset === 8 || insn.offset === 16 || extends32 ? `${dst} = (s${insn.offset})${right}` : undefined;
}

function endText(insn: Insn, wide: boolean): string | undefined {
  if (insn.imm !== 16 && insn.imm !== 32 && insn.imm !== 64) return undefined;
  const order = wide ? "bswap" : (insn.opcode & Source.X) !== 0 ? "be" : "le";
  return `r${insn.dst} = ${order}${insn.imm} r${insn.dst}`;
}

// ---- memory -----------------------------------------------------------------------------------------------------

const sizeBits: Readonly<Record<number, number>> = { [Size.W]: 32, [Size.H]: 16, [Size.B]: 8, [Size.DW]: 64 };

function memoryText(insn: Insn): string | undefined {
  const bits = sizeBits[insn.opcode & 0x18] ?? 0;
  const mode = insn.opcode & 0xe0;
  if ((insn.opcode & 7) === Class.LDX) {
    if (insn.src > 10) return undefined;
    const sign = mode === Mode.MEMSX ? "s" : "u";
    return `r${insn.dst} = *(${sign}${bits} *)${place(insn.src, insn.offset)}`;
  }
  const target = `(u${bits} *)${place(insn.dst, insn.offset)}`;
  if ((insn.opcode & 7) === Class.ST) return `*${target} = ${insn.imm}`;
  if (insn.src > 10) return undefined;
  return mode === Mode.MEM ? `*${target} = r${insn.src}` : atomicText(insn, bits, target);
}

function place(register: number, offset: number): string {
  return `(r${register} ${offset < 0 ? "-" : "+"}${Math.abs(offset)})`;
}

const atomicSigns: Readonly<Record<number, readonly [string, string]>> = {
  [Atomic.ADD]: ["+=", "add"],
  [Atomic.AND]: ["&=", "and"],
  [Atomic.OR]: ["|=", "or"],
  [Atomic.XOR]: ["^=", "xor"],
};

function atomicText(insn: Insn, bits: number, target: string): string | undefined {
  if (insn.imm === Atomic.LOAD_ACQ) {
    return `r${insn.dst} = load_acquire((u${bits} *)${place(insn.src, insn.offset)})`;
  }
  if (insn.imm === Atomic.STORE_REL) return `store_release(${target}, r${insn.src})`;
  if (bits < 32) return undefined;
  const prefix = bits === 64 ? "atomic64" : "atomic";
  if (insn.imm === Atomic.CMPXCHG) return `r0 = ${prefix}_cmpxchg(${target}, r0, r${insn.src})`;
  if (insn.imm === Atomic.XCHG) return `r${insn.src} = ${prefix}_xchg(${target}, r${insn.src})`;
  const names = atomicSigns[insn.imm & ~Atomic.FETCH];
  if (names === undefined) return undefined;
  const [sign, word] = names;
  if ((insn.imm & Atomic.FETCH) === 0) return `lock *${target} ${sign} r${insn.src}`;
  return `r${insn.src} = ${prefix}_fetch_${word}(${target}, r${insn.src})`;
}

/** The packet loads of classic BPF; they exist in no program that we make, but in old ones. */
function packetText(insn: Insn): string | undefined {
  const bits = sizeBits[insn.opcode & 0x18] ?? 0;
  if ((insn.opcode & 0xe0) === Mode.ABS) return `r0 = *(u${bits} *)skb[${insn.imm}]`;
  return insn.src > 10 ? undefined : `r0 = *(u${bits} *)skb[r${insn.src} + ${insn.imm}]`;
}

// ---- 64-bit loads -----------------------------------------------------------------------------------------------

function isSecondSlot(insn: Insn | undefined): insn is Insn {
  return insn !== undefined && insn.opcode === 0 && insn.dst === 0 && insn.src === 0 && insn.offset === 0;
}

function wideLoadText(
  insn: Insn,
  next: Insn | undefined,
  insnIndex: number,
  options: DisassembleOptions,
): string | undefined {
  if (!isSecondSlot(next)) return undefined;
  const value = wideLoadValue(insn, next, insnIndex, options);
  return value === undefined ? undefined : `r${insn.dst} = ${value} ll`;
}

function wideLoadValue(insn: Insn, next: Insn, insnIndex: number, options: DisassembleOptions): string | undefined {
  const mapName = options.mapName?.(insnIndex);
  switch (insn.src) {
    case PseudoLoad.NONE: {
      const bits = (BigInt(next.imm >>> 0) << 32n) | BigInt(insn.imm >>> 0);
      return mapName === undefined ? `0x${bits.toString(16)}` : `map[${mapName}]`;
    }
    case PseudoLoad.MAP_FD:
      return `map[${mapName ?? `fd:${insn.imm}`}]`;
    case PseudoLoad.MAP_VALUE:
      return `map[${mapName ?? `fd:${insn.imm}`}][0]+${next.imm}`;
    case PseudoLoad.MAP_IDX:
      return `map[${mapName ?? `idx:${insn.imm}`}]`;
    case PseudoLoad.MAP_IDX_VALUE:
      return `map[${mapName ?? `idx:${insn.imm}`}][0]+${next.imm}`;
    case PseudoLoad.BTF_ID:
      return `btf[id:${insn.imm}]`;
    case PseudoLoad.FUNC:
      return `func[${options.functionName?.(insnIndex) ?? distance(insn.imm)}]`;
    default:
      return undefined;
  }
}

// ---- jumps ------------------------------------------------------------------------------------------------------

const jumpSigns: Readonly<Record<number, string>> = {
  [Jmp.JEQ]: "==",
  [Jmp.JGT]: ">",
  [Jmp.JGE]: ">=",
  [Jmp.JSET]: "&",
  [Jmp.JNE]: "!=",
  [Jmp.JSGT]: "s>",
  [Jmp.JSGE]: "s>=",
  [Jmp.JLT]: "<",
  [Jmp.JLE]: "<=",
  [Jmp.JSLT]: "s<",
  [Jmp.JSLE]: "s<=",
};

function jumpText(insn: Insn, insnIndex: number, options: DisassembleOptions): string | undefined {
  const wide = (insn.opcode & 7) === Class.JMP;
  const op = insn.opcode & 0xf0;
  if (op === Jmp.JA) return wide ? `goto ${distance(insn.offset)}` : `gotol ${distance(insn.imm)}`;
  if (op === JCOND) return `may_goto ${distance(insn.offset)}`;
  if (op === Jmp.EXIT) return "exit";
  if (op === Jmp.CALL) return callText(insn, insnIndex, options);
  const name = wide ? "r" : "w";
  const fromRegister = (insn.opcode & Source.X) !== 0;
  if (fromRegister && insn.src > 10) return undefined;
  const right = fromRegister ? `${name}${insn.src}` : `0x${(insn.imm >>> 0).toString(16)}`;
  return `if ${name}${insn.dst} ${jumpSigns[op]} ${right} goto ${distance(insn.offset)}`;
}

function callText(insn: Insn, insnIndex: number, options: DisassembleOptions): string | undefined {
  const name = options.functionName?.(insnIndex);
  switch (insn.src) {
    case PseudoCall.HELPER:
      return `call ${helperById(insn.imm)?.name ?? "unknown"}#${insn.imm}`;
    case PseudoCall.BPF:
      return `call ${name ?? `pc${distance(insn.imm)}`}`;
    case PseudoCall.KFUNC:
      return `call ${name ?? "kernel-function"}#${insn.imm}`;
    default:
      return undefined;
  }
}

function distance(slots: number): string {
  return slots < 0 ? `${slots}` : `+${slots}`;
}
