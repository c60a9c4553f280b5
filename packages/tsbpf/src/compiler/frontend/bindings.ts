// Declarations: names for values, and patterns that take a value apart.

import { ts } from "./typescript.js";
import { at, report, type Lowering } from "./lowering.js";
import { errorOperand, type Operand } from "./operands.js";
import { asOperand, sourceElement, sourceMember, withDefault, type Source } from "./patterns.js";
import { unsupported } from "./unsupported.js";
import { declaredType, type DeclaredType } from "./types.js";
import { letShape, describe, isFixedSpace, writeShape, type Local, type Shape } from "./variables.js";

/** Gives a name its value. `node` is what the value comes from, for messages. */
type Bind = (name: ts.Identifier, operand: Operand, node: ts.Node) => void;

/** A declaration whose value is at hand: `const x = …`, `let { x } = …`, the variable of a `for…of`. */
export function lowerDeclared(
  l: Lowering,
  list: ts.VariableDeclarationList,
  declaration: ts.VariableDeclaration,
  source: Source,
): void {
  const flags = list.flags & ts.NodeFlags.BlockScoped;
  if (flags === ts.NodeFlags.Const || flags === ts.NodeFlags.Let) {
    const isConst = flags === ts.NodeFlags.Const;
    const place = declaration.initializer ?? declaration.name;
    bindName(l, declaration.name, source, place, (name, value, node) =>
      defineVariable(l, name, value, node, declaration, isConst),
    );
    return;
  }
  const names: Readonly<Record<number, string>> = {
    [ts.NodeFlags.None]: "var",
    [ts.NodeFlags.AwaitUsing]: "await using",
    [ts.NodeFlags.Using]: "using",
  };
  const what = names[flags] ?? "This declaration";
  report(l, list, "unsupportedSyntax", { what, instead: "use `const`, `let` or `using`" });
  defineErrors(l, declaration.name);
}

/** Names that have no value after a diagnostic: their uses stay silent. */
export function defineErrors(l: Lowering, name: ts.BindingName): void {
  if (!ts.isIdentifier(name)) {
    for (const element of name.elements) if (ts.isBindingElement(element)) defineErrors(l, element.name);
    return;
  }
  const symbol = l.checker.getSymbolAtLocation(name);
  if (symbol) l.activation.locals.set(symbol, { kind: "const", operand: errorOperand });
}

/** Binds a name, or every name of a pattern, in the order in which JavaScript does it. */
export function bindName(l: Lowering, name: ts.BindingName, source: Source, node: ts.Node, bind: Bind): void {
  if (ts.isIdentifier(name)) return bind(name, asOperand(l, source), node);
  if (source.kind === "error") return defineErrors(l, name);
  for (const [index, element] of name.elements.entries()) {
    if (ts.isOmittedExpression(element)) continue;
    const { initializer } = element;
    const value = at(l, element, () => withDefault(l, initializer, partOf(l, element, source, index), element.name));
    bindName(l, element.name, value, element, bind);
  }
}

/** What an element of a pattern takes out of the value. */
function partOf(l: Lowering, element: ts.BindingElement, source: Source, index: number): Source {
  if (element.dotDotDotToken) return unsupported(l, element);
  if (ts.isArrayBindingPattern(element.parent)) return sourceElement(l, element, source, index);
  const key = element.propertyName ?? element.name;
  return ts.isPropertyName(key) ? sourceMember(l, element, source, key) : errorOperand;
}

// ---- variables --------------------------------------------------------------------------------------------------

function defineVariable(
  l: Lowering,
  name: ts.Identifier,
  operand: Operand,
  place: ts.Node,
  declaration: ts.VariableDeclaration,
  isConst: boolean,
): void {
  const symbol = l.checker.getSymbolAtLocation(name);
  if (!symbol) return;
  const type = l.checker.getTypeAtLocation(name);
  const declared = declaredType(l.checker, type);
  const isSized = declared?.kind === "int" || declared?.kind === "bool";
  const define = (local: Local): void => {
    l.activation.locals.set(symbol, local);
  };
  if (operand.kind === "error") return define({ kind: "const", operand });
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) {
    report(l, declaration, "unsupportedType", { type: l.checker.typeToString(type) });
    return define({ kind: "const", operand: errorOperand });
  }
  // A name for memory that is no map's is as good as a const: assigning to it is what is refused (TSB3002).
  const isFixed = (operand.kind === "memory" || operand.kind === "ref") && isFixedSpace(operand.space);
  if (isFixed || (isConst && (!declaration.type || !isSized) && operand.kind !== "quotient")) {
    return define({ kind: "const", operand });
  }
  const shape = variableShape(l, declaration, name, operand, declared);
  if (!shape) return define({ kind: "const", operand: errorOperand });
  if (operand.kind !== "void" || shape.kind.startsWith("nullable")) {
    const stored = writeShape(l, place, name.text, shape, operand);
    if (stored.kind === "error") return define({ kind: "const", operand: errorOperand });
    if (isConst) return define({ kind: "const", operand: stored });
  }
  define({ kind: "let", name: name.text, shape });
}

/** What the variable can hold, from its declared type and its first value. Undefined after a diagnostic. */
function variableShape(
  l: Lowering,
  declaration: ts.VariableDeclaration,
  name: ts.Identifier,
  operand: Operand,
  declared: DeclaredType | undefined,
): Shape | undefined {
  const isMixed = declared === undefined && operand.kind === "int";
  const shape = isMixed ? undefined : letShape(l, name.text, declared, operand);
  if (shape) return shape;
  if (isMixed) {
    const type = l.checker.typeToString(l.checker.getTypeAtLocation(name));
    report(l, declaration, "unsupportedType", { type });
  } else if (operand.kind === "int" || declared?.kind === "bigint") {
    report(l, declaration, "untypedBigint", { name: name.text });
  } else {
    const isConstant = operand.kind === "static";
    const instead = isConstant ? "name it with `const`" : `give '${name.text}' a type and a first value`;
    report(l, declaration, "notAValue", { what: describe(operand), instead });
  }
  return undefined;
}
