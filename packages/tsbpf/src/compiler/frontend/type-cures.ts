// Cures for values that are not what they should be: members that are not there, text that is compared, numbers of
// different widths, results that the kernel does not take.

import { didYouMean } from "../../util/did-you-mean.js";
import { arrayMembers, mapMembers, mathMembers, numberMembers, textMembers, type Members } from "./foreign-members.js";
import { memberNames, type Finding } from "./name-cures.js";
import { isProgramFactory } from "./program-factories.js";
import type { Place } from "./type-errors.js";
import { ts } from "./typescript.js";
import { adviceFor } from "./unsupported.js";

// ---- members ----------------------------------------------------------------------------------------------------

/** More names than this are no help. */
const namesMax = 16;

export function memberCure({ node, checker }: Place): Finding | undefined {
  const { parent } = node;
  const object = ts.isPropertyAccessExpression(parent) && parent.name === node ? parent.expression : undefined;
  if (!object) return undefined;
  const name = node.getText();
  const construct = constructOf(object);
  if (construct !== undefined) return { name: "unsupportedSyntax", values: adviceFor(construct) };
  const type = checker.getNonNullableType(checker.getTypeAtLocation(object));
  if (type.aliasSymbol?.name === "KernelAddress") {
    const instead = "say what is there: `bpfGetCurrentTask<bpfCoreTaskStruct>()`";
    return { name: "unknownProperty", values: { name, what: "a plain address", instead } };
  }
  if ((type.aliasSymbol?.name ?? type.symbol?.name) === "ContextPointer") {
    const instead = "name the record: `tracepoint<bpfCoreTraceEventRawSchedSwitch>(…)`, see LANGUAGE.md";
    return { name: "unknownProperty", values: { name, what: shownType(type, object), instead } };
  }
  const members = object.getText() === "Math" ? mathMembers : membersOf(checker, type);
  const known = members && Object.hasOwn(members.cures, name) ? members.cures[name] : members?.others;
  const names = memberNames(checker, type);
  const near = didYouMean(name, names);
  const isKnown = members !== undefined && Object.hasOwn(members.cures, name);
  const instead = (isKnown ? known : undefined) ?? nearName(near) ?? known ?? listOf(names);
  if (members === mapMembers) return { name: "mapMethod", values: { map: object.getText(), name, instead } };
  return { name: "unknownProperty", values: { name, what: members?.what ?? shownType(type, object), instead } };
}

/** What is outside the language itself, whatever is done with it. */
function constructOf(object: ts.Expression): ts.SyntaxKind | undefined {
  const isForeign = ts.isRegularExpressionLiteral(object) || ts.isMetaProperty(object);
  return isForeign ? object.kind : undefined;
}

function nearName(near: string | undefined): string | undefined {
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

function listOf(names: readonly string[]): string {
  if (names.length === 0) return "it has no properties";
  return names.length > namesMax ? `it has: ${names.slice(0, namesMax).join(", ")} …` : `it has: ${names.join(", ")}`;
}

function membersOf(checker: ts.TypeChecker, type: ts.Type): Members | undefined {
  if (isText(type)) return textMembers;
  if (isNumber(type)) return numberMembers;
  const name = type.aliasSymbol?.name ?? type.symbol?.name;
  if (name === "Bytes" || name === "FixedArray" || name === "Array" || name === "ReadonlyArray") return arrayMembers;
  return checker.getPropertyOfType(type, "mapKind") ? mapMembers : undefined;
}

function isText(type: ts.Type): boolean {
  return type.symbol?.name === "Chars" || (type.flags & ts.TypeFlags.StringLike) !== 0;
}

/** A plain number or bigint, or a sized one, which is an intersection with its mark. */
function isNumber(type: ts.Type): boolean {
  if (type.isIntersection() || type.isUnion()) return type.types.some(isNumber);
  return (type.flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike)) !== 0;
}

function isBigint(type: ts.Type): boolean {
  if (type.isIntersection() || type.isUnion()) return type.types.some(isBigint);
  return (type.flags & ts.TypeFlags.BigIntLike) !== 0;
}

/** "bpfCoreTaskStruct", "this struct": a struct's own type is written out with all its schemas. */
function shownType(type: ts.Type, object: ts.Expression): string {
  const name = type.aliasSymbol?.name ?? type.symbol?.name ?? "";
  if (name.endsWith("Context") || name === "ContextPointer") return "the context of this program";
  return /^(?:StructValue|__type|__object|)$/.test(name) ? `'${object.getText()}'` : name;
}

// ---- operators --------------------------------------------------------------------------------------------------

export function comparisonCure(place: Place): Finding | undefined {
  const { node, checker } = place;
  if (!ts.isBinaryExpression(node)) return undefined;
  const [left, right] = [checker.getTypeAtLocation(node.left), checker.getTypeAtLocation(node.right)];
  if (!isText(left) && !isText(right)) return operatorCure(place);
  const operator = node.operatorToken.getText();
  const [text, other] = ts.isStringLiteralLike(node.left) ? [node.right, node.left] : [node.left, node.right];
  const not = operator.startsWith("!") ? "!" : "";
  const instead = `\`${not}${text.getText()}.equals(${other.getText()})\``;
  return { name: "unsupportedOperator", values: { operator, left: "text", right: "text", instead } };
}

export function operatorCure({ node, checker, message }: Place): Finding | undefined {
  const binary = ts.findAncestor(node, ts.isBinaryExpression);
  if (!binary) return undefined;
  const operator = binary.operatorToken.getText();
  const [left, right] = [checker.getTypeAtLocation(binary.left), checker.getTypeAtLocation(binary.right)];
  const variable = [binary.left, binary.right].find((side) => isVariable(checker, side));
  if (variable) return { message: withoutSchemas(message), notes: [valueOf(variable)] };
  if (operator.startsWith(">>>") && isBigint(left)) return { message, notes: ["`>>` on a u64 brings in zeros"] };
  if (isBigint(left) === isBigint(right) || !isNumber(left) || !isNumber(right)) return undefined;
  const number = isBigint(left) ? binary.right : binary.left;
  const instead = ts.isNumericLiteral(number)
    ? `64-bit values are bigints: write \`${number.getText()}n\``
    : `64-bit values are bigints: convert one side, \`u64(${number.getText()})\``;
  return { message, notes: [instead] };
}

/** `g++`, `g = 5`: a variable of the object is there through its reference. */
export function constantCure({ node, checker, message }: Place): Finding {
  // Where it is assigned to, TypeScript gives it no type of its own.
  const symbol = checker.getSymbolAtLocation(node);
  const isOurs = symbol !== undefined && checker.getTypeOfSymbol(symbol).getProperty("dataKind") !== undefined;
  return { message, notes: isOurs ? [valueOf(node)] : [] };
}

export function readOnlyCure({ node, checker, message }: Place): Finding {
  const { parent } = node;
  const isConstant = ts.isPropertyAccessExpression(parent) && isVariable(checker, parent.expression);
  const instead = "a `constant` is set before the program is loaded; a `global` can change";
  return { message, notes: isConstant ? [instead] : [] };
}

/** What `global` or `constant` made. */
function isVariable(checker: ts.TypeChecker, node: ts.Node): boolean {
  return checker.getPropertyOfType(checker.getTypeAtLocation(node), "dataKind") !== undefined;
}

function valueOf(node: ts.Node): string {
  return `its value is \`${node.getText()}.value\``;
}

function withoutSchemas(message: string): string {
  return message.replaceAll(/'(Global|Constant)<[^']*>'/g, "'$1'");
}

// ---- values that do not fit -------------------------------------------------------------------------------------

const sizedName = /^(?:[ui](?:8|16|32|64)|number|bigint)$/;

export function assignmentCure({ node, checker, message }: Place): Finding | undefined {
  const handler = handlerCure(node, checker);
  if (handler) return handler;
  const match = /ype '(.*)' is not assignable to (?:type|parameter of type) '(.*)'\.$/.exec(message);
  const [, from = "", to = ""] = match ?? [];
  if (sizedName.test(from) && sizedName.test(to)) {
    return { message, notes: [`convert it: \`${to === "number" ? "u32" : to === "bigint" ? "u64" : to}(…)\``] };
  }
  if (/^(?:string|".*")$/.test(from) && to.startsWith("Chars<")) {
    const instead = 'text is given where its struct is made, `Event({ comm: "ls" })`; other text can be assigned';
    return { message, notes: [instead] };
  }
  const near = /^"(.*)"$/.exec(from)?.[1];
  const literals = [...to.matchAll(/"([^"]*)"/g)].map(([, literal = ""]) => literal);
  const wanted = near === undefined ? undefined : didYouMean(near, literals);
  if (wanted !== undefined) return { message, notes: [`did you mean "${wanted}"?`] };
  const notes = to.startsWith("StructValue<") ? ["make it with its schema: `Event({ pid })`"] : [];
  return message.includes("StructValue<") ? { message: withoutFields(message), notes } : undefined;
}

/** A struct's type is written out with all its schemas, which nobody can read. */
function withoutFields(message: string): string {
  return message.replaceAll(/'StructValue<\{[^']*\}>( \|[^']*)?'/g, (_match, more: string = "") => `'struct${more}'`);
}

/** What a program gives back, by the type that its factory asks for. */
const results: readonly (readonly [RegExp, string])[] = [
  [/XdpResult/, "return one of XdpAction: `return XdpAction.PASS`"],
  [/TcResult/, "return one of TcAction: `return TcAction.OK`"],
  [/number \| void/, "return a number, or nothing: `return u32(x)`"],
  [/boolean/, "return true to let it pass, false to refuse it"],
  [/=> void/, "this kind of program returns nothing: `return;`"],
  [/=> number/, "return a number: `return u32(x)`"],
];

function handlerCure(node: ts.Node, checker: ts.TypeChecker): Finding | undefined {
  const handler = ts.findAncestor(node, (above) => ts.isArrowFunction(above) || ts.isFunctionExpression(above));
  if (!handler || (!ts.isArrowFunction(handler) && !ts.isFunctionExpression(handler))) return undefined;
  const call = handler.parent;
  if (!ts.isCallExpression(call) || !isProgramFactory(call.expression.getText())) return undefined;
  const isAsync = handler.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
  // The whole function, its arrow or its body: not something inside it.
  const isWhole = node === handler || node === handler.body || node.kind === ts.SyntaxKind.EqualsGreaterThanToken;
  if (!isWhole) return undefined;
  if (isAsync) return { name: "unsupportedSyntax", values: adviceFor(ts.SyntaxKind.AwaitExpression) };
  const wanted = checker.getContextualType(handler);
  const signature = checker.getSignatureFromDeclaration(handler);
  if (!wanted || !signature) return undefined;
  const given = checker.typeToString(checker.getReturnTypeOfSignature(signature));
  const cure = results.find(([pattern]) => pattern.test(checker.typeToString(wanted)))?.[1];
  if (cure === undefined || handler.parameters.length > 1) return undefined;
  const message = withoutFields(`This program returns '${given}', which is not what the kernel takes`);
  return { message, notes: [cure] };
}

export function missingCure({ node, checker, message }: Place): Finding | undefined {
  if (node.kind === ts.SyntaxKind.ThisKeyword) return { name: "unsupportedSyntax", values: adviceFor(node.kind) };
  const type = checker.getTypeAtLocation(node);
  if (checker.getPropertyOfType(type, "mapKind")) {
    const values = { what: "Going through a map", instead: mapMembers.cures["entries"] ?? "" };
    return { name: "unsupportedSyntax", values };
  }
  const object =
    ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) ? node.expression : undefined;
  if (object?.name.text === "get") {
    const map = object.expression.getText();
    const counted = `to change a number in place: \`${map}.ref(key)?.add(1)\``;
    return { message, notes: ["check it first: `const x = map.get(key); if (x !== undefined) { … }`", counted] };
  }
  return { message, notes: ["check it first: `if (x !== undefined) { … }`"] };
}
