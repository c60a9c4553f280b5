// Cross-jumping: blocks that end alike share that end. Of blocks with the same terminator the longest common tail
// becomes one block to which the others jump; they jumped (or ended) before, so that only instructions go.
//
// On final registers, because only there it is known whether two instructions are the same.

import { unreachable } from "../../util/assert.js";
import {
  type Address,
  type CoreUse,
  type MachineBlock,
  type MachineFunc,
  type MachineInst,
  type MachineTerm,
  type NamedAddress,
  type Operand,
  successors,
} from "./machine.js";

/** Each round can make the blocks before alike; a round that merges anything takes instructions or blocks away. */
export function mergeTails(func: MachineFunc): void {
  for (;;) {
    const groups = groupByEnd(func);
    if (groups.length === 0) return;
    const emptied = new Map<MachineBlock, MachineBlock>();
    for (const group of groups) mergeGroup(func, group, emptied);
    goRound(func, emptied);
    dropUnreached(func);
  }
}

/** Blocks with the same terminator and the same last instruction; the entry keeps its place at the front. */
function groupByEnd(func: MachineFunc): MachineBlock[][] {
  // Few blocks go on to the same places as another: only of these are instructions looked at.
  const counts = new Map<number, number>();
  for (const { term } of func.blocks) {
    const ways = waysOf(func, term);
    counts.set(ways, (counts.get(ways) ?? 0) + 1);
  }
  const groups = new Map<string, MachineBlock[]>();
  for (const block of func.blocks) {
    const last = block.insts.at(-1);
    if (counts.get(waysOf(func, block.term)) === 1 || (!last && block.term.kind === "jump")) continue;
    const key = last ? `${termKey(block.term)}\n${keyOf(last)}` : termKey(block.term);
    const group = groups.get(key);
    if (group) group.push(block);
    else groups.set(key, [block]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** A number for where a terminator may lead. */
function waysOf(func: MachineFunc, term: MachineTerm): number {
  const count = func.nextBlockId;
  if (term.kind === "exit") return -1;
  return term.kind === "jump" ? term.target.id : count + term.then.id * count + term.else.id;
}

function mergeGroup(func: MachineFunc, group: readonly MachineBlock[], emptied: Map<MachineBlock, MachineBlock>): void {
  const [first, ...others] = group;
  if (!first) return;
  const common = Math.min(...others.map((other) => commonTail(first.insts, other.insts)));
  const [entry] = func.blocks;
  // A block that is nothing but the tail can stand for it.
  const whole = group.find((block) => block.insts.length === common && block !== entry);
  const tail = whole ?? splitOff(func, first, common);
  for (const block of group) {
    if (block === tail) continue;
    uniteTouches(tail, block, common);
    const start = block.insts.length - common;
    block.insts = block.insts.slice(0, start);
    block.term = { kind: "jump", target: tail, span: block.term.span };
    if (start === 0 && block !== entry) emptied.set(block, tail);
  }
}

function commonTail(left: readonly MachineInst[], right: readonly MachineInst[]): number {
  let length = 0;
  for (;;) {
    const one = left.at(-1 - length);
    const two = right.at(-1 - length);
    if (!one || !two || one.kind !== two.kind || keyOf(one) !== keyOf(two)) return length;
    length++;
  }
}

/** The last `count` instructions of `block` in a new block of their own. */
function splitOff(func: MachineFunc, block: MachineBlock, count: number): MachineBlock {
  const insts = block.insts.slice(block.insts.length - count);
  const tail: MachineBlock = { id: func.nextBlockId++, insts, term: { ...block.term } };
  func.blocks.push(tail);
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

export function dropUnreached(func: MachineFunc): void {
  const reached = new Set<MachineBlock>(func.blocks.slice(0, 1));
  for (const block of reached) for (const next of successors(block.term)) reached.add(next);
  if (reached.size < func.blocks.length) func.blocks = func.blocks.filter((block) => reached.has(block));
}

// ---- keys ---------------------------------------------------------------------------------------------------------

/** Equal for instructions that do the same. */
function keyOf(inst: MachineInst): string {
  switch (inst.kind) {
    case "alu":
      return `alu ${inst.op} ${inst.wide} ${inst.signed} ${inst.dst} ${operandKey(inst.src)}`;
    case "neg":
      return `neg ${inst.wide} ${inst.dst}`;
    case "mov":
      return `mov ${inst.wide} ${inst.dst} ${operandKey(inst.src)}`;
    case "movsx":
      return `movsx ${inst.wide} ${inst.bits} ${inst.dst} ${inst.src}`;
    case "imm64":
      return `imm64 ${inst.dst} ${inst.value} ${coreKey(inst.core)}`;
    case "named":
      return `named ${inst.dst} ${targetKey(inst.target)}`;
    case "slotaddr":
      return `slotaddr ${inst.dst} ${inst.slot} ${inst.offset}`;
    case "load":
      return `load ${inst.size} ${inst.signed} ${inst.dst} ${addressKey(inst.address)}`;
    case "store":
      return `store ${inst.size} ${addressKey(inst.address)} ${operandKey(inst.src)}`;
    case "call":
      // With two maps in one call the kernel does not inline it, and before 6.10 refuses callbacks over them.
      return `call ${inst.callee} ${inst.argCount} ${inst.map}`;
    case "atomic":
      return `atomic ${inst.imm} ${inst.size} ${addressKey(inst.address)} ${inst.src} ${inst.result}`;
    case "bswap":
      return `bswap ${inst.bits} ${inst.conditional} ${inst.dst}`;
    default:
      return unreachable(inst, "machine instruction");
  }
}

function termKey(term: MachineTerm): string {
  if (term.kind === "jump") return `jump ${term.target.id}`;
  if (term.kind === "exit") return `exit`;
  return `${term.jump} ${term.wide} ${term.left} ${operandKey(term.right)} ${term.then.id} ${term.else.id}`;
}

function operandKey(operand: Operand): string {
  return operand.kind === "reg" ? `r${operand.reg}` : `${operand.imm} ${coreKey(operand.core)}`;
}

function addressKey({ base, slot, offset, core, isContext }: Address): string {
  return `${base} ${slot} ${offset} ${isContext} ${coreKey(core)}`;
}

function targetKey(target: NamedAddress): string {
  switch (target.kind) {
    case "map":
      return `map ${target.map}`;
    case "data":
      return `data ${target.section} ${target.offset}`;
    case "function":
      return `function ${target.target}`;
  }
}

function coreKey(core: CoreUse | undefined): string {
  return core ? `${core.reloc} ${core.typeKey} ${core.access}` : "";
}
