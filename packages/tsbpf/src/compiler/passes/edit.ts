// Making instructions inside passes.

import { entryOf } from "../ir/cfg.js";
import { bitsOf } from "../ir/eval.js";
import { withIdentity } from "../ir/ir.js";
import type { Func, Inst, NewInst, Span, Type } from "../ir/ir.js";

export type { NewInst };

/** Makes an instruction of `body`, which nobody else may hold. */
export function makeInst(func: Func, body: NewInst, span: Span | undefined): Inst {
  return withIdentity(body, func.nextId++, span);
}

/** The shared constants of a function. They stand first in the entry block, where they dominate everything. */
export interface ConstantPool {
  /** `value` is wrapped to the type's width. */
  get(type: Type, value: bigint): Inst;
  /** Puts the new ones into the entry block; to be called once, when the pass no longer holds its instructions. */
  flush(): void;
}

export function constantPool(func: Func): ConstantPool {
  const entry = entryOf(func);
  const known: Record<Type, Map<bigint, Inst>> = { i32: new Map(), i64: new Map(), ptr: new Map() };
  const added: Inst[] = [];
  let leading = 0;
  for (const inst of entry.insts) {
    if (inst.op !== "const") continue;
    known[inst.type].set(inst.value, inst);
    leading++;
  }
  // A constant that stands behind other instructions of the entry block may be too late for them.
  if (!entry.insts.slice(0, leading).every(isConst)) {
    entry.insts = [...entry.insts.filter(isConst), ...entry.insts.filter((inst) => !isConst(inst))];
  }
  const get = (type: Type, value: bigint): Inst => {
    const wrapped = BigInt.asUintN(bitsOf(type), value);
    const found = known[type].get(wrapped);
    if (found) return found;
    const inst = makeInst(func, { op: "const", type, args: [], value: wrapped }, undefined);
    known[type].set(wrapped, inst);
    added.push(inst);
    return inst;
  };
  const flush = (): void => {
    if (added.length === 0) return;
    entry.insts = [...added.splice(0), ...entry.insts];
  };
  return { get, flush };
}

export function isConst(inst: Inst | undefined): inst is Inst & { readonly op: "const" } {
  return inst?.op === "const";
}

/** The value of a constant, undefined for anything else. */
export function constOf(inst: Inst | undefined): bigint | undefined {
  return inst?.op === "const" ? inst.value : undefined;
}
