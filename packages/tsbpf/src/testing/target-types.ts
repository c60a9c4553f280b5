// The types of the kernel that an emulated program runs on when a test gives none: those that the program itself names.
// Views of one kernel type in several flavours become one type with the members of all. What the test says is missing
// is taken away.

import { essentialName, typeName } from "../btf/name.js";
import type { Btf, BtfMember, BtfType, BtfTypeId } from "../btf/types.js";
import { sizeOfType } from "../btf/walk.js";

export function ownTypes(local: Btf): Btf {
  const replaced = new Map<BtfTypeId, BtfType>();
  const hidden = new Set<BtfTypeId>();
  const first = new Map<string, BtfTypeId>();
  for (let id = 1; id < local.typeCount; id++) {
    const type = local.type(id);
    if (type.kind !== "struct" || type.name === "") continue;
    const name = essentialName(type.name);
    const known = first.get(name);
    if (known === undefined) {
      first.set(name, id);
      continue;
    }
    replaced.set(known, merge(local, replaced.get(known) ?? local.type(known), type, name));
    hidden.add(id);
  }
  return {
    typeCount: local.typeCount,
    type: (id) => replaced.get(id) ?? local.type(id),
    idsByEssentialName: (name) => local.idsByEssentialName(name).filter((id) => !hidden.has(id)),
  };
}

/** The same types without some of them: a type's name, "struct.member" or "enum.VALUE". */
export function withoutNames(btf: Btf, names: readonly string[]): Btf {
  const gone = new Map<string, Set<string>>();
  const goneTypes = new Set<string>();
  for (const name of names) {
    const [type = "", member] = name.split(".");
    if (member === undefined) goneTypes.add(type);
    else gone.set(type, (gone.get(type) ?? new Set()).add(member));
  }
  return {
    typeCount: btf.typeCount,
    type(id) {
      const type = btf.type(id);
      const members = gone.get(essentialName(typeName(type)));
      return members ? withoutMembers(type, members) : type;
    },
    idsByEssentialName: (name) => (goneTypes.has(name) ? [] : btf.idsByEssentialName(name)),
  };
}

function withoutMembers(type: BtfType, gone: ReadonlySet<string>): BtfType {
  switch (type.kind) {
    case "struct":
    case "union":
      return { ...type, members: type.members.filter(({ name }) => !gone.has(name)) };
    case "enum":
    case "enum64":
      return { ...type, values: type.values.filter(({ name }) => !gone.has(name)) };
    default:
      return type;
  }
}

/** Members that only the second has go behind the first. */
function merge(local: Btf, into: BtfType, from: BtfType, name: string): BtfType {
  if (into.kind !== "struct" || from.kind !== "struct") return into;
  const known = new Set(into.members.map((member) => member.name));
  const added: BtfMember[] = [];
  let size = into.size;
  for (const member of from.members) {
    if (known.has(member.name) && member.name !== "") continue;
    size = Math.ceil(size / 8) * 8;
    const bitInByte = member.bitfieldSizeBits > 0 ? member.offsetBits % 8 : 0;
    added.push({ ...member, offsetBits: 8 * size + bitInByte });
    size += Math.max(8, sizeOfType(local, member.type));
  }
  return { kind: "struct", name, size, members: [...into.members, ...added] };
}
