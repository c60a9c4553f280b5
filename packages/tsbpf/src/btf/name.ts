// Essential names. A CO-RE program may declare several versions of one kernel type by appending a "flavour" to its
// name: "task_struct___v2" stands for the kernel's "task_struct". What precedes the flavour is the essential name.

import type { Btf, BtfType } from "./types.js";

const UNDERSCORE = 0x5f;
const SEPARATOR = 3;

/** The name without its flavour: "task_struct___v2" becomes "task_struct". */
export function essentialName(name: string): string {
  // Exactly three underscores between two other characters part a flavour from its name, and the last such place
  // counts (tools/lib/bpf/relo_core.c, bpf_core_essential_name_len).
  for (let at = name.length - SEPARATOR - 1; at > 0; at--) {
    if (name.startsWith("___", at) && name[at - 1] !== "_" && name[at + SEPARATOR] !== "_") return name.slice(0, at);
  }
  return name;
}

/** The same for a name that stands in `bytes` from `start` up to `end`: where its essential part ends. */
export function essentialEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = end - SEPARATOR - 1; at > start; at--) {
    if (bytes[at] !== UNDERSCORE || bytes[at + 1] !== UNDERSCORE || bytes[at + 2] !== UNDERSCORE) continue;
    if (bytes[at - 1] !== UNDERSCORE && bytes[at + SEPARATOR] !== UNDERSCORE) return at;
  }
  return end;
}

/** The type's own name; "" when it has none. */
export function typeName(type: BtfType): string {
  return "name" in type ? type.name : "";
}

/** The ids of the types whose whole name, flavour included, is `name`, in id order. */
export function idsByExactName(btf: Btf, name: string): number[] {
  return btf.idsByEssentialName(name).filter((id) => typeName(btf.type(id)) === name);
}
