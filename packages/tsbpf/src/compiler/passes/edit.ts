// Making instructions inside passes.

import { entryOf } from "../ir/cfg.js";
import { bitsOf } from "../ir/eval.js";
import type { Func, Inst, Span, Type } from "../ir/ir.js";

/** An instruction without its identity. */
export type NewInst = Inst extends infer I ? (I extends Inst ? Omit<I, "id" | "span"> : never) : never;

export function makeInst(func: Func, body: NewInst, span: Span | undefined): Inst {
  return { ...body, id: func.nextId++, span } as Inst;
}

/** The shared constants of a function. They stand first in the entry block, where they dominate everything. */
export interface ConstantPool {
  /** `value` is wrapped to the type's width. */
  get(type: Type, value: bigint): Inst;
  /** Puts the new ones into the entry block; to be called once, when the pass no longer holds its instructions. */
  flush(): void;
}

export function constantPool(func: Func): ConstantPool {
  const known = new Map<string, Inst>();
  const added: Inst[] = [];
  for (const inst of entryOf(func).insts) if (inst.op === "const") known.set(`${inst.type} ${inst.value}`, inst);
  // A constant that stands behind other instructions of the entry block may be too late for them.
  const entry = entryOf(func);
  entry.insts = [...entry.insts.filter(isConst), ...entry.insts.filter((inst) => !isConst(inst))];
  const get = (type: Type, value: bigint): Inst => {
    const wrapped = BigInt.asUintN(bitsOf(type), value);
    const key = `${type} ${wrapped}`;
    const found = known.get(key);
    if (found) return found;
    const inst = makeInst(func, { op: "const", type, args: [], value: wrapped }, undefined);
    known.set(key, inst);
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
