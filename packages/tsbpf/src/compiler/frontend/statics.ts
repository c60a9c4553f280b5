// What exists only at compile time: schemas, maps, programs, functions, constants and records of them, as the top
// level of the modules declares them.

import { ts } from "./typescript.js";
import { report, symbolOf, type Compilation } from "./lowering.js";
import { convertConstant, foldBinary, foldUnary } from "./constants.js";
import { isKernelName } from "./declarations.js";
import { declareMap, isMapFactory } from "./map-declarations.js";
import type { FunctionNode, Static } from "./operands.js";
import { declareGlobalFunction, functionFactories } from "./global-functions.js";
import { declareData, isDataFactory } from "./globals.js";
import { isLanguageFile } from "./host.js";
import { declareProgram, isProgramFactory } from "./program-factories.js";
import { swapBytes, swapWidths } from "./swap-bytes.js";
import { TcAction, XdpAction } from "../../bpf/actions.js";
import { adviceFor } from "./unsupported.js";
import { boolType, intTypeByName, intTypes, layOutStruct, type DataType } from "./types.js";

const errorStatic: Static = { kind: "error" };

/** What the symbol of a module-level declaration stands for. Undefined for a symbol that is not one. */
export function staticOf(c: Compilation, symbol: ts.Symbol): Static | undefined {
  const known = c.statics.get(symbol);
  if (known) return known;
  const declaration = symbol.valueDeclaration ?? symbol.declarations?.[0];
  if (!declaration) return undefined;
  if (symbol.name === "undefined") return { kind: "undefined" };
  if (isLanguageFile(declaration.getSourceFile()) && !ts.isSourceFile(declaration)) {
    const value = languageName(symbol.name);
    c.statics.set(symbol, value);
    return value;
  }
  // A constant that needs itself ends here instead of in a loop.
  c.statics.set(symbol, errorStatic);
  const value = declared(c, symbol, declaration);
  if (value) c.statics.set(symbol, value);
  else c.statics.delete(symbol);
  return value;
}

function languageName(name: string): Static {
  if (name === "Math") return { kind: "math" };
  const int = intTypeByName(name);
  if (int) return { kind: "schema", type: int };
  if (name === "bool") return { kind: "schema", type: boolType };
  const record = Object.hasOwn(languageRecords, name) ? languageRecords[name] : undefined;
  return record ? constantRecord(record) : { kind: "intrinsic", name };
}

/** The constants that "tsbpf" exports. */
export const languageRecords: Readonly<Record<string, Readonly<Record<string, number>>>> = { TcAction, XdpAction };

function constantRecord(record: Readonly<Record<string, number>>): Static {
  const fields = Object.entries(record).map(
    ([name, value]) => [name, { kind: "int", type: "number", value: BigInt(value) }] as const,
  );
  return { kind: "record", fields: new Map(fields) };
}

function declared(c: Compilation, symbol: ts.Symbol, declaration: ts.Declaration): Static | undefined {
  if (ts.isSourceFile(declaration)) return { kind: "module", symbol };
  if (ts.isFunctionDeclaration(declaration)) {
    if (isInFunction(declaration.parent)) {
      report(c, declaration, "unsupportedSyntax", adviceFor(declaration.kind));
      return errorStatic;
    }
    // Of overloads the last one has the body.
    const overloads = symbol.declarations?.filter(ts.isFunctionDeclaration) ?? [];
    const node = overloads.find((overload) => overload.body) ?? declaration;
    return { kind: "function", name: symbol.name, node };
  }
  if (!ts.isVariableDeclaration(declaration) || !isModuleLevel(declaration)) return undefined;
  if (!(ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const)) {
    report(c, declaration.name, "moduleState");
    return errorStatic;
  }
  if (declaration.initializer) return evaluate(c, declaration.initializer);
  report(c, declaration.name, "notConstant", { what: `'${symbol.name}'` });
  return errorStatic;
}

/** Declared directly in a module, where it lives as long as the program. */
function isModuleLevel(declaration: ts.VariableDeclaration): boolean {
  return ts.isVariableStatement(declaration.parent.parent) && ts.isSourceFile(declaration.parent.parent.parent);
}

/** The compile-time value of an expression; a diagnostic where it has none. */
export function evaluate(c: Compilation, node: ts.Expression): Static {
  const value = tryEvaluate(c, node);
  if (value) return value;
  report(c, node, "notConstant", { what: "This value" });
  return errorStatic;
}

/** As {@link evaluate}, without a diagnostic: undefined for what is only known when the program runs. */
export function tryEvaluate(c: Compilation, node: ts.Expression): Static | undefined {
  const evaluator = evaluators[node.kind];
  if (!evaluator) return undefined;
  const known = c.staticNodes.get(node);
  if (known || c.staticNodes.has(node)) return known;
  const value = evaluator(c, node as never);
  // A diagnostic of a try is not the user's: who asks again after it has to be told again.
  if (value?.kind !== "error") c.staticNodes.set(node, value);
  return value;
}

type Evaluator = (c: Compilation, node: never) => Static | undefined;

const text: Evaluator = (_c, node: ts.StringLiteralLike) => ({ kind: "text", value: node.text });
const inner: Evaluator = (c, node: ts.ParenthesizedExpression | ts.SatisfiesExpression) =>
  tryEvaluate(c, node.expression);
const functionOf: Evaluator = (_c, node: ts.ArrowFunction | ts.FunctionExpression) => functionValue(node);

/** The expressions that can have a compile-time value. */
const evaluators: Partial<Record<ts.SyntaxKind, Evaluator>> = {
  [ts.SyntaxKind.ParenthesizedExpression]: inner,
  [ts.SyntaxKind.SatisfiesExpression]: inner,
  [ts.SyntaxKind.AsExpression]: (c, node: ts.AsExpression) =>
    isConstAssertion(node) ? tryEvaluate(c, node.expression) : undefined,
  [ts.SyntaxKind.NumericLiteral]: numberLiteral,
  [ts.SyntaxKind.BigIntLiteral]: bigintLiteral,
  [ts.SyntaxKind.StringLiteral]: text,
  [ts.SyntaxKind.NoSubstitutionTemplateLiteral]: text,
  [ts.SyntaxKind.TrueKeyword]: () => ({ kind: "bool", value: true }),
  [ts.SyntaxKind.FalseKeyword]: () => ({ kind: "bool", value: false }),
  [ts.SyntaxKind.NullKeyword]: () => ({ kind: "null" }),
  [ts.SyntaxKind.ArrowFunction]: functionOf,
  [ts.SyntaxKind.FunctionExpression]: functionOf,
  [ts.SyntaxKind.Identifier]: (c, node: ts.Identifier) => {
    const symbol = symbolOf(c, node);
    return symbol && staticOf(c, symbol);
  },
  [ts.SyntaxKind.PropertyAccessExpression]: memberOf,
  [ts.SyntaxKind.PrefixUnaryExpression]: (c, node: ts.PrefixUnaryExpression) => {
    const operand = tryEvaluate(c, node.operand);
    return operand && foldUnary(node.operator, operand);
  },
  [ts.SyntaxKind.BinaryExpression]: binary,
  [ts.SyntaxKind.ConditionalExpression]: conditional,
  [ts.SyntaxKind.ObjectLiteralExpression]: record,
  [ts.SyntaxKind.ArrayLiteralExpression]: list,
  [ts.SyntaxKind.ElementAccessExpression]: elementOf,
  [ts.SyntaxKind.CallExpression]: evaluateCall,
};

export function isConstAssertion(node: ts.AsExpression): boolean {
  return ts.isTypeReferenceNode(node.type) && node.type.getText() === "const";
}

function numberLiteral(c: Compilation, node: ts.NumericLiteral): Static {
  const value = Number(node.text);
  if (Number.isSafeInteger(value)) return { kind: "int", type: "number", value: BigInt(value) };
  const digits = node.getText().replaceAll("_", "");
  if (value >= 2 ** 64) report(c, node, "bigLiteral", { literal: node.getText() });
  else if (Number.isInteger(value)) report(c, node, "unsafeLiteral", { literal: /[.e]/.test(digits) ? value : digits });
  else report(c, node, "fraction", { literal: node.getText() });
  return errorStatic;
}

function bigintLiteral(c: Compilation, node: ts.BigIntLiteral): Static {
  const value = BigInt(node.text.replace(/n$/, ""));
  if (value < 2n ** 64n) return { kind: "int", type: "bigint", value };
  report(c, node, "bigLiteral", { literal: node.getText() });
  return errorStatic;
}

function functionValue(node: ts.ArrowFunction | ts.FunctionExpression): Static {
  const { parent } = node;
  const name = ts.isVariableDeclaration(parent) ? parent.name.getText() : (node.name?.text ?? "function");
  return { kind: "function", name, node: node as FunctionNode };
}

function memberOf(c: Compilation, node: ts.PropertyAccessExpression): Static | undefined {
  const object = tryEvaluate(c, node.expression);
  if (object?.kind === "record") return object.fields.get(node.name.text);
  if (object?.kind === "list" && node.name.text === "length") {
    return { kind: "int", type: "number", value: BigInt(object.elements.length) };
  }
  if (object?.kind === "text" && node.name.text === "length") {
    return { kind: "int", type: "number", value: BigInt(object.value.length) };
  }
  if (object?.kind !== "module") return undefined;
  const symbol = symbolOf(c, node.name);
  return symbol && staticOf(c, symbol);
}

function binary(c: Compilation, node: ts.BinaryExpression): Static | undefined {
  // The innermost of a long chain first: each of the others then finds what stands left of it.
  const chain: ts.Expression[] = [];
  for (let left = node.left; ts.isBinaryExpression(left) && !c.staticNodes.has(left); left = left.left)
    chain.push(left);
  for (const left of chain.toReversed()) tryEvaluate(c, left);
  const operator = node.operatorToken.kind;
  const left = tryEvaluate(c, node.left);
  if (left?.kind === "bool" && operator === ts.SyntaxKind.AmpersandAmpersandToken) {
    return left.value ? tryEvaluate(c, node.right) : left;
  }
  if (left?.kind === "bool" && operator === ts.SyntaxKind.BarBarToken) {
    return left.value ? left : tryEvaluate(c, node.right);
  }
  const right = left && tryEvaluate(c, node.right);
  return left?.kind === "int" && right?.kind === "int" ? foldBinary(c, node, left, right) : undefined;
}

function conditional(c: Compilation, node: ts.ConditionalExpression): Static | undefined {
  const condition = tryEvaluate(c, node.condition);
  if (condition?.kind !== "bool") return undefined;
  return tryEvaluate(c, condition.value ? node.whenTrue : node.whenFalse);
}

function record(c: Compilation, node: ts.ObjectLiteralExpression): Static | undefined {
  const fields = new Map<string, Static>();
  for (const property of node.properties) {
    if (ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name)) {
      const value = tryEvaluate(c, property.initializer);
      if (!value) return undefined;
      fields.set(propertyName(property.name), value);
    } else if (ts.isShorthandPropertyAssignment(property)) {
      const value = tryEvaluate(c, property.name);
      if (!value) return undefined;
      fields.set(property.name.text, value);
    } else {
      return undefined;
    }
  }
  return { kind: "record", fields };
}

function list(c: Compilation, node: ts.ArrayLiteralExpression): Static | undefined {
  const elements = node.elements.map((element) => tryEvaluate(c, element)).filter((element) => element !== undefined);
  return elements.length > 0 && elements.length === node.elements.length ? { kind: "list", elements } : undefined;
}

/** `table[2]`, and `names["slow"]`. */
function elementOf(c: Compilation, node: ts.ElementAccessExpression): Static | undefined {
  const object = tryEvaluate(c, node.expression);
  if (object?.kind !== "list" && object?.kind !== "record") return undefined;
  const key = tryEvaluate(c, node.argumentExpression);
  if (object.kind === "record") return key?.kind === "text" ? object.fields.get(key.value) : undefined;
  return key?.kind === "int" ? object.elements[Number(key.value)] : undefined;
}

export function propertyName(name: ts.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)
    ? name.text
    : name.getText();
}

// ---- calls that declare -----------------------------------------------------------------------------------------

/** Names of "tsbpf" that declare something and so belong at the top of a module. */
export const declaringNames: ReadonlySet<string> = new Set(["struct", "array", "chars", "bytes"]);

function evaluateCall(c: Compilation, node: ts.CallExpression): Static | undefined {
  const callee = tryEvaluate(c, node.expression);
  if (callee?.kind !== "intrinsic") return conversion(c, node, callee);
  const { name } = callee;
  const what = declaredThing(name);
  if (what !== undefined && isInFunction(node)) {
    report(c, node, "schemaPlace", { what });
    return errorStatic;
  }
  if (declaringNames.has(name)) {
    const type = schemaType(c, node, name);
    return type ? { kind: "schema", type } : errorStatic;
  }
  if (isMapFactory(name)) {
    const map = declareMap(c, node, name);
    return map ? { kind: "map", map } : errorStatic;
  }
  if (isDataFactory(name)) {
    const data = declareData(c, node, name);
    return data ? { kind: "data", data } : errorStatic;
  }
  if (functionFactories.has(name)) return declareGlobalFunction(c, node) ?? errorStatic;
  if (isProgramFactory(name)) {
    const program = declareProgram(c, node, name);
    return program ? { kind: "program", program } : errorStatic;
  }
  return swapOfConstant(c, node, name);
}

/** `htons(0x0800)` */
function swapOfConstant(c: Compilation, node: ts.CallExpression, name: string): Static | undefined {
  const bits = Object.hasOwn(swapWidths, name) ? swapWidths[name] : undefined;
  const argument = node.arguments[0];
  const value = bits === undefined || !argument ? undefined : tryEvaluate(c, argument);
  if (bits === undefined || value?.kind !== "int") return undefined;
  return { kind: "int", type: intTypes[`u${bits}`], value: swapBytes(bits, value.value) };
}

/** What a call of this name declares, for messages. */
function declaredThing(name: string): string | undefined {
  if (declaringNames.has(name)) return "A schema";
  if (isMapFactory(name)) return "A map";
  if (isDataFactory(name)) return "A variable of the object";
  if (functionFactories.has(name)) return "A global function";
  return isProgramFactory(name) ? "A program" : undefined;
}

/** `u32(5)` */
function conversion(c: Compilation, node: ts.CallExpression, callee: Static | undefined): Static | undefined {
  const argument = node.arguments[0];
  if (callee?.kind !== "schema" || callee.type.kind !== "int" || !argument) return undefined;
  const value = tryEvaluate(c, argument);
  return value?.kind === "int" ? convertConstant(callee.type, value.value) : undefined;
}

/** What a module declares is made once, when it is loaded: inside a function it has no place. */
function isInFunction(node: ts.Node): boolean {
  return ts.findAncestor(node, (parent) => ts.isFunctionLike(parent)) !== undefined;
}

function schemaType(c: Compilation, node: ts.CallExpression, name: string): DataType | undefined {
  const [first, second] = node.arguments;
  if (name === "struct") return first && structType(c, node, first);
  if (name === "array") {
    const element = first && schemaArgument(c, first);
    const length = second && lengthArgument(c, second);
    return element && length !== undefined ? { kind: "array", form: "elements", element, length } : undefined;
  }
  const length = first && lengthArgument(c, first);
  if (length === undefined) return undefined;
  return { kind: "array", form: name === "chars" ? "chars" : "bytes", element: intTypes.u8, length };
}

function structType(c: Compilation, call: ts.CallExpression, node: ts.Expression): DataType | undefined {
  const computed = ts.isObjectLiteralExpression(node) ? node.properties.find(hasComputedName) : undefined;
  if (computed) {
    report(c, computed, "unsupportedSyntax", adviceFor(ts.SyntaxKind.ComputedPropertyName));
    return undefined;
  }
  const value = evaluate(c, node);
  if (value.kind !== "record") {
    if (value.kind !== "error") report(c, node, "notConstant", { what: "The list of fields" });
    return undefined;
  }
  const fields: { name: string; type: DataType }[] = [];
  for (const [name, field] of value.fields) {
    if (field.kind !== "schema") {
      if (field.kind !== "error")
        report(c, node, "mapOption", {
          what: `Field '${name}'`,
          needed: "a schema",
          instead: "for example u32, chars(16) or another struct",
        });
      return undefined;
    }
    if (!isKernelName(name)) report(c, node, "programTarget", { what: `'${name}'` });
    fields.push({ name, type: field.type });
  }
  if (fields.length === 0) {
    report(c, node, "mapOption", { what: "A struct", needed: "made of at least one field", instead: "give it one" });
    return undefined;
  }
  const name = declaredName(call) ?? "";
  if (name !== "" && !isKernelName(name)) report(c, call.parent, "programTarget", { what: `'${name}'` });
  const type = layOutStruct(name, fields);
  const [signature] = c.checker.getTypeAtLocation(call).getCallSignatures();
  if (signature) c.structs.set(signature.getReturnType(), type);
  return type;
}

function hasComputedName({ name }: ts.ObjectLiteralElementLike): boolean {
  return name !== undefined && ts.isComputedPropertyName(name);
}

/** The name of the `const` that this expression initialises. */
export function declaredName(node: ts.Expression): string | undefined {
  const { parent } = node;
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name.text : undefined;
}

/** An argument that must be a schema. */
export function schemaArgument(c: Compilation, node: ts.Expression): DataType | undefined {
  const value = evaluate(c, node);
  if (value.kind === "schema") return value.type;
  if (value.kind !== "error") {
    report(c, node, "mapOption", { what: "This argument", needed: "a schema", instead: "for example u32 or a struct" });
  }
  return undefined;
}

/** An argument that must be a count known at compile time. */
function lengthArgument(c: Compilation, node: ts.Expression): number | undefined {
  const value = evaluate(c, node);
  if (value.kind === "int" && value.value >= 1n && value.value <= 0x7fffffffn) return Number(value.value);
  if (value.kind !== "error") {
    report(c, node, "mapOption", {
      what: "This length",
      needed: "a constant from 1 to 2147483647",
      instead: "write a number, or a module-level const",
    });
  }
  return undefined;
}
