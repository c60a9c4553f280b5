// What a load sees when the bytes were stored as a value that is still at hand.

import type { Inst, MemType, Type } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import type { NewInst } from "./edit.js";

/** How a pass adds what it needs. */
export interface Emitter {
  emit(body: NewInst): Inst;
  constant(type: Type, value: bigint): Inst;
}

/** The value that a load of `mem` as `type` gives from bytes whose low bits are those of `stored`. */
export function loadedValue(mem: MemType, type: "i32" | "i64", stored: Inst, emitter: Emitter): Inst {
  const size = memSize(mem);
  if (size === 8) return stored.type === "ptr" ? emitter.emit({ op: "ptr2int", type: "i64", args: [stored] }) : stored;
  const low = lowOf(stored, emitter);
  const signed = mem.startsWith("i");
  const narrow = size === 4 ? low : signed ? signExtended(low, size, emitter) : masked(low, size, emitter);
  if (type === "i32") return narrow;
  return emitter.emit({ op: signed ? "sext" : "zext", type: "i64", args: [narrow] });
}

/** The low 32 bits of an integer. */
export function lowOf(value: Inst, emitter: Emitter): Inst {
  return value.type === "i64" ? emitter.emit({ op: "trunc", type: "i32", args: [value] }) : value;
}

function signExtended(value: Inst, size: number, emitter: Emitter): Inst {
  return emitter.emit({ op: size === 1 ? "sext8" : "sext16", type: "i32", args: [value] });
}

function masked(value: Inst, size: number, emitter: Emitter): Inst {
  return emitter.emit({ op: "and", type: "i32", args: [value, emitter.constant("i32", size === 1 ? 0xffn : 0xffffn)] });
}
