// Which numbers the verifier follows exactly: those that it needs to know, and what they are computed from
// (mark_chain_precision, kernel/bpf/verifier.c). Of all others it does not mind what they are.

import { ProgType, programKindOfSection } from "../../bpf/program-kinds.js";
import { incomingArguments } from "../ir/cfg.js";
import { isBinary, isCompare, targets, type Func, type Inst, type ParamInst } from "../ir/ir.js";

export interface Uses {
  readonly insts: ReadonlyMap<Inst, readonly Inst[]>;
  /** The parameters that a value is passed on to. */
  readonly passed: ReadonlyMap<Inst, readonly ParamInst[]>;
  readonly conditions: ReadonlySet<Inst>;
}

export function usesOf(func: Func): Uses {
  const insts = new Map<Inst, Inst[]>();
  const passed = new Map<Inst, ParamInst[]>();
  const conditions = new Set<Inst>();
  for (const block of func.blocks) {
    for (const inst of block.insts) for (const arg of inst.args) addTo(insts, arg, inst);
    if (block.term.op === "br") conditions.add(block.term.cond);
    for (const { block: to, args } of targets(block.term)) {
      for (const [index, arg] of args.entries()) {
        const param = to.params[index];
        if (param) addTo(passed, arg, param);
      }
    }
  }
  return { insts, passed, conditions };
}

function addTo<T>(map: Map<Inst, T[]>, value: Inst, user: T): void {
  const known = map.get(value);
  if (known) known.push(user);
  else map.set(value, [user]);
}

/** It becomes a condition, a distance from a pointer, or what a call is given. */
export function isFollowed(value: Inst, uses: Uses): boolean {
  const seen = new Set<Inst>();
  const work: Inst[] = [value];
  for (let current = work.pop(); current; current = work.pop()) {
    if (seen.has(current)) continue;
    seen.add(current);
    if (uses.conditions.has(current)) return true;
    work.push(...(uses.passed.get(current) ?? []));
    for (const user of uses.insts.get(current) ?? []) {
      if (isCompare(user) || user.op === "call" || user.op === "callfn") return true;
      if (user.type === "ptr" && isBinary(user)) return true;
      // What is loaded from an address that it made is another number.
      if ((user.type === "i32" || user.type === "i64") && user.op !== "load") work.push(user);
    }
  }
  return false;
}

/** The programs of which the verifier takes any answer (check_return_code, kernel/bpf/verifier.c). */
const anyAnswer: ReadonlySet<number> = new Set([
  ProgType.SOCKET_FILTER,
  ProgType.KPROBE,
  ProgType.SCHED_CLS,
  ProgType.TRACEPOINT,
  ProgType.XDP,
  ProgType.PERF_EVENT,
  ProgType.RAW_TRACEPOINT,
  ProgType.SYSCALL,
]);

/** What a function may answer where the verifier wants to see that the answer is one of a few. */
export function limitedReturns(func: Func): ReadonlySet<Inst> {
  const found = new Set<Inst>();
  const kind = programKindOfSection(func.section ?? "")?.kind;
  // A plain number that a function gives is no answer: an answer's bounds are known when the program is compiled.
  if (kind ? anyAnswer.has(kind.progType) : func.returns === "i64") return found;
  const incoming = incomingArguments(func);
  const work = func.blocks.flatMap(({ term }) => (term.op === "ret" && term.value ? [term.value] : []));
  for (let value = work.pop(); value; value = work.pop()) {
    if (found.has(value)) continue;
    found.add(value);
    work.push(...(incoming.get(value) ?? []), ...value.args);
  }
  return found;
}
