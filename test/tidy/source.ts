// The repository's files as the house rules see them: path, text, and for TypeScript its syntax tree.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export interface SourceFile {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** Undefined for what is not TypeScript. */
  readonly tree: ts.SourceFile | undefined;
}

export interface Fault {
  readonly path: string;
  /** Counts from 1; 0 when it is about the whole file. */
  readonly line: number;
  /** What is wrong, and what to do instead. */
  readonly message: string;
}

export type Rule = (file: SourceFile) => readonly Fault[];

export function sourceFile(path: string, text: string): SourceFile {
  const isTypeScript = /\.m?ts$/.test(path);
  const tree = isTypeScript ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) : undefined;
  return { path, text, lines: text.replace(/\n$/, "").split("\n"), tree };
}

/** Every file that belongs to the repository; untracked ones too, unless they are ignored. */
export function repositoryFiles(root: string): readonly SourceFile[] {
  return paths(root)
    .filter((path) => existsSync(join(root, path)))
    .map((path) => sourceFile(path, readFileSync(join(root, path), "utf8")));
}

function paths(root: string): readonly string[] {
  try {
    const options = ["-c", `safe.directory=${root.replace(/\/$/, "")}`];
    const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const output = execFileSync("git", [...options, ...list], { cwd: root, encoding: "utf8", stdio: "pipe" });
    return output.split("\0").filter((path) => path !== "");
  } catch {
    return walk(root, "");
  }
}

/** Without git, as in an unpacked archive: all but what is made. */
function walk(root: string, folder: string): string[] {
  const made = new Set(["node_modules", "dist", "build", ".git"]);
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return made.has(entry.name) ? [] : walk(root, path);
    return entry.name.endsWith(".tsbuildinfo") ? [] : [path];
  });
}

export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

export function* nodes(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) yield* nodes(child);
}

/** Tests and what only tests use: some rules of the product do not bind them. */
export function isTest(path: string): boolean {
  return (
    /\.test\.(?:\w+\.)?ts$/.test(path) ||
    path.startsWith("test/") ||
    path.startsWith("bench/") ||
    path.includes("/testing/")
  );
}

/** Data for the compiler's tests: programs that are wrong on purpose among them. */
export function isCase(path: string): boolean {
  return path.includes("/cases/") || path.includes("/golden/") || path.includes("/fixtures/");
}
