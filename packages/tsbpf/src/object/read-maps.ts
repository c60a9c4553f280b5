// BTF-defined maps: section .maps holds variables whose struct type is the definition. A number is the length of an
// array the member points to, a type is what the member points to. Source: Documentation/bpf/libbpf (map definitions)
// and tools/lib/bpf/bpf_helpers.h (__uint, __type, __array).

import type { DecodedBtf } from "../btf/decode.js";
import { idsByExactName } from "../btf/name.js";
import type { BtfMember, BtfType, BtfTypeId } from "../btf/types.js";
import { POINTER_BYTES, sizeOfType, skipModifiers } from "../btf/walk.js";
import { FormatError } from "../util/bytes.js";
import { SymbolType } from "./elf.js";
import type { ElfFile, ElfSection } from "./elf.js";
import type { MapSpec } from "./spec.js";

/** A map and where its variable stands in section .maps. */
export interface PlacedMap {
  readonly offsetBytes: number;
  readonly spec: MapSpec;
}

/** The declaration tag that names the type of a map's records. */
export const EVENT_TAG = "tsbpf:event=";

/** In the order of the section. */
export function readMaps(file: ElfFile, section: ElfSection, btf: DecodedBtf | undefined, what: string): PlacedMap[] {
  if (section.sizeBytes === 0) return [];
  if (btf === undefined) {
    throw new FormatError(`${what}: section .maps needs BTF to be understood (compile with -g)`);
  }
  const datasecId = idsByExactName(btf, ".maps").find((id) => btf.kindOf(id) === "datasec");
  const datasec = btf.type(datasecId ?? 0);
  if (datasec.kind !== "datasec")
    throw new FormatError(`${what}: the BTF does not describe section .maps (compile with -g)`);
  const events = eventTags(btf);
  const maps: PlacedMap[] = [];
  for (const { type: id } of datasec.vars) {
    const variable = btf.type(id);
    if (variable.kind !== "var")
      throw new FormatError(`${what}: section .maps contains BTF type ${id}, which is no variable`);
    const symbol = file.symbols.find(
      ({ name, section: index, type }) =>
        index === section.index && name === variable.name && type === SymbolType.OBJECT,
    );
    if (symbol === undefined) throw new FormatError(`${what}: map "${variable.name}" has no symbol`);
    maps.push({ offsetBytes: symbol.value, spec: readMap(btf, variable, events.get(id), what) });
  }
  const names = new Set(maps.map((map) => map.spec.name));
  if (names.size !== maps.length) throw new FormatError(`${what}: two maps have the same name`);
  return maps.sort((a, b) => a.offsetBytes - b.offsetBytes);
}

type Draft = { -readonly [Key in keyof MapSpec]: MapSpec[Key] };

function readMap(
  btf: DecodedBtf,
  variable: Extract<BtfType, { kind: "var" }>,
  eventName: string | undefined,
  what: string,
): MapSpec {
  const name = variable.name;
  const definition = skipModifiers(btf, variable.type).type;
  if (definition.kind !== "struct")
    throw new FormatError(`${what}: map "${name}" is defined by ${definition.kind}, not by a struct`);
  const map: Draft = {
    name,
    type: 0,
    keySize: 0,
    valueSize: 0,
    maxEntries: 0,
    flags: 0,
    keyTypeId: undefined,
    valueTypeId: undefined,
    eventTypeId: eventName === undefined ? undefined : findEvent(btf, eventName, name, what),
  };
  const explicit = { key: 0, value: 0 };
  for (const member of definition.members) {
    const take = memberReaders.get(member.name);
    if (take === undefined) {
      throw new FormatError(`${what}: map "${name}" has member "${member.name}", which no map definition has`);
    }
    take({ btf, map, explicit, member, label: `${what}: map "${name}": member "${member.name}"` });
  }
  if (map.type === 0) throw new FormatError(`${what}: map "${name}" has no type`);
  map.keySize = agreedSize(`${what}: map "${name}": key`, explicit.key, map.keySize);
  map.valueSize = agreedSize(`${what}: map "${name}": value`, explicit.value, map.valueSize);
  return map;
}

interface MemberContext {
  readonly btf: DecodedBtf;
  readonly map: Draft;
  /** key_size and value_size, 0 where they are not given. */
  readonly explicit: { key: number; value: number };
  readonly member: BtfMember;
  readonly label: string;
}

const memberReaders = new Map<string, (context: MemberContext) => void>([
  ["type", (context) => void (context.map.type = readNumber(context))],
  ["max_entries", (context) => void (context.map.maxEntries = readNumber(context))],
  ["map_flags", (context) => void (context.map.flags = readNumber(context))],
  ["key_size", (context) => void (context.explicit.key = readNumber(context))],
  ["value_size", (context) => void (context.explicit.value = readNumber(context))],
  [
    "key",
    (context) => {
      context.map.keyTypeId = readPointee(context);
      context.map.keySize = sizeOfType(context.btf, context.map.keyTypeId);
    },
  ],
  [
    "value",
    (context) => {
      context.map.valueTypeId = readPointee(context);
      context.map.valueSize = sizeOfType(context.btf, context.map.valueTypeId);
    },
  ],
  // Maps of maps and of programs declare what they hold; in the map it is a 4-byte descriptor.
  [
    "values",
    (context) => {
      if (skipModifiers(context.btf, context.member.type).type.kind !== "array") {
        throw new FormatError(`${context.label} is not an array`);
      }
      context.explicit.value = 4;
    },
  ],
  // Where to pin a map is up to the program that loads it.
  ["pinning", (context) => void readNumber(context)],
  ["numa_node", rejectNonZero],
  ["map_extra", rejectNonZero],
]);

function readNumber({ btf, member, label }: MemberContext): number {
  const pointer = skipModifiers(btf, member.type).type;
  const array = pointer.kind === "ptr" ? skipModifiers(btf, pointer.type).type : pointer;
  if (pointer.kind !== "ptr" || array.kind !== "array") {
    throw new FormatError(`${label} is not a number (a pointer to an array of that length, as __uint makes it)`);
  }
  return array.length;
}

function readPointee({ btf, member, label }: MemberContext): BtfTypeId {
  const pointer = skipModifiers(btf, member.type).type;
  if (pointer.kind !== "ptr") throw new FormatError(`${label} is not a type (a pointer to it, as __type makes it)`);
  return pointer.type;
}

function rejectNonZero(context: MemberContext): void {
  if (readNumber(context) !== 0) throw new FormatError(`${context.label} is not supported`);
}

function agreedSize(label: string, explicit: number, ofType: number): number {
  if (explicit !== 0 && ofType !== 0 && explicit !== ofType) {
    throw new FormatError(`${label}: its size is ${explicit} but its type has ${ofType} bytes`);
  }
  return explicit === 0 ? ofType : explicit;
}

/** The names behind {@link EVENT_TAG}, by the variable they are attached to. */
function eventTags(btf: DecodedBtf): Map<BtfTypeId, string> {
  const events = new Map<BtfTypeId, string>();
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== "decl_tag") continue;
    const tag = btf.type(id);
    if (tag.kind !== "decl_tag" || tag.component !== -1 || !tag.name.startsWith(EVENT_TAG)) continue;
    events.set(tag.type, tag.name.slice(EVENT_TAG.length));
  }
  return events;
}

function findEvent(btf: DecodedBtf, eventName: string, map: string, what: string): BtfTypeId {
  const id = idsByExactName(btf, eventName).find((candidate) => btf.kindOf(candidate) === "struct");
  if (id === undefined) {
    throw new FormatError(`${what}: map "${map}" sends struct "${eventName}", which the BTF does not have`);
  }
  return id;
}

/** The size of one member of a map definition. */
export const MAP_MEMBER_BYTES = POINTER_BYTES;
