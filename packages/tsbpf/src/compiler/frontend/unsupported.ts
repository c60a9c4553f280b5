// What the language does not have: a name for each construct, and what to write instead.

import { ts } from "./typescript.js";
import { report, type Compilation } from "./lowering.js";
import { errorOperand, type ErrorOperand } from "./operands.js";

interface Advice {
  readonly what: string;
  readonly instead: string;
}

const K = ts.SyntaxKind;

const advice: Partial<Record<ts.SyntaxKind, Advice>> = {
  [K.AnyKeyword]: { what: "any", instead: "give it a sized type such as u32" },
  [K.ArrayLiteralExpression]: {
    what: "An array literal",
    instead: "declare `array(u32, 4)` as a field of a struct and assign its elements",
  },
  [K.ArrowFunction]: { what: "A function as a value", instead: "call a function from the top of the module" },
  [K.FunctionExpression]: { what: "A function as a value", instead: "call a function from the top of the module" },
  [K.FunctionDeclaration]: { what: "A function inside a function", instead: "move it to the top of the module" },
  [K.AsExpression]: { what: "A type assertion", instead: "use a conversion: `u32(x)`" },
  [K.TypeAssertionExpression]: { what: "A type assertion", instead: "use a conversion: `u32(x)`" },
  [K.AwaitExpression]: { what: "await", instead: "a program runs to its end at once: remove it" },
  [K.YieldExpression]: { what: "yield", instead: "a program runs to its end at once: remove it" },
  [K.ClassDeclaration]: { what: "A class", instead: "use a struct and functions" },
  [K.ClassExpression]: { what: "A class", instead: "use a struct and functions" },
  [K.DebuggerStatement]: { what: "debugger", instead: "use bpfPrintk" },
  [K.DeleteExpression]: { what: "delete", instead: "set the field to 0, or use a map's `delete`" },
  [K.EnumDeclaration]: { what: "An enum", instead: "use constants: `const State = { Idle: 0, Busy: 1 } as const`" },
  [K.ForInStatement]: { what: "for … in", instead: "name the fields one by one" },
  [K.NewExpression]: { what: "new", instead: "call the struct's schema: `ExecEvent({ pid })`" },
  [K.ObjectLiteralExpression]: {
    what: "An object literal",
    instead: "declare a struct: `const Point = struct({ x: u32, y: u32 })` and call it",
  },
  [K.RegularExpressionLiteral]: { what: "A regular expression", instead: "compare bytes one by one" },
  [K.SpreadElement]: { what: "Spread", instead: "name the values one by one" },
  [K.SpreadAssignment]: { what: "Spread", instead: "name the fields one by one" },
  [K.TaggedTemplateExpression]: { what: "A tagged template", instead: "call the function: bpfPrintk(`pid ${pid}`)" },
  [K.TemplateExpression]: { what: "A template with values", instead: "use it in `bpfPrintk(…)` only" },
  [K.ThisKeyword]: { what: "this", instead: "pass what is needed as a parameter" },
  [K.ThrowStatement]: { what: "throw", instead: "return early" },
  [K.TryStatement]: { what: "try", instead: "check values and return early" },
  [K.TypeOfExpression]: { what: "typeof", instead: "the type is known when the program is compiled" },
  [K.VoidExpression]: { what: "void", instead: "call the function as a statement" },
  [K.ModuleDeclaration]: { what: "A namespace", instead: "put it into a module of its own" },
  [K.ExportAssignment]: { what: "A default export", instead: "give it a name: `export const onExec = …`" },
  [K.ImportEqualsDeclaration]: { what: "import … = require", instead: 'write `import { … } from "…"`' },
  [K.Parameter]: { what: "A rest parameter", instead: "name each parameter" },
  [K.ImportKeyword]: { what: "import()", instead: "import the module at the top" },
  [K.MetaProperty]: { what: "A property of the module or the call", instead: "use a constant" },
  [K.WithStatement]: { what: "with", instead: "name the object" },
  [K.BindingElement]: { what: "A rest element", instead: "name the fields or elements one by one" },
  [K.ComputedPropertyName]: { what: "A computed name", instead: "write the name itself" },
};

export const varAdvice: Readonly<Record<"what" | "instead", string>> = {
  what: "var",
  instead: "use `const`, `let` or `using`",
};

/** Its name and what to write instead, for a construct outside the language. */
export function adviceFor(kind: ts.SyntaxKind): Readonly<Record<"what" | "instead", string>> {
  const known = advice[kind];
  const what = known?.what ?? `This construct (${ts.SyntaxKind[kind] ?? "unknown"})`;
  return { what, instead: known?.instead ?? "see LANGUAGE.md for what there is" };
}

/** For tests of the language's extent. */
export const foreignKinds: readonly ts.SyntaxKind[] = Object.keys(advice).map(Number);

const operatorAdvice: Record<string, string> = {
  "==": "use ===",
  "!=": "use !==",
  "**": "multiply, or write the constant",
  in: "the fields are known when the program is compiled",
  instanceof: "the type is known when the program is compiled",
  "**=": "multiply, or write the constant",
};

/** Gives the diagnostic for a construct outside the language. */
export function unsupported(c: Compilation, node: ts.Node): ErrorOperand {
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.getText();
    const instead = operatorAdvice[operator] ?? "use another operator";
    report(c, node.operatorToken, "unsupportedSyntax", { what: `The operator '${operator}'`, instead });
    return errorOperand;
  }
  report(c, node, "unsupportedSyntax", adviceFor(node.kind));
  return errorOperand;
}
