// TypeScript's errors as a program's author needs them: what is a habit from JavaScript or C gets the language's own
// diagnostic with its cure, other messages lose what only helps elsewhere, and what follows from another error goes.

import { ts } from "./typescript.js";
import type { Diagnostic, DiagnosticSpan } from "../diagnostic.js";
import { fillIn, messages, type MessageName } from "../messages.js";
import { languageNames } from "./host.js";
import { callCure, importCure, nameCure, optionCure, schemaCure, type Finding } from "./name-cures.js";
import {
  assignmentCure,
  comparisonCure,
  constantCure,
  memberCure,
  missingCure,
  operatorCure,
  readOnlyCure,
} from "./type-cures.js";
import { adviceFor } from "./unsupported.js";

/** Where TypeScript's error is, and what can be asked about it. */
export interface Place {
  readonly checker: ts.TypeChecker;
  readonly node: ts.Node;
  /** TypeScript's message, without the chain of reasons behind it. */
  readonly message: string;
  /** The names that "tsbpf" exports. */
  readonly exports: readonly string[];
}

type Rule = (place: Place) => Finding | undefined;

function byCode(codes: readonly number[], rule: Rule): readonly (readonly [number, Rule])[] {
  return codes.map((code) => [code, rule] as const);
}

function construct(kind: ts.SyntaxKind): Rule {
  return () => ({ name: "unsupportedSyntax", values: adviceFor(kind) });
}

const K = ts.SyntaxKind;
const rules: ReadonlyMap<number, Rule> = new Map([
  ...byCode([2304, 2503, 2552, 2580, 2581, 2582, 2583, 2584, 2585, 2591, 2592, 2593, 2693], nameCure),
  ...byCode([2749], schemaCure),
  ...byCode([2305, 2307, 2724, 2732, 2792], importCure),
  ...byCode([2339, 2550, 2551, 2568], memberCure),
  ...byCode([2353, 2561], optionCure),
  ...byCode([2367], comparisonCure),
  ...byCode([2362, 2363, 2365], operatorCure),
  ...byCode([2322, 2345, 2559, 2741], assignmentCure),
  ...byCode([2554, 2555], callCure),
  ...byCode([2488, 2532, 18047, 18048, 2357], missingCure),
  ...byCode([2588], constantCure),
  ...byCode([2540], readOnlyCure),
  ...byCode([1308], construct(K.AwaitExpression)),
  ...byCode([1235], construct(K.ModuleDeclaration)),
  ...byCode([2790], construct(K.DeleteExpression)),
  ...byCode([17013], construct(K.MetaProperty)),
]);

/** What has no type, because what it is passed to or made from has an error. */
const consequences: ReadonlySet<number> = new Set([7005, 7006, 7022, 7031, 7034]);

/** The diagnostics in TypeScript's order. */
export function describeTypeErrors(
  found: readonly ts.Diagnostic[],
  program: ts.Program,
  spanOf: (source: ts.SourceFile, start: number, end: number) => DiagnosticSpan,
): readonly Diagnostic[] {
  if (found.length === 0) return [];
  const checker = program.getTypeChecker();
  const exports = languageNames(program);
  const causes = found.filter((diagnostic) => !followsFromAnother(diagnostic, found));
  return causes.map((diagnostic) => {
    const { file, start } = diagnostic;
    const chain = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    const message = (chain.split("\n")[0] ?? "").replace(/ Do you need to (?:change|install) .*$/, "");
    const span = file && start !== undefined ? spanOf(file, start, start + (diagnostic.length ?? 1)) : undefined;
    const node = file && start !== undefined ? nodeAt(file, start, start + (diagnostic.length ?? 1)) : undefined;
    const finding = node && rules.get(diagnostic.code)?.({ checker, node, message, exports });
    if (finding?.name) return ourOwn(finding.name, finding.values ?? {}, span);
    const { message: said = chain.replace(/ Do you need to (?:change|install) .*$/m, ""), notes = [] } = finding ?? {};
    return { code: `TS${diagnostic.code}`, severity: "error", message: said, span, notes };
  });
}

function ourOwn(name: MessageName, values: Readonly<Record<string, string>>, span: Diagnostic["span"]): Diagnostic {
  const { code, text, cure } = messages[name];
  return { code, severity: "error", message: fillIn(text, values), span, notes: [fillIn(cure, values)] };
}

/** The smallest node that covers the place, or the largest of several that cover the same. */
function nodeAt(source: ts.SourceFile, start: number, end: number): ts.Node {
  let found: ts.Node = source;
  const visit = (node: ts.Node): void => {
    const from = node.getStart(source);
    if (from > start || node.end < end) return;
    if (found === source || from !== found.getStart(source) || node.end !== found.end) found = node;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found;
}

function followsFromAnother(diagnostic: ts.Diagnostic, all: readonly ts.Diagnostic[]): boolean {
  const { file, start } = diagnostic;
  // Types of a library that is not there: whatever needs them has its own error.
  if (!file || start === undefined) return diagnostic.code === 2318 && all.length > 1;
  if (!consequences.has(diagnostic.code)) return false;
  const node = nodeAt(file, start, start + (diagnostic.length ?? 1));
  const whole = ts.findAncestor(node, (above) => ts.isCallExpression(above) || ts.isVariableDeclaration(above));
  if (!whole) return false;
  return all.some(
    (other) =>
      other.file === file &&
      !consequences.has(other.code) &&
      other.start !== undefined &&
      other.start >= whole.getStart() &&
      other.start < whole.end,
  );
}
