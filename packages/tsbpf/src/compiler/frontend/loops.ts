// `for`, `while` and `do`, once something shows that they end; what for-of.ts counts is made here too.

import { ts } from "./typescript.js";
import type { Variable } from "../ir/builder.js";
import { isCompare, type Block, type Inst } from "../ir/ir.js";
import { isTestable, loopBound, type Guard, type LoopBound } from "./bounds.js";
import { lowerCondition } from "./conditions.js";
import { lowerExpression } from "./expressions.js";
import { withJumps } from "./jumps.js";
import { isWorthACallback, lowerLongLoop, reportLongLoop, shorterLoop } from "./long-loops.js";
import { findLocal, jumpTo, report, startSealed, type Lowering } from "./lowering.js";
import { visibleRange } from "./visible.js";
import { isAtLeast, loopsSince } from "./target.js";
import { rangeOf } from "./numbers.js";
import type { Operand } from "./operands.js";
import { continueAt, lowerDeclarations, lowerScope, lowerStatement } from "./statements.js";

/**
 * What the verifier takes: a million instructions in all (BPF_COMPLEXITY_LIMIT_INSNS, include/linux/bpf.h), and 8192
 * branches that it still has to come back to (BPF_COMPLEXITY_LIMIT_JMP_SEQ, kernel/bpf/verifier.c).
 */
const instructionLimit = 1_000_000;
const branchLimit = 8192;

/** BPF_MAXINSNS, include/uapi/linux/bpf_common.h: what a program may have before Linux 5.2. */
const unrolledLimit = 4096;

export function lowerFor(l: Lowering, node: ts.ForStatement): void {
  lowerScope(l, () => {
    const { initializer, condition, statement, incrementor } = node;
    if (initializer && ts.isVariableDeclarationList(initializer)) lowerDeclarations(l, initializer);
    else if (initializer) lowerExpression(l, initializer);
    lowerLoop(l, node, loopBound(l, condition, statement, incrementor), condition, incrementor);
  });
}

export function lowerWhile(l: Lowering, node: ts.WhileStatement): void {
  lowerLoop(l, node, loopBound(l, node.expression, node.statement, undefined), node.expression, undefined);
}

export function lowerDo(l: Lowering, node: ts.DoStatement): void {
  // The first round is not tested: it happens even where the condition never holds.
  const bound = loopBound(l, node.expression, node.statement, undefined);
  const rounds = bound && { ...bound, rounds: Math.max(1, bound.rounds), counter: undefined };
  lowerLoop(l, node, rounds, node.expression, undefined);
}

function lowerLoop(
  l: Lowering,
  node: ts.ForStatement | ts.WhileStatement | ts.DoStatement,
  bound: LoopBound | undefined,
  condition: ts.Expression | undefined,
  update: ts.Expression | undefined,
): void {
  if (!bound) report(l, condition ?? node, "unboundedLoop");
  const parts = [condition, update, node.statement].filter((part) => part !== undefined);
  const rounds: Rounds = {
    bound,
    parts,
    operands: [],
    counter: undefined,
    // Where both sides are constants, evaluating it once more changes nothing.
    testsAtEnd: !ts.isDoStatement(node) && bound?.exact !== true,
    test: ({ l: inner, isFollowed }, body, exit) => {
      if (condition) lowerGuarded(inner, condition, isFollowed ? bound?.guard : undefined, body, exit);
      else inner.b.jump(body);
    },
    body: (round) =>
      withCounter(round, bound, () => lowerScope(round.l, () => lowerStatement(round.l, node.statement))),
    update: ({ l: inner }) => void (update && lowerExpression(inner, update)),
  };
  withPlainCounters(l, bound, () => lowerRounds(l, node, rounds));
}

/**
 * A sized counter that never leaves its type needs no wrapping, which would make the verifier forget where it began and
 * see no end.
 */
function withPlainCounters(l: Lowering, bound: LoopBound | undefined, work: () => void): void {
  const { locals } = l.activation;
  const before = (bound?.steady ?? []).map((symbol) => [symbol, locals.get(symbol)] as const);
  for (const [symbol, local] of before) {
    if (local?.kind !== "let" || local.shape.kind !== "int") continue;
    const { shape } = local;
    if (shape.type === "number" || shape.type.bits === 64) continue;
    locals.set(symbol, { ...local, shape: { ...shape, type: "number" }, range: local.range ?? rangeOf(shape.type) });
  }
  work();
  for (const [symbol, local] of before) if (local) locals.set(symbol, local);
}

/**
 * The condition, and what the verifier cannot see for itself. That goes first where it is a test against a constant
 * that stops a counter from a constant: it bounds the counter in the body too, and the first round needs no test.
 */
function lowerGuarded(l: Lowering, condition: ts.Expression, guard: Guard | undefined, body: Block, exit: Block): void {
  if (!guard) return lowerCondition(l, condition, body, exit);
  const held = l.b.createBlock();
  if (guard.start === undefined && isTestable(guard.limit)) {
    guardCounter(l, guard, false, held, exit);
    startSealed(l, held);
    return lowerCondition(l, condition, body, exit);
  }
  const firstId = l.b.func.nextId;
  const counter = l.b.read(guard.counter);
  const firstBlock = l.b.func.blocks.indexOf(l.b.current);
  lowerCondition(l, condition, held, exit);
  startSealed(l, held);
  const limits = l.b.func.blocks
    .slice(firstBlock)
    .flatMap((block) => block.insts)
    .filter((inst) => inst.id >= firstId && isCompare(inst) && inst.args.includes(counter))
    .flatMap((inst) => inst.args.filter((arg) => arg !== counter));
  const isSeen = limits.some((limit) => staysSeen(l, limit, firstId) && seesLimit(l, guard, limit));
  guardCounter(l, guard, isSeen, body, exit);
}

/** The first verifier that compares the ranges of two registers (is_scalar_branch_taken, kernel/bpf/verifier.c). */
const rangesSince = "6.8";

/**
 * Before, a round teaches the verifier only that the limit is larger than the counter's number, of which it sees the
 * end if the limit is still in its register in the last round. One that the condition computes (ids from `firstId` on)
 * is not.
 */
function staysSeen(l: Lowering, limit: Inst, firstId: number): boolean {
  if (isAtLeast(l.target.kernel, rangesSince)) return true;
  const inst = l.b.resolve(limit);
  const isOld = (one: Inst): boolean => one.op === "const" || one.id < firstId;
  // From level v3 on a 32-bit value has zeros above it anyway.
  const isFree = inst.op === "zext" && (l.target.cpu === "v3" || l.target.cpu === "v4");
  return isOld(inst) || (isFree && inst.args.every((arg) => isOld(l.b.resolve(arg))));
}

/** The verifier knows that `limit` is not beyond the guard's. */
function seesLimit(l: Lowering, guard: Guard, limit: Inst): boolean {
  const range = visibleRange(l, limit);
  if (!range) return false;
  return guard.upward ? range.high <= guard.limit + 1n : range.low >= guard.limit - 1n;
}

/** Ends the block: goes to `body` where the counter is what the compiler knows it to be, which it always is. */
export function guardCounter(l: Lowering, guard: Guard, isLimitSeen: boolean, body: Block, exit: Block): void {
  const counter = l.b.read(guard.counter);
  const test = (op: "slt" | "sgt" | "sle", bound: bigint): void => {
    const next = l.b.createBlock();
    l.b.branch(l.b.compare(op, counter, l.b.constant("i64", bound)), next, exit);
    startSealed(l, next);
  };
  if (!isLimitSeen) test(guard.upward ? "slt" : "sgt", guard.limit);
  if (guard.start !== undefined) test("sle", guard.start);
  l.b.jump(body);
}

/** What a loop is made of, whatever its syntax. */
export interface Rounds {
  readonly bound: LoopBound | undefined;
  /** The source of one round. */
  readonly parts: readonly ts.Node[];
  /** What every round uses that has no name in the source. */
  readonly operands: readonly Operand[];
  /** A counter without a name. */
  readonly counter: Variable | undefined;
  /** The test after the last round may do more than end the loop. */
  readonly testsAtEnd: boolean;
  /** Ends the block: goes to `body` for another round, or to `exit`. */
  readonly test: (round: Round, body: Block, exit: Block) => void;
  readonly body: (round: Round) => void;
  readonly update: (round: Round) => void;
}

/** Where a round is lowered. */
export interface Round {
  readonly l: Lowering;
  /** Those of {@link Rounds}, as they are there. */
  readonly operands: readonly Operand[];
  /** The verifier goes through the loop round by round and knows what the counter is. */
  readonly isFollowed: boolean;
}

export function lowerRounds(l: Lowering, node: ts.IterationStatement, rounds: Rounds): void {
  const { bound } = rounds;
  if (bound && l.longLoops.has(node) && lowerLongLoop(l, node, rounds, bound)) return;
  const start = startCost(l);
  const exit = l.b.createBlock();
  const round: Round = { l, operands: rounds.operands, isFollowed: true };
  const isUnrolled = bound !== undefined && !isAtLeast(l.target.kernel, loopsSince);
  if (isUnrolled) lowerUnrolled(round, node, rounds, bound, exit);
  else if (ts.isDoStatement(node)) lowerTestLast(round, node, rounds, exit);
  else lowerTestFirst(round, node, rounds, exit);
  continueAt(l, exit);
  // Unrolled, it is not gone through more than once.
  if (bound) checkCost(l, node, isUnrolled ? { ...bound, rounds: 1 } : bound, start);
}

/** Every round on its own, for verifiers that take no jump back. */
function lowerUnrolled(round: Round, node: ts.IterationStatement, rounds: Rounds, bound: LoopBound, exit: Block): void {
  const { l } = round;
  const firstId = l.b.func.nextId;
  const testsFirst = !ts.isDoStatement(node);
  for (let count = 0; count < bound.rounds && !l.b.terminated; count++) {
    const body = l.b.createBlock();
    const next = l.b.createBlock();
    if (testsFirst) rounds.test(round, body, exit);
    else l.b.jump(body);
    startSealed(l, body);
    withJumps(l, node, exit, next, () => rounds.body(round));
    jumpTo(l, next);
    continueAt(l, next);
    if (l.b.terminated) return;
    if (testsFirst) rounds.update(round);
    else leaveUnless(round, rounds, exit);
    const made = l.b.func.nextId - firstId;
    if (made > unrolledLimit) {
      const cost = Math.ceil(made / (count + 1)) * bound.rounds;
      report(l, node, "longLoop", { cost, limit: unrolledLimit, cure: shorterLoop });
      break;
    }
  }
  // After the last round the condition does not hold; what else it does still happens.
  if (testsFirst && !l.b.terminated) leaveUnless(round, rounds, exit);
  jumpTo(l, exit);
}

/** Evaluates the condition and goes on in a new block where it holds. */
export function leaveUnless(round: Round, rounds: Rounds, exit: Block): void {
  const next = round.l.b.createBlock();
  rounds.test(round, next, exit);
  startSealed(round.l, next);
}

function lowerTestFirst(round: Round, node: ts.IterationStatement, rounds: Rounds, exit: Block): void {
  const { l } = round;
  const header = l.b.createBlock();
  const body = l.b.createBlock();
  const update = l.b.createBlock();
  l.b.jump(header);
  l.b.start(header); // Sealed at the end: the way back is still to come.
  rounds.test(round, body, exit);
  startSealed(l, body);
  withJumps(l, node, exit, update, () => rounds.body(round));
  jumpTo(l, update);
  continueAt(l, update);
  if (!l.b.terminated) rounds.update(round);
  jumpTo(l, header);
  l.b.seal(header);
}

function lowerTestLast(round: Round, node: ts.IterationStatement, rounds: Rounds, exit: Block): void {
  const { l } = round;
  const body = l.b.createBlock();
  const test = l.b.createBlock();
  l.b.jump(body);
  l.b.start(body);
  withJumps(l, node, exit, test, () => rounds.body(round));
  jumpTo(l, test);
  continueAt(l, test);
  if (!l.b.terminated) rounds.test(round, body, exit);
  l.b.seal(body);
}

/**
 * A loop of the compiler's own, from 0 to `rounds - 1`. `body` may leave it by jumps of its own, and must go on at its
 * end.
 */
export function lowerCounted(l: Lowering, node: ts.Node, rounds: number, body: (index: Inst) => void): void {
  if (!isAtLeast(l.target.kernel, loopsSince)) {
    for (let round = 0; round < rounds; round++) body(l.b.constant("i64", BigInt(round)));
    return;
  }
  const start = startCost(l);
  const counter: Variable = { name: "index", type: "i64" };
  const header = l.b.createBlock();
  const inside = l.b.createBlock();
  const exit = l.b.createBlock();
  l.b.write(counter, l.b.constant("i64", 0n));
  l.b.jump(header);
  l.b.start(header);
  const index = l.b.read(counter);
  l.b.branch(l.b.compare("slt", index, l.b.constant("i64", BigInt(rounds))), inside, exit);
  startSealed(l, inside);
  body(index);
  l.b.write(counter, l.b.binary("add", index, l.b.constant("i64", 1n)));
  l.b.jump(header);
  l.b.seal(header);
  startSealed(l, exit);
  checkCost(l, node, { rounds, exact: true, counter: undefined, steady: [], guard: undefined }, start);
}

/** Inside the body the counter has the bounds that the condition gives it. */
function withCounter({ l, isFollowed }: Round, bound: LoopBound | undefined, work: () => void): void {
  const counter = bound?.counter;
  const local = counter && findLocal(l, counter.symbol);
  if (!counter || local?.kind !== "let") return work();
  const { locals } = l.activation;
  const value = local.shape.kind === "int" ? l.b.read(local.shape.variable) : undefined;
  locals.set(counter.symbol, { ...local, range: counter.range });
  if (value && counter.isVisible && isFollowed) l.counters.set(value, counter.range);
  work();
  if (value) l.counters.delete(value);
  locals.set(counter.symbol, local);
}

// ---- what it costs ----------------------------------------------------------------------------------------------

/** Where a loop began: what was made since is its own. */
interface CostStart {
  readonly firstId: number;
  readonly firstBlock: number;
  readonly firstCost: number;
}

function startCost(l: Lowering): CostStart {
  return { firstId: l.b.func.nextId, firstBlock: l.b.func.blocks.length, firstCost: l.loopCosts.length };
}

/** Rounds times what a round holds, nested loops included, must stay below the verifier's limits. */
function checkCost(l: Lowering, node: ts.Node, bound: LoopBound, start: CostStart): void {
  const cost = costOf(l, start, bound);
  const isLong = cost.instructions > instructionLimit || cost.branches > branchLimit;
  if (isLong && isWorthACallback(node, bound) && !l.longLoops.get(node)) {
    // The module is lowered once more, with a callback in its place: for now it counts as one.
    l.longLoops.set(node, undefined);
    l.loopCosts.splice(start.firstCost, Infinity, costOf(l, start, { ...bound, rounds: 1 }));
    return;
  }
  // The loops inside are part of this one now.
  l.loopCosts.splice(start.firstCost, Infinity, cost);
  if (cost.instructions > instructionLimit) {
    reportLongLoop(l, node, cost.instructions, String(instructionLimit));
  } else if (cost.branches > branchLimit) {
    reportLongLoop(l, node, cost.branches, `${branchLimit} open branches`);
  }
}

/** What a function costs in which nothing is left to be lowered. */
export function functionCost(l: Lowering): LoopCost {
  const once: LoopBound = { rounds: 1, exact: false, counter: undefined, steady: [], guard: undefined };
  return costOf(l, { firstId: 0, firstBlock: 0, firstCost: 0 }, once);
}

/** What the loop that began at `start` costs; loops inside it count with all their rounds. */
function costOf(l: Lowering, start: CostStart, bound: LoopBound): LoopCost {
  const inner = l.loopCosts.slice(start.firstCost);
  const innerIds = inner.reduce((sum, cost) => sum + cost.ids, 0);
  const blocks = l.b.func.blocks.slice(start.firstBlock);
  const ids = l.b.func.nextId - start.firstId + expansion(blocks);
  const branches = blocks.filter((block) => block.term.op === "br").length;
  const ownBranches = branches - inner.reduce((sum, cost) => sum + cost.ownBranches, 0) - (bound.exact ? 1 : 0);
  const round = ids - innerIds + inner.reduce((sum, cost) => sum + cost.instructions, 0);
  const openBranches = Math.max(0, ownBranches) + inner.reduce((sum, cost) => sum + cost.branches, 0);
  return {
    ids,
    ownBranches: branches,
    instructions: bound.rounds * Math.max(1, round),
    branches: bound.rounds * openBranches,
  };
}

/** What is one operation here and many instructions later: memory is zeroed and copied in pieces of at most 8 bytes. */
function expansion(blocks: readonly Block[]): number {
  let pieces = 0;
  for (const { insts } of blocks) {
    for (const inst of insts) {
      if (inst.op === "zero") pieces += inst.size / inst.align;
      if (inst.op === "copy") pieces += (2 * inst.size) / inst.align;
    }
  }
  return Math.ceil(pieces);
}

export interface LoopCost {
  readonly ids: number;
  readonly ownBranches: number;
  readonly instructions: number;
  readonly branches: number;
}
