// Machine instructions on final registers to BPF instructions, jumps to distances, and the records that go with them.

import { unreachable } from "../../util/assert.js";
import * as build from "../../bpf/builders.js";
import type { Insn } from "../../bpf/isa.js";
import { FP, PseudoLoad } from "../../bpf/isa.js";
import type { Span } from "../ir/ir.js";
import type { CodegenProblem, CoreRelocation, LineRecord, MachineCode, CodeRelocation } from "./code.js";
import { fallBacks } from "./fall-backs.js";
import type { Frame } from "./frame.js";
import { invert } from "./layout.js";
import type { Address, CoreUse, MachineBlock, MachineFunc, MachineInst, MachineTerm, NamedAddress } from "./machine.js";
import type { Features } from "./selection.js";

type Branch = Extract<MachineTerm, { kind: "branch" }>;

interface Plain {
  readonly kind: "plain";
  readonly insns: readonly Insn[];
  /** On the first of `insns`. */
  readonly core: CoreUse | undefined;
  readonly relocation: Target | undefined;
  readonly span: Span | undefined;
}

interface Jump {
  readonly kind: "jump";
  /** The condition; undefined for an unconditional jump. Its own targets do not matter. */
  readonly branch: Branch | undefined;
  readonly target: MachineBlock;
  /** The distance does not fit in 16 bits (v4). */
  far: boolean;
  readonly span: Span | undefined;
}

type Target = NamedAddress | { readonly kind: "call"; readonly target: string };
type Item = Plain | Jump;

interface Listing {
  readonly items: Item[];
  /** Index of each block's first item. */
  readonly starts: ReadonlyMap<MachineBlock, number>;
}

export function emitFunction(func: MachineFunc, frame: Frame, features: Features): MachineCode | CodegenProblem {
  const listing = list(func, frame, features);
  const positions = relax(listing, features);
  if (!Array.isArray(positions)) return positions;
  const insns: Insn[] = [];
  const relocations: CodeRelocation[] = [];
  const core: CoreRelocation[] = [];
  for (const [index, item] of listing.items.entries()) {
    const insnIndex = positions[index] as number;
    if (item.kind === "jump") {
      insns.push(...encodeJump(item, insnIndex, positionOf(listing, positions, item.target), features));
      continue;
    }
    if (item.relocation) relocations.push({ insnIndex, ...item.relocation });
    if (item.core) core.push({ insnIndex, ...item.core });
    insns.push(...item.insns);
  }
  const lines = lineRecords(listing.items, positions);
  return { kind: "code", insns, relocations, core, lines, frameSizeBytes: frame.sizeBytes };
}

// ---- listing ------------------------------------------------------------------------------------------------------

function list(func: MachineFunc, frame: Frame, features: Features): Listing {
  const items: Item[] = [];
  const starts = new Map<MachineBlock, number>();
  const explicit = fallBacks(func, features);
  for (const [index, block] of func.blocks.entries()) {
    starts.set(block, items.length);
    for (const inst of block.insts) items.push(encode(inst, frame));
    const next = explicit.has(block) ? undefined : func.blocks[index + 1];
    items.push(...listTerm(block.term, next, features));
  }
  return { items, starts };
}

function listTerm(term: MachineTerm, next: MachineBlock | undefined, features: Features): Item[] {
  const { span } = term;
  const jump = (target: MachineBlock): Item[] =>
    target === next ? [] : [{ kind: "jump", branch: undefined, target, far: false, span }];
  if (term.kind === "exit") return [plain([build.exit()], span)];
  if (term.kind === "jump") return jump(term.target);
  const inverted = term.then === next ? invert(term, features) : undefined;
  const branch = inverted ?? term;
  return [{ kind: "jump", branch, target: branch.then, far: false, span }, ...jump(branch.else)];
}

function plain(insns: readonly Insn[], span: Span | undefined, core?: CoreUse, relocation?: Target): Plain {
  return { kind: "plain", insns, core, relocation, span };
}

const sizeNames = { 1: "B", 2: "H", 4: "W", 8: "DW" } as const;

function encode(inst: MachineInst, frame: Frame): Plain {
  const { span } = inst;
  switch (inst.kind) {
    case "alu":
      return encodeAlu(inst);
    case "neg":
      return plain([inst.wide ? build.neg64(inst.dst) : build.neg32(inst.dst)], span);
    case "mov": {
      const { dst, src, wide } = inst;
      if (src.kind === "reg") return plain([wide ? build.mov64Reg(dst, src.reg) : build.mov32Reg(dst, src.reg)], span);
      return plain([wide ? build.mov64Imm(dst, src.imm) : build.mov32Imm(dst, src.imm)], span, src.core);
    }
    case "movsx":
      if (inst.wide) return plain([build.movsx64(inst.dst, inst.src, inst.bits)], span);
      return plain([build.movsx32(inst.dst, inst.src, inst.bits === 8 ? 8 : 16)], span);
    case "imm64":
      return plain(build.ldImm64(inst.dst, inst.value), span, inst.core);
    case "named":
      return encodeNamed(inst);
    case "slotaddr": {
      const distance = (frame.offsets[inst.slot] ?? 0) + inst.offset;
      return plain([build.mov64Reg(inst.dst, FP), build.alu64Imm("ADD", inst.dst, distance)], span);
    }
    case "load": {
      const offset = offsetOf(inst.address, frame);
      const { dst, address, size } = inst;
      const { base, core } = address;
      if (!inst.signed || size === 8) return plain([build.load(sizeNames[size], dst, base, offset)], span, core);
      return plain([build.loadSigned(sizeNames[size], dst, base, offset)], span, core);
    }
    case "store": {
      const offset = offsetOf(inst.address, frame);
      const { src, address, size } = inst;
      const name = sizeNames[size];
      const { base, core } = address;
      if (src.kind === "reg") return plain([build.store(name, base, src.reg, offset)], span, core);
      return plain([build.storeImm(name, base, offset, src.imm)], span, core);
    }
    case "call": {
      const { callee } = inst;
      if (typeof callee === "number") return plain([build.call(callee)], span);
      return plain([build.callBpf(-1)], span, undefined, { kind: "call", target: callee });
    }
    case "atomic": {
      const { address, src, imm, size } = inst;
      return plain([build.atomic(sizeNames[size], imm, address.base, src, offsetOf(address, frame))], span);
    }
    case "bswap":
      return plain(
        [inst.conditional ? build.toEndian(inst.dst, "be", inst.bits) : build.bswap(inst.dst, inst.bits)],
        span,
      );
    default:
      return unreachable(inst, "machine instruction");
  }
}

function encodeNamed({ dst, target, span }: Extract<MachineInst, { kind: "named" }>): Plain {
  // For data the loader adds the section's address to the offset in the second half.
  const pseudo =
    target.kind === "map" ? PseudoLoad.MAP_FD : target.kind === "data" ? PseudoLoad.MAP_VALUE : PseudoLoad.FUNC;
  return plain(build.ldImm64(dst, 0n, pseudo), span, undefined, target);
}

function encodeAlu(inst: Extract<MachineInst, { kind: "alu" }>): Plain {
  const { op, wide, signed, dst, src, span } = inst;
  if (signed && (op === "DIV" || op === "MOD")) {
    if (src.kind === "reg") {
      return plain([wide ? build.signed64Reg(op, dst, src.reg) : build.signed32Reg(op, dst, src.reg)], span);
    }
    return plain([wide ? build.signed64Imm(op, dst, src.imm) : build.signed32Imm(op, dst, src.imm)], span, src.core);
  }
  if (src.kind === "reg") {
    return plain([wide ? build.alu64Reg(op, dst, src.reg) : build.alu32Reg(op, dst, src.reg)], span);
  }
  return plain([wide ? build.alu64Imm(op, dst, src.imm) : build.alu32Imm(op, dst, src.imm)], span, src.core);
}

function offsetOf(address: Address, frame: Frame): number {
  return address.slot === undefined ? address.offset : (frame.offsets[address.slot] ?? 0) + address.offset;
}

// ---- jumps --------------------------------------------------------------------------------------------------------

const MAX_DISTANCE = 0x7fff;

/** The instruction index of each item, and of the end. Jumps that turn out too far get their long form. */
function relax(listing: Listing, features: Features): number[] | CodegenProblem {
  for (;;) {
    const positions: number[] = [];
    let at = 0;
    for (const item of listing.items) {
      positions.push(at);
      at += item.kind === "plain" ? item.insns.length : jumpLength(item, features);
    }
    positions.push(at);
    let changed = false;
    for (const [index, item] of listing.items.entries()) {
      if (item.kind !== "jump" || item.far) continue;
      const distance = positionOf(listing, positions, item.target) - (positions[index] as number) - 1;
      if (Math.abs(distance) <= MAX_DISTANCE) continue;
      if (!features.signed) return { kind: "jump-too-far", distance, span: item.span };
      item.far = true;
      changed = true;
    }
    if (!changed) return positions;
  }
}

function positionOf(listing: Listing, positions: readonly number[], block: MachineBlock): number {
  return positions[listing.starts.get(block) ?? 0] as number;
}

function jumpLength(jump: Jump, features: Features): number {
  if (!jump.far || !jump.branch) return 1;
  return invert(jump.branch, features) ? 2 : 3;
}

function encodeJump(jump: Jump, at: number, target: number, features: Features): Insn[] {
  const { branch, far } = jump;
  if (!branch) return [far ? build.jaLong(target - at - 1) : build.ja(target - at - 1)];
  if (!far) return [encodeBranch(branch, target - at - 1)];
  const inverted = invert(branch, features);
  if (inverted) return [encodeBranch(inverted, 1), build.jaLong(target - at - 2)];
  return [encodeBranch(branch, 1), build.ja(1), build.jaLong(target - at - 3)];
}

function encodeBranch(branch: Branch, distance: number): Insn {
  const { jump, wide, left, right } = branch;
  if (right.kind === "reg") {
    return wide ? build.jumpReg(jump, left, right.reg, distance) : build.jump32Reg(jump, left, right.reg, distance);
  }
  return wide ? build.jumpImm(jump, left, right.imm, distance) : build.jump32Imm(jump, left, right.imm, distance);
}

// ---- lines --------------------------------------------------------------------------------------------------------

/**
 * A record wherever the place in the source changes; instructions without one belong to the place before. The kernel
 * wants a record at a function's first instruction and none on the second half of a 64-bit load.
 */
function lineRecords(items: readonly Item[], positions: readonly number[]): LineRecord[] {
  const records: LineRecord[] = [];
  const firstSpan = items.find((item) => item.span)?.span;
  if (!firstSpan) return records;
  for (const [index, item] of items.entries()) {
    const span = item.span ?? (index === 0 ? firstSpan : undefined);
    const last = records.at(-1)?.span;
    if (!span || (last && sameSpan(last, span))) continue;
    records.push({ insnIndex: positions[index] as number, span });
  }
  return records;
}

function sameSpan(a: Span, b: Span): boolean {
  return a.line === b.line && a.column === b.column && a.file === b.file;
}
