// From a file to a checked TypeScript program: module resolution, our own small library, TypeScript's own errors.

import { dirname, join, relative, resolve } from "node:path";
import { ts } from "./typescript.js";
import type { Diagnostic, DiagnosticSpan } from "../diagnostic.js";
import type { Span } from "../ir/ir.js";
import { fillIn, messages } from "../messages.js";
import { compilerHost, compilerOptions, hostFor, isFile } from "./host.js";
import { libFileName } from "./lib.js";
import { sharedChecker } from "./shared-checker.js";
import { describeTypeErrors } from "./type-errors.js";

export interface SourceProgram {
  readonly checker: ts.TypeChecker;
  /**
   * The checker serves one program after the other, and this one until the next is opened. What it says of a program
   * with a mistake may depend on those before.
   */
  readonly isShared: boolean;
  readonly entry: ts.SourceFile;
  /** The module and what it imports, apart from declarations. */
  readonly files: readonly ts.SourceFile[];
  /** TypeScript's own errors in the user's files, in file and line order. */
  readonly diagnostics: readonly Diagnostic[];
  /** The folder that paths in the object are relative to: the nearest one with a package.json. */
  readonly rootFolder: string;
  /** The text of a line, by the path that spans have and the line counted from 1. */
  readonly lineText: (file: string, line: number) => string;
}

/**
 * Reads and checks `file` and what it imports. `undefined` when the file itself cannot be read. With the checker of its
 * own, nothing takes part that an earlier compilation left behind; only there errors are found.
 */
export function openProgram(file: string, checkers: "shared" | "own" = "shared"): SourceProgram | undefined {
  const entryPath = resolve(file);
  const { host, declaresAll } = hostFor(entryPath);
  if (host.readFile(entryPath) === undefined) return undefined;
  const program = newProgram(entryPath, host);
  const checker = declaresAll && checkers === "shared" ? sharedChecker(program) : undefined;
  const known = checker && sourceProgram(entryPath, program, { checker, isShared: true }, []);
  if (known?.diagnostics.length === 0) return known;
  const checked = checkProgram(entryPath, program);
  // With an error, all helpers are declared: only then can TypeScript suggest the name that was meant.
  if (declaresAll || checked?.diagnostics.length === 0) return checked;
  return checkProgram(entryPath, newProgram(entryPath, compilerHost()));
}

function newProgram(entryPath: string, host: ts.CompilerHost): ts.Program {
  return ts.createProgram([libFileName, entryPath], compilerOptions, host);
}

function checkProgram(entryPath: string, program: ts.Program): SourceProgram | undefined {
  const files = userFiles(program);
  const syntax = files.flatMap((source) => program.getSyntacticDiagnostics(source));
  // Meaning is only looked at once the text parses: what follows a syntax error is mostly noise.
  const found =
    syntax.length > 0
      ? syntax
      : [...program.getOptionsDiagnostics(), ...files.flatMap((source) => program.getSemanticDiagnostics(source))];
  const own = { checker: program.getTypeChecker(), isShared: false };
  return sourceProgram(entryPath, program, own, describeTypeErrors(found, program, spanAt));
}

function userFiles(program: ts.Program): readonly ts.SourceFile[] {
  return program.getSourceFiles().filter((source) => !source.isDeclarationFile);
}

function sourceProgram(
  entryPath: string,
  program: ts.Program,
  checking: Pick<SourceProgram, "checker" | "isShared">,
  typeErrors: readonly Diagnostic[],
): SourceProgram | undefined {
  const entry = program.getSourceFile(entryPath);
  if (!entry) return undefined;
  const files = userFiles(program);
  const rootFolder = findRoot(dirname(entryPath));
  return {
    ...checking,
    entry,
    files,
    diagnostics: [...typeErrors, ...files.flatMap(silencingComments)],
    rootFolder,
    lineText: lineReader(program, rootFolder),
  };
}

/** Many instructions share a line, and all of them a few files: each is looked up and cut out once. */
function lineReader(program: ts.Program, rootFolder: string): SourceProgram["lineText"] {
  const files = new Map<string, { readonly source: ts.SourceFile | undefined; readonly lines: string[] }>();
  return (path, line) => {
    const file = files.get(path) ?? { source: program.getSourceFile(join(rootFolder, path)), lines: [] };
    files.set(path, file);
    return (file.lines[line] ??= lineOf(file.source, line));
  };
}

function lineOf(source: ts.SourceFile | undefined, line: number): string {
  if (!source) return "";
  const start = source.getLineStarts()[line - 1];
  return start === undefined ? "" : source.text.slice(start, source.getLineEndOfPosition(start)).trimEnd();
}

/** Where `node` stands, with its whole length on the first line. */
export function diagnosticSpan(node: ts.Node): DiagnosticSpan {
  const source = node.getSourceFile();
  return spanAt(source, node.getStart(source), node.getEnd());
}

/** What begins at a place that {@link sourceSpan} gave: the longest expression or name there. */
export function spanInSource(source: SourceProgram, span: Span): DiagnosticSpan | undefined {
  const file = fileOfSpan(source, span);
  if (!file) return undefined;
  const start = file.getPositionOfLineAndCharacter(span.line - 1, span.column - 1);
  const node = nodeInSource(source, span, (one) => !ts.isStatement(one) && !ts.isSourceFile(one));
  return spanAt(file, start, node?.getEnd() ?? start);
}

/** The longest node that begins at a place that {@link sourceSpan} gave, among those that are meant. */
export function nodeInSource(
  source: SourceProgram,
  span: Span,
  isMeant: (node: ts.Node) => boolean,
): ts.Node | undefined {
  const file = fileOfSpan(source, span);
  if (!file) return undefined;
  const start = file.getPositionOfLineAndCharacter(span.line - 1, span.column - 1);
  const find = (node: ts.Node): ts.Node | undefined => {
    if (node.getStart(file) === start && isMeant(node)) return node;
    return ts.forEachChild(node, (child) => (child.pos <= start && start < child.end ? find(child) : undefined));
  };
  return find(file);
}

function fileOfSpan(source: SourceProgram, span: Span): ts.SourceFile | undefined {
  return source.files.find((candidate) => candidate.fileName === join(source.rootFolder, span.file));
}

/** Where `node` begins, with a path that is the same in every checkout. */
export function sourceSpan(node: ts.Node, rootFolder: string): Span {
  const source = node.getSourceFile();
  const at = source.getLineAndCharacterOfPosition(node.getStart(source));
  return { file: pathInObject(source, rootFolder), line: at.line + 1, column: at.character + 1 };
}

const pathsInObjects = new WeakMap<ts.SourceFile, string>();

/** Sources are parsed anew for each compilation, so each is only ever in one root folder. */
function pathInObject(source: ts.SourceFile, rootFolder: string): string {
  const known = pathsInObjects.get(source);
  if (known !== undefined) return known;
  const path = relative(rootFolder, source.fileName).replaceAll("\\", "/");
  pathsInObjects.set(source, path);
  return path;
}

function spanAt(source: ts.SourceFile, start: number, end: number): DiagnosticSpan {
  const from = source.getLineAndCharacterOfPosition(start);
  const to = source.getLineAndCharacterOfPosition(end);
  const lineEnd = source.getLineEndOfPosition(start);
  return {
    file: source.fileName,
    line: from.line + 1,
    column: from.character + 1,
    length: Math.max(1, (from.line === to.line ? end : lineEnd) - start),
  };
}

/** That a program is safe rests on TypeScript's check: a comment that turns it off is an error of its own. */
function silencingComments(source: ts.SourceFile): readonly Diagnostic[] {
  const comments = source.text.matchAll(/^[^\n"'`]*?\/[/*]+\s*(@ts-(?:ignore|expect-error|nocheck)\b)/gm);
  return [...comments].map((match) => {
    const end = match.index + match[0].length;
    const { code, text, cure } = messages.unsupportedSyntax;
    const values = { what: String(match[1]), instead: "remove it, and what it hides" };
    return {
      code,
      severity: "error",
      message: fillIn(text, values),
      span: spanAt(source, end - values.what.length, end),
      notes: [fillIn(cure, values)],
    };
  });
}

function findRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (isFile(join(at, "package.json"))) return at;
    if (dirname(at) === at) return folder;
  }
}
