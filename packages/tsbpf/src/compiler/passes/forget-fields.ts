// Numbers that a loop keeps in memory, a struct's fields as counters: what is stored there is forgotten before, so that
// what is read has the width of the field and nothing more is known.

import { dominates, predecessors, type Cfg, type DomTree, type Loop } from "../ir/cfg.js";
import { memSize, type Block, type Func, type Inst, type LoadInst, type SlotInst, type StoreInst } from "../ir/ir.js";
import { makeInst, type NewInst } from "./edit.js";
import { effectsOf, slotPlace } from "./effects.js";
import { isFollowed, type Uses } from "./followed.js";

interface Field {
  readonly slot: SlotInst;
  readonly offset: number;
  readonly mem: StoreInst["mem"];
  readonly stores: { readonly inst: StoreInst; readonly block: Block }[];
}

export function forgetFields(func: Func, cfg: Cfg, tree: DomTree, loops: readonly Loop[], uses: Uses): boolean {
  let followed: readonly LoadInst[] | undefined;
  let changed = false;
  for (const loop of loops) {
    const entries = predecessors(cfg, loop.header).filter(({ from }) => !loop.blocks.has(from));
    const [entry] = entries;
    const stored = storedIn(loop);
    if (!entry || entries.length !== 1 || stored.length === 0) continue;
    followed ??= followedLoads(func, uses);
    const reads = followed;
    const isEveryRound = (block: Block): boolean => loop.latches.every((latch) => dominates(tree, block, latch));
    const fields = stored.filter(
      (field) =>
        field.stores.some(({ inst, block }) => inst.args[1]?.op === "param" || !isEveryRound(block)) &&
        reads.some((load) => readsField(load, field)) &&
        isWritten(cfg, tree, entry.from, field),
    );
    for (const field of fields) {
      for (const { inst, block } of field.stores) forgetStored(func, inst, block);
      forgetAtEntry(func, entry.from, field);
    }
    changed ||= fields.length > 0;
  }
  return changed;
}

function followedLoads(func: Func, uses: Uses): readonly LoadInst[] {
  const insts = func.blocks.flatMap((block) => block.insts);
  return insts.filter((inst): inst is LoadInst => inst.op === "load" && isFollowed(inst, uses));
}

/** All of the field holds something wherever `end` is over. */
function isWritten(cfg: Cfg, tree: DomTree, end: Block, field: Field): boolean {
  return cfg.rpo.some((block) => dominates(tree, block, end) && block.insts.some((inst) => fillsField(inst, field)));
}

/** The places of slots that the loop changes. */
function storedIn(loop: Loop): readonly Field[] {
  const fields = new Map<string, Field>();
  for (const block of loop.blocks) {
    for (const inst of block.insts) {
      const place = inst.op === "store" ? slotPlace(inst.args[0], inst.offset) : undefined;
      // What an outer loop forgot is forgotten.
      if (inst.op !== "store" || !place || inst.args[1]?.op === "forget") continue;
      const key = `${place.slot.id} ${place.offset} ${inst.mem}`;
      const field: Field = fields.get(key) ?? { ...place, mem: inst.mem, stores: [] };
      fields.set(key, field);
      field.stores.push({ inst, block });
    }
  }
  return [...fields.values()];
}

function readsField(load: LoadInst, field: Field): boolean {
  const place = slotPlace(load.args[0], load.offset);
  if (place?.slot !== field.slot) return false;
  return place.offset < field.offset + memSize(field.mem) && field.offset < place.offset + memSize(load.mem);
}

function fillsField(inst: Inst, { slot, offset, mem }: Field): boolean {
  return effectsOf(inst).accesses.some(
    (access) =>
      access.slot === slot &&
      access.fills &&
      access.offset <= offset &&
      offset + memSize(mem) <= access.offset + access.size,
  );
}

function forgetStored(func: Func, store: StoreInst, block: Block): void {
  const [, value] = store.args;
  if (!value || value.type === "ptr") return;
  const made: Inst[] = [];
  const make = (body: NewInst): Inst => {
    const inst = makeInst(func, body, store.span);
    made.push(inst);
    return inst;
  };
  // Of 32 bits the verifier would still know that they are no more, and then keep the register with the slot.
  const wide = value.type === "i64" ? value : make({ op: "zext", type: "i64", args: [value] });
  store.args[1] = make({ op: "forget", type: "i64", args: [wide] });
  block.insts.splice(block.insts.indexOf(store), 0, ...made);
}

/** What was never changed must not differ from what was. */
function forgetAtEntry(func: Func, block: Block, { slot, offset, mem }: Field): void {
  const load = makeInst(func, { op: "load", type: "i64", mem, offset, args: [slot] }, undefined);
  const forgotten = makeInst(func, { op: "forget", type: "i64", args: [load] }, undefined);
  block.insts.push(load, forgotten);
  block.insts.push(makeInst(func, { op: "store", type: "void", mem, offset, args: [slot, forgotten] }, undefined));
}
