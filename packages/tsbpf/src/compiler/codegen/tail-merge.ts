// Cross-jumping: blocks that end alike share that end. Of blocks with the same terminator the longest common tail
// becomes one block to which the others jump; they jumped (or ended) before, so that only instructions go.
//
// On final registers, because only there it is known whether two instructions are the same.

import {
  type MachineBlock,
  type MachineFunc,
  type MachineInst,
  type MachineTerm,
  type Operand,
  successors,
} from "./machine.js";

/** Each round can make the blocks before alike; a round that merges anything takes instructions or blocks away. */
export function mergeTails(func: MachineFunc): void {
  const keys = new Map<MachineBlock, string[]>();
  for (const block of func.blocks) keys.set(block, block.insts.map(keyOf));
  for (;;) {
    const groups = groupByEnd(func, keys);
    if (groups.length === 0) return;
    const emptied = new Map<MachineBlock, MachineBlock>();
    for (const group of groups) mergeGroup(func, group, keys, emptied);
    goRound(func, emptied);
    dropUnreached(func);
  }
}

type Keys = Map<MachineBlock, string[]>;

/** Blocks with the same terminator and the same last instruction; the entry keeps its place at the front. */
function groupByEnd(func: MachineFunc, keys: Keys): MachineBlock[][] {
  const groups = new Map<string, MachineBlock[]>();
  for (const block of func.blocks) {
    const last = keys.get(block)?.at(-1);
    if (last === undefined && block.term.kind === "jump") continue;
    const key = `${termKey(block.term)}\n${last ?? ""}`;
    const group = groups.get(key);
    if (group) group.push(block);
    else groups.set(key, [block]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function mergeGroup(
  func: MachineFunc,
  group: readonly MachineBlock[],
  keys: Keys,
  emptied: Map<MachineBlock, MachineBlock>,
): void {
  const [first, ...others] = group;
  if (!first) return;
  const lengths = group.map((block) => keys.get(block)?.length ?? 0);
  let common = Math.min(...lengths);
  for (const other of others) common = Math.min(common, commonTail(keys.get(first) ?? [], keys.get(other) ?? []));
  const [entry] = func.blocks;
  // A block that is nothing but the tail can stand for it.
  const whole = group.find((block, index) => lengths[index] === common && block !== entry);
  const tail = whole ?? splitOff(func, first, common, keys);
  for (const block of group) {
    if (block === tail) continue;
    uniteTouches(tail, block, common);
    const start = block.insts.length - common;
    block.insts = block.insts.slice(0, start);
    keys.get(block)?.splice(start);
    block.term = { kind: "jump", target: tail, span: block.term.span };
    if (start === 0 && block !== entry) emptied.set(block, tail);
  }
}

function commonTail(left: readonly string[], right: readonly string[]): number {
  let length = 0;
  while (length < left.length && length < right.length && left.at(-1 - length) === right.at(-1 - length)) length++;
  return length;
}

/** The last `count` instructions of `block` in a new block of their own. */
function splitOff(func: MachineFunc, block: MachineBlock, count: number, keys: Keys): MachineBlock {
  const start = block.insts.length - count;
  const tail: MachineBlock = { id: func.nextBlockId++, insts: block.insts.slice(start), term: { ...block.term } };
  func.blocks.push(tail);
  keys.set(tail, keys.get(block)?.slice(start) ?? []);
  return tail;
}

/** Equal instructions may reach different stack slots through their registers. */
function uniteTouches(tail: MachineBlock, block: MachineBlock, common: number): void {
  const from = tail.insts.length - common;
  const start = block.insts.length - common;
  for (let index = 0; index < common; index++) {
    const kept = tail.insts[from + index];
    const touches = block.insts[start + index]?.touches ?? [];
    if (!kept || touches.every((slot) => kept.touches.includes(slot))) continue;
    tail.insts[from + index] = { ...kept, touches: [...new Set([...kept.touches, ...touches])] };
  }
}

/** Jumps to blocks that have nothing left go on at once. */
function goRound(func: MachineFunc, emptied: ReadonlyMap<MachineBlock, MachineBlock>): void {
  const onward = (target: MachineBlock): MachineBlock => emptied.get(target) ?? target;
  for (const block of func.blocks) {
    const { term } = block;
    if (term.kind === "jump") term.target = onward(term.target);
    if (term.kind !== "branch") continue;
    term.then = onward(term.then);
    term.else = onward(term.else);
    if (term.then === term.else) block.term = { kind: "jump", target: term.then, span: term.span };
  }
}

function dropUnreached(func: MachineFunc): void {
  const reached = new Set<MachineBlock>(func.blocks.slice(0, 1));
  for (const block of reached) for (const next of successors(block.term)) reached.add(next);
  func.blocks = func.blocks.filter((block) => reached.has(block));
}

function keyOf(inst: MachineInst): string {
  const bare = { ...inst, span: undefined, touches: undefined };
  return JSON.stringify(bare, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}

function termKey(term: MachineTerm): string {
  if (term.kind === "jump") return `jump ${term.target.id}`;
  if (term.kind === "exit") return `exit`;
  return `${term.jump} ${term.wide} ${term.left} ${operandKey(term.right)} ${term.then.id} ${term.else.id}`;
}

function operandKey(operand: Operand): string {
  return operand.kind === "reg" ? `r${operand.reg}` : `${operand.imm}`;
}
