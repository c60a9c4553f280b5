// Where the checker's files come from: the user's modules, our small library, and the declarations of "tsbpf" that
// belong to this very compiler, wherever the program is.

import { readFileSync, statSync } from "node:fs";
import { languageFile, languageText, wordsOf } from "./language.js";
import { libFileName, libText } from "./lib.js";
import { ts } from "./typescript.js";

export const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  resolveJsonModule: false,
  strict: true,
  exactOptionalPropertyTypes: false,
  noEmit: true,
  noLib: true,
  skipLibCheck: true,
  types: [],
};

const languageModule = "tsbpf";

/** True for what "tsbpf" and the library declare, as opposed to the user's files. */
export function isLanguageFile(source: ts.SourceFile): boolean {
  return source.fileName === languageFile || source.fileName === libFileName;
}

/** The values that "tsbpf" exports, by name, as far as they are declared here. */
export function languageNames(program: ts.Program): readonly string[] {
  const source = program.getSourceFile(languageFile);
  const checker = program.getTypeChecker();
  const module = source && checker.getSymbolAtLocation(source);
  const isValue = (symbol: ts.Symbol): boolean =>
    ((symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol).flags & ts.SymbolFlags.Value) !==
    0;
  const names = module ? checker.getExportsOfModule(module).filter(isValue) : [];
  return names.map(({ name }) => name);
}

/** Whether this process has compiled before. */
let isWarm = false;

/**
 * At first a host that declares only what the module, or what it imports, mentions. The texts are searched, not parsed:
 * to parse and to bind all of the language would take a third of a compilation. A process that compiles again does it
 * once, and then has it all.
 */
export function hostFor(entryPath: string): { readonly host: ts.CompilerHost; readonly declaresAll: boolean } {
  if (isWarm) return { host: compilerHost(), declaresAll: true };
  isWarm = true;
  const words = new Set<string>();
  const seen = new Set([entryPath]);
  const host = compilerHost(words);
  for (const file of seen) {
    const text = host.readFile(file) ?? "";
    for (const word of wordsOf(text)) words.add(word);
    for (const [, name = ""] of text.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g)) {
      const resolved = name === languageModule ? undefined : resolveModule(name, file, host)?.resolvedFileName;
      if (resolved !== undefined) seen.add(resolved);
    }
  }
  return { host, declaresAll: false };
}

/** The checker's file system. With `words`, only what is among them is declared; it may still grow at first. */
export function compilerHost(words?: ReadonlySet<string>): ts.CompilerHost {
  const texts = new Map<string, string | undefined>([[libFileName, libText]]);
  const text = (file: string): string | undefined => {
    if (!texts.has(file)) texts.set(file, file === languageFile ? languageText(words) : readText(file));
    return texts.get(file);
  };
  const host: ts.CompilerHost = {
    getSourceFile(file) {
      const content = text(file);
      if (content === undefined) return undefined;
      const isLanguage = file === languageFile || file === libFileName;
      return isLanguage ? languageSource(file, content) : parse(file, content);
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

/** The language's declarations stay parsed and bound between the compilations of one process. */
const languageSources = new Map<string, ts.SourceFile>();

function languageSource(file: string, content: string): ts.SourceFile {
  const known = languageSources.get(file);
  if (known?.text === content) return known;
  const source = parse(file, content);
  languageSources.set(file, source);
  return source;
}

/** Without doc comments, which are for editors. */
function parse(file: string, content: string): ts.SourceFile {
  const languageVersion = compilerOptions.target ?? ts.ScriptTarget.ESNext;
  return ts.createSourceFile(file, content, { languageVersion, jsDocParsingMode: ts.JSDocParsingMode.ParseNone });
}

function resolveModule(name: string, from: string, host: ts.CompilerHost): ts.ResolvedModuleFull | undefined {
  if (name === languageModule) return { resolvedFileName: languageFile, extension: ts.Extension.Dts };
  return ts.resolveModuleName(name, from, compilerOptions, host).resolvedModule;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

export function isFile(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false; // A part of the path is no folder, or may not be entered.
  }
}
