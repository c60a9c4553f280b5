// From a file to a checked TypeScript program: module resolution, our own small library, TypeScript's own errors.

import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ts } from "./typescript.js";
import type { Diagnostic, DiagnosticSpan } from "../diagnostic.js";
import type { Span } from "../ir/ir.js";
import { fillIn, messages } from "../messages.js";
import { libFileName, libText } from "./lib.js";

export interface SourceProgram {
  readonly checker: ts.TypeChecker;
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

/** The declarations of "tsbpf" that belong to this very compiler, wherever the program is. */
const languageEntry = fileURLToPath(new URL("../../index.d.ts", import.meta.url));
const languageFolder = `${dirname(languageEntry)}/`;

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  strict: true,
  exactOptionalPropertyTypes: false,
  noEmit: true,
  noLib: true,
  skipLibCheck: true,
  types: [],
};

/** Reads and checks `file` and what it imports. `undefined` when the file itself cannot be read. */
export function openProgram(file: string): SourceProgram | undefined {
  const entryPath = resolve(file);
  if (readText(entryPath) === undefined) return undefined;
  const program = ts.createProgram([libFileName, entryPath], options, compilerHost());
  const entry = program.getSourceFile(entryPath);
  if (!entry) return undefined;
  const files = program.getSourceFiles().filter((source) => !source.isDeclarationFile);
  const syntax = files.flatMap((source) => program.getSyntacticDiagnostics(source));
  // Meaning is only looked at once the text parses: what follows a syntax error is mostly noise.
  const found =
    syntax.length > 0
      ? syntax
      : [...program.getOptionsDiagnostics(), ...files.flatMap((source) => program.getSemanticDiagnostics(source))];
  const rootFolder = findRoot(dirname(entryPath));
  return {
    checker: program.getTypeChecker(),
    entry,
    files,
    diagnostics: [...found.map(fromTypeScript), ...files.flatMap(silencingComments)],
    rootFolder,
    lineText: (path, line) => lineOf(program.getSourceFile(join(rootFolder, path)), line),
  };
}

function lineOf(source: ts.SourceFile | undefined, line: number): string {
  if (!source) return "";
  const start = source.getLineStarts()[line - 1];
  return start === undefined ? "" : source.text.slice(start, source.getLineEndOfPosition(start)).trimEnd();
}

/** True for the declarations that "tsbpf" exports, as opposed to the user's. */
export function isLanguageFile(source: ts.SourceFile): boolean {
  return source.fileName.startsWith(languageFolder) || source.fileName === libFileName;
}

/** Where `node` stands, with its whole length on the first line. */
export function diagnosticSpan(node: ts.Node): DiagnosticSpan {
  const source = node.getSourceFile();
  return spanAt(source, node.getStart(source), node.getEnd());
}

/** Where `node` begins, with a path that is the same in every checkout. */
export function sourceSpan(node: ts.Node, rootFolder: string): Span {
  const source = node.getSourceFile();
  const at = source.getLineAndCharacterOfPosition(node.getStart(source));
  const file = relative(rootFolder, source.fileName).replaceAll("\\", "/");
  return { file, line: at.line + 1, column: at.character + 1 };
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

function fromTypeScript(diagnostic: ts.Diagnostic): Diagnostic {
  const { file, start } = diagnostic;
  return {
    code: `TS${diagnostic.code}`,
    severity: "error",
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
    span: file && start !== undefined ? spanAt(file, start, start + (diagnostic.length ?? 1)) : undefined,
    notes: [],
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

function compilerHost(): ts.CompilerHost {
  const texts = new Map<string, string | undefined>([[libFileName, libText]]);
  const text = (file: string): string | undefined => {
    if (!texts.has(file)) texts.set(file, readText(file));
    return texts.get(file);
  };
  const host: ts.CompilerHost = {
    getSourceFile(file, languageVersion) {
      const content = text(file);
      if (content === undefined) return undefined;
      // Doc comments are for editors: not parsing those of 211 helpers is a tenth of a compilation.
      const parsing = { languageVersion: asTarget(languageVersion), jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
      return ts.createSourceFile(file, content, parsing);
    },
    getDefaultLibFileName: () => libFileName,
    getCurrentDirectory: () => process.cwd(),
    getCanonicalFileName: (file) => file,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    writeFile: () => undefined,
    fileExists: (file) => texts.get(file) !== undefined || isFile(file),
    readFile: text,
    resolveModuleNameLiterals: (literals, containingFile) =>
      literals.map((literal) => ({ resolvedModule: resolveModule(literal.text, containingFile, host) })),
  };
  return host;
}

function asTarget(version: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.ScriptTarget {
  return typeof version === "object" ? version.languageVersion : version;
}

function resolveModule(name: string, from: string, host: ts.CompilerHost): ts.ResolvedModuleFull | undefined {
  if (name === "tsbpf") return { resolvedFileName: languageEntry, extension: ts.Extension.Dts };
  return ts.resolveModuleName(name, from, options, host).resolvedModule;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function findRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (isFile(join(at, "package.json"))) return at;
    if (dirname(at) === at) return folder;
  }
}
