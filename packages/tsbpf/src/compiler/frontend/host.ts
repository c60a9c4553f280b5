// Where the checker's files come from: the user's modules, our small library, and the declarations of "tsbpf" that
// belong to this very compiler, wherever the program is.

import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { libFileName, libText } from "./lib.js";
import { ts } from "./typescript.js";

export const compilerOptions: ts.CompilerOptions = {
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

const languageEntry = declarationsOfLanguage();
const languageFolder = `${dirname(languageEntry)}/`;
const helperDeclarations = `${languageFolder}lang/helpers.d.ts`;

function declarationsOfLanguage(): string {
  // Two folders down as a module of its own, one folder down as part of the bundle.
  const [own = "", bundled = ""] = ["../../index.d.ts", "../index.d.ts"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return isFile(own) ? own : bundled;
}

/** True for the declarations that "tsbpf" exports, as opposed to the user's. */
export function isLanguageFile(source: ts.SourceFile): boolean {
  return source.fileName.startsWith(languageFolder) || source.fileName === libFileName;
}

/** The values that "tsbpf" exports, by name, as far as they are declared here. */
export function languageNames(program: ts.Program): readonly string[] {
  const source = program.getSourceFile(languageEntry);
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
 * At first a host that declares only helpers which the module, or what it imports, mentions. The texts are searched,
 * not parsed: parsing and binding the declarations of all 211 helpers takes a fifth of a compilation. A process that
 * compiles again does it once, and then has them all.
 */
export function hostFor(entryPath: string): { readonly host: ts.CompilerHost; readonly declaresAll: boolean } {
  if (isWarm) return { host: compilerHost(), declaresAll: true };
  isWarm = true;
  const names = new Set<string>();
  const seen = new Set([entryPath]);
  const host = compilerHost(names);
  for (const file of seen) {
    const text = host.readFile(file) ?? "";
    for (const [name] of text.matchAll(/\bbpf[A-Z]\w*/g)) names.add(name);
    for (const [, name = ""] of text.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g)) {
      const resolved = resolveModule(name, file, host)?.resolvedFileName;
      if (resolved !== undefined && resolved !== languageEntry) seen.add(resolved);
    }
  }
  return { host, declaresAll: false };
}

/** The checker's file system. With `helpers`, only those helpers are declared. */
export function compilerHost(helpers?: ReadonlySet<string>): ts.CompilerHost {
  const texts = new Map<string, string | undefined>([[libFileName, libText]]);
  const text = (file: string): string | undefined => {
    if (!texts.has(file)) texts.set(file, fileText(file, helpers));
    return texts.get(file);
  };
  const host: ts.CompilerHost = {
    getSourceFile(file) {
      const content = text(file);
      if (content === undefined) return undefined;
      const isLanguage = file.startsWith(languageFolder) || file === libFileName;
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

/** The language's own declarations stay parsed and bound between the compilations of one process. */
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

function fileText(file: string, helpers: ReadonlySet<string> | undefined): string | undefined {
  const text = readText(file);
  if (!helpers || file !== helperDeclarations || text === undefined) return text;
  const [head = "", ...declarations] = text.split(/^(?=\/\*\*)/m);
  const wanted = declarations.filter((declaration) => {
    const name = /^export declare function (\w+)/m.exec(declaration)?.[1];
    return name === undefined || helpers.has(name);
  });
  return head + wanted.join("");
}

function resolveModule(name: string, from: string, host: ts.CompilerHost): ts.ResolvedModuleFull | undefined {
  if (name === "tsbpf") return { resolvedFileName: languageEntry, extension: ts.Extension.Dts };
  return ts.resolveModuleName(name, from, compilerOptions, host).resolvedModule;
}

/** The language's own declarations do not change while the process runs. */
const languageTexts = new Map<string, string>();

function readText(file: string): string | undefined {
  const known = languageTexts.get(file);
  if (known !== undefined) return known;
  try {
    const text = readFileSync(file, "utf8");
    if (file.startsWith(languageFolder)) languageTexts.set(file, text);
    return text;
  } catch {
    return undefined;
  }
}

export function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
