// Map definitions as BTF: for each map a variable of a struct type whose members say what the map is, and the datasec
// ".maps" that lists the variables. read-maps.ts is the other direction and describes the form.

import type { BtfBuilder } from "../btf/encode.js";
import type { BtfMember, BtfTypeId, BtfVarSecInfo } from "../btf/types.js";
import { assert } from "../util/assert.js";
import { EVENT_TAG, MAP_MEMBER_BYTES } from "./read-maps.js";
import type { MapSpec } from "./spec.js";

/** A map's variable in section .maps. */
export interface WrittenMap {
  readonly name: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export function addMapTypes(maps: readonly MapSpec[], btf: BtfBuilder): WrittenMap[] {
  const written: WrittenMap[] = [];
  const vars: BtfVarSecInfo[] = [];
  let offset = 0;
  for (const map of maps) {
    const members = mapMembers(map, btf);
    const size = members.length * MAP_MEMBER_BYTES;
    const struct = btf.add({ kind: "struct", name: "", size, members });
    const variable = btf.add({ kind: "var", name: map.name, type: struct, linkage: "global" });
    if (map.eventTypeId !== undefined) {
      const event = btf.type(map.eventTypeId);
      assert(event?.kind === "struct" && event.name !== "", `the event type of map ${map.name} is no named struct`);
      btf.add({ kind: "decl_tag", name: `${EVENT_TAG}${event.name}`, type: variable, component: -1 });
    }
    vars.push({ type: variable, offset, size });
    written.push({ name: map.name, offsetBytes: offset, sizeBytes: size });
    offset += size;
  }
  if (maps.length > 0) btf.add({ kind: "datasec", name: ".maps", size: offset, vars });
  return written;
}

function mapMembers(map: MapSpec, btf: BtfBuilder): BtfMember[] {
  const members: BtfMember[] = [];
  const add = (name: string, type: BtfTypeId): void => {
    members.push({ name, type, offsetBits: members.length * MAP_MEMBER_BYTES * 8, bitfieldSizeBits: 0 });
  };
  const number = (name: string, value: number): void => {
    if (value !== 0) add(name, numberType(value, btf));
  };
  number("type", map.type);
  if (map.keyTypeId === undefined) number("key_size", map.keySize);
  else add("key", btf.add({ kind: "ptr", type: map.keyTypeId }));
  if (map.valueTypeId === undefined) number("value_size", map.valueSize);
  else add("value", btf.add({ kind: "ptr", type: map.valueTypeId }));
  number("max_entries", map.maxEntries);
  number("map_flags", map.flags);
  assert(map.type !== 0, `map ${map.name} has no type`);
  return members;
}

/** A pointer to an array of that length: BTF has no other way to hold a number in a type. */
function numberType(value: number, btf: BtfBuilder): BtfTypeId {
  const element = btf.add({ kind: "int", name: "int", size: 4, bits: 32, offsetBits: 0, encoding: "signed" });
  const index = btf.add({
    kind: "int",
    name: "__ARRAY_SIZE_TYPE__",
    size: 4,
    bits: 32,
    offsetBits: 0,
    encoding: "unsigned",
  });
  const array = btf.add({ kind: "array", element, index, length: value });
  return btf.add({ kind: "ptr", type: array });
}
