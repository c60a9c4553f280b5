// What a program keeps on the stack beyond 512 bytes moves into a map with a value for each CPU: code is generated, and
// where its frame is too large, the largest slots move and code is generated again, until it fits.

import { mapKindByName } from "../bpf/map-kinds.js";
import { programKindOfSection } from "../bpf/program-kinds.js";
import { STACK_BYTES } from "../bpf/stack.js";
import type { CodegenOptions, CodegenProblem, CodegenResult } from "./codegen/code.js";
import { generate } from "./codegen/generate.js";
import { entryOf } from "./ir/cfg.js";
import { copyFunc } from "./ir/copy.js";
import type { Func, Inst, SlotInst } from "./ir/ir.js";
import { keySlots, movableSlots, moveSlots, scratchSize, type Scratch } from "./passes/move-slots.js";

/** The module's map: every function that has too much for the stack gets an element of its own. */
export interface ScratchMap {
  readonly name: string;
  elements: number;
  valueBytes: number;
}

/** The name of the map is one that the module does not use, and that every loader and bpftool takes. */
export function newScratchMap(names: ReadonlySet<string>): ScratchMap {
  let name = "tsbpf_scratch";
  for (let count = 2; names.has(name); count++) name = `tsbpf_scratch${count}`;
  return { name, elements: 0, valueBytes: 0 };
}

/** What the kernel gives a map's value for each CPU. */
export const scratchBytesMax = mapKindByName("percpu_array")?.valueBytesMax ?? 0;

type FrameTooLarge = CodegenProblem & { readonly kind: "frame-too-large" };

export interface FittedCode {
  readonly code: CodegenResult;
  /** What the code was made of: the function, or a copy in which slots have moved. */
  readonly func: Func;
  /** What moved, the largest first. */
  readonly moved: readonly SlotInst[];
}

/** The function itself stays as it is: what moves, moves in a copy. */
export function generateFitting(original: Func, options: CodegenOptions, map: ScratchMap): FittedCode {
  let func = original;
  const scratch: Scratch = {
    map: map.name,
    index: map.elements,
    answer: BigInt(programKindOfSection(func.section ?? "")?.kind.neutralAnswer ?? 0),
    base: undefined,
    key: undefined,
    sizeBytes: 0,
  };
  const moved: SlotInst[] = [];
  // These have no room whatever else there is.
  const isHuge = (inst: Inst): boolean => inst.op === "slot" && inst.size > STACK_BYTES;
  let next: readonly SlotInst[] = entryOf(func).insts.some(isHuge) ? movableSlots(func).filter(isHuge) : [];
  for (;;) {
    const sizeBytes = sumOf([...moved, ...next]);
    if (sizeBytes > scratchBytesMax) return { code: tooLarge(next, sizeBytes), func, moved: [] };
    if (next.length > 0) {
      if (func === original) [func, next] = copyWith(original, next);
      moveSlots(func, next, scratch);
      moved.push(...next);
    }
    const code = generate(func, options);
    next = code.kind === "frame-too-large" ? largestSlots(func, scratch, code) : [];
    if (next.length > 0) continue;
    if (code.kind === "code" && moved.length > 0) {
      map.elements++;
      map.valueBytes = Math.max(map.valueBytes, scratch.sizeBytes);
    }
    return { code, func, moved: moved.toSorted((a, b) => b.size - a.size) };
  }
}

/** A copy of the function, and its own slots for these. */
function copyWith(func: Func, slots: readonly SlotInst[]): [Func, readonly SlotInst[]] {
  const copy = copyFunc(func);
  const ids = new Set(slots.map(({ id }) => id));
  return [copy, movableSlots(copy).filter(({ id }) => ids.has(id))];
}

function tooLarge(slots: readonly SlotInst[], sizeBytes: number): CodegenResult {
  return { kind: "frame-too-large", sizeBytes, limitBytes: scratchBytesMax, span: slots[0]?.span };
}

/** The fewest slots that take away what is too much, were they not to share their bytes with others. */
function largestSlots(func: Func, scratch: Scratch, frame: FrameTooLarge): SlotInst[] {
  const keys = keySlots(func);
  // Before Linux 4.18 a map's key must lie on the stack (check_func_arg, kernel/bpf/verifier.c): they move last.
  const rank = (slot: SlotInst): number => (keys.has(slot) ? 1 : 0);
  const slots = movableSlots(func).filter((slot) => slot !== scratch.key);
  const chosen: SlotInst[] = [];
  for (const slot of slots.toSorted((a, b) => rank(a) - rank(b) || b.size - a.size)) {
    if (sumOf(chosen) >= frame.sizeBytes - frame.limitBytes) break;
    chosen.push(slot);
  }
  return chosen;
}

function sumOf(slots: readonly SlotInst[]): number {
  return slots.reduce((sum, slot) => sum + scratchSize(slot), 0);
}
