// Folding rules for memory: constant pointer arithmetic moves into the offset of the access, and stores take the value
// whose low bits they need.

import type { Inst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { constOf } from "./edit.js";
import { stripLow } from "./fold-convert.js";
import type { Folder } from "./fold.js";

/** BPF's load and store instructions have a signed 16-bit offset. */
const offsetBound = 0x8000;

export function simplifyMemory(inst: Inst, folder: Folder): Inst | undefined {
  const [first, second] = inst.args;
  if (!first) return undefined;
  switch (inst.op) {
    case "load": {
      const place = fold(first, inst.offset, memSize(inst.mem));
      return place && folder.emit({ ...inst, args: [place.base], offset: place.offset });
    }
    case "store": {
      if (!second) return undefined;
      const place = fold(first, inst.offset, memSize(inst.mem));
      const value = storedValue(second, memSize(inst.mem), folder);
      if (!place && value === second) return undefined;
      return folder.emit({ ...inst, args: [place?.base ?? first, value], offset: place?.offset ?? inst.offset });
    }
    case "zero": {
      const place = fold(first, inst.offset, inst.size);
      return place && folder.emit({ ...inst, args: [place.base], offset: place.offset });
    }
    case "copy": {
      if (!second) return undefined;
      const dst = fold(first, inst.dstOffset, inst.size);
      const src = fold(second, inst.srcOffset, inst.size);
      if (!dst && !src) return undefined;
      return folder.emit({
        ...inst,
        args: [dst?.base ?? first, src?.base ?? second],
        dstOffset: dst?.offset ?? inst.dstOffset,
        srcOffset: src?.offset ?? inst.srcOffset,
      });
    }
    case "kreadinto": {
      const dst = second && fold(first, inst.dstOffset, inst.size);
      return dst && folder.emit({ ...inst, args: [dst.base, second], dstOffset: dst.offset });
    }
    default:
      return undefined;
  }
}

interface Place {
  readonly base: Inst;
  readonly offset: number;
}

/** Undefined when there is nothing to fold, or when the place would be outside its slot (in code that never runs). */
function fold(base: Inst, offset: number, size: number): Place | undefined {
  if (base.op !== "add") return undefined;
  const [inner, right] = base.args;
  const constant = constOf(right);
  if (!inner || constant === undefined) return undefined;
  const sum = BigInt.asIntN(64, constant) + BigInt(offset);
  if (sum < -BigInt(offsetBound) || sum + BigInt(size) > BigInt(offsetBound)) return undefined;
  if (inner.op === "slot" && (sum < 0n || sum + BigInt(size) > BigInt(inner.size))) return undefined;
  return { base: inner, offset: Number(sum) };
}

/** Without what only touches bits that are not stored, unless that is computed for others as well. */
function storedValue(value: Inst, size: 1 | 2 | 4 | 8, folder: Folder): Inst {
  if (size === 8) return value.op === "ptr2int" ? (value.args[0] ?? value) : value;
  const stripped = stripLow(value, size === 1 ? 8 : size === 2 ? 16 : 32, undefined);
  for (let step = value; step !== stripped;) {
    const [inner] = step.args;
    const isFree = step.op === "zext" || step.op === "trunc";
    if (!inner || (!isFree && folder.uses(step) > 1)) return value;
    step = inner;
  }
  return stripped;
}
