// What may not be written, and what to write instead.

import ts from "typescript";
import { type Fault, isCase, isTest, lineOf, nodes, type SourceFile } from "./source.js";

interface TextBan {
  readonly pattern: RegExp;
  readonly message: string;
  /** Files the ban does not bind. */
  readonly except?: (path: string) => boolean;
}

// Written so that this file does not break the rules it states.
const textBans: readonly TextBan[] = [
  { pattern: /\b(?:FIX)ME\b|\b(?:TO)DO\b|\bX{3}\b/, message: "leftover note: do it, or open an issue" },
  { pattern: /@ts-(?:ignore|nocheck)\b/, message: "use @ts-expect-error with a reason" },
  { pattern: /(?:oxlint|eslint)-disable(?!-next-line)/, message: "disable a rule for one line only, with a reason" },
  {
    pattern: /(?<![\w.*])\/(?:home|root|Users|work|opt)\/[\w.-]/,
    message: "a path of one machine: make it relative",
    // The virtual machine's own folders, and the rule's own tests.
    except: (path) => path.startsWith("test/kernels/") || path.startsWith("test/tidy"),
  },
  { pattern: /https?:\/\/[\w.-]*(?:registry|npmjs|yarnpkg|artifactory|verdaccio)/i, message: "name no registry" },
  { pattern: /"resolved": "[a-z+]+:/, message: "names a registry: .npmrc has omit-lockfile-registry-resolved" },
];

const extensions = [".ts", ".json", ".md", ".sh", ".c", ".h", ".ir", ".txt", ".log", ".o", ".mjs"];
const nakedNames = ["LICENSE", ".gitignore", ".npmrc", ".ci/run"];

export function textRule(file: SourceFile): readonly Fault[] {
  return file.lines.flatMap((text, index) =>
    textBans
      .filter(({ pattern, except }) => !except?.(file.path) && pattern.test(text))
      .map(({ message }) => ({ path: file.path, line: index + 1, message })),
  );
}

export function extensionRule(file: SourceFile): readonly Fault[] {
  const known = nakedNames.includes(file.path) || extensions.some((extension) => file.path.endsWith(extension));
  return known ? [] : [{ path: file.path, line: 0, message: "a kind of file the repository has no place for" }];
}

export function headerRule(file: SourceFile): readonly Fault[] {
  const firstLine = file.lines.find((line) => !line.startsWith("#!")) ?? "";
  // What a test is about, its name says: foo.test.ts stands beside foo.ts.
  if (!file.tree || isCase(file.path) || file.path.endsWith(".test.ts")) return [];
  if (/^\/\/ \S|^\/\*\*? ?\S?/.test(firstLine)) return [];
  return [{ path: file.path, line: 1, message: "opens without a comment: say what the file does" }];
}

/** `any`, `!`, default exports, console and DataView, found in the syntax and not in comments or strings. */
export function syntaxRule(file: SourceFile): readonly Fault[] {
  const { tree } = file;
  if (!tree || isCase(file.path)) return [];
  const faults: Fault[] = [];
  for (const node of nodes(tree)) {
    const message = syntaxFault(node, file.path);
    if (message !== undefined) faults.push({ path: file.path, line: lineOf(tree, node), message });
  }
  return faults;
}

function syntaxFault(node: ts.Node, path: string): string | undefined {
  if (node.kind === ts.SyntaxKind.AnyKeyword) return "any is banned: use unknown and narrow it";
  if (node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent))
    return "no default exports: name it";
  if (ts.isExportAssignment(node)) return "no default exports: name it";
  if (isTest(path)) return undefined;
  if (ts.isNonNullExpression(node)) return "! is banned: narrow it, or assert with a message";
  if (!ts.isIdentifier(node) || (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node))
    return undefined;
  if (node.text === "DataView" && path !== "packages/tsbpf/src/util/bytes.ts") return "use ByteReader or ByteWriter";
  const printing = path.startsWith("packages/tsbpf/src/cli/") || path.startsWith("packages/rawtp-sched/src/");
  if (node.text === "console" && !printing && !path.includes("/lang/")) return "only the command lines print";
  return undefined;
}

/** Newest version first; each a heading with version and date (or "unreleased"), and a list of changes. */
export function changelogFaults(text: string): readonly string[] {
  const lines = text.split("\n");
  const faults = lines[0] === "# Changelog" ? [] : ['line 1 is not "# Changelog"'];
  const headings = lines.filter((line) => line.startsWith("## "));
  if (headings.length === 0) faults.push("has no version");
  for (const heading of headings) {
    if (!/^## \d+\.\d+\.\d+ \((?:unreleased|\d{4}-\d\d-\d\d)\)$/.test(heading))
      faults.push(`wrong heading: ${heading}`);
  }
  const versions = headings.map((heading) => heading.split(" ")[1] ?? "");
  const newestFirst = versions.toSorted((a, b) => b.localeCompare(a, "en", { numeric: true }));
  if (versions.join() !== newestFirst.join()) faults.push("the newest version does not come first");
  for (const section of text.split(/^## /m).slice(1)) {
    if (!/^- \S/m.test(section)) faults.push(`version ${section.split(" ")[0]} lists no change`);
  }
  return faults;
}
