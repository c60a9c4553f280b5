// Sizes: files of 500 lines, functions of 70, lines of 120 columns. What is larger is listed here with its reason,
// and may shrink but not grow.

import ts from "typescript";
import { type Fault, isCase, lineOf, nodes, type SourceFile } from "./source.js";

const maxFileLines = 500;
/** Tests are tables for the most part. */
const maxTestFileLines = 800;
const maxFunctionLines = 70;
const maxColumns = 120;

/** Pure tables, which may be as long as what they list. */
export const tables: ReadonlySet<string> = new Set([
  "packages/tsbpf/src/bpf/helpers.ts",
  "packages/tsbpf/src/lang/helpers.ts",
]);

/** "path#function": lines it has, and why it is not split. */
export const longFunctions: ReadonlyMap<string, { readonly lines: number; readonly why: string }> = new Map([]);

export function fileLengthRule(file: SourceFile): readonly Fault[] {
  const most = file.path.endsWith(".test.ts") ? maxTestFileLines : maxFileLines;
  if (!file.tree || isCase(file.path) || tables.has(file.path) || file.lines.length <= most) return [];
  const message = `has ${file.lines.length} lines, more than ${most}: split it by what its parts are about`;
  return [{ path: file.path, line: 0, message }];
}

export function functionLengthRule(file: SourceFile): readonly Fault[] {
  const { tree } = file;
  // A test's describe() holds many cases, each of them short.
  if (!tree || isCase(file.path) || file.path.endsWith(".test.ts")) return [];
  const faults: Fault[] = [];
  for (const node of nodes(tree)) {
    if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) continue;
    const line = lineOf(tree, node);
    const length = tree.getLineAndCharacterOfPosition(node.end).line + 2 - line;
    const name = functionName(node);
    const allowed = longFunctions.get(`${file.path}#${name}`)?.lines ?? maxFunctionLines;
    if (length > allowed) {
      faults.push({
        path: file.path,
        line,
        message: `function ${name} has ${length} lines, more than ${allowed}: split it`,
      });
    }
  }
  return faults;
}

/** A listed function that is short by now, or gone, must leave the list: it only shrinks. */
export function staleExceptions(files: readonly SourceFile[]): readonly string[] {
  const lengths = new Map<string, number>();
  for (const { path, tree } of files) {
    if (!tree) continue;
    for (const node of nodes(tree)) {
      if (!ts.isFunctionLike(node)) continue;
      const lines = tree.getLineAndCharacterOfPosition(node.end).line + 2 - lineOf(tree, node);
      const key = `${path}#${functionName(node)}`;
      lengths.set(key, Math.max(lines, lengths.get(key) ?? 0));
    }
  }
  const functions = [...longFunctions.keys()].filter((key) => (lengths.get(key) ?? 0) <= maxFunctionLines);
  const listed = [...tables].filter(
    (path) => (files.find((file) => file.path === path)?.lines.length ?? 0) <= maxFileLines,
  );
  return [...functions, ...listed];
}

export function lineLengthRule(file: SourceFile): readonly Fault[] {
  if (!file.tree || isCase(file.path)) return [];
  return file.lines.flatMap((text, index) =>
    text.length > maxColumns && !isUnbreakable(text)
      ? [{ path: file.path, line: index + 1, message: `has ${text.length} columns, more than ${maxColumns}` }]
      : [],
  );
}

/** It has one long string, template or regular expression: broken up, its text would be harder to find. */
function isUnbreakable(line: string): boolean {
  return /(["'`/])(?:(?!\1).){50,}\1/.test(line) && !/^\s*(?:\/\/|\/?\*)/.test(line);
}

function functionName(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  const { parent } = node;
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && parent.name)
    return parent.name.getText();
  return ts.isConstructorDeclaration(node) ? "constructor" : "(anonymous)";
}
