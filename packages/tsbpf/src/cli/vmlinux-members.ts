// The members of one struct or union as properties of a view.

import { isComposite, isEnum } from "../btf/core-compat.js";
import type { BtfType, BtfTypeId } from "../btf/types.js";
import { snakeCase } from "../btf/view-name.js";
import { isIdentifier, type NamedType, type Rendering } from "./vmlinux-names.js";

type Composite = BtfType & { kind: "struct" | "union" };

/** More members without a name inside each other than any kernel has: the BTF is hostile. */
const MAX_DEPTH = 32;

/** One line a field. Members of members without a name stand among them, as in C. */
export function renderMembers(rendering: Rendering, type: Composite, depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  return type.members.flatMap((member) => {
    rendering.spend();
    if (member.name === "") {
      const inner = behind(rendering, member.type).type;
      return isComposite(inner) ? renderMembers(rendering, inner, depth + 1) : [];
    }
    if (!isIdentifier(member.name)) return [];
    const whole = renderType(rendering, member.type, depth);
    const bits = member.bitfieldSizeBits;
    const text = whole !== undefined && bits > 0 ? use(rendering, "BitField", whole, String(bits)) : whole;
    return text === undefined ? [] : [`readonly ${propertyName(member.name)}: ${text};`];
  });
}

/** A name that camel case would change is quoted: quotes keep the kernel's spelling. */
function propertyName(name: string): string {
  return snakeCase(name) === name ? name : `"${name}"`;
}

function use(rendering: Rendering, name: string, ...args: readonly string[]): string {
  rendering.imports.add(name);
  return args.length === 0 ? name : `${name}<${args.join(", ")}>`;
}

/** Undefined for what no view can hold. */
function renderType(rendering: Rendering, id: BtfTypeId, depth: number): string | undefined {
  const found = behind(rendering, id);
  const { type } = found;
  switch (type.kind) {
    case "int":
      return renderInt(rendering, type);
    case "ptr":
      return renderPointer(rendering, type.type, depth);
    case "array":
      return renderArray(rendering, type, depth);
    case "enum":
    case "enum64":
      return renderEnum(rendering, found);
    case "struct":
    case "union":
      return renderComposite(rendering, found, type, depth);
    default:
      return undefined;
  }
}

function renderInt(rendering: Rendering, type: BtfType & { kind: "int" }): string | undefined {
  if (type.encoding === "bool") return "boolean";
  return integer(rendering, type.size, type.encoding === "signed");
}

function integer(rendering: Rendering, size: number, signed: boolean): string | undefined {
  if (![1, 2, 4, 8].includes(size)) return undefined;
  return use(rendering, `${signed ? "i" : "u"}${size * 8}`);
}

function renderEnum(rendering: Rendering, found: Behind): string | undefined {
  const { type } = found;
  if (!isEnum(type)) return undefined;
  const storage = integer(rendering, type.size, type.signed);
  const view = found.named ? rendering.refer(found.named, false) : undefined;
  return storage && use(rendering, "Enum", view ?? "unknown", ...(storage === "u32" ? [] : [storage]));
}

function renderComposite(rendering: Rendering, found: Behind, type: Composite, depth: number): string | undefined {
  const view = found.named && rendering.refer(found.named, false);
  if (view !== undefined) return view;
  const members = renderMembers(rendering, type, depth + 1);
  if (members.length === 0) return undefined;
  const literal = `{ ${members.join(" ")} }`;
  return type.kind === "union" ? `${use(rendering, "BpfCoreUnion")} & ${literal}` : literal;
}

function renderArray(rendering: Rendering, type: BtfType & { kind: "array" }, depth: number): string | undefined {
  return arrayOf(rendering, type.element, type.length === 0 ? "number" : String(type.length), depth);
}

function arrayOf(rendering: Rendering, element: BtfTypeId, length: string, depth: number): string | undefined {
  const { type } = behind(rendering, element);
  if (type.kind === "int" && type.size === 1 && type.encoding !== "bool") {
    if (type.name === "char") return use(rendering, "Chars", length);
    if (type.encoding !== "signed") return use(rendering, "Bytes", length);
  }
  const text = renderType(rendering, element, depth);
  return text && use(rendering, "FixedArray", text, length);
}

function renderPointer(rendering: Rendering, target: BtfTypeId, depth: number): string | undefined {
  const found = behind(rendering, target);
  const pointer = found.isUser ? "UserPtr" : "Ptr";
  return use(rendering, pointer, pointee(rendering, target, found, depth) ?? "unknown");
}

function pointee(rendering: Rendering, target: BtfTypeId, found: Behind, depth: number): string | undefined {
  switch (found.type.kind) {
    case "struct":
    case "union":
      return found.named && rendering.refer(found.named, true);
    case "array":
      return renderArray(rendering, found.type, depth);
    case "int":
    case "enum":
    case "enum64":
      return arrayOf(rendering, target, "number", depth);
    case "ptr":
      // Pointers to pointers to pointers: so deep no program looks, and hostile BTF has no end of them.
      return depth > MAX_DEPTH ? undefined : arrayOf(rendering, target, "number", depth + 1);
    default:
      return undefined;
  }
}

// ---- chains -----------------------------------------------------------------------------------------------------

/** What is behind qualifiers and typedefs, and the name by which it can be looked up. */
interface Behind {
  readonly type: BtfType;
  readonly named: NamedType | undefined;
  /** A tag on the way says that it is user memory. */
  readonly isUser: boolean;
}

/** No sane chain of typedefs and qualifiers is longer. */
const MAX_CHAIN = 64;

function behind({ btf }: Rendering, start: BtfTypeId): Behind {
  let id = start;
  let isUser = false;
  let typedef = "";
  for (let step = 0; step < MAX_CHAIN; step++) {
    const type = btf.type(id);
    switch (type.kind) {
      case "type_tag":
        isUser ||= type.name === "user";
        id = type.type;
        break;
      case "typedef":
        typedef = type.name;
        id = type.type;
        break;
      case "const":
      case "volatile":
      case "restrict":
        id = type.type;
        break;
      default:
        return { type, named: nameOf(type, id, typedef), isUser };
    }
  }
  return { type: { kind: "void" }, named: undefined, isUser };
}

function nameOf(type: BtfType, id: BtfTypeId, typedef: string): NamedType | undefined {
  if (!isComposite(type) && !isEnum(type)) return undefined;
  const isTypedef = type.name === "";
  const name = isTypedef ? typedef : type.name;
  return isIdentifier(name) ? { id, name, isTypedef } : undefined;
}
