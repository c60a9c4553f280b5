// Kernel types as TypeScript views: BTF in, the text of a .d.ts out. Every interface is what a programmer would write
// by hand, with all of the type's fields. What no view can hold (floats, 128-bit integers) is left out.

import { isComposite, isEnum } from "../btf/core-compat.js";
import type { DecodedBtf } from "../btf/decode.js";
import { typeName } from "../btf/name.js";
import type { BtfType, BtfTypeId } from "../btf/types.js";
import { viewName } from "../btf/view-name.js";
import { FormatError } from "../util/bytes.js";
import { renderMembers } from "./vmlinux-members.js";
import { isIdentifier, type NamedType, type Rendering } from "./vmlinux-names.js";

export interface Views {
  readonly text: string;
  readonly typeCount: number;
}

/** A whole kernel has some 200,000. */
const MAX_MEMBERS = 5_000_000;

/** Views of these types and of all they lead to over at most `depth` pointers. */
export function renderViews(btf: DecodedBtf, roots: readonly NamedType[], depth: number): Views {
  const imports = new Set<string>();
  /** By view name: how many pointers away a type is, and its text once it is rendered. */
  const found = new Map<string, { readonly type: NamedType; depth: number }>();
  const texts = new Map<string, string>();
  const queue: string[] = [];
  const spend = (): void => {
    membersLeft--;
    if (membersLeft < 0) throw new FormatError("BTF: the types are too entangled to list");
  };
  let membersLeft = MAX_MEMBERS;
  const add = (type: NamedType, distance: number): string => {
    const view = viewName({ name: type.name, isEnum: isEnum(btf.type(type.id)) });
    const known = found.get(view);
    if (known && known.depth <= distance) return view;
    found.set(view, { type: known?.type ?? type, depth: distance });
    queue.push(view);
    return view;
  };
  for (const root of roots) add(root, 0);
  // In the order in which they are found, so that a type is rendered with its shortest distance; what an embedded
  // struct brings nearer is rendered again.
  for (const view of queue) {
    const entry = found.get(view);
    if (!entry) continue;
    const refer = (type: NamedType, behindPointer: boolean): string | undefined => {
      const distance = entry.depth + (behindPointer && depth !== Infinity ? 1 : 0);
      return distance <= depth || isEnum(btf.type(type.id)) ? add(type, distance) : undefined;
    };
    texts.set(view, renderView({ btf, imports, refer, spend }, view, entry.type));
  }
  const names = [...texts.keys()].sort();
  const body = names.map((name) => texts.get(name)).join("\n");
  return { text: head([...imports].sort()) + body, typeCount: names.length };
}

function head(imports: readonly string[]): string {
  const names = imports.length > 0 ? `import type { ${imports.join(", ")} } from "tsbpf";\n\n` : "export {};\n\n";
  return `// Views of kernel types, written by \`tsbpf vmlinux\`. Offsets and sizes are those of the running kernel (CO-RE).\n\n${names}`;
}

function renderView(rendering: Rendering, view: string, named: NamedType): string {
  const type = rendering.btf.type(named.id);
  const bases: string[] = [];
  if (named.isTypedef) bases.push("BpfCoreTypedef");
  if (type.kind === "union") bases.push("BpfCoreUnion");
  for (const base of bases) rendering.imports.add(base);
  const lines = isComposite(type) ? renderMembers(rendering, type) : isEnum(type) ? renderValues(type) : [];
  const heading = `export interface ${view}${bases.length > 0 ? ` extends ${bases.join(", ")}` : ""}`;
  return lines.length === 0 ? `${heading} {}\n` : `${heading} {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

function renderValues(type: BtfType & { kind: "enum" | "enum64" }): string[] {
  const suffix = type.kind === "enum64" ? "n" : "";
  return type.values
    .filter((value) => isIdentifier(value.name))
    .map((value) => `readonly ${value.name}: ${value.value}${suffix};`);
}

// ---- finding types ----------------------------------------------------------------------------------------------

/** All types that have a name, each once: where the kernel has several of one name, the first. */
export function allNamed(btf: DecodedBtf): NamedType[] {
  const found = new Map<string, NamedType>();
  for (let id = 1; id < btf.typeCount; id++) {
    if (!isNameable(btf.kindOf(id))) continue;
    const named = namedAt(btf, id);
    if (!named) continue;
    const key = viewName({ name: named.name, isEnum: isEnum(btf.type(named.id)) });
    if (!found.has(key)) found.set(key, named);
  }
  return [...found.values()];
}

/** The types of this name: `task_struct`, `pid_type`, `atomic_t`. An enum may have a struct's name. */
export function namedTypes(btf: DecodedBtf, name: string): NamedType[] {
  const found = new Map<boolean, NamedType>();
  for (const id of btf.idsByEssentialName(name)) {
    const named = namedAt(btf, id);
    const kind = named && isEnum(btf.type(named.id));
    if (named?.name === name && kind !== undefined && !found.has(kind)) found.set(kind, named);
  }
  return [...found.values()];
}

function isNameable(kind: BtfType["kind"]): boolean {
  return kind === "struct" || kind === "union" || kind === "enum" || kind === "enum64" || kind === "typedef";
}

/** The type behind an id as one that a view can stand for. */
function namedAt(btf: DecodedBtf, id: BtfTypeId): NamedType | undefined {
  const type = btf.type(id);
  const name = typeName(type);
  if (!isIdentifier(name)) return undefined;
  if (isComposite(type) || isEnum(type)) return { id, name, isTypedef: false };
  if (type.kind !== "typedef") return undefined;
  const inner = btf.type(type.type);
  const isAnonymous = (isComposite(inner) || isEnum(inner)) && inner.name === "";
  return isAnonymous ? { id: type.type, name, isTypedef: true } : undefined;
}
