// The order of blocks: jumps to jumps are shortened, equal blocks become one, and blocks are strung together so that
// most of them fall through to a successor and only loops jump backwards.

import { assert } from "../../util/assert.js";
import type { JumpName } from "../../bpf/builders.js";
import { postorder } from "./liveness.js";
import { backEdges, loopDepths } from "./loops.js";
import { type MachineBlock, type MachineFunc, type MachineTerm, successors } from "./machine.js";
import type { Features } from "./selection.js";
import { dropUnreached, mergeTails } from "./tail-merge.js";

type Branch = Extract<MachineTerm, { kind: "branch" }>;

const opposites: Readonly<Record<JumpName, JumpName | undefined>> = {
  JEQ: "JNE",
  JNE: "JEQ",
  JGT: "JLE",
  JLE: "JGT",
  JGE: "JLT",
  JLT: "JGE",
  JSGT: "JSLE",
  JSLE: "JSGT",
  JSGE: "JSLT",
  JSLT: "JSGE",
  JSET: undefined,
};
/** The same question with the operands exchanged. */
const mirrored: Readonly<Partial<Record<JumpName, JumpName>>> = { JLT: "JGT", JLE: "JGE", JSLT: "JSGT", JSLE: "JSGE" };

/** The branch that is taken when `branch` is not; undefined where the instruction set lacks it. */
export function invert(branch: Branch, features: Features): Branch | undefined {
  const { kind, wide, left, right, span } = branch;
  const flipped = { then: branch.else, else: branch.then };
  const jump = opposites[branch.jump];
  if (!jump) return undefined;
  const mirror = mirrored[jump];
  if (!mirror || features.lessThanJumps) return { kind, jump, wide, left, right, ...flipped, span };
  if (right.kind === "imm") return undefined;
  return { kind, jump: mirror, wide, left: right.reg, right: { kind: "reg", reg: left }, ...flipped, span };
}

/** Cleans up and orders `func.blocks`; every block is reachable afterwards. */
export function layOut(func: MachineFunc, features: Features): void {
  threadJumps(func);
  func.blocks = postorder(func).reverse();
  mergeTails(func);
  func.blocks = placeBlocks(func, features);
  endAtOnce(func);
  dropUnreached(func);
}

// ---- clean-up -----------------------------------------------------------------------------------------------------

function threadJumps(func: MachineFunc): void {
  for (const block of func.blocks) retarget(block, finalTarget);
}

function finalTarget(block: MachineBlock): MachineBlock {
  let current = block;
  // Nearly every block has instructions, and needs no set to look out for a circle of jumps.
  let passed: Set<MachineBlock> | undefined;
  while (current.insts.length === 0 && current.term.kind === "jump" && !passed?.has(current)) {
    passed = (passed ?? new Set()).add(current);
    current = current.term.target;
  }
  return current;
}

function retarget(block: MachineBlock, to: (block: MachineBlock) => MachineBlock): void {
  const term = block.term;
  if (term.kind === "jump") term.target = to(term.target);
  if (term.kind !== "branch") return;
  term.then = to(term.then);
  term.else = to(term.else);
  if (term.then === term.else) block.term = { kind: "jump", target: term.then, span: term.span };
}

/** `exit` is no longer than a jump to it. */
function endAtOnce(func: MachineFunc): void {
  for (const [index, block] of func.blocks.entries()) {
    const term = block.term;
    if (term.kind !== "jump" || func.blocks[index + 1] === term.target) continue;
    if (term.target.insts.length === 0 && term.target.term.kind === "exit") block.term = term.target.term;
  }
}

// ---- order --------------------------------------------------------------------------------------------------------

/**
 * A block is placed once all that lead to it are (loops aside), after one of these where possible. Of two candidates,
 * the one in the deeper loop goes first, so that loops stay together.
 */
function placeBlocks(func: MachineFunc, features: Features): MachineBlock[] {
  const edges = backEdges(func);
  const nameOf = (from: MachineBlock, to: MachineBlock): number => from.id * func.nextBlockId + to.id;
  const back = new Set(edges.map(({ from, to }) => nameOf(from, to)));
  const isForward = (from: MachineBlock, to: MachineBlock): boolean => back.size === 0 || !back.has(nameOf(from, to));
  const waiting = new Uint32Array(func.nextBlockId);
  for (const block of func.blocks) {
    for (const next of successors(block.term)) {
      if (isForward(block, next)) waiting[next.id] = (waiting[next.id] ?? 0) + 1;
    }
  }
  const depths = loopDepths(func, edges);
  const entry = func.blocks[0];
  assert(entry, `function ${func.name} has no blocks`);
  const placed: MachineBlock[] = [];
  const ready: MachineBlock[] = [entry];
  for (let block = ready.pop(); block; block = ready.pop()) {
    placed.push(block);
    const freed: MachineBlock[] = [];
    for (const next of successors(block.term)) {
      if (!isForward(block, next)) continue;
      const left = (waiting[next.id] ?? 0) - 1;
      waiting[next.id] = left;
      if (left === 0) freed.push(next);
    }
    // The last to be pushed comes next.
    ready.push(...preferLast(block.term, freed, depths, features));
  }
  assert(placed.length === func.blocks.length, `layout ${func.name}: a block is left over`);
  return placed;
}

function preferLast(
  term: MachineTerm,
  blocks: MachineBlock[],
  depths: ArrayLike<number>,
  features: Features,
): MachineBlock[] {
  const [one, two] = blocks;
  if (!one || !two || term.kind !== "branch") return blocks;
  const difference = (depths[one.id] ?? 0) - (depths[two.id] ?? 0);
  if (difference !== 0) return difference > 0 ? [two, one] : [one, two];
  if (!invert(term, features)) return [term.then, term.else];
  return [term.else, term.then];
}
