// One checker for the compilations of a process. TypeScript makes a new one for every program, which works out the
// types of the language's declarations again: about half of the time that checking an ordinary module takes. The kept
// one is only asked whether a module is free of errors and what its types are; what the errors are is told by a checker
// of the program's own, which knows nothing of modules that were compiled before.

import { compilerOptions, isLanguageFile } from "./host.js";
import { ts } from "./typescript.js";

/** What the `typescript` module has, but does not declare. */
interface Undeclared {
  createTypeChecker?: (host: ts.Program) => UndeclaredChecker;
  /** Does nothing for a file that is bound already. */
  bindSourceFile?: (file: ts.SourceFile, options: ts.CompilerOptions) => void;
}

interface UndeclaredChecker extends ts.TypeChecker {
  getDiagnostics(file: ts.SourceFile): readonly ts.Diagnostic[];
}

interface Bound extends ts.SourceFile {
  readonly bindDiagnostics?: readonly ts.Diagnostic[];
}

interface Shared {
  readonly checker: UndeclaredChecker;
  /** What the checker takes for its program. */
  current: ts.Program;
  /** How much source it has seen, in characters. */
  seen: number;
}

/** The checker keeps the syntax trees of all that it has seen: after so many characters it gives way to a new one. */
const seenMax = 250_000;

let shared: Shared | undefined;

/** A checker that has checked all files of the program; undefined when there is an error, or when it is no use here. */
export function sharedChecker(program: ts.Program): ts.TypeChecker | undefined {
  const { bindSourceFile } = ts as Undeclared;
  const own = program.getSourceFiles().filter((file) => !isLanguageFile(file));
  if (!bindSourceFile || !own.every(isPlainModule)) return undefined;
  const kept = sharedFor(program);
  // One that finds an error remembers it by the name of the file, and one that fails is left halfway.
  shared = undefined;
  if (!kept) return undefined;
  const { checker } = kept;
  kept.seen += own.reduce((sum, file) => sum + file.text.length, 0);
  const isFine = (file: Bound): boolean => {
    if (program.getSyntacticDiagnostics(file).length > 0) return false;
    return checker.getDiagnostics(file).length === 0 && file.bindDiagnostics?.length === 0;
  };
  for (const file of program.getSourceFiles()) bindSourceFile(file, compilerOptions);
  if (!own.every((file) => file.isDeclarationFile || isFine(file))) return undefined;
  shared = kept;
  return checker;
}

function sharedFor(program: ts.Program): Shared | undefined {
  if (shared && shared.seen < seenMax) {
    shared.current = program;
    return shared;
  }
  const { createTypeChecker } = ts as Undeclared;
  if (!createTypeChecker) return undefined;
  const slot = { current: program };
  const host = new Proxy(program, { get: (_, name) => Reflect.get(slot.current, name) as unknown });
  return Object.assign(slot, { checker: createTypeChecker(host), seen: 0 });
}

/** It changes nothing outside itself: a checker looks at what is global only once, when it is made. */
function isPlainModule(file: ts.SourceFile): boolean {
  const references = [file.referencedFiles, file.typeReferenceDirectives, file.libReferenceDirectives];
  if (!ts.isExternalModule(file) || references.some((list) => list.length > 0)) return false;
  const isGlobal = (statement: ts.Statement): boolean =>
    ts.isModuleDeclaration(statement) || ts.isNamespaceExportDeclaration(statement);
  return !file.statements.some(isGlobal);
}
