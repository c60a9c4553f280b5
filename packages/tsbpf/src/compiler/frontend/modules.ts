// The top level of the user's modules: what stands there must mean something in the kernel, and the programs that the
// entry exports are what is compiled.

import { ts } from "./typescript.js";
import { report, type Compilation } from "./lowering.js";
import type { Static } from "./operands.js";
import { staticOf } from "./statics.js";
import { unsupported } from "./unsupported.js";

/** Looks at every top-level statement of the modules that the entry needs, and collects its exported programs. */
export function collectModule(c: Compilation): void {
  const exported = new Set<ts.Symbol>();
  for (const symbol of exportsOf(c, c.source.entry)) {
    const origin = originOf(c, symbol);
    exported.add(origin);
    if (origin.flags & ts.SymbolFlags.Value) collectExport(c, symbol, staticOf(c, origin));
  }
  for (const file of neededFiles(c)) {
    for (const statement of file.statements) checkTopLevel(c, statement, exported);
  }
  if (c.programs.length === 0 && c.diagnostics.length === 0) report(c, c.source.entry, "noPrograms");
}

export function exportsOf(c: Compilation, file: ts.SourceFile): readonly ts.Symbol[] {
  const module = c.checker.getSymbolAtLocation(file);
  return module ? c.checker.getExportsOfModule(module) : [];
}

/** What an export stands for, wherever it is declared. */
export function originOf(c: Compilation, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? c.checker.getAliasedSymbol(symbol) : symbol;
}

/** The object's symbol is the name of the `const`, and the user half looks for the exported name: they are one. */
function collectExport(c: Compilation, symbol: ts.Symbol, value: Static | undefined): void {
  const name = value ? nameInObject(value) : undefined;
  const [specifier] = symbol.declarations ?? [];
  if (name !== undefined && name !== symbol.name && specifier) {
    const things = { map: "a map", program: "a program", data: "a variable", function: "a global function" };
    const what = `Exporting ${things[value?.kind as keyof typeof things]} under another name`;
    report(c, specifier, "unsupportedSyntax", { what, instead: `export it as '${name}'` });
  }
  if (value?.kind === "program" && !c.programs.includes(value.program)) c.programs.push(value.program);
}

/** The name of the symbol that it has in the object, if it has one. */
function nameInObject(value: Static): string | undefined {
  if (value.kind === "program") return value.program.name;
  if (value.kind === "map") return value.map.name;
  if (value.kind === "function") return value.isGlobal ? value.name : undefined;
  return value.kind === "data" ? value.data.name : undefined;
}

/** The entry and the modules whose values it imports, directly or not. Modules of types alone never run. */
function neededFiles(c: Compilation): readonly ts.SourceFile[] {
  const found = new Set([c.source.entry]);
  for (const file of found) {
    for (const statement of file.statements) {
      const specifier = valueImport(c, statement);
      const module = specifier && c.checker.getSymbolAtLocation(specifier)?.valueDeclaration;
      if (module && ts.isSourceFile(module) && c.source.files.includes(module)) found.add(module);
    }
  }
  return [...found];
}

function valueImport(c: Compilation, statement: ts.Statement): ts.Expression | undefined {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly ? undefined : statement.moduleSpecifier;
  if (!ts.isImportDeclaration(statement)) return undefined;
  const { importClause } = statement;
  if (!importClause) return statement.moduleSpecifier;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return undefined;
  const bindings = importClause.namedBindings;
  const names = bindings && ts.isNamedImports(bindings) ? bindings.elements.map((element) => element.name) : undefined;
  const isValue = (name: ts.Node): boolean => {
    const symbol = c.checker.getSymbolAtLocation(name);
    return symbol !== undefined && (c.checker.getAliasedSymbol(symbol).flags & ts.SymbolFlags.Value) !== 0;
  };
  return !names || importClause.name || names.some(isValue) ? statement.moduleSpecifier : undefined;
}

const declarations: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.FunctionDeclaration,
  ts.SyntaxKind.InterfaceDeclaration,
  ts.SyntaxKind.TypeAliasDeclaration,
  ts.SyntaxKind.EmptyStatement,
]);

/** What is outside the language wherever it stands. */
const foreign: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ClassDeclaration,
  ts.SyntaxKind.EnumDeclaration,
  ts.SyntaxKind.ModuleDeclaration,
  ts.SyntaxKind.ExportAssignment,
  ts.SyntaxKind.ImportEqualsDeclaration,
  ts.SyntaxKind.NamespaceExportDeclaration,
]);

/** TypeScript's bundler mode takes a module without a default export as one; nothing that runs here has any. */
function checkImport(
  c: Compilation,
  name: ts.Identifier | undefined,
  attributes: ts.ImportAttributes | undefined,
): void {
  if (name) {
    const instead = "name what is imported: `import { … } from …`, or `import * as " + name.text + " from …`";
    report(c, name, "unsupportedSyntax", { what: "A default import", instead });
  }
  if (attributes) {
    report(c, attributes, "unsupportedSyntax", { what: "An import attribute", instead: "a module is TypeScript" });
  }
}

function checkTopLevel(c: Compilation, statement: ts.Statement, exported: ReadonlySet<ts.Symbol>): void {
  const isDefault = (modifier: ts.ModifierLike): boolean => modifier.kind === ts.SyntaxKind.DefaultKeyword;
  if (ts.isVariableStatement(statement)) {
    for (const declaration of statement.declarationList.declarations) checkDeclaration(c, declaration, exported);
  } else if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) {
    checkImport(c, ts.isImportDeclaration(statement) ? statement.importClause?.name : undefined, statement.attributes);
  } else if (foreign.has(statement.kind)) {
    unsupported(c, statement);
  } else if (!declarations.has(statement.kind)) {
    report(c, statement, "moduleStatement", { what: "A statement" });
  } else if (ts.isFunctionDeclaration(statement) && statement.modifiers?.some(isDefault)) {
    report(c, statement, "unsupportedSyntax", {
      what: "A default export",
      instead: "give it a name: `export function …`",
    });
  }
}

function checkDeclaration(c: Compilation, declaration: ts.VariableDeclaration, exported: ReadonlySet<ts.Symbol>): void {
  const symbol = ts.isIdentifier(declaration.name) ? c.checker.getSymbolAtLocation(declaration.name) : undefined;
  if (!symbol) {
    const what = "Destructuring at the top of a module";
    report(c, declaration.name, "unsupportedSyntax", { what, instead: "name each constant by itself" });
    return;
  }
  const value = staticOf(c, symbol);
  const isHere = declaration.getSourceFile() === c.source.entry;
  if (value?.kind === "program" && isHere && !exported.has(symbol)) {
    report(c, declaration.name, "notExported", { name: symbol.name });
  }
}
