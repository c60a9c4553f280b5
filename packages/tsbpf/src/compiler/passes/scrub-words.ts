// A field that shares a word of eight bytes with the beginning of an array that is stored to at a variable index:
// behind a store to the word's first bytes the second byte is stored once more, so that the verifier does not take the
// word for a saved register (scattered-slots.ts says what would come of that).

import type { Func, Inst, StoreInst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { makeInst, type NewInst } from "./edit.js";
import { slotPlace } from "./effects.js";
import type { Pass } from "./pass.js";
import { scatteredSlots, wordOf } from "./scattered-slots.js";

export const scrubWords: Pass = {
  name: "scrub-words",
  why: "From 6.8 on the verifier refuses to read such a field behind a store to the array.",
  needs: [],
  breaks: [],
  settles: true,
  run: (func) => {
    const scattered = scatteredSlots(func);
    if (scattered.size === 0) return false;
    let changed = false;
    for (const block of func.blocks) {
      block.insts = block.insts.flatMap((inst) => {
        if (inst.op !== "store" || memSize(inst.mem) === 8) return [inst];
        const place = slotPlace(inst.args[0], inst.offset);
        const words = place && scattered.get(place.slot);
        if (!place || !words || wordOf(place.offset) !== place.offset) return [inst];
        if (!words.anywhere && !words.words.has(place.offset)) return [inst];
        if (place.offset + 1 >= place.slot.size) return [inst];
        changed = true;
        return [inst, ...storeAgain(func, inst)];
      });
    }
    return changed;
  },
};

/** Of a number that no pass knows, so that none finds the store idle. */
function storeAgain(func: Func, store: StoreInst): readonly Inst[] {
  const [base] = store.args;
  if (!base) return [];
  const make = (body: NewInst): Inst => makeInst(func, body, store.span);
  const offset = store.offset + 1;
  const second = make({ op: "load", type: "i64", mem: "u8", offset, args: [base] });
  const forgotten = make({ op: "forget", type: "i64", args: [second] });
  return [second, forgotten, make({ op: "store", type: "void", mem: "u8", offset, args: [base, forgotten] })];
}
