// A random program as a tree whose leaves are its text, so that it can be cut down and printed again: an expression
// gives way to a literal or to a part of itself, a statement goes, a block stands in for the statement around it.

/** What a value is in TypeScript: a sized integer, an exact integer without a size, or a truth value. */
export type ValueType = "u8" | "u16" | "u32" | "i8" | "i16" | "i32" | "number" | "u64" | "i64" | "bool";

export interface TreeNode {
  readonly role: "expression" | "statement" | "list";
  /** Of an expression: what it gives. */
  readonly type?: ValueType;
  /** Text, and the nodes between the texts. A list's parts are all nodes. */
  readonly parts: readonly (string | TreeNode)[];
}

/** One module: its declarations, then its exported programs. Both are lists of statements. */
export interface RandomModule {
  /** The oldest kernel that it is for. */
  readonly kernel: string;
  readonly declarations: TreeNode;
  readonly programs: TreeNode;
}

export function printTree(node: TreeNode | string): string {
  if (typeof node === "string") return node;
  return node.parts.map(printTree).join(node.role === "list" ? "\n" : "");
}

export function printModule(module: RandomModule): string {
  const body = `${printTree(module.declarations)}\n${printTree(module.programs)}\n`;
  const names = languageNames.filter((name) => new RegExp(`(?<![.\\w])${name.replace("type ", "")}\\b`).test(body));
  const levels = newAtomics.test(body) ? "// cpu: v3 v4\n" : "";
  const kernel = module.kernel === "5.10" ? "" : `// kernel: ${module.kernel}\n`;
  return `${levels}${kernel}import { ${names.join(", ")} } from "tsbpf";\n${body}`;
}

/** What the levels v1 and v2 do not have. */
const newAtomics = /\.(?:and|or|xor|fetch\w+|exchange|compareExchange)\(/;

/** What a random module may import. */
const languageNames = [
  "array",
  "arrayMap",
  "bool",
  "bpfLoop",
  "bswap16",
  "bswap32",
  "bswap64",
  "bytes",
  "chars",
  "constant",
  "global",
  "globalFunction",
  "hashMap",
  "htonl",
  "htons",
  "i16",
  "i32",
  "i64",
  "i8",
  "lruHashMap",
  "ntohl",
  "ntohs",
  "perCpuArray",
  "perCpuHashMap",
  "queue",
  "range",
  "rawTracepoint",
  "ref",
  "stack",
  "struct",
  "u16",
  "u32",
  "u64",
  "u8",
  "type Value",
  "type Ptr",
  "type Chars",
  "type FixedArray",
  "type BitField",
];

const literals: Readonly<Record<ValueType, readonly string[]>> = {
  u8: ["u8(0)", "u8(1)"],
  u16: ["u16(0)", "u16(1)"],
  u32: ["u32(0)", "u32(1)"],
  i8: ["i8(0)", "i8(1)"],
  i16: ["i16(0)", "i16(1)"],
  i32: ["i32(0)", "i32(1)"],
  number: ["0", "1"],
  u64: ["u64(0)", "u64(1)"],
  i64: ["i64(0)", "i64(1)"],
  bool: ["bool(false)", "bool(true)"],
};

/** Every module that is one step smaller, the boldest steps first. */
export function* smallerModules(module: RandomModule): Generator<RandomModule> {
  for (const programs of smaller(module.programs)) yield { ...module, programs };
  for (const declarations of smaller(module.declarations)) yield { ...module, declarations };
}

function* smaller(node: TreeNode): Generator<TreeNode> {
  if (node.role === "expression") {
    for (const part of descendants(node)) if (part.type === node.type) yield part;
    for (const literal of literals[node.type ?? "number"]) if (printTree(node) !== literal) yield leaf(node, literal);
  }
  if (node.role === "statement") {
    for (const part of node.parts) if (typeof part !== "string" && part.role === "list") yield part;
  }
  if (node.role === "list") {
    for (let size = node.parts.length; size >= 1; size = Math.floor(size / 2)) {
      for (let start = 0; start < node.parts.length; start += size) {
        yield { ...node, parts: [...node.parts.slice(0, start), ...node.parts.slice(start + size)] };
      }
    }
  }
  for (const [index, part] of node.parts.entries()) {
    if (typeof part === "string") continue;
    for (const changed of smaller(part)) yield { ...node, parts: node.parts.with(index, changed) };
  }
}

function leaf(node: TreeNode, text: string): TreeNode {
  return { ...node, parts: [text] };
}

/** The expressions inside, from the outside in. */
function* descendants(node: TreeNode): Generator<TreeNode> {
  for (const part of node.parts) {
    if (typeof part === "string") continue;
    if (part.role === "expression") yield part;
    yield* descendants(part);
  }
}

/** The smallest module that is still of interest: steps are taken while one of them keeps it so. */
export async function shrink(
  module: RandomModule,
  isOfInterest: (module: RandomModule) => Promise<boolean>,
  attemptsMax = 2000,
): Promise<RandomModule> {
  let current = module;
  let attempts = 0;
  const tried = new Set<string>();
  for (let progress = true; progress;) {
    progress = false;
    for (const candidate of smallerModules(current)) {
      const text = printModule(candidate);
      if (tried.has(text)) continue;
      tried.add(text);
      if (++attempts > attemptsMax) return current;
      if (!(await isOfInterest(candidate))) continue;
      current = candidate;
      progress = true;
      break;
    }
  }
  return current;
}
