// Arithmetic and conditions as JavaScript text. Register r is the pair of 32-bit locals `l<r>` and `h<r>`; `t` and `s`
// are scratch. Undefined: there is no such instruction.

import { Alu, Class, type Insn, Jmp, Source } from "../bpf/isa.js";

/** A 64-bit operand: text of the low half and of the high half, both signed 32-bit numbers. */
interface Operand {
  readonly lo: string;
  readonly hi: string;
}

export function aluText(insn: Insn): string | undefined {
  const wide = (insn.opcode & 7) === Class.ALU64;
  const operation = insn.opcode & 0xf0;
  const [l, h] = [`l${insn.dst}`, `h${insn.dst}`];
  if (operation === Alu.END) return endText(insn, l, h);
  if (operation === Alu.MOV) return movText(insn, wide);
  const isDivision = operation === Alu.DIV || operation === Alu.MOD;
  if (insn.offset !== 0 && !(isDivision && insn.offset === 1)) return undefined;
  const operand = operandOf(insn);
  if (isDivision) return divisionText(insn, wide, operand);
  if (operation === Alu.NEG) return wide ? `h${insn.dst}=~${h}+(${l}===0?1:0)|0;${l}=-${l}|0;` : `${l}=-${l}|0;${h}=0;`;
  if (operation === Alu.LSH || operation === Alu.RSH || operation === Alu.ARSH) {
    return wide ? shift64(insn, operation, l, h) : `${l}=${shift32(operation, l, operand.lo)}|0;${h}=0;`;
  }
  return wide ? simple64(operation, l, h, operand) : simple32(operation, l, h, operand.lo);
}

function operandOf(insn: Insn): Operand {
  if ((insn.opcode & Source.X) !== 0) return { lo: `l${insn.src}`, hi: `h${insn.src}` };
  return { lo: number(insn.imm), hi: number(insn.imm >> 31) };
}

/** Negative numbers in brackets, for they may follow a minus. */
function number(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

function simple64(operation: number, l: string, h: string, { lo, hi }: Operand): string | undefined {
  switch (operation) {
    case Alu.ADD:
      return `t=${l}+${lo}|0;${h}=${h}+${hi}+((t>>>0)<(${l}>>>0)?1:0)|0;${l}=t;`;
    case Alu.SUB:
      return `t=${l}-${lo}|0;${h}=${h}-${hi}-((${l}>>>0)<(${lo}>>>0)?1:0)|0;${l}=t;`;
    case Alu.MUL:
      return `t=mulHigh(${l},${lo})+Math.imul(${l},${hi})+Math.imul(${h},${lo})|0;${l}=Math.imul(${l},${lo});${h}=t;`;
    case Alu.AND:
      return `${l}&=${lo};${h}&=${hi};`;
    case Alu.OR:
      return `${l}|=${lo};${h}|=${hi};`;
    case Alu.XOR:
      return `${l}^=${lo};${h}^=${hi};`;
    default:
      return undefined;
  }
}

function simple32(operation: number, l: string, h: string, lo: string): string | undefined {
  const text = simple32Value(operation, l, lo);
  return text === undefined ? undefined : `${l}=${text};${h}=0;`;
}

function simple32Value(operation: number, l: string, lo: string): string | undefined {
  switch (operation) {
    case Alu.ADD:
      return `${l}+${lo}|0`;
    case Alu.SUB:
      return `${l}-${lo}|0`;
    case Alu.MUL:
      return `Math.imul(${l},${lo})`;
    case Alu.AND:
      return `${l}&${lo}`;
    case Alu.OR:
      return `${l}|${lo}`;
    case Alu.XOR:
      return `${l}^${lo}`;
    default:
      return undefined;
  }
}

/** JavaScript takes shift counts modulo 32, as a 32-bit shift of BPF does. */
function shift32(operation: number, l: string, count: string): string {
  if (operation === Alu.LSH) return `${l}<<${count}`;
  return operation === Alu.RSH ? `${l}>>>${count}` : `${l}>>${count}`;
}

function shift64(insn: Insn, operation: number, l: string, h: string): string {
  if ((insn.opcode & Source.X) === 0) return constantShift(operation, l, h, insn.imm & 63);
  const far = farShift(operation, l, h, "s");
  return `s=l${insn.src}&63;if(s>31){${far}}else if(s!==0){${nearShift(operation, l, h, "s", "(32-s)")}}`;
}

function constantShift(operation: number, l: string, h: string, count: number): string {
  if (count === 0) return "";
  if (count > 31) return farShift(operation, l, h, String(count & 31));
  return nearShift(operation, l, h, String(count), String(32 - count));
}

/** By 1 to 31. */
function nearShift(operation: number, l: string, h: string, count: string, rest: string): string {
  if (operation === Alu.LSH) return `${h}=${h}<<${count}|${l}>>>${rest};${l}<<=${count};`;
  const shift = operation === Alu.RSH ? `${h}=${h}>>>${count}|0` : `${h}>>=${count}`;
  return `${l}=${l}>>>${count}|${h}<<${rest};${shift};`;
}

/** By 32 to 63; the count is taken modulo 32. */
function farShift(operation: number, l: string, h: string, count: string): string {
  if (operation === Alu.LSH) return `${h}=${l}<<${count};${l}=0;`;
  if (operation === Alu.RSH) return `${l}=${h}>>>${count}|0;${h}=0;`;
  return `${l}=${h}>>${count};${h}>>=31;`;
}

function movText(insn: Insn, wide: boolean): string | undefined {
  const [l, h] = [`l${insn.dst}`, `h${insn.dst}`];
  const { lo, hi } = operandOf(insn);
  if (insn.offset === 0) return wide ? `${l}=${lo};${h}=${hi};` : `${l}=${lo};${h}=0;`;
  if ((insn.opcode & Source.X) === 0) return undefined;
  if (insn.offset === 32 && wide) return `${l}=${lo};${h}=${l}>>31;`;
  if (insn.offset !== 8 && insn.offset !== 16) return undefined;
  const shift = 32 - insn.offset;
  return `${l}=${lo}<<${shift}>>${shift};${h}=${wide ? `${l}>>31` : "0"};`;
}

function divisionText(insn: Insn, wide: boolean, { lo, hi }: Operand): string {
  const [l, h] = [`l${insn.dst}`, `h${insn.dst}`];
  const name = (insn.opcode & 0xf0) === Alu.DIV ? "div" : "mod";
  const signed = insn.offset === 1;
  if (wide) return `${l}=${name}${signed ? "S" : "U"}64(V,${l},${h},${lo},${hi});${h}=V.hi;`;
  const operator = name === "div" ? "/" : "%";
  const otherwise = name === "div" ? "0" : l;
  const result = signed ? `${l}${operator}${lo}|0` : `(${l}>>>0)${operator}(${lo}>>>0)|0`;
  return `${l}=${lo}===0?${otherwise}:${result};${h}=0;`;
}

/** The host is little-endian, as is the target: to little endian only cuts off. */
function endText(insn: Insn, l: string, h: string): string | undefined {
  const swaps = (insn.opcode & 7) === Class.ALU64 || (insn.opcode & Source.X) !== 0;
  if ((insn.opcode & 7) === Class.ALU64 && (insn.opcode & Source.X) !== 0) return undefined;
  switch (insn.imm) {
    case 16:
      return swaps ? `${l}=swap16(${l});${h}=0;` : `${l}&=0xffff;${h}=0;`;
    case 32:
      return swaps ? `${l}=swap32(${l});${h}=0;` : `${h}=0;`;
    case 64:
      return swaps ? `t=swap32(${l});${l}=swap32(${h});${h}=t;` : "";
    default:
      return undefined;
  }
}

/** The condition of a conditional jump. */
export function conditionText(insn: Insn): string | undefined {
  const [l, h] = [`l${insn.dst}`, `h${insn.dst}`];
  const { lo, hi } = operandOf(insn);
  const wide = (insn.opcode & 7) === Class.JMP;
  const unsigned = (operator: string): string =>
    wide
      ? `(${h}===${hi}?(${l}>>>0)${operator}(${lo}>>>0):(${h}>>>0)${operator}(${hi}>>>0))`
      : `(${l}>>>0)${operator}(${lo}>>>0)`;
  const signed = (operator: string): string =>
    wide ? `(${h}===${hi}?(${l}>>>0)${operator}(${lo}>>>0):${h}${operator}${hi})` : `${l}${operator}${lo}`;
  switch (insn.opcode & 0xf0) {
    case Jmp.JEQ:
      return wide ? `${l}===${lo}&&${h}===${hi}` : `${l}===${lo}`;
    case Jmp.JNE:
      return wide ? `${l}!==${lo}||${h}!==${hi}` : `${l}!==${lo}`;
    case Jmp.JSET:
      return wide ? `(${l}&${lo}|${h}&${hi})!==0` : `(${l}&${lo})!==0`;
    case Jmp.JGT:
      return unsigned(">");
    case Jmp.JGE:
      return unsigned(">=");
    case Jmp.JLT:
      return unsigned("<");
    case Jmp.JLE:
      return unsigned("<=");
    case Jmp.JSGT:
      return signed(">");
    case Jmp.JSGE:
      return signed(">=");
    case Jmp.JSLT:
      return signed("<");
    case Jmp.JSLE:
      return signed("<=");
    default:
      return undefined;
  }
}
