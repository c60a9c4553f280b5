// Programs that are almost right, made from the syntax trees of valid ones: conditions taken away, expressions put for
// others of their type, arguments swapped, statements doubled, wrapped and moved, and constructs the language lacks.

import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isProgramFactory } from "./frontend/program-factories.js";
import { openProgram } from "./frontend/program.js";
import { ts } from "./frontend/typescript.js";
import { makeRandom, type Mutant, type Random } from "./mutations.test.support.js";
import { casesFolder } from "./run.test.support.js";
import { foreignExpressions, foreignStatements, numberLiterals, bigintLiterals } from "./foreign.test.support.js";

const benchFolder = fileURLToPath(new URL("../../../../bench/codegen/", import.meta.url));

/** A valid module with what can be changed in it. */
interface Base {
  readonly file: string;
  readonly text: string;
  readonly source: ts.SourceFile;
  readonly programs: readonly ts.Statement[];
  readonly typeOf: (node: ts.Expression) => string;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function baseFiles(): readonly string[] {
  const folders = [...["run", "lang", "kinds", "emulate"].map((name) => casesFolder + name), benchFolder];
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".ts") && !name.startsWith("module-"))
      .sort()
      .map((name) => join(folder, name)),
  );
}

const bases = new Map<string, Base>();

function baseOf(file: string): Base | undefined {
  const known = bases.get(file);
  if (known) return known;
  const program = openProgram(file);
  if (!program || program.diagnostics.length > 0) return undefined;
  const types = new Map<ts.Expression, string>();
  const typeOf = (node: ts.Expression): string => {
    let type = types.get(node);
    if (type === undefined) {
      const { checker } = program;
      type = checker.typeToString(checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(node)));
      types.set(node, type);
    }
    return type;
  };
  const { entry } = program;
  const base = { file, text: entry.text, source: entry, programs: entry.statements.filter(isProgram), typeOf };
  bases.set(file, base);
  return base;
}

function isProgram(statement: ts.Statement): boolean {
  if (!ts.isVariableStatement(statement)) return false;
  const value = statement.declarationList.declarations[0]?.initializer;
  return value !== undefined && ts.isCallExpression(value) && isProgramFactory(value.expression.getText());
}

/** The mutant of this number; undefined where no change was found. */
export function makeTreeMutant(seed: number): Mutant | undefined {
  const random = makeRandom(seed);
  const files = baseFiles();
  const base = baseOf(files[random.below(files.length)] ?? "");
  if (!base) return undefined;
  const kept = pick(random, base.programs);
  if (!kept) return undefined;
  const edits: Edit[] = base.programs
    .filter((program) => program !== kept)
    .map((program) => ({ start: program.getFullStart(), end: program.end, text: "" }));
  const isGentle = random.below(2) === 0;
  const wanted = edits.length + 1 + random.below(isGentle ? 2 : 4);
  const places = placesIn(base, random.below(6) === 0 ? base.source : kept);
  for (let round = 0; round < 30 && edits.length < wanted; round++) {
    const edit = change(base, places, random, isGentle);
    if (edit && !edits.some((other) => edit.start < other.end && other.start < edit.end)) edits.push(edit);
  }
  return { name: `${basename(base.file)} tree #${seed}`, text: apply(base.text, edits) };
}

function apply(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const edit of edits.toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
  }
  return result;
}

interface Places {
  readonly expressions: readonly ts.Expression[];
  readonly statements: readonly ts.Statement[];
  readonly types: readonly ts.TypeNode[];
}

function placesIn(base: Base, root: ts.Node): Places {
  const expressions: ts.Expression[] = [];
  const statements: ts.Statement[] = [];
  const types: ts.TypeNode[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isStatement(node) && !ts.isSourceFile(node.parent)) statements.push(node);
    else if (ts.isTypeNode(node)) types.push(node);
    else if (ts.isExpression(node) && !isName(node)) expressions.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  // A function of the module is as good a place as the program.
  if (root !== base.source) base.source.statements.filter(ts.isFunctionDeclaration).forEach(visit);
  return { expressions, statements, types };
}

/** The name of a property or of a declaration is no expression of its own. */
function isName(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return ts.isIdentifier(node) && "name" in parent && parent.name === node;
}

function pick<T>(random: Random, list: readonly T[]): T | undefined {
  return list[random.below(Math.max(1, list.length))];
}

type Change = (base: Base, places: Places, random: Random) => Edit | undefined;

const gentle: readonly Change[] = [
  sameType,
  sameType,
  sameType,
  extremeLiteral,
  extremeLiteral,
  otherOperator,
  otherOperator,
  withoutCheck,
  withoutCheck,
  negated,
  doubled,
  removed,
  moved,
  wrapped,
  wrapped,
  retyped,
  choice,
];
const rough: readonly Change[] = [...gentle, anyExpression, swapped, foreignStatement, foreignExpression, asserted];

function change(base: Base, places: Places, random: Random, isGentle: boolean): Edit | undefined {
  return pick(random, isGentle ? gentle : rough)?.(base, places, random);
}

function replace(node: ts.Node, text: string): Edit {
  return { start: node.getStart(), end: node.end, text };
}

function sameType(base: Base, { expressions }: Places, random: Random): Edit | undefined {
  const node = pick(random, expressions);
  if (!node) return undefined;
  const type = base.typeOf(node);
  const others = expressions.filter((other) => other !== node && base.typeOf(other) === type);
  const other = pick(random, others);
  return other && replace(node, `(${other.getText()})`);
}

function anyExpression(_base: Base, { expressions }: Places, random: Random): Edit | undefined {
  const [node, other] = [pick(random, expressions), pick(random, expressions)];
  return node && other && replace(node, other.getText());
}

function extremeLiteral(base: Base, { expressions }: Places, random: Random): Edit | undefined {
  const literals = expressions.filter((node) => ts.isNumericLiteral(node) || ts.isBigIntLiteral(node));
  // Any integer may become a literal as well.
  const node = pick(random, random.below(3) > 0 ? literals : expressions);
  if (!node) return undefined;
  const type = base.typeOf(node);
  if (/^(?:number|[ui](?:8|16|32))$/.test(type)) return replace(node, pick(random, numberLiterals) ?? "0");
  return /^(?:bigint|[ui]64)$/.test(type) ? replace(node, pick(random, bigintLiterals) ?? "0n") : undefined;
}

const alike = [
  ["+", "-", "*", "&", "|", "^", "<<", ">>", ">>>", "%", "/"],
  ["<", "<=", ">", ">=", "===", "!=="],
  ["=", "+=", "-=", "*=", "&=", "|=", "^=", "<<=", ">>=", ">>>=", "%="],
  ["&&", "||", "??"],
];

function otherOperator(_base: Base, { expressions }: Places, random: Random): Edit | undefined {
  const node = pick(random, expressions.filter(ts.isBinaryExpression));
  const operator = node?.operatorToken.getText() ?? "";
  const list = alike.find((operators) => operators.includes(operator));
  return node && list && replace(node.operatorToken, pick(random, list) ?? operator);
}

/** An `if` that guards something goes, or what it guards always happens. */
function withoutCheck(_base: Base, { statements, expressions }: Places, random: Random): Edit | undefined {
  const node = pick(random, [
    ...statements.filter(ts.isIfStatement),
    ...expressions.filter(ts.isConditionalExpression),
  ]);
  if (!node) return undefined;
  if (ts.isConditionalExpression(node)) return replace(node, `(${node.whenTrue.getText()})`);
  const isExit = /\b(?:return|continue|break)\b/.test(node.thenStatement.getText());
  return replace(node, isExit && random.below(2) === 0 ? ";" : node.thenStatement.getText());
}

function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  return ts.isForStatement(node) || ts.isConditionalExpression(node) ? node.condition : undefined;
}

function negated(_base: Base, { statements, expressions }: Places, random: Random): Edit | undefined {
  const conditions = [...statements, ...expressions].map(conditionOf).filter((node) => node !== undefined);
  const node = pick(random, conditions);
  const other = pick(random, conditions)?.getText() ?? "true";
  const text = node?.getText() ?? "";
  const forms = [`!(${text})`, "true", "false", `(${text}) || (${other})`, `(${text}) && (${other})`];
  return node && replace(node, pick(random, forms) ?? "true");
}

function doubled(_base: Base, { statements }: Places, random: Random): Edit | undefined {
  const node = pick(random, statements);
  return node && { start: node.end, end: node.end, text: ` ${node.getText()}` };
}

function removed(_base: Base, { statements }: Places, random: Random): Edit | undefined {
  const node = pick(random, statements);
  return node && replace(node, ";");
}

function moved(_base: Base, { statements }: Places, random: Random): Edit | undefined {
  const [node, to] = [pick(random, statements), pick(random, statements)];
  return node && to && { start: to.end, end: to.end, text: ` ${node.getText()}` };
}

function wrapped(base: Base, { statements, expressions }: Places, random: Random): Edit | undefined {
  const node = pick(random, statements);
  if (!node) return undefined;
  const text = node.getText();
  const condition =
    pick(
      random,
      expressions.filter((other) => base.typeOf(other) === "boolean"),
    )?.getText() ?? "true";
  const number = pick(
    random,
    expressions.filter((other) => /^(?:number|u\d+)$/.test(base.typeOf(other))),
  )?.getText();
  const count = pick(random, ["1", "3", "16", "100", "5000"]) ?? "1";
  const forms = [
    `for (let q = 0; q < ${count}; q++) { ${text} }`,
    `for (let q = 0; q < ${count} && ${condition}; q++) ${text}`,
    `for (const q of range(${number ?? count})) { ${text} }`,
    `for (let q = ${count}; q > 0; q--) { if (${condition}) break; ${text} }`,
    `{ let q = 0; while (${condition} && q < ${count}) { q++; ${text} } }`,
    `{ let q = 0; do { q += 2; ${text} } while (q < ${count} && ${condition}); }`,
    `if (${condition}) ${text}`,
    `if (${condition}) { ${text} } else { ${text} }`,
    `switch (${number ?? "1"}) { case 1: ${text} break; case 2: default: ${text} }`,
    `q: { if (${condition}) break q; ${text} }`,
    `{ ${text} }`,
    `try { ${text} } finally { }`,
  ];
  return replace(node, pick(random, forms) ?? text);
}

const typeNames = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "boolean", "number", "bigint", "Chars<16>"];

function retyped(_base: Base, { types, expressions }: Places, random: Random): Edit | undefined {
  const conversions = expressions.filter((node) => ts.isIdentifier(node) && typeNames.includes(node.text));
  const node = pick(random, [...types.filter((type) => typeNames.includes(type.getText())), ...conversions]);
  return node && replace(node, pick(random, typeNames.slice(0, ts.isTypeNode(node) ? undefined : 8)) ?? "u32");
}

/** One expression or another of its type, decided when the program runs. */
function choice(base: Base, { expressions }: Places, random: Random): Edit | undefined {
  const node = pick(random, expressions);
  if (!node) return undefined;
  const type = base.typeOf(node);
  const other =
    pick(
      random,
      expressions.filter((candidate) => base.typeOf(candidate) === type),
    ) ?? node;
  const condition = pick(
    random,
    expressions.filter((candidate) => base.typeOf(candidate) === "boolean"),
  );
  return replace(node, `(${condition?.getText() ?? "true"} ? ${node.getText()} : ${other.getText()})`);
}

function swapped(_base: Base, { expressions }: Places, random: Random): Edit | undefined {
  const node = pick(random, expressions.filter(ts.isCallExpression));
  const [first, second, ...rest] = node?.arguments ?? [];
  if (!node || !first) return undefined;
  const texts = second ? [second, first, ...rest].map((argument) => argument.getText()) : [];
  return replace(node, `${node.expression.getText()}(${texts.join(", ")})`);
}

function foreignStatement(_base: Base, { statements }: Places, random: Random): Edit | undefined {
  const node = pick(random, statements);
  return node && { start: node.end, end: node.end, text: ` ${pick(random, foreignStatements) ?? ""} ` };
}

function foreignExpression(_base: Base, { expressions }: Places, random: Random): Edit | undefined {
  const node = pick(random, expressions);
  const text = (pick(random, foreignExpressions) ?? "X").replaceAll("X", () => node?.getText() ?? "0");
  return node && replace(node, text);
}

function asserted(base: Base, { expressions }: Places, random: Random): Edit | undefined {
  const [node, other] = [pick(random, expressions), pick(random, expressions)];
  if (!node || !other) return undefined;
  const forms = [`${node.getText()}!`, `(${node.getText()} as any)`, `(${other.getText()} as never)`];
  return replace(node, pick(random, [...forms, `(${other.getText()} as ${base.typeOf(node)})`]) ?? "");
}
