// Which layer of packages/tsbpf/src may import which. The table is the architecture's; a new folder has no layer
// until it stands here.

import { posix } from "node:path";
import ts from "typescript";
import { type Fault, isCase, isTest, lineOf, nodes, type SourceFile } from "./source.js";

interface Import {
  readonly from: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

const tsbpfSource = "packages/tsbpf/src/";
const data = ["util", "bpf", "btf", "object"];

/** Layer: the layers below it that it may import. `type:` stands before a layer of which only types may be taken. */
const layers: Readonly<Record<string, readonly string[]>> = {
  util: [],
  bpf: ["util"],
  btf: ["util", "bpf"],
  object: ["util", "bpf", "btf"],
  lang: ["util", "bpf"],
  index: ["lang", "bpf"],
  testing: ["lang", ...data, "vm", "compiler", "compiler/messages", "loader", "type:sys"],
  sys: ["util", "bpf"],
  vm: data,
  "compiler/messages": data,
  "compiler/ir": [...data, "compiler/messages"],
  "compiler/passes": [...data, "compiler/messages", "compiler/ir"],
  "compiler/codegen": [...data, "compiler/messages", "compiler/ir", "compiler/passes"],
  "compiler/frontend": [...data, "compiler/messages", "compiler/ir"],
  compiler: [...data, "compiler/messages", "compiler/ir", "compiler/passes", "compiler/codegen", "compiler/frontend"],
  loader: [...data, "sys", "type:lang"],
  // Tests only: they look into everything.
  proof: [...data, "compiler"],
  cli: [...data, "sys", "vm", "compiler", "compiler/messages", "loader"],
};

/** Files of compiler/ that stand below its folders: diagnostics are used by all of them. */
const compilerBase = ["compiler/diagnostic.ts", "compiler/messages.ts"];

/** Packages that only some files may import. */
const doors: readonly { readonly name: string; readonly allowed: RegExp; readonly cure: string }[] = [
  // `tsbpf doctor` only tries whether koffi can be loaded.
  {
    name: "koffi",
    allowed: /^packages\/tsbpf\/src\/(?:sys\/linux|cli\/doctor-source)\.ts$/,
    cure: "use the Kernel interface (sys/kernel.ts)",
  },
  { name: "typescript", allowed: /^packages\/tsbpf\/src\/compiler\/frontend\//, cure: "keep it in compiler/frontend" },
];

const publicEntries = ["tsbpf", "tsbpf/compiler", "tsbpf/loader", "tsbpf/testing"];

export function importRule(file: SourceFile): readonly Fault[] {
  if (!file.path.startsWith("packages/") || isTest(file.path) || isCase(file.path) || !file.tree) return [];
  const at = (line: number, message: string): Fault => ({ path: file.path, line, message });
  return importsOf(file.tree).flatMap((found) => {
    const message = found.from.startsWith(".") ? relativeFault(file.path, found) : packageFault(file.path, found);
    return message === undefined ? [] : [at(found.line, message)];
  });
}

function relativeFault(path: string, { from, typeOnly }: Import): string | undefined {
  const target = posix.join(posix.dirname(path), from).replace(/\.js$/, ".ts");
  if (!path.startsWith(tsbpfSource)) {
    const home = path.split("/").slice(0, 2).join("/");
    return target.startsWith(`${home}/`) ? undefined : `imports ${target}: another package has public entries for that`;
  }
  if (!target.startsWith(tsbpfSource)) return undefined;
  const [own, other] = [layerOf(path), layerOf(target)];
  if (own === undefined) return "has no layer: add its folder to test/tidy/layers.ts";
  if (own !== "cli" && target.endsWith("/index.ts"))
    return `imports ${target}: name the file itself, not the public entry`;
  if (own === other || other === undefined) return undefined;
  const allowed = layers[own] ?? [];
  if (allowed.includes(other) || (typeOnly && allowed.includes(`type:${other}`))) return undefined;
  return `layer ${own} imports layer ${other}: imports point down (${allowed.join(", ") || "it imports none"})`;
}

function packageFault(path: string, { from, typeOnly }: Import): string | undefined {
  if (from.startsWith("node:")) return undefined;
  if (path.startsWith("packages/rawtp-sched/")) {
    return publicEntries.includes(from)
      ? undefined
      : `imports "${from}": the tracer uses only ${publicEntries.join(", ")}`;
  }
  const door = doors.find(({ name }) => name === from);
  if (!door) return `imports "${from}": no dependency but ${doors.map(({ name }) => name).join(" and ")}`;
  const typesForCompile = from === "typescript" && typeOnly && path === `${tsbpfSource}compiler/compile.ts`;
  return door.allowed.test(path) || typesForCompile ? undefined : `imports "${from}": ${door.cure}`;
}

function layerOf(path: string): string | undefined {
  const inside = path.slice(tsbpfSource.length);
  if (inside === "index.ts" || inside === "testing.ts") return inside.slice(0, -".ts".length);
  if (compilerBase.includes(inside)) return "compiler/messages";
  const folder = posix.dirname(inside);
  return [folder, folder.split("/").slice(0, 2).join("/"), folder.split("/")[0] ?? ""].find((name) => name in layers);
}

/** Every import and re-export, and import("…") as an expression or a type. */
function importsOf(tree: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier && ts.isStringLiteral(specifier))
      found.push({ from: specifier.text, line: lineOf(tree, node), typeOnly });
  };
  for (const node of nodes(tree)) {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, true);
  }
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  return (
    !clause.name && names !== undefined && ts.isNamedImports(names) && names.elements.every((name) => name.isTypeOnly)
  );
}
