// Calls of module functions: what does not become a subprogram is lowered in place of the call, with its parameters as
// variables of its own.

import { ts } from "./typescript.js";
import type { Variable } from "../ir/builder.js";
import { changedVariables } from "./assigned.js";
import { bindName } from "./bindings.js";
import { lowerExpression, tighten } from "./expressions.js";
import { at, jumpTo, report, startSealed, symbolOf, type Lowering } from "./lowering.js";
import {
  errorOperand,
  voidOperand,
  type FunctionNode,
  type MemoryOperand,
  type Operand,
  type RefOperand,
} from "./operands.js";
import { rangeOf, within } from "./numbers.js";
import { withDefault } from "./patterns.js";
import { lowerBody } from "./statements.js";
import { callSubprogram, isRecursive, isTooMuch, parametersOf } from "./subprograms.js";
import { unsupported } from "./unsupported.js";
import { declaredType, intTypes, type DeclaredType } from "./types.js";
import {
  declaredShape,
  describe,
  isFixedSpace,
  joinedMemory,
  joinShape,
  readShape,
  writeShape,
  type Local,
  type Shape,
} from "./variables.js";

export interface Argument {
  readonly node: ts.Expression;
  readonly operand: Operand;
}

/** Calls the function, or lowers its body in place of the call. */
export function callFunction(l: Lowering, node: ts.CallExpression, name: string, callee: FunctionNode): Operand {
  if (isRecursive(l, node, name, callee)) return errorOperand;
  if (!isPlainFunction(l, node, name, callee)) return errorOperand;
  // JavaScript evaluates all arguments before the function begins, and so before any default value.
  const args = node.arguments.map((argument, index) => ({
    node: argument,
    operand: typedLiteral(l, node, index, lowerExpression(l, argument)),
  }));
  if (args.some(({ operand }) => operand.kind === "error")) return errorOperand;
  const value = callSubprogram(l, node, name, callee, args);
  if (value) return value;
  return isTooMuch(l) ? errorOperand : inline(l, node, name, callee, args);
}

/** In `larger(wide, 1n)` the literal has the type that TypeScript finds for a generic parameter. */
function typedLiteral(l: Lowering, call: ts.CallExpression, index: number, operand: Operand): Operand {
  if (operand.kind !== "int" || operand.type !== "bigint") return operand;
  const parameter = l.checker.getResolvedSignature(call)?.parameters[index];
  const type = parameter && declaredType(l.checker, l.checker.getTypeOfSymbolAtLocation(parameter, call));
  return type?.kind === "int" && within(operand.range, rangeOf(type)) ? { ...operand, type } : operand;
}

function inline(
  l: Lowering,
  node: ts.CallExpression,
  name: string,
  callee: FunctionNode,
  args: readonly Argument[],
): Operand {
  const join = l.b.createBlock();
  const returned = newReturn(l, name, callee);
  const caller = l.activation;
  l.activation = {
    name,
    node: callee,
    caller,
    locals: new Map(),
    usings: [],
    jumps: [],
    leave: (value, place) => {
      at(l, place, () => storeReturn(l, place, returned, value));
      jumpTo(l, join);
    },
  };
  const isBound = bindParameters(l, node, callee, args);
  if (isBound) lowerBody(l, callee);
  l.activation = caller;
  if (!l.b.isReachable(join)) {
    // Only code that never runs itself, or a function with a diagnostic, does not come back.
    l.b.seal(join);
    return errorOperand;
  }
  startSealed(l, join);
  return isBound ? returnedValue(l, returned) : errorOperand;
}

/** A function with a body that runs to its end at once. A diagnostic where it is none. */
export function isPlainFunction(l: Lowering, node: ts.Node, name: string, callee: FunctionNode): boolean {
  const isAsync = callee.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword);
  if (callee.asteriskToken || isAsync) {
    const what = callee.asteriskToken ? "A generator" : "An async function";
    report(l, node, "unsupportedSyntax", { what, instead: "a program runs to its end at once: use a plain function" });
    return false;
  }
  if (callee.body) return true;
  report(l, node, "notCallable", {
    what: `'${name}', which has no body,`,
    instead: "write the function in the module",
  });
  return false;
}

// ---- parameters -------------------------------------------------------------------------------------------------

function bindParameters(
  l: Lowering,
  call: ts.CallExpression,
  callee: FunctionNode,
  args: readonly Argument[],
): boolean {
  let complete = true;
  for (const [index, parameter] of parametersOf(callee).entries()) {
    const argument = args[index];
    const place = argument?.node ?? parameter.initializer ?? call;
    if (!bindParameter(l, place, parameter, argument?.operand ?? voidOperand)) complete = false;
  }
  return complete;
}

/** Binds a parameter, or the names of its pattern. False after a diagnostic. */
export function bindParameter(
  l: Lowering,
  node: ts.Node,
  parameter: ts.ParameterDeclaration,
  argument: Operand,
): boolean {
  if (parameter.dotDotDotToken) {
    unsupported(l, parameter);
    return false;
  }
  let complete = true;
  const source = withDefault(l, parameter.initializer, argument, parameter.name);
  at(l, node, () =>
    bindName(l, parameter.name, source, node, (name, operand, place) => {
      const symbol = l.checker.getSymbolAtLocation(name);
      const local = symbol && parameterLocal(l, place, name, operand);
      if (local) l.activation.locals.set(symbol, local);
      else complete = false;
    }),
  );
  return complete;
}

/** A parameter wraps what is passed to it, and may be assigned to in the body. */
function parameterLocal(l: Lowering, node: ts.Node, name: ts.Identifier, operand: Operand): Local | undefined {
  if (operand.kind === "error") return undefined;
  if (operand.kind === "memory" || operand.kind === "ref") return { kind: "const", operand };
  if (isTrusted(operand) && !isAssigned(l, name)) return { kind: "const", operand };
  const type = l.checker.getTypeAtLocation(name);
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) {
    report(l, name.parent, "unsupportedType", { type: l.checker.typeToString(type) });
    return undefined;
  }
  const shape = declaredShape(l, name.text, declaredType(l.checker, type), literalType(operand));
  if (!shape) return { kind: "const", operand };
  const stored = writeShape(l, node, name.text, shape, operand);
  return stored.kind === "error" ? undefined : { kind: "let", name: name.text, shape };
}

/** An object that the verifier knows: in a variable it would be one that has to be probed. */
function isTrusted(operand: Operand): boolean {
  const present = operand.kind === "nullable" ? operand.inner : operand;
  return present.kind === "kernel" && present.trusted;
}

/** The parameter is assigned to somewhere in its function. */
function isAssigned(l: Lowering, parameter: ts.Identifier): boolean {
  const symbol = symbolOf(l, parameter);
  const assigns = (node: ts.Node): boolean =>
    changedVariables(node).some((changed) => symbolOf(l, changed) === symbol) ||
    (ts.forEachChild(node, assigns) ?? false);
  return assigns(functionOf(parameter));
}

function functionOf(parameter: ts.Identifier): ts.Node {
  let node: ts.Node = parameter;
  while (!ts.isFunctionLike(node)) node = node.parent;
  return node;
}

/** A bigint literal that is passed to a plain `bigint` parameter counts as signed. */
export function literalType(operand: Operand): Operand {
  return operand.kind === "int" && operand.type === "bigint" ? { ...operand, type: intTypes.i64 } : operand;
}

// ---- results ----------------------------------------------------------------------------------------------------

/** What the `return`s of one call have given so far. */
export interface Returned {
  readonly name: string;
  readonly declared: DeclaredType | undefined;
  /** Holds the result where it is a pointer that may be missing, whatever comes first. */
  readonly pointer: Variable;
  shape: Shape | undefined;
  isError: boolean;
  readonly values: Operand[];
}

export function newReturn(l: Lowering, name: string, callee: FunctionNode): Returned {
  const signature = l.checker.getSignatureFromDeclaration(callee);
  return {
    name,
    declared: signature && declaredType(l.checker, l.checker.getReturnTypeOfSignature(signature)),
    pointer: { name, type: "ptr" },
    shape: undefined,
    isError: false,
    values: [],
  };
}

function storeReturn(l: Lowering, node: ts.Node, returned: Returned, value: Operand): void {
  // What stands behind a `return` says nothing about the result.
  if (l.b.unreachableHere) return;
  returned.values.push(value);
  if (value.kind === "error") returned.isError = true;
  if (value.kind === "error" || returned.declared?.kind === "void") return;
  const isAbsent = value.kind === "void" || value.kind === "null";
  returned.shape ??= resultShape(l, returned, value);
  if (isOnePlace(returned)) return;
  if (returned.shape) {
    const { kind } = writeShape(l, node, returned.name, returned.shape, value);
    if (kind === "error") returned.isError = true;
  } else if (isAbsent) {
    l.b.write(returned.pointer, l.b.constant("ptr", 0n));
  } else {
    const instead = "return one value: a number, a boolean, a map's value or one struct";
    report(l, node, "notAValue", { what: describe(value), instead });
    returned.isError = true;
  }
}

type AnyPlace = MemoryOperand | RefOperand;

/** All returns so far name one place that no variable may stand for: a record, the context, a reference. */
function isOnePlace({ values }: Returned): boolean {
  const [first] = values;
  if (first?.kind !== "memory" && first?.kind !== "ref") return false;
  if (first.kind === "memory" && first.space === "stack") return false;
  return isFixedSpace(first.space) && isAlways(first, values);
}

function isAlways(place: AnyPlace, values: readonly Operand[]): boolean {
  return values.every((value) => (value.kind === "memory" || value.kind === "ref") && isSamePlace(place, value));
}

function isSamePlace(a: AnyPlace, b: AnyPlace): boolean {
  const offset = (place: AnyPlace): number => (place.kind === "memory" ? place.offset : 0);
  return a.base === b.base && offset(a) === offset(b) && a.type === b.type;
}

export function resultShape(l: Lowering, returned: Returned, value: Operand): Shape | undefined {
  const { declared } = returned;
  const isObject = declared?.kind === "nullable" && declared.inner.kind === "object";
  // Which memory it is, a map's or a packet's, only what is not missing can say.
  if (isObject && (value.kind === "void" || value.kind === "null")) return undefined;
  const shape = joinShape(declaredShape(l, returned.name, declared, literalType(value)));
  if (shape?.kind !== "nullablePointer") return shape;
  return { kind: "nullablePointer", inner: { ...shape.inner, variable: returned.pointer } };
}

function returnedValue(l: Lowering, returned: Returned): Operand {
  if (returned.isError) return errorOperand;
  const [first] = returned.values;
  // One place only: the name stays as exact as it is.
  if ((first?.kind === "memory" || first?.kind === "ref") && isAlways(first, returned.values)) return first;
  if (!returned.shape) return voidOperand;
  return joinedMemory(tighten(readShape(l, returned.shape), returned.values), returned.values);
}
