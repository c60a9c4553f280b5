// Names for what the kinds of syntax alone do not tell apart: where a pattern or a `default` stands, what a label is
// on, how a function is called. breadth.test.ts asks for each of them.

import type { Subprogram } from "../compiler/frontend/subprograms.js";
import { typeName } from "../compiler/frontend/types.js";
import { ts } from "../compiler/frontend/typescript.js";

const K = ts.SyntaxKind;

const labelled = ["Block", "IfStatement", "SwitchStatement", "ForStatement", "ForOfStatement"].concat([
  "WhileStatement",
  "DoStatement",
]);

export const shapes: readonly string[] = [
  "case without statements",
  "case that runs on",
  "case that is no constant",
  "case of a bigint",
  "case of undefined",
  "else if",
  "default value",
  "bpfLoop in place",
  "bpfLoop of a function",
  "forEach in place",
].concat(
  labelled.map((kind) => `label on ${kind}`),
  ["first", "in the middle", "last"].map((place) => `default ${place}`),
  ["a function", "const", "let", "for of", "a pattern", "an assignment"].map((place) => `pattern in ${place}`),
  ["either", "larger", "elementOf"].map((name) => `call of ${name}`),
);

const scalars = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "bool"];

/** Functions that are called in the object: what they take and what they give. */
export const callShapes: readonly string[] = ["copy", "global"]
  .flatMap((role) => scalars.flatMap((type) => [`${role} takes ${type}`, `${role} gives ${type}`]))
  .concat(["copy takes memory", "copy takes 5", "global takes 5", "callback takes memory"]);

export function shapesOf(node: ts.Node): readonly string[] {
  if (ts.isLabeledStatement(node)) return [`label on ${K[node.statement.kind]}`];
  if (ts.isDefaultClause(node)) return [`default ${placeOf(node)}`];
  if (ts.isCaseClause(node)) return shapesOfCase(node);
  if (ts.isIfStatement(node)) return ts.isIfStatement(node.elseStatement ?? node.thenStatement) ? ["else if"] : [];
  if (ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node)) return [`pattern in ${holderOf(node)}`];
  if (ts.isBindingElement(node)) return node.initializer ? ["default value"] : [];
  if (ts.isBinaryExpression(node)) {
    const isPattern = ts.isObjectLiteralExpression(node.left) || ts.isArrayLiteralExpression(node.left);
    return isPattern ? ["pattern in an assignment"] : [];
  }
  return ts.isCallExpression(node) ? shapesOfCall(node) : [];
}

function placeOf(clause: ts.DefaultClause): string {
  const { clauses } = clause.parent;
  if (clauses.at(-1) === clause) return "last";
  return clauses[0] === clause ? "first" : "in the middle";
}

function shapesOfCase({ expression, statements }: ts.CaseClause): readonly string[] {
  const found: string[] = [];
  const last = statements.at(-1);
  if (!last) found.push("case without statements");
  else if (!ts.isBlock(last) || !last.statements.some(ts.isBreakStatement)) found.push("case that runs on");
  if (ts.isParenthesizedExpression(expression) || ts.isCallExpression(expression))
    found.push("case that is no constant");
  if (ts.isBigIntLiteral(expression)) found.push("case of a bigint");
  if (ts.isIdentifier(expression) && expression.text === "undefined") found.push("case of undefined");
  return found;
}

function holderOf({ parent }: ts.BindingPattern): string {
  if (ts.isParameter(parent)) return "a function";
  if (ts.isBindingElement(parent)) return "a pattern";
  if (ts.isForOfStatement(parent.parent.parent)) return "for of";
  return parent.parent.flags & ts.NodeFlags.Const ? "const" : "let";
}

function shapesOfCall({ expression, arguments: args }: ts.CallExpression): readonly string[] {
  const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
  const [, callback] = args;
  if (name === "bpfLoop") return [`bpfLoop ${callback && ts.isIdentifier(callback) ? "of a function" : "in place"}`];
  if (name === "forEach") return ["forEach in place"];
  return [`call of ${name}`];
}

export function callShapesOf({ role, signature, result }: Subprogram): readonly string[] {
  const found = [`${role} takes ${signature.params.length}`];
  for (const { type } of signature.params) {
    if (type.kind === "pointer") found.push(`${role} takes memory`);
    else if (type.kind === "int" || type.kind === "bool") found.push(`${role} takes ${typeName(type)}`);
  }
  if (result) found.push(`${role} gives ${result.kind === "bool" ? "bool" : nameOf(result.type)}`);
  return found;
}

function nameOf(type: Parameters<typeof typeName>[0] | "number"): string {
  return type === "number" ? type : typeName(type);
}
