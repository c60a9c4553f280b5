// Selection of `forget`: what is added is 0, but the verifier does not know that, and so knows nothing of the sum. The
// 0 is made once, where the function begins, from a number that went through memory which the verifier does not follow.

import { FP } from "../../bpf/isa.js";
import { assert } from "../../util/assert.js";
import type { ForgetInst } from "../ir/ir.js";
import {
  emit,
  emitAlu,
  emitClean,
  immOperand,
  moveInto,
  newReg,
  ownReg,
  regOperand,
  type Selection,
} from "./selection.js";

/** Its fourth power is 0 in 64 bits. Zeros on the stack, the verifier would know (check_stack_write). */
const seed = 2 ** 16;

export function makeUnknownZero(sel: Selection): void {
  const isNeeded = sel.func.blocks.some(({ insts }) => insts.some((inst) => inst.op === "forget"));
  if (!isNeeded) return;
  // Four bytes stand in the upper half of their word, where the verifier does not follow a number (frame.ts).
  const slot = sel.out.slots.length;
  sel.out.slots.push({ size: 4, span: undefined, escapes: false, spill: false });
  const address = { base: FP, slot, offset: 0 } as const;
  const zero = newReg(sel);
  emit(sel, { kind: "store", size: 4, address, src: immOperand(seed) }, [slot]);
  emit(sel, { kind: "load", size: 4, signed: false, dst: zero, address }, [slot]);
  // Of a product that may leave 64 bits it knows nothing at all.
  emitAlu(sel, "MUL", true, zero, regOperand(zero));
  emitAlu(sel, "MUL", true, zero, regOperand(zero));
  sel.unknownZero = zero;
}

export function selectForget(sel: Selection, inst: ForgetInst): void {
  const [value] = inst.args;
  assert(value && sel.unknownZero !== undefined, "forget takes a value, and there is a zero for it");
  const dst = ownReg(sel, inst);
  const isWide = inst.type === "i64" || !sel.features.alu32;
  moveInto(sel, dst, value);
  emitAlu(sel, "ADD", isWide, dst, regOperand(sel.unknownZero));
  if (inst.type === "i32" && isWide && sel.wideRead.has(inst)) emitClean(sel, dst);
}
