// BTF types as text: a type's name, the layout of a structure, and how many types of each kind there are.

import { table } from "./inspect-lines.js";
import type { Line } from "./inspect-lines.js";
import { skipModifiers } from "../btf/walk.js";
import type { Btf, BtfMember, BtfType, BtfTypeId } from "../btf/types.js";

/** No sane type is deeper; a hostile one may go in circles. */
const MAX_DEPTH = 24;

/** The type as it would stand in a declaration: "struct task_struct *", "char[16]". */
export function typeText(btf: Btf, id: BtfTypeId, depth = 0): string {
  if (depth > MAX_DEPTH) return "…";
  const inner = (next: BtfTypeId): string => typeText(btf, next, depth + 1);
  const type = btf.type(id);
  switch (type.kind) {
    case "void":
      return "void";
    case "ptr": {
      const target = inner(type.type);
      return target.endsWith("*") ? `${target}*` : `${target} *`;
    }
    case "array":
      return arrayText(inner(type.element), type.length);
    case "struct":
    case "union":
      return `${type.kind} ${type.name || "{…}"}`;
    case "enum":
    case "enum64":
      return `enum ${type.name || "{…}"}`;
    case "fwd":
      return `${type.union ? "union" : "struct"} ${type.name}`;
    case "const":
    case "volatile":
    case "restrict":
      return `${type.kind} ${inner(type.type)}`;
    case "type_tag":
      return inner(type.type);
    case "func_proto":
      return `${inner(type.returns)} (${type.params.map((param) => inner(param.type)).join(", ")})`;
    default:
      return type.name || type.kind;
  }
}

/** "u8[4]" of an array of arrays goes before the inner lengths: "u8[2][4]" is two arrays of four. */
function arrayText(element: string, length: number): string {
  const bracket = element.indexOf("[");
  if (bracket < 0) return `${element}[${length}]`;
  return `${element.slice(0, bracket)}[${length}]${element.slice(bracket)}`;
}

/** The layouts of those of the types that are structures or unions. */
export function recordLines(btf: Btf, ids: Iterable<BtfTypeId>): Line[] {
  const seen = new Set<BtfTypeId>();
  const lines: Line[] = [];
  for (const start of ids) {
    const { id, type } = skipModifiers(btf, start);
    if ((type.kind !== "struct" && type.kind !== "union") || seen.has(id)) continue;
    seen.add(id);
    lines.push({ text: `  ${typeText(btf, id)}, ${type.size} bytes` });
    for (const { text } of table(type.members.map((member) => memberRow(btf, member))))
      lines.push({ text: `  ${text}` });
    lines.push({ text: "" });
  }
  return lines;
}

function memberRow(btf: Btf, { name, type, offsetBits, bitfieldSizeBits }: BtfMember): readonly string[] {
  const bits = offsetBits % 8;
  const place = `at ${Math.floor(offsetBits / 8)}${bits === 0 ? "" : `, bit ${bits}`}`;
  return [
    place,
    name || "(unnamed)",
    `${typeText(btf, type)}${bitfieldSizeBits > 0 ? `, ${bitfieldSizeBits} bits` : ""}`,
  ];
}

/** How many types of each kind. */
export function describeTypes(btf: Btf, sizeBytes: number): Line[] {
  const counts = new Map<BtfType["kind"], number>();
  for (let id = 1; id < btf.typeCount; id++) {
    const { kind } = btf.type(id);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const list = sorted.map(([kind, count]) => `${count} ${kind}`).join(", ");
  return [{ text: `  ${btf.typeCount - 1} types, ${sizeBytes} bytes${list === "" ? "" : `: ${list}`}` }];
}
