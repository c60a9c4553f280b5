// Which memory an instruction reads and writes, byte by byte where it is a stack slot. For calls the helper table
// says it; a helper that the table does not know may touch everything it can reach.

import { helperById, helperId, helperIds } from "../../bpf/helpers.js";
import type { HelperArg } from "../../bpf/helper-spec.js";
import type { CallFuncInst, CallInst, Func, Inst, SlotInst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { forEachTermArg } from "../ir/cfg.js";
import { constOf } from "./edit.js";

/** An access to bytes of a slot. */
export interface SlotAccess {
  readonly slot: SlotInst;
  readonly offset: number;
  readonly size: number;
  readonly reads: boolean;
  readonly writes: boolean;
  /** Every byte of the range is overwritten, whatever happens. */
  readonly fills: boolean;
  /** The same, except that some kernels leave the bytes behind the text's NUL as they were. */
  readonly fillsText?: true;
  /** A read that only sends the bytes to user space, which takes text up to its NUL. */
  readonly sends?: true;
}

export interface Effects {
  readonly accesses: readonly SlotAccess[];
  /** Also reads memory through addresses that are not a known place of a slot. */
  readonly readsOther: boolean;
  readonly writesOther: boolean;
}

const nothing: Effects = { accesses: [], readsOther: false, writesOther: false };

export const probeReadKernel = helperId("bpfProbeReadKernel");
const probeReadUser = helperId("bpfProbeReadUser");

/** Helpers that answer the same throughout one run of a program: it stays on its task and its CPU. */
const stableHelpers = helperIds(
  "bpfGetSmpProcessorId",
  "bpfGetCurrentPidTgid",
  "bpfGetCurrentUidGid",
  "bpfGetCurrentTask",
  "bpfGetCurrentTaskBtf",
  "bpfGetNumaNodeId",
  "bpfGetCurrentCgroupId",
);

/** Helpers without any effect: the call goes when its result is not used. */
const pureHelpers: ReadonlySet<number> = new Set([
  ...stableHelpers,
  ...helperIds("bpfKtimeGetNs", "bpfKtimeGetBootNs", "bpfKtimeGetCoarseNs", "bpfGetPrandomU32"),
]);

export function isPureCall(inst: CallInst): boolean {
  return pureHelpers.has(inst.helper);
}

export function isStableCall(inst: CallInst): boolean {
  return stableHelpers.has(inst.helper);
}

const sendingHelpers = helperIds("bpfPerfEventOutput", "bpfSkbOutput", "bpfXdpOutput", "bpfRingbufOutput");

/** Helpers whose only effect is what they write to their first argument. */
export function onlyFillsMemory(inst: CallInst): boolean {
  return inst.helper === probeReadKernel || inst.helper === probeReadUser;
}

/** Instructions that must stay although nobody uses their result. */
export function hasSideEffect(inst: Inst): boolean {
  switch (inst.op) {
    case "store":
    case "zero":
    case "copy":
    case "kreadinto":
    case "atomic":
    case "callfn":
      return true;
    case "call":
      return !isPureCall(inst);
    default:
      return false;
  }
}

/** The slot and the constant distance from its start that `pointer` stands for. */
export function slotPlace(pointer: Inst | undefined, offset = 0): { slot: SlotInst; offset: number } | undefined {
  let current = pointer;
  let distance = offset;
  while (current?.op === "add") {
    const constant = constOf(current.args[1]);
    if (constant === undefined) return undefined;
    distance += Number(BigInt.asIntN(64, constant));
    current = current.args[0];
  }
  return current?.op === "slot" ? { slot: current, offset: distance } : undefined;
}

export function effectsOf(inst: Inst): Effects {
  const [first, second] = inst.args;
  switch (inst.op) {
    case "load":
      return effectOf({ pointer: first, offset: inst.offset, size: memSize(inst.mem), kind: "read" });
    case "store":
      return effectOf({ pointer: first, offset: inst.offset, size: memSize(inst.mem), kind: "fill" });
    case "zero":
      return effectOf({ pointer: first, offset: inst.offset, size: inst.size, kind: "fill" });
    case "kreadinto":
      return effectOf({ pointer: first, offset: inst.dstOffset, size: inst.size, kind: "fill" });
    case "copy":
      return bothOf(
        effectOf({ pointer: first, offset: inst.dstOffset, size: inst.size, kind: "fill" }),
        effectOf({ pointer: second, offset: inst.srcOffset, size: inst.size, kind: "read" }),
      );
    case "atomic":
      return effectOf({ pointer: first, offset: inst.offset, size: memSize(inst.mem), kind: "readwrite" });
    case "callfn":
      return effectsOfCall(inst, undefined);
    case "call":
      return isPureCall(inst) ? nothing : effectsOfCall(inst, helperById(inst.helper)?.args);
    default:
      return nothing;
  }
}

/** Slots whose address goes where it cannot be followed: stored, compared, offset by a variable, passed on an edge. */
export function escapedSlots(func: Func): ReadonlySet<SlotInst> {
  const escaped = new Set<SlotInst>();
  if (!func.blocks[0]?.insts.some((inst) => inst.op === "slot")) return escaped;
  const escape = (value: Inst | undefined): void => {
    const place = slotPlace(value);
    if (place) escaped.add(place.slot);
  };
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      const { args } = inst;
      for (let index = 0; index < args.length; index++) {
        const arg = args[index];
        if (arg?.type === "ptr" && !isFollowed(inst, index)) escape(arg);
      }
    }
    forEachTermArg(block.term, (value) => {
      if (value.type === "ptr") escape(value);
    });
  }
  return escaped;
}

function isFollowed(inst: Inst, index: number): boolean {
  switch (inst.op) {
    case "load":
    case "zero":
    case "copy":
    case "call":
    case "callfn":
      return true;
    case "store":
    case "atomic":
    case "kreadinto":
      return index === 0;
    case "add":
      return constOf(inst.args[1]) !== undefined;
    default:
      return false;
  }
}

interface Touch {
  readonly pointer: Inst | undefined;
  readonly offset: number;
  /** Undefined: up to the end of the slot, and perhaps from its start. */
  readonly size: number | undefined;
  readonly kind: "read" | "write" | "readwrite" | "fill" | "fill text" | "send";
}

const readingElsewhere: Effects = { accesses: [], readsOther: true, writesOther: false };
const writingElsewhere: Effects = { accesses: [], readsOther: false, writesOther: true };
const changingElsewhere: Effects = { accesses: [], readsOther: true, writesOther: true };

function effectOf(touch: Touch): Effects {
  const { kind } = touch;
  const place = slotPlace(touch.pointer, touch.offset);
  if (place) return { accesses: [accessOf(touch, place)], readsOther: false, writesOther: false };
  if (kind === "read" || kind === "send") return readingElsewhere;
  return kind === "readwrite" ? changingElsewhere : writingElsewhere;
}

function accessOf(touch: Touch, { slot, offset }: { readonly slot: SlotInst; readonly offset: number }): SlotAccess {
  const { kind, size } = touch;
  const sends = kind === "send";
  const reads = kind === "read" || kind === "readwrite" || sends;
  const writes = kind !== "read" && !sends;
  const start = size === undefined ? 0 : Math.min(Math.max(offset, 0), slot.size);
  const end = size === undefined ? slot.size : Math.max(start, Math.min(offset + size, slot.size));
  const access = { slot, offset: start, size: end - start, reads, writes, fills: kind === "fill" };
  if (kind === "fill text") return { ...access, fillsText: true };
  return sends ? { ...access, sends: true } : access;
}

function bothOf(one: Effects, two: Effects): Effects {
  return {
    accesses: [...one.accesses, ...two.accesses],
    readsOther: one.readsOther || two.readsOther,
    writesOther: one.writesOther || two.writesOther,
  };
}

/** A function of the module may do anything with what it is given; it keeps no address. */
function effectsOfCall(inst: CallInst | CallFuncInst, spec: readonly HelperArg[] | undefined): Effects {
  const accesses: SlotAccess[] = [];
  for (const [index, pointer] of inst.args.entries()) {
    const place = pointer.type === "ptr" ? slotPlace(pointer) : undefined;
    if (place) accesses.push(accessOf(touchOfArgument(inst, spec, index, pointer), place));
  }
  // Any helper may reach memory behind other pointers, maps above all.
  return { accesses, readsOther: true, writesOther: true };
}

function touchOfArgument(
  inst: CallInst | CallFuncInst,
  args: readonly HelperArg[] | undefined,
  index: number,
  pointer: Inst,
): Touch {
  const arg = args?.[index];
  const everything: Touch = { pointer, offset: 0, size: undefined, kind: "readwrite" };
  if (!arg) return everything;
  // The map's key and value sizes are not known here.
  if (arg.kind === "map_key" || arg.kind === "map_value") {
    return { ...everything, kind: arg.access === "read" ? "read" : "readwrite" };
  }
  if (arg.kind !== "mem") return everything;
  const sizeIndex = args?.findIndex((other) => other.kind === "size" && other.of === index) ?? -1;
  const constant = constOf(inst.args[sizeIndex]);
  const size = arg.size ?? (constant === undefined ? undefined : Number(constant));
  if (arg.access === "write" && arg.fills !== undefined && size !== undefined) {
    return { pointer, offset: 0, size, kind: arg.fills === "text" ? "fill text" : "fill" };
  }
  const sends = arg.access === "read" && inst.op === "call" && sendingHelpers.has(inst.helper);
  return { pointer, offset: 0, size, kind: sends ? "send" : arg.access };
}

/** Whether `effects` may read or write bytes offset … offset + size of `slot`. */
export function touches(
  effects: Effects,
  slot: SlotInst,
  range: { readonly offset: number; readonly size: number },
  escaped: ReadonlySet<SlotInst>,
): { readonly reads: boolean; readonly writes: boolean } {
  const isEscaped = escaped.has(slot);
  let reads = isEscaped && effects.readsOther;
  let writes = isEscaped && effects.writesOther;
  for (const access of effects.accesses) {
    if (access.slot !== slot || !overlaps(access, range)) continue;
    reads ||= access.reads;
    writes ||= access.writes;
  }
  return { reads, writes };
}

export function overlaps(
  left: { readonly offset: number; readonly size: number },
  right: { readonly offset: number; readonly size: number },
): boolean {
  return left.offset < right.offset + right.size && right.offset < left.offset + left.size;
}
