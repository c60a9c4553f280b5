// What selection must know about IR values before it starts: who uses them, which 32-bit values must have a zero
// upper half, and which pointers lead into which stack slot.

import { assert } from "../../util/assert.js";
import type { Block, Func, Inst, SlotInst, Target, Terminator } from "../ir/ir.js";
import { isBinary, isCompare, targets } from "../ir/ir.js";
import { append, type ById, makeById } from "./by-id.js";

export type User =
  | { readonly kind: "inst"; readonly inst: Inst; readonly index: number }
  | { readonly kind: "term"; readonly term: Terminator }
  /** An argument of an edge, and the parameter that takes it. */
  | { readonly kind: "edge"; readonly param: Inst };

/** By a value's id. */
export type Users = Readonly<ById<readonly User[]>>;

const noUsers: readonly User[] = [];

export function usersOf(users: Users, inst: Inst): readonly User[] {
  return users[inst.id] ?? noUsers;
}

export function collectUsers(func: Func): Users {
  const users = makeById<User[]>(func.nextId);
  const note = (value: Inst, user: User): void => append(users, value.id, user);
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      for (let index = 0; index < inst.args.length; index++)
        note(inst.args[index] as Inst, { kind: "inst", inst, index });
    }
    const term = block.term;
    if (term.op === "br") note(term.cond, { kind: "term", term });
    if (term.op === "ret" && term.value) note(term.value, { kind: "term", term });
    for (const target of targets(term)) forEachEdgeArg(target, (arg, param) => note(arg, { kind: "edge", param }));
  }
  return users;
}

export function forEachEdgeArg(target: Target, visit: (arg: Inst, param: Inst) => void): void {
  assert(target.args.length === target.block.params.length, "an edge has an argument for each parameter");
  for (const [index, arg] of target.args.entries()) visit(arg, target.block.params[index] as Inst);
}

/** Blocks in an order where definitions come before uses (loops aside): reverse postorder. */
export function reachableBlocks(func: Func): Block[] {
  const entry = func.blocks[0];
  assert(entry, `function ${func.name} has no blocks`);
  const seen = new Set<Block>([entry]);
  const order: Block[] = [];
  const stack = [{ block: entry, next: targets(entry.term).map((target) => target.block) }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.next.pop();
    if (!next) {
      order.push(top.block);
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      stack.push({ block: next, next: targets(next.term).map((target) => target.block) });
    }
  }
  return order.reverse();
}

// ---- the upper half of 32-bit values ------------------------------------------------------------------------------

/**
 * The i32 values whose register must have a zero upper half because someone reads all 64 bits of it. `alu32` says
 * whether 32-bit arithmetic exists; without it comparisons, divisions and right shifts read whole registers.
 */
export function findWideRead(func: Func, users: Users, alu32: boolean): ReadonlySet<Inst> {
  const wideRead = new Set<Inst>();
  const work: Inst[] = [];
  const mark = (value: Inst): void => {
    if (value.type !== "i32" || wideRead.has(value)) return;
    wideRead.add(value);
    work.push(value);
  };
  const markRead = (value: Inst): void => {
    if (value.type === "i32" && usersOf(users, value).some((user) => readsUpperHalf(user, alu32))) mark(value);
  };
  for (const block of func.blocks) {
    block.params.forEach(markRead);
    block.insts.forEach(markRead);
  }
  // What an edge passes on to a parameter that must be clean must be clean itself.
  const edges = new Map<Inst, Inst[]>();
  for (const block of func.blocks) {
    for (const target of targets(block.term)) {
      forEachEdgeArg(target, (arg, param) => {
        const passed = edges.get(param);
        if (passed) passed.push(arg);
        else edges.set(param, [arg]);
      });
    }
  }
  for (let value = work.pop(); value; value = work.pop()) for (const arg of edges.get(value) ?? []) mark(arg);
  return wideRead;
}

function readsUpperHalf(user: User, alu32: boolean): boolean {
  if (user.kind === "edge") return false;
  if (user.kind === "term") return user.term.op === "ret" || !alu32;
  const inst = user.inst;
  if (inst.op === "zext" || inst.op === "call" || inst.op === "callfn" || inst.op === "atomic") return true;
  if (alu32) return false;
  if (inst.op === "udiv" || inst.op === "umod") return true;
  if (inst.op === "lshr") return user.index === 0;
  // Signed comparisons shift the upper half out.
  return isCompare(inst) && !inst.op.startsWith("s");
}

// ---- addresses as numbers -----------------------------------------------------------------------------------------

/**
 * The `address` values that someone computes with. Others may stay pointers to the verifier: it lets a program (that
 * may see addresses at all) pass them to helpers, compare them, and store all of their bytes, as long as nothing loads
 * them again, since a pointer in the stack is loaded as one.
 */
export function findNumbers(func: Func, users: Users): ReadonlySet<Inst> {
  const numbers = new Set<Inst>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      if (inst.op === "address" && !usersOf(users, inst).every((user) => takesPointer(user, users))) numbers.add(inst);
    }
  }
  return numbers;
}

function takesPointer(user: User, users: Users): boolean {
  if (user.kind !== "inst") return false;
  const { inst, index } = user;
  if (inst.op === "call" || isCompare(inst)) return true;
  if (inst.op === "int2ptr") return usersOf(users, inst).every((next) => takesPointer(next, users));
  if (inst.op !== "store" || index !== 1 || inst.mem !== "u64" || !inst.args[0]) return false;
  const slot = slotRoot(inst.args[0]);
  return slot !== undefined && isOnlyForHelpers(slot, users);
}

/** Memory that the function itself writes and never reads. */
function isOnlyForHelpers(pointer: Inst, users: Users): boolean {
  return usersOf(users, pointer).every((user) => {
    if (user.kind !== "inst") return false;
    const { inst, index } = user;
    if (inst.op === "store") return index === 0;
    if (inst.op === "call") return !inst.args.some((arg) => arg.op === "func");
    return isBinary(inst) && inst.type === "ptr" && index === 0 && isOnlyForHelpers(inst, users);
  });
}

// ---- stack slots --------------------------------------------------------------------------------------------------

/** The slot a pointer was made from by additions, if any. */
export function slotRoot(value: Inst): SlotInst | undefined {
  let current = value;
  while ((current.op === "add" || current.op === "sub") && current.type === "ptr" && current.args[0]) {
    current = current.args[0];
  }
  return current.op === "slot" ? current : undefined;
}

/** Slots whose address goes where selection cannot follow it: into memory, a block parameter, or an integer. */
export function findEscaping(func: Func, users: Users): ReadonlySet<SlotInst> {
  const escaping = new Set<SlotInst>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      const root = inst.type === "ptr" ? slotRoot(inst) : undefined;
      if (root && usersOf(users, inst).some(letsEscape)) escaping.add(root);
    }
  }
  return escaping;
}

function letsEscape(user: User): boolean {
  if (user.kind !== "inst") return true;
  const { inst, index } = user;
  if (inst.op === "load" || inst.op === "call" || inst.op === "callfn" || isCompare(inst)) return false;
  if (inst.op === "store" || inst.op === "atomic") return index !== 0;
  return !(isBinary(inst) && inst.type === "ptr" && index === 0);
}
