// The integers that reach an address or a helper's argument. The kernel's verifier knows bounds by register: what a
// check has learnt about one register does not pass to a value that was computed from it before the check. So a check
// of one of these values must stay a check of that very value.

import { incomingArguments } from "../ir/cfg.js";
import type { Func, Inst } from "../ir/ir.js";
import { isBinary } from "../ir/ir.js";

const widths: ReadonlySet<string> = new Set(["zext", "sext", "trunc", "sext8", "sext16"]);

export function addressValues(func: Func): Set<Inst> {
  const found = new Set<Inst>();
  const work: Inst[] = [];
  const add = (value: Inst | undefined): void => {
    if (!value || value.op === "const" || value.type === "ptr" || found.has(value)) return;
    found.add(value);
    work.push(value);
  };
  const incoming = incomingArguments(func);
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      if (inst.op === "call" || inst.op === "callfn") inst.args.forEach(add);
      else if (inst.type === "ptr" && isBinary(inst)) add(inst.args[1]);
    }
  }
  for (let value = work.pop(); value; value = work.pop()) {
    if (isBinary(value) || widths.has(value.op)) value.args.forEach(add);
    incoming.get(value)?.forEach(add);
  }
  return found;
}
