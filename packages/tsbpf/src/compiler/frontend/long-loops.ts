// Loops that take too many rounds for the verifier become callbacks of bpf_loop, of which it looks at one round. The
// condition is tested in each round; whatever ends the loop ends the calls. Where the way out leads further than
// behind the loop, the callback leaves a number that says where to.

import { ts } from "./typescript.js";
import type { Variable } from "../ir/builder.js";
import type { Block, Inst } from "../ir/ir.js";
import { LOOP_ROUNDS_MAX } from "../../bpf/loops.js";
import { assert } from "../../util/assert.js";
import type { Diagnostic } from "../diagnostic.js";
import { callWithRecord, loopArrivals, loopHelper, makeCallback, mayCallBack } from "./callbacks.js";
import { findCaptures, loadResult, storeResult, withInsts, writeBack, type Captures, type Opened } from "./captures.js";
import type { LoopBound } from "./bounds.js";
import { withJumps } from "./jumps.js";
import { leaveUnless, type Round, type Rounds } from "./loops.js";
import { at, jumpTo, report, startSealed, type JumpFrame, type Lowering } from "./lowering.js";
import type { Operand } from "./operands.js";
import { continueAt, discardUsings } from "./statements.js";
import type { Subprogram } from "./subprograms.js";
import { isAtLeast, type KernelVersion } from "./target.js";
import { describe } from "./variables.js";

/** The first kernel with bpf_loop. */
const loopSince: KernelVersion = { major: 5, minor: 17 };

function isTooOld(kernel: KernelVersion): boolean {
  return !isAtLeast(kernel, `${loopSince.major}.${loopSince.minor}`);
}

/** Some kernel may take it as a callback. */
export function isWorthACallback(node: ts.Node, bound: LoopBound): boolean {
  // One more for a test behind the last round.
  return ts.isIterationStatement(node, false) && bound.rounds < LOOP_ROUNDS_MAX;
}

/** Lowers it as a callback. False where it cannot be one; then only `longLoops` has changed, and says why. */
export function lowerLongLoop(l: Lowering, node: ts.IterationStatement, rounds: Rounds, bound: LoopBound): boolean {
  const isOld = isTooOld(l.target.kernel);
  // Tried for a newer kernel, it shows whether one would help.
  const target = isOld ? { ...l.target, kernel: loopSince } : l.target;
  const tried = { ...l, target, diagnostics: [], reported: new Set<string>() };
  const long = makeLongLoop(tried, node, rounds);
  l.longLoops.set(node, tried.diagnostics);
  if (!long || isOld) return false;
  const { made, captures, exits, wayOut } = long;
  const count = BigInt(bound.rounds + (rounds.testsAtEnd ? 1 : 0));
  const { record } = callWithRecord(l, node, made, captures, loopHelper, (callback, context) => [
    l.b.constant("i64", count),
    callback,
    context,
    l.b.constant("i64", 0n),
  ]);
  for (const [index, exit] of exits.entries()) {
    const [taken, next] = [l.b.createBlock(), l.b.createBlock()];
    const way = loadResult(l, captures, record, wayOut);
    l.b.branch(l.b.compare("eq", way, l.b.constant("i64", BigInt(index + 1))), taken, next);
    startSealed(l, taken);
    exit(l, record);
    startSealed(l, next);
  }
  return true;
}

export const shorterLoop = "limit it, `&& i < 64` in the condition, or do less in each round";

export function reportLongLoop(l: Lowering, node: ts.Node, cost: number, limit: string): void {
  const help = whatHelps(l, node);
  if (help !== undefined) report(l, node, "longLoop", { cost, limit, cure: shorterLoop + help });
}

/** Beside a shorter loop; undefined where what is wrong has been said, without which it may be no long loop. */
function whatHelps(l: Lowering, node: ts.Node): string | undefined {
  const against = l.longLoops.get(node);
  if (isTooOld(l.target.kernel)) {
    const isPossible = against?.length === 0;
    return isPossible ? "; for Linux 5.17 and newer it becomes calls of bpf_loop: `tsbpf build --kernel 5.17`" : "";
  }
  if (!against) {
    // What the compiler makes of a comparison of text is no statement.
    return ts.isIterationStatement(node, false)
      ? `; bpf_loop would take it with less than ${LOOP_ROUNDS_MAX} rounds`
      : "";
  }
  const isSaid = (reason: Diagnostic): boolean =>
    l.diagnostics.some(({ code, span }) => code === reason.code && span?.line === reason.span?.line);
  const reason = against.find((one) => !isSaid(one));
  return reason && `; it cannot become calls of bpf_loop: ${reason.message}`;
}

// ---- the callback -----------------------------------------------------------------------------------------------

/** A way out of the loop that does not lead behind it: what the function around does then. */
type Exit = (l: Lowering, record: Inst) => void;

interface LongLoop {
  readonly made: Subprogram;
  readonly captures: Captures;
  /** In the order of the numbers that the callback leaves in `wayOut`, from 1 on. */
  readonly exits: readonly Exit[];
  readonly wayOut: Variable;
}

/** A `return` hands on at most a number and whether it is there, or the two sides of a quotient. */
const valuesMax = 2;

/** The callback of one round. Undefined after a diagnostic. */
function makeLongLoop(l: Lowering, node: ts.IterationStatement, rounds: Rounds): LongLoop | undefined {
  if (!mayCallBack(l, node, "bpf_loop", loopHelper)) return undefined;
  const wayOut: Variable = { name: "way out", type: "i64" };
  const values = Array.from({ length: valuesMax }, (_, index): Variable => ({ name: `value ${index}`, type: "i64" }));
  const { returns, jumps } = waysOut(node);
  const captures = findCaptures(l, {
    node,
    parts: rounds.parts,
    hidden: { variables: rounds.counter ? [rounds.counter] : [], operands: rounds.operands },
    results: returns ? [wayOut, ...values] : jumps ? [wayOut] : [],
  });
  if (!captures) return undefined;
  const exits: Exit[] = [];
  let end: Block | undefined;
  let back: Opened | undefined;
  /** Ends the loop by a way out of its own. */
  const leaveBy = (inner: Lowering, record: Inst, exit: Exit): void => {
    assert(end, "a way out of a loop that has not begun");
    exits.push(exit);
    storeResult(inner, captures, record, wayOut, inner.b.constant("i64", BigInt(exits.length)));
    jumpTo(inner, end);
  };
  const made = makeCallback(l, captures, {
    name: "the loop",
    call: node,
    node,
    arrivals: loopArrivals,
    lower: (inner, _, record, opened) => {
      back = opened;
      const exitBlock = inner.b.createBlock();
      end = exitBlock;
      for (const { base } of captures.changed) {
        const inside = opened.values.get(l.b.resolve(base));
        if (inside) inner.sharedByRounds.add(inside);
      }
      const round: Round = { l: inner, operands: rounds.operands.map(opened.inside), isFollowed: false };
      const farFrames = l.activation.jumps.map((frame) => farFrame(inner, frame));
      inner.activation.jumps.push(...farFrames.map(({ inside }) => inside));
      at(inner, node, () => lowerRound(round, node, rounds, captures, record, exitBlock));
      for (const { blocks } of farFrames) {
        for (const { block, exit } of blocks) {
          continueAt(inner, block);
          if (!inner.b.terminated) leaveBy(inner, record, exit);
        }
      }
      continueAt(inner, exitBlock);
      if (!inner.b.terminated) endRound(inner, captures, record, 1n);
    },
    leave: (inner, record, value, place) => {
      if (inner.b.unreachableHere) return;
      assert(back, "a return from a loop that has not begun");
      const bring = handOver(inner, captures, back, record, values, value, place);
      leaveBy(inner, record, (outer, outerRecord) => {
        discardUsings(outer, 0);
        at(outer, place, () => outer.activation.leave(bring(outer, outerRecord), place));
      });
    },
  });
  return made && { made, captures, exits, wayOut };
}

/** One round, up to its end; `end` ends the loop. */
function lowerRound(
  round: Round,
  node: ts.IterationStatement,
  rounds: Rounds,
  captures: Captures,
  record: Inst,
  end: Block,
): void {
  const { l } = round;
  const next = l.b.createBlock();
  const testsFirst = !ts.isDoStatement(node);
  if (testsFirst) leaveUnless(round, rounds, end);
  withJumps(l, node, end, next, () => rounds.body(round));
  jumpTo(l, next);
  continueAt(l, next);
  if (l.b.terminated) return;
  if (testsFirst) rounds.update(round);
  else leaveUnless(round, rounds, end);
  if (!l.b.terminated) endRound(l, captures, record, 0n);
}

/** `answer` is 1 where no other round follows. */
function endRound(l: Lowering, captures: Captures, record: Inst, answer: bigint): void {
  writeBack(l, captures, record);
  l.b.ret(l.b.constant("i32", answer));
}

// ---- ways out ---------------------------------------------------------------------------------------------------

/** Whether there are `return`s, and jumps with labels, which may lead out. Functions inside have their own. */
function waysOut(node: ts.Node): { readonly returns: boolean; readonly jumps: boolean } {
  const found = { returns: false, jumps: false };
  const visit = (part: ts.Node): void => {
    if (ts.isFunctionLike(part)) return;
    found.returns ||= ts.isReturnStatement(part);
    found.jumps ||= ts.isBreakOrContinueStatement(part) && part.label !== undefined;
    ts.forEachChild(part, visit);
  };
  visit(node);
  return found;
}

interface FarFrame {
  readonly inside: JumpFrame;
  readonly blocks: readonly { readonly block: Block; readonly exit: Exit }[];
}

/** A statement around the loop, as what is inside the callback jumps to it. */
function farFrame(inner: Lowering, frame: JumpFrame): FarFrame {
  const { breakBlock, continueBlock } = frame;
  const targets = continueBlock ? [breakBlock, continueBlock] : [breakBlock];
  const blocks = targets.map((target) => ({
    block: inner.b.createBlock(),
    exit: (l: Lowering): void => {
      discardUsings(l, frame.usingDepth);
      l.b.jump(target);
    },
  }));
  const [first, second] = blocks;
  assert(first, "a statement without an end");
  return {
    inside: { ...frame, breakBlock: first.block, continueBlock: second?.block, usingDepth: 0 },
    blocks,
  };
}

/**
 * Stores what a `return` gives. What comes back makes it again in the function around the loop, where the verifier
 * knows nothing of a number any more.
 */
function handOver(
  l: Lowering,
  captures: Captures,
  opened: Opened,
  record: Inst,
  variables: readonly Variable[],
  value: Operand,
  place: ts.Node,
): (outer: Lowering, record: Inst) => Operand {
  const known = new Map([...opened.values].map(([outside, inside]) => [inside, outside]));
  const stored = new Map<Inst, Variable>();
  withInsts(value, (inst) => {
    const one = l.b.resolve(inst);
    if (one.op === "const" || known.has(one) || stored.has(one)) return inst;
    const variable = variables[stored.size];
    if (one.type === "ptr" || !variable) {
      report(l, place, "notAValue", { what: `${describe(value)} that a round returns`, instead: "return a number" });
      return inst;
    }
    if (one.type === "i64" && l.program.returns === "errno") report(l, place, "hookReturn");
    storeResult(l, captures, record, variable, one.type === "i32" ? l.b.convert("zext", "i64", one) : one);
    stored.set(one, variable);
    return inst;
  });
  return (outer, outerRecord) =>
    withInsts(value, (inst) => {
      const one = l.b.resolve(inst);
      const variable = stored.get(one);
      if (one.op === "const") return outer.b.constant(one.type, one.value);
      if (!variable) return known.get(one) ?? inst;
      const whole = loadResult(outer, captures, outerRecord, variable);
      // An i32 is a boolean.
      return one.type === "i32" ? outer.b.compare("ne", whole, outer.b.constant("i64", 0n)) : whole;
    });
}
