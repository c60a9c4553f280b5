// Loads, stores and atomic operations as JavaScript text. The quick way asks one table whether the bytes are inside
// their region; whatever is not plain (a fault, the stack by way of a pointer, a crooked address) goes to access.ts.

import { Atomic } from "../bpf/builders.js";
import { FP, type Insn, Mode, Size } from "../bpf/isa.js";
import { STACK_BYTES } from "../bpf/stack.js";
import { REGION_HI, REGION_LO } from "./memory.js";
import type { Image } from "./core.js";

const sizeBytes: Readonly<Record<number, number>> = { [Size.B]: 1, [Size.H]: 2, [Size.W]: 4, [Size.DW]: 8 };

export function accessBytes(insn: Insn): number {
  return sizeBytes[insn.opcode & 0x18] ?? 0;
}

export function loadText(image: Image, insn: Insn, index: number): string | undefined {
  const mode = insn.opcode & 0xe0;
  const size = accessBytes(insn);
  if (mode !== Mode.MEM && (mode !== Mode.MEMSX || size === 8)) return undefined;
  const [l, h, sl, sh] = [`l${insn.dst}`, `h${insn.dst}`, `l${insn.src}`, `h${insn.src}`];
  const extend = mode === Mode.MEMSX ? signExtend(size, l, h) : "";
  const slow = `${l}=slowLoad(V,${index},${size},${sl},${sh},${insn.offset});${h}=V.hi;`;
  if (insn.src === FP) return stackLoad(insn, size, l, h, slow) + extend;
  const plain = `${bounds(sl, sh, insn.offset, size, "RL")}{${readArrays(size, l, h)}}else{${slow}}`;
  return packetLoad(image, insn, size, plain) + extend;
}

export function storeText(insn: Insn, index: number, isImmediate: boolean): string {
  const size = accessBytes(insn);
  const [l, h] = isImmediate ? [`(${insn.imm})`, `(${insn.imm >> 31})`] : [`l${insn.src}`, `h${insn.src}`];
  const [dl, dh] = [`l${insn.dst}`, `h${insn.dst}`];
  const slow = `slowStore(V,${index},${size},${dl},${dh},${insn.offset},${l},${h});`;
  if (insn.dst === FP) return stackStore(insn, size, l, h, slow);
  return `${bounds(dl, dh, insn.offset, size, "WL")}{${writeArrays(size, l, h)}}else{${slow}}`;
}

export function atomicText(insn: Insn, index: number): string | undefined {
  const size = accessBytes(insn);
  const source = { ...insn, imm: 0 };
  if (insn.imm === Atomic.LOAD_ACQ) {
    return `l${insn.dst}=slowLoad(V,${index},${size},l${insn.src},h${insn.src},${insn.offset});h${insn.dst}=V.hi;`;
  }
  if (insn.imm === Atomic.STORE_REL) return storeText(source, index, false);
  if (size < 4) return undefined;
  const [l, h] = [`l${insn.src}`, `h${insn.src}`];
  const place = `l${insn.dst},h${insn.dst},${insn.offset}`;
  const call = `atomicAccess(V,${index},${size},${insn.imm},${place},${l},${h},l0,h0)`;
  const fetched = insn.imm === Atomic.CMPXCHG ? ["l0", "h0"] : (insn.imm & Atomic.FETCH) !== 0 ? [l, h] : undefined;
  const slow = fetched ? `${fetched[0]}=${call};${fetched[1]}=V.hi;` : `${call};`;
  const change = atomicChange(insn.imm, size, l, h);
  if (change === undefined || insn.dst === FP) return slow;
  const old = size === 4 ? "k=a>>2;t=I32[k];s=0;" : "k=a>>2;t=I32[k];s=I32[k+1];";
  const fetch = fetched ? `${fetched[0]}=t;${fetched[1]}=s;` : "";
  const begin = bounds(`l${insn.dst}`, `h${insn.dst}`, insn.offset, size, "WL", size - 1);
  return `${begin}{${old}${change}${fetch}}else{${slow}}`;
}

/** Stores what becomes of the old value `t` and `s` at the word `k`. */
function atomicChange(operation: number, size: number, l: string, h: string): string | undefined {
  const both = (low: string, high: string): string => `I32[k]=${low};${size === 8 ? `I32[k+1]=${high};` : ""}`;
  switch (operation) {
    case Atomic.XCHG:
      return both(l, h);
    case Atomic.CMPXCHG:
      return `if(t===l0${size === 8 ? "&&s===h0" : ""}){${both(l, h)}}`;
  }
  switch (operation & ~Atomic.FETCH) {
    case Atomic.ADD:
      return `o=t+${l}|0;${both("o", `s+${h}+((o>>>0)<(t>>>0)?1:0)|0`)}`;
    case Atomic.OR:
      return both(`t|${l}`, `s|${h}`);
    case Atomic.AND:
      return both(`t&${l}`, `s&${h}`);
    case Atomic.XOR:
      return both(`t^${l}`, `s^${h}`);
    default:
      return undefined;
  }
}

/** The begin of an `if` that finds the place `a` in the byte array; `mask` has the bits that its alignment forbids. */
function bounds(
  lo: string,
  hi: string,
  offset: number,
  size: number,
  limits: string,
  mask = Math.min(size, 4) - 1,
): string {
  const aligned = mask === 0 ? "" : `&&(a&${mask})===0`;
  const begin = `k=${hi}-(${REGION_HI})|0;o=${lo}+(${offset - REGION_LO})|0;`;
  return `${begin}if(o>=0&&o+${size}<=${limits}[k]&&((a=BS[k]+o),true)${aligned})`;
}

function readArrays(size: number, l: string, h: string): string {
  if (size === 1) return `${l}=U8[a];${h}=0;`;
  if (size === 2) return `${l}=U16[a>>1];${h}=0;`;
  return size === 4 ? `${l}=I32[a>>2];${h}=0;` : `${l}=I32[a>>2];${h}=I32[(a>>2)+1];`;
}

function writeArrays(size: number, l: string, h: string): string {
  if (size === 1) return `U8[a]=${l};`;
  if (size === 2) return `U16[a>>1]=${l};`;
  return size === 4 ? `I32[a>>2]=${l};` : `I32[a>>2]=${l};I32[(a>>2)+1]=${h};`;
}

function signExtend(size: number, l: string, h: string): string {
  const shift = 32 - 8 * size;
  return shift === 0 ? `${h}=${l}>>31;` : `${l}=${l}<<${shift}>>${shift};${h}=${l}>>31;`;
}

/** Stack slots named by the frame pointer are known places: `F` is where the frame ends. */
function inFrame(insn: Insn, size: number): boolean {
  return insn.offset >= -STACK_BYTES && insn.offset + size <= 0 && insn.offset % Math.min(size, 4) === 0;
}

function stackLoad(insn: Insn, size: number, l: string, h: string, slow: string): string {
  if (!inFrame(insn, size)) return slow;
  return `a=F+(${insn.offset});if(${writtenText(size)}){${readArrays(size, l, h)}}else{${slow}}`;
}

function writtenText(size: number): string {
  if (size === 1) return "S8[a]===1";
  if (size === 2) return "S16[a>>1]===0x0101";
  return size === 4 ? "S32[a>>2]===0x01010101" : "(S32[a>>2]&S32[(a>>2)+1])===0x01010101";
}

function stackStore(insn: Insn, size: number, l: string, h: string, slow: string): string {
  if (!inFrame(insn, size)) return slow;
  return `a=F+(${insn.offset});${markText(size)}${writeArrays(size, l, h)}`;
}

function markText(size: number): string {
  if (size === 1) return "S8[a]=1;";
  if (size === 2) return "S16[a>>1]=0x0101;";
  return size === 4 ? "S32[a>>2]=0x01010101;" : "S32[a>>2]=S32[(a>>2)+1]=0x01010101;";
}

/** In the context of a packet program some 32-bit fields stand for addresses; the kernel rewrites such loads, too. */
function packetLoad(image: Image, insn: Insn, size: number, plain: string): string {
  const fields = image.packetFields;
  if (!fields || size !== 4) return plain;
  const { data, dataEnd, dataMeta } = fields;
  const value =
    insn.offset === dataEnd
      ? "V.packetEndLo"
      : insn.offset === data || insn.offset === dataMeta
        ? "V.packetLo"
        : undefined;
  if (value === undefined) return plain;
  const isContext = `h${insn.src}===V.contextHi&&l${insn.src}===${REGION_LO}`;
  return `if(${isContext}){l${insn.dst}=${value};h${insn.dst}=V.packetHi;}else{${plain}}`;
}
