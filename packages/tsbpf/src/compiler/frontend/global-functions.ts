// `globalFunction(…)`: functions of the object that the verifier looks at on their own, by their BTF, so that nothing
// of a caller is known inside, nor anything of the result outside (btf_prepare_func_args, kernel/bpf/btf.c).

import type { ts } from "./typescript.js";
import { declaredName, evaluate } from "./statics.js";
import { claimName, isKernelName } from "./declarations.js";
import { report, type Compilation, type Lowering } from "./lowering.js";
import { isPlainFunction, type Argument } from "./inline.js";
import { lowerExpression } from "./expressions.js";
import { errorOperand, type Operand, type Static } from "./operands.js";
import type { ParameterClass } from "./parameters.js";
import { emitCall, findOrMake, framesFree, isRecursive, parameterMax, parametersOf } from "./subprograms.js";
import { isAtLeast } from "./target.js";
import { declaredType } from "./types.js";

/** The first release whose verifier knows them: commit 51c39bb1d5d1. */
const since = "5.6";

export const functionFactories: ReadonlySet<string> = new Set(["globalFunction"]);

export type GlobalFunction = Static & { readonly kind: "function" };

/** Undefined after a diagnostic. */
export function declareGlobalFunction(c: Compilation, node: ts.CallExpression): GlobalFunction | undefined {
  const [body] = node.arguments;
  const value = body && evaluate(c, body);
  if (value?.kind !== "function") {
    if (value && value.kind !== "error") report(c, node, "notConstant", { what: "The body of a global function" });
    return undefined;
  }
  const name = declaredName(node);
  if (!name) {
    report(c, node, "schemaPlace", { what: "A global function" });
    return undefined;
  }
  if (!isKernelName(name)) report(c, node.parent, "programTarget", { what: `'${name}'` });
  claimName(c, node, name);
  const { major, minor } = c.target.kernel;
  if (!isAtLeast(c.target.kernel, since)) {
    report(c, node, "kernelTooOld", { what: "A global function", needed: since, kernel: `${major}.${minor}` });
  }
  return { kind: "function", name, node: value.node, isGlobal: true };
}

export function callGlobalFunction(l: Lowering, node: ts.CallExpression, callee: GlobalFunction): Operand {
  const { name } = callee;
  if (isRecursive(l, node, name, callee.node)) return errorOperand;
  if (!isPlainFunction(l, node, name, callee.node)) return errorOperand;
  const classes = classesOf(l, callee);
  const args: readonly Argument[] = node.arguments.map((argument) => ({
    node: argument,
    operand: lowerExpression(l, argument),
  }));
  if (!classes || args.some(({ operand }) => operand.kind === "error")) return errorOperand;
  if (l.subprograms.graph.makesTailCalls(l.program.handler)) {
    report(l, node, "tailCallFunction", { what: `'${name}'`, program: l.program.name });
    return errorOperand;
  }
  const subprogram = findOrMake(l, { name, callee: callee.node, classes, linkage: "global" });
  if (!subprogram) return errorOperand;
  if (subprogram.frames <= framesFree(l)) return emitCall(l, node, subprogram, classes, args);
  report(l, node, "callDepth", { name });
  return errorOperand;
}

/** Undefined after a diagnostic. */
function classesOf(l: Lowering, { name, node }: GlobalFunction): readonly ParameterClass[] | undefined {
  const parameters = parametersOf(node);
  const tooMany = parameters[parameterMax];
  if (tooMany) {
    report(l, tooMany, "globalFunction", {
      what: `More than ${parameterMax} parameters of '${name}'`,
      instead: "put several small values into one, or write a plain function",
    });
    return undefined;
  }
  const classes = parameters.map((parameter) => classOf(l, name, parameter));
  const signature = l.checker.getSignatureFromDeclaration(node);
  const result = signature && declaredType(l.checker, l.checker.getReturnTypeOfSignature(signature));
  if (result?.kind !== "int" && result?.kind !== "bool" && result?.kind !== "number") {
    report(l, node, "globalFunction", { what: `This result of '${name}'`, instead: "return an integer or a boolean" });
    return undefined;
  }
  return classes.every((one) => one !== undefined) ? classes : undefined;
}

function classOf(l: Lowering, name: string, parameter: ts.ParameterDeclaration): ParameterClass | undefined {
  const isPlain = !parameter.dotDotDotToken && !parameter.initializer && !parameter.questionToken;
  const type = isPlain ? declaredType(l.checker, l.checker.getTypeAtLocation(parameter.name)) : undefined;
  if (type?.kind === "number") return { kind: "int", type: "number" };
  if (type?.kind === "int") return { kind: "int", type };
  if (type?.kind === "bool") return { kind: "bool" };
  report(l, parameter, "globalFunction", {
    what: `This parameter of '${name}'`,
    instead: "pass integers and booleans of their own types, or write a plain function",
  });
  return undefined;
}
