// Constant folding, algebraic identities and 32-bit operations where 64-bit ones show the same. The rules are in the
// fold-*.ts files; this one walks the function and gives them the means to make instructions.

import { buildCfg, countUses, replaceIn, replaceInTerm, replaceUses, resolveThrough } from "../ir/cfg.js";
import type { BinaryOp, CompareOp, ConvertInst, Func, Inst, Span, Type } from "../ir/ir.js";
import { isBinary, isCompare } from "../ir/ir.js";
import { addressValues } from "./address-values.js";
import { constantPool, makeInst } from "./edit.js";
import type { NewInst } from "./edit.js";
import { simplifyBinary } from "./fold-arith.js";
import { simplifyCompare } from "./fold-compare.js";
import { simplifyConvert } from "./fold-convert.js";
import { simplifyMemory } from "./fold-memory.js";
import { knownBits } from "./known-bits.js";
import type { KnownBits } from "./known-bits.js";
import type { Pass } from "./pass.js";

/** What a rule may use. New instructions are simplified themselves and stand before the one that is looked at. */
export interface Folder {
  readonly known: KnownBits;
  /** At least the uses at the start of the sweep: a hint on profit, never a condition of correctness. */
  uses(inst: Inst): number;
  /** At the start of the sweep: all that is done with the value is to ask whether it is this or that constant. */
  isOnlyMatched(inst: Inst): boolean;
  /** At the start of the sweep; see address-values.ts. */
  reachesAddress(inst: Inst): boolean;
  constant(type: Type, value: bigint): Inst;
  binary(op: BinaryOp, left: Inst, right: Inst): Inst;
  compare(op: CompareOp, left: Inst, right: Inst): Inst;
  convert(op: ConvertInst["op"], type: Type, value: Inst): Inst;
  /** Adds an instruction as it is. */
  emit(body: NewInst): Inst;
}

export const fold: Pass = {
  name: "fold",
  why: "Source arithmetic is exact 64-bit; most of it is constant, redundant or fits 32 bits.",
  needs: ["cfg-cleanup"],
  breaks: ["cfg-cleanup", "dce"],
  // One sweep: what it makes possible is found when the pass runs again.
  run: sweep,
};

function sweep(func: Func): boolean {
  const uses = countUses(func);
  // Of values that took the place of others in this sweep.
  const inherited = new Map<Inst, number>();
  const usesOf = (value: Inst): number => uses.of(value) + (inherited.get(value) ?? 0);
  const pool = constantPool(func);
  const known = knownBits();
  const replaced = new Map<Inst, Inst>();
  const find = (value: Inst): Inst => resolveThrough(replaced, value);
  const addresses = addressValues(func);
  const matches = countMatches(func);
  const folder = folderOf(func, {
    known,
    uses: usesOf,
    isOnlyMatched: (value) => usesOf(value) === (matches.get(value) ?? 0),
    reachesAddress: (value) => addresses.has(value),
    constant: pool.get,
  });
  let changed = false;
  for (const block of buildCfg(func).rpo) {
    const out: Inst[] = [];
    folder.out = out;
    for (const inst of block.insts) {
      replaceIn(inst.args, find);
      folder.span = inst.span;
      const result = simplify(inst, folder);
      if (result) changed = true;
      if (!result) out.push(inst);
      else if (inst.type !== "void") {
        replaced.set(inst, result);
        // The result stands for it from here on, wherever it went.
        inherited.set(result, (inherited.get(result) ?? 0) + usesOf(inst));
        if (addresses.has(inst)) addresses.add(result);
      }
    }
    block.insts = out;
    replaceInTerm(block.term, find);
  }
  pool.flush();
  replaceUses(func, replaced);
  return changed;
}

/** How often a swapped value is compared with a constant for equality. */
function countMatches(func: Func): ReadonlyMap<Inst, number> {
  const counts = new Map<Inst, number>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      if (inst.op !== "eq" && inst.op !== "ne") continue;
      const [left, right] = inst.args;
      if (left?.op.startsWith("bswap") && right?.op === "const") counts.set(left, (counts.get(left) ?? 0) + 1);
    }
  }
  return counts;
}

function simplify(inst: Inst, folder: Folder): Inst | undefined {
  if (isBinary(inst)) return simplifyBinary(inst, folder);
  if (isCompare(inst)) return simplifyCompare(inst, folder);
  switch (inst.op) {
    case "zext":
    case "sext":
    case "trunc":
    case "sext8":
    case "sext16":
    case "bswap16":
    case "bswap32":
    case "bswap64":
    case "ptr2int":
    case "address":
    case "int2ptr":
      return simplifyConvert(inst, folder);
    default:
      return simplifyMemory(inst, folder);
  }
}

/** A folder and the place where it adds instructions. */
interface PlacedFolder extends Folder {
  out: Inst[];
  span: Span | undefined;
}

function folderOf(
  func: Func,
  shared: Pick<Folder, "known" | "uses" | "isOnlyMatched" | "reachesAddress" | "constant">,
): PlacedFolder {
  const add = (body: NewInst): Inst => {
    const inst = makeInst(func, body, folder.span);
    const simpler = simplify(inst, folder);
    if (simpler) return simpler;
    folder.out.push(inst);
    return inst;
  };
  const folder: PlacedFolder = {
    ...shared,
    out: [],
    span: undefined,
    binary: (op, left, right) => add({ op, type: left.type as Type, args: [left, right] }),
    compare: (op, left, right) => add({ op, type: "i32", args: [left, right] }),
    convert: (op, type, value) => add({ op, type, args: [value] }),
    emit: (body) => {
      const inst = makeInst(func, body, folder.span);
      folder.out.push(inst);
      return inst;
    },
  };
  return folder;
}
