// The tables of the front end say what the language is: every kind of statement and expression that the parser makes is
// either in one of them or has its own advice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expressionKinds } from "./frontend/expressions.js";
import { statementKinds } from "./frontend/statements.js";
import { ts } from "./frontend/typescript.js";
import { foreignKinds } from "./frontend/unsupported.js";

const K = ts.SyntaxKind;

/** Made by transformations, by errors, or only in places that are looked at from above. */
const elsewhere: ReadonlySet<ts.SyntaxKind> = new Set([
  K.OmittedExpression,
  K.ExpressionWithTypeArguments,
  K.SyntheticExpression,
  K.VariableDeclaration,
  K.VariableDeclarationList,
  K.TemplateSpan,
  K.SemicolonClassElement,
  K.MissingDeclaration,
  K.ObjectBindingPattern,
  K.ArrayBindingPattern,
]);

function range(from: ts.SyntaxKind, to: ts.SyntaxKind): readonly ts.SyntaxKind[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const single = [
  [K.Block, K.EmptyStatement, K.ThisKeyword, K.ImportKeyword, K.MetaProperty, K.RegularExpressionLiteral],
  [K.NumericLiteral, K.BigIntLiteral, K.StringLiteral, K.NoSubstitutionTemplateLiteral, K.Identifier],
  [K.TrueKeyword, K.FalseKeyword, K.NullKeyword, K.ObjectBindingPattern, K.ArrayBindingPattern],
];
const parsed = [
  ...range(K.FirstStatement, K.LastStatement),
  ...range(K.FunctionDeclaration, K.ModuleDeclaration),
  ...range(K.ArrayLiteralExpression, K.SatisfiesExpression),
  ...single.flat(),
];

test("every kind of syntax is in the language or has its advice", () => {
  const known = new Set([...statementKinds, ...expressionKinds, ...foreignKinds, ...elsewhere]);
  assert.deepEqual(
    parsed.filter((kind) => !known.has(kind)).map((kind) => K[kind]),
    [],
  );
});

test("nothing is in the language and outside it", () => {
  const inside = new Set([...statementKinds, ...expressionKinds]);
  // A literal is a constant record or list, or a struct's fields; `as` may be `as const`; all are advice elsewhere.
  const literals = [K.ObjectLiteralExpression, K.ArrayLiteralExpression, K.AsExpression];
  const both = foreignKinds.filter((kind) => inside.has(kind) && !literals.includes(kind));
  assert.deepEqual(
    both.map((kind) => K[kind]),
    [],
  );
});
