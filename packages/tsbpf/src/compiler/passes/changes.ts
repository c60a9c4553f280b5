// What the verifier sees of a number that depends on the way: which different ones may arrive at a block.

import { predecessors, type Cfg, type Loop } from "../ir/cfg.js";
import { isCompare, targets, type Block, type Inst, type ParamInst } from "../ir/ir.js";
import { constOf } from "./edit.js";

export interface Changing {
  /** How many different numbers the verifier may see. */
  readonly values: number;
  /** Where ways with different numbers meet within a round. */
  readonly joins: readonly (readonly [ParamInst, Block])[];
}

/** What a counter may be: anything up to the loop's rounds, of which there are many. */
const counterValues = 16;

/** On the way numbers were added of which the verifier knows bounds: the sum's bounds tell of it. */
const vagueStep = 1n << 70n;

interface Trail {
  /** Sums of constants; {@link vagueStep} is in those that bounded numbers belong to. */
  readonly steps: Set<bigint>;
  readonly constants: Set<bigint>;
  readonly joins: Map<ParamInst, Block>;
  /** One value with two distances, as an inner loop makes them. */
  isVaried: boolean;
  /** Numbers that are computed from the loop's counter, say, and so known in every round. */
  readonly computed: Set<Inst>;
  isAnything: boolean;
}

/** Undefined for what the verifier sees to be the same on all ways through a round, or to be anything. */
export function howItChanges(cfg: Cfg, loop: Loop, param: ParamInst): Changing | undefined {
  const { steps, constants, joins, isVaried, computed, isAnything } = trailOf(cfg, loop, param);
  const ways = steps.size + constants.size + computed.size + (isAnything ? 1 : 0);
  if (!isVaried && ways < 2) return undefined;
  const isCounter = isVaried || computed.size > 0 || steps.size > 1 || [...steps].some((step) => step !== 0n);
  return { values: isCounter ? counterValues : 1 + constants.size + (isAnything ? 1 : 0), joins: [...joins] };
}

/** From the arguments of the ways back to the parameter itself, to constants, or to what nobody knows. */
function trailOf(cfg: Cfg, loop: Loop, param: ParamInst): Trail {
  const home = new Map<Inst, Block>();
  for (const block of loop.blocks) for (const other of block.params) home.set(other, block);
  const trail = newTrail();
  const seen = new Map<Inst, bigint>();
  const work: (readonly [Inst, bigint])[] = [];
  const incoming: Incoming = (value) => {
    const block = value.op === "param" && home.get(value);
    return block && block !== loop.header ? incomingOf(cfg, block, value) : [];
  };
  const push = (value: Inst | undefined, step: bigint): void => void (value && work.push([value, step]));
  const index = loop.header.params.indexOf(param);
  for (const { from, target } of predecessors(cfg, loop.header))
    if (loop.blocks.has(from)) push(target.args[index], 0n);
  for (let next = work.pop(); next; next = work.pop()) {
    const { value, step } = withoutSteps(...next);
    if (value === param) {
      trail.steps.add(step);
      continue;
    }
    const before = seen.get(value);
    if (before !== undefined) {
      trail.isVaried ||= before !== step;
      continue;
    }
    seen.set(value, step);
    const sum = sumOf(value, incoming);
    if (sum) {
      for (const added of sum.steps) push(sum.base, isVague(step) && isVague(added) ? step : step + added);
      continue;
    }
    const block = home.get(value);
    if (value.op === "const") trail.constants.add(value.value + step);
    else if (value.op === "param" && block && block !== loop.header) {
      trail.joins.set(value, block);
      for (const one of incoming(value)) push(one, step);
    } else if (mayBeKnown(value)) trail.computed.add(value);
    else trail.isAnything = true;
  }
  return trail;
}

function newTrail(): Trail {
  const flags = { isVaried: false, isAnything: false };
  return { steps: new Set(), constants: new Set(), joins: new Map(), computed: new Set(), ...flags };
}

const depthMax = 8;

/** Nothing that was read or that a call gave is part of it. */
function mayBeKnown(value: Inst, depth = depthMax): boolean {
  if (value.op === "param" || value.op === "const") return true;
  if (depth === 0 || value.args.length === 0 || value.type === "ptr" || value.type === "void") return false;
  if (value.op === "load" || value.op === "call" || value.op === "callfn" || value.op === "forget") return false;
  return value.args.every((arg) => mayBeKnown(arg, depth - 1));
}

/** The value that constants were added to, and their sum. */
function withoutSteps(start: Inst, first: bigint): { readonly value: Inst; readonly step: bigint } {
  let value = start;
  let step = first;
  for (;;) {
    const [left, right] = value.args;
    const constant = constOf(right);
    if (!left) return { value, step };
    if (value.op === "add" && constant !== undefined) step += BigInt.asIntN(64, constant);
    else if (value.op === "sub" && constant !== undefined) step -= BigInt.asIntN(64, constant);
    else if (!isWidening(value)) return { value, step };
    value = left;
  }
}

/** The ways on which a value of a round comes about: what is passed on to a parameter inside the loop. */
type Incoming = (value: Inst) => readonly Inst[];

function isVague(step: bigint): boolean {
  return step >= vagueStep / 2n;
}

/** What a number was added to in this round, and the different steps that the verifier sees. */
function sumOf(sum: Inst, incoming: Incoming): { readonly base: Inst; readonly steps: readonly bigint[] } | undefined {
  const [left, right] = sum.args;
  if (!left || !right || sum.type === "ptr" || (sum.op !== "add" && sum.op !== "sub")) return undefined;
  const onRight = stepsOf(right, incoming, depthMax);
  if (onRight) return { base: left, steps: sum.op === "add" ? onRight : onRight.map((step) => -step) };
  const onLeft = sum.op === "add" ? stepsOf(left, incoming, depthMax) : undefined;
  if (onLeft) return { base: right, steps: onLeft };
  if (isBoundedRead(right, incoming)) return { base: left, steps: [vagueStep] };
  return sum.op === "add" && isBoundedRead(left, incoming) ? { base: right, steps: [vagueStep] } : undefined;
}

/** The constants that a number of this round is one of, by the way that was taken. */
function stepsOf(value: Inst, incoming: Incoming, depth: number): readonly bigint[] | undefined {
  if (value.op === "const") return [BigInt.asIntN(value.type === "i32" ? 32 : 64, value.value)];
  if (isCompare(value)) return [0n, 1n];
  const ways = value.op === "param" ? incoming(value) : isWidening(value) ? value.args : [];
  if (ways.length === 0 || depth === 0) return undefined;
  const steps = new Set<bigint>();
  for (const way of ways) {
    const found = stepsOf(way, incoming, depth - 1);
    if (!found) return undefined;
    for (const step of found) steps.add(step);
  }
  return [...steps];
}

function isWidening({ op }: Inst): boolean {
  return op === "zext" || op === "sext" || op === "trunc";
}

function isBoundedRead(value: Inst, incoming: Incoming): boolean {
  if (value.op === "param") return incoming(value).some((one) => one.op !== "param" && isBoundedRead(one, incoming));
  if (mayBeKnown(value)) return false;
  if (value.op === "load" || value.op === "kread") return value.mem !== "u64";
  return value.op === "zext" || value.op === "sext" || (value.op === "and" && constOf(value.args[1]) !== undefined);
}

function incomingOf(cfg: Cfg, block: Block, param: Inst): readonly Inst[] {
  const index = block.params.findIndex((other) => other === param);
  return predecessors(cfg, block).flatMap(({ target }) => target.args[index] ?? []);
}

/** How many numbers that the verifier can tell apart arrive at a block: constants, and one value with several steps. */
export function waysInto(cfg: Cfg, block: Block, param: ParamInst): number {
  const constants = new Set<bigint>();
  const sums = new Map<Inst, Set<bigint>>();
  for (const incoming of incomingOf(cfg, block, param)) {
    const { value, step } = withoutSteps(incoming, 0n);
    if (value.op === "const") constants.add(value.value + step);
    else sums.set(value, (sums.get(value) ?? new Set()).add(step));
  }
  const steps = [...sums.values()].reduce((most, { size }) => Math.max(most, size), 0);
  return constants.size + steps;
}

/** What loops count from: only from a number that the verifier knows it sees that they end. */
export function counterStarts(cfg: Cfg, loops: readonly Loop[]): ReadonlySet<Inst> {
  const starts = new Set<Inst>();
  for (const loop of loops) {
    for (const [index, param] of loop.header.params.entries()) {
      if (!leavesAt(loop, param)) continue;
      if (!isOneStep(trailOf(cfg, loop, param))) continue;
      for (const { from, target } of predecessors(cfg, loop.header)) {
        const start = target.args[index];
        if (start && !loop.blocks.has(from)) starts.add(withoutSteps(start, 0n).value);
      }
    }
  }
  return starts;
}

/** The same constant is added in every round, on whatever way. */
function isOneStep({ steps, constants, computed, isVaried, isAnything }: Trail): boolean {
  const [step, ...others] = steps;
  if (step === undefined || step === 0n || isVague(step) || others.length > 0) return false;
  return constants.size === 0 && computed.size === 0 && !isVaried && !isAnything;
}

/** A comparison of the parameter decides whether the loop goes on. */
function leavesAt(loop: Loop, param: ParamInst): boolean {
  for (const { term } of loop.blocks) {
    if (term.op !== "br" || targets(term).every(({ block }) => loop.blocks.has(block))) continue;
    if (term.cond.args.some((arg) => withoutSteps(arg, 0n).value === param)) return true;
  }
  return false;
}
