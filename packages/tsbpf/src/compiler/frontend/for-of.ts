// `for…of` over fixed arrays, text, bytes and `range(…)`: counted loops, of which the compiler knows all by itself.

import { ts } from "./typescript.js";
import type { Variable } from "../ir/builder.js";
import type { Inst } from "../ir/ir.js";
import { assert } from "../../util/assert.js";
import { checkRecord } from "./access.js";
import { lowerDeclared } from "./bindings.js";
import { rangeOfExpression, type Guard, type LoopBound } from "./bounds.js";
import { lowerExpression, lowerInt } from "./expressions.js";
import { readKernelElement } from "./kernel.js";
import type { KernelType } from "./kernel-types.js";
import { at, report, startSealed, type Lowering } from "./lowering.js";
import { guardCounter, lowerRounds } from "./loops.js";
import { copyTo, readElement, stackMemory } from "./memory.js";
import { constantInt, plainNumber } from "./numbers.js";
import { errorOperand, type IntOperand, type KernelOperand, type MemoryOperand, type Operand } from "./operands.js";
import { assignPattern } from "./patterns.js";
import { lowerScope, lowerStatement } from "./statements.js";
import { tryEvaluate } from "./statics.js";
import type { DataType } from "./types.js";
import { unsupported } from "./unsupported.js";
import { describe } from "./variables.js";
import { visibleRange } from "./visible.js";

/** What a loop goes through: how often, and what each round gets. */
interface Sequence {
  readonly bound: LoopBound;
  readonly start: IntOperand;
  readonly end: IntOperand;
  readonly step: bigint;
  /** The values that the counter has inside; the verifier knows them too where the bound is exact. */
  readonly range: { readonly low: bigint; readonly high: bigint };
  /** What it goes through, where it is no range. */
  readonly source: MemoryOperand | KernelOperand | undefined;
}

export function lowerForOf(l: Lowering, node: ts.ForOfStatement): void {
  if (node.awaitModifier) {
    unsupported(l, node.awaitModifier);
    return;
  }
  const sequence = sequenceOf(l, node);
  if (sequence) lowerSequence(l, node, sequence);
}

function lowerSequence(l: Lowering, node: ts.ForOfStatement, sequence: Sequence): void {
  const { bound, start, end, step, range, source } = sequence;
  const counter: Variable = { name: "index", type: "i64" };
  const upward = step > 0n;
  // With constants the verifier counts along; otherwise it may not see the bounds.
  const guard: Guard | undefined = bound.exact
    ? undefined
    : {
        counter,
        upward,
        limit: upward ? range.high + 1n : range.low - 1n,
        start: upward || start.range.low === start.range.high ? undefined : range.high,
      };
  l.b.write(counter, start.value);
  let value: Inst | undefined;
  lowerRounds(l, node, {
    bound,
    parts: [node.initializer, node.statement],
    operands: source ? [end, source] : [end],
    counter,
    testsAtEnd: false,
    test: ({ l: inner, operands: [limit], isFollowed }, body, exit) => {
      assert(limit?.kind === "int", "a sequence without an end");
      value = inner.b.read(counter);
      const held = inner.b.createBlock();
      inner.b.branch(inner.b.compare(upward ? "slt" : "sgt", value, limit.value), held, exit);
      startSealed(inner, held);
      if (!guard || !isFollowed) return inner.b.jump(body);
      const seen = visibleRange(inner, limit.value);
      const isSeen = seen !== undefined && (upward ? seen.high <= guard.limit : seen.low >= guard.limit);
      guardCounter(inner, guard, isSeen, body, exit);
    },
    body: ({ l: inner, operands: [, from], isFollowed }) => {
      if (!value) return;
      if (bound.exact && isFollowed) inner.counters.set(value, range);
      lowerRound(inner, node, itemOf(inner, node, from, plainNumber(value, range)));
      inner.counters.delete(value);
    },
    update: ({ l: inner }) => {
      inner.b.write(counter, inner.b.binary("add", inner.b.read(counter), inner.b.constant("i64", step)));
    },
  });
}

/** The round's value, from its counter. */
function itemOf(l: Lowering, node: ts.ForOfStatement, source: Operand | undefined, counter: IntOperand): Operand {
  if (source?.kind === "kernel") return readKernelElement(l, node.expression, source, counter);
  if (source?.kind !== "memory") return counter;
  checkRecord(l, node.expression, source);
  return readElement(l, node.expression, source, counter);
}

function lowerRound(l: Lowering, node: ts.ForOfStatement, item: Operand): void {
  lowerScope(l, () => {
    const { initializer } = node;
    if (!ts.isVariableDeclarationList(initializer)) {
      at(l, initializer, () => assignPattern(l, initializer, item, initializer));
    } else {
      const [declaration] = initializer.declarations;
      if (declaration) at(l, declaration, () => lowerDeclared(l, initializer, declaration, item));
    }
    lowerStatement(l, node.statement);
  });
}

function sequenceOf(l: Lowering, node: ts.ForOfStatement): Sequence | undefined {
  const { expression } = node;
  if (ts.isCallExpression(expression)) {
    const callee = tryEvaluate(l, expression.expression);
    if (callee?.kind === "intrinsic" && callee.name === "range") return rangeSequence(l, node, expression);
  }
  const operand = lowerExpression(l, expression);
  if (operand.kind === "memory" && operand.type.kind === "array") {
    return elementSequence(l, operand, operand.type.length);
  }
  if (operand.kind === "kernel" && operand.type.kind === "array" && operand.type.length !== undefined) {
    const copy = copiedArray(l, node, operand);
    return elementSequence(l, copy ?? operand, operand.type.length);
  }
  if (operand.kind !== "error") {
    report(l, expression, "notAValue", {
      what: describe(operand),
      instead: "`for…of` goes through fixed arrays, chars, bytes and `range(…)`",
    });
  }
  return undefined;
}

function elementSequence(l: Lowering, source: Sequence["source"], length: number): Sequence {
  return {
    bound: { rounds: length, exact: true, counter: undefined, steady: [], guard: undefined },
    start: constantInt(l, "number", 0n),
    end: constantInt(l, "number", BigInt(length)),
    step: 1n,
    range: { low: 0n, high: BigInt(length - 1) },
    source,
  };
}

/** Numbers in kernel memory are read at once; of structs and pointers each in its round. */
function copiedArray(l: Lowering, node: ts.ForOfStatement, array: KernelOperand): MemoryOperand | undefined {
  const type = localType(array.type);
  if (type?.kind !== "array") return undefined;
  const copy = stackMemory(l, node.expression, "elements", type);
  copyTo(l, node.expression, copy, array);
  return copy;
}

/** The type of a copy in the program's own memory; kernel objects and pointers have none. */
function localType(type: KernelType): DataType | undefined {
  if (type.kind === "scalar") return type.type;
  if (type.kind !== "array" || type.length === undefined) return undefined;
  const element = localType(type.element);
  return element && { kind: "array", form: type.form, element, length: type.length };
}

// ---- range ------------------------------------------------------------------------------------------------------

/** `range(end)`, `range(start, end)`, `range(start, end, step)`: the arguments are evaluated once, before the loop. */
function rangeSequence(l: Lowering, node: ts.ForOfStatement, call: ts.CallExpression): Sequence | undefined {
  const [first, second, third] = call.arguments;
  if (!first) return undefined;
  const startNode = second && first;
  const start = startNode ? lowerInt(l, startNode) : constantInt(l, "number", 0n);
  const end = lowerInt(l, second ?? first);
  const step = third ? stepOf(l, third) : 1n;
  if (!start || !end || step === undefined) return undefined;
  const low = startNode ? boundsOf(l, startNode, start) : start.range;
  const high = boundsOf(l, second ?? first, end);
  if (!low || !high) {
    report(l, node.expression, "unboundedLoop");
    return undefined;
  }
  const distance = step > 0n ? high.high - low.low : low.high - high.low;
  const size = step > 0n ? step : -step;
  const rounds = distance <= 0n ? 0n : (distance + size - 1n) / size;
  if (rounds > BigInt(Number.MAX_SAFE_INTEGER)) {
    report(l, node.expression, "unboundedLoop");
    return undefined;
  }
  const exact = low.low === low.high && high.low === high.high;
  const inside = step > 0n ? { low: low.low, high: high.high - 1n } : { low: high.low + 1n, high: low.high };
  const range = rounds > 0n ? inside : low;
  const bound: LoopBound = { rounds: Number(rounds), exact, counter: undefined, steady: [], guard: undefined };
  return { bound, start, end, step, range, source: undefined };
}

/** The value's bounds; those of a plain `number` only where its source shows them. */
function boundsOf(l: Lowering, node: ts.Expression, operand: IntOperand): IntOperand["range"] | undefined {
  return operand.loose ? rangeOfExpression(l, node) : operand.range;
}

function stepOf(l: Lowering, node: ts.Expression): bigint | undefined {
  const step = tryEvaluate(l, node);
  if (step?.kind === "int" && step.value !== 0n) return step.value;
  if (step?.kind === "error") return undefined;
  report(l, node, "mapOption", {
    what: "The step of a range",
    needed: "a constant other than 0",
    instead: "for example `range(0, 64, 4)`",
  });
  return undefined;
}

/** `range(…)` anywhere but in a `for…of`. */
export function rangeAsValue(l: Lowering, node: ts.CallExpression): Operand {
  report(l, node, "notAValue", { what: "A range", instead: "go through it: `for (const i of range(8)) …`" });
  return errorOperand;
}
