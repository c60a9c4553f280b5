// Kernel objects from plain data: laid out in the virtual machine's memory as the target's BTF says.

import { essentialName, idsByExactName } from "../btf/name.js";
import type { Btf, BtfMember, BtfType, BtfTypeId } from "../btf/types.js";
import { sizeOfType, skipModifiers } from "../btf/walk.js";
import { didYouMean, hint } from "../util/did-you-mean.js";
import { encodeText } from "../util/bytes.js";
import { addRegion, type Memory, REGION_LO, regionBytes, regionHi } from "../vm/memory.js";
import { toBig } from "../vm/int64.js";
import { KernelObjectError } from "./errors.js";
import type { KernelObjectInit, KernelValue } from "./types.js";

export interface KernelObjects {
  readonly memory: Memory;
  readonly btf: Btf | undefined;
  /**
   * Fields that the types do not have are passed over: the types are only those that the programs use. What looks like
   * a slip in the name of one that they have is none of these.
   */
  readonly lenient: boolean;
  /** Addresses of objects that are there, by the object and its type's name. */
  readonly known: Map<KernelObjectInit, Map<string, bigint>>;
}

/** Gives the address of the object, which is made when it is not there yet. */
export function placeStruct(objects: KernelObjects, struct: string, fields: KernelObjectInit): bigint {
  const { btf } = objects;
  const id = btf && findStruct(btf, struct);
  if (btf && id !== undefined) return placeObject(objects, btf, id, fields, struct);
  // Types that no program reads need no layout, only an address.
  if (objects.lenient) {
    for (const key of Object.keys(fields)) checkUnread(objects, struct, key, fields, []);
    return remember(objects, fields, struct, () => emptyObject(objects, struct));
  }
  throw new KernelObjectError(`make a kernel object: the kernel's types have no struct "${struct}"`);
}

/** The same for a struct that a test names: one of those that there are. */
export function placeNamedStruct(objects: KernelObjects, struct: string, fields: KernelObjectInit): bigint {
  const { btf, lenient } = objects;
  if (!lenient || (btf && findStruct(btf, struct) !== undefined)) return placeStruct(objects, struct, fields);
  const known = btf ? structNames(btf) : [];
  const list = known.length === 0 ? "there is none" : `there are ${known.join(", ")}`;
  const cure = `${list}; the option btf brings all of a kernel`;
  throw new KernelObjectError(
    `make a kernel object: the programs name no struct "${struct}"${hint(struct, known)} (${cure})`,
  );
}

/** The struct or union that a pointer type leads to. */
export function pointedStruct(btf: Btf, id: BtfTypeId): BtfTypeId | undefined {
  const { type } = skipModifiers(btf, id);
  if (type.kind !== "ptr") return undefined;
  const target = skipModifiers(btf, type.type);
  return isComposite(target.type) ? canonical(btf, target.id) : undefined;
}

export function placeObject(
  objects: KernelObjects,
  btf: Btf,
  id: BtfTypeId,
  fields: KernelObjectInit,
  where: string,
): bigint {
  const type = btf.type(id);
  const name = "name" in type && type.name !== "" ? type.name : where;
  return remember(objects, fields, name, () => {
    const region = addRegion(objects.memory, "kernel object", `struct ${name}`, sizeOfType(btf, id), {
      readOnly: true,
    });
    return { region, fill: () => writeFields(objects, btf, id, region, 0, fields, where) };
  });
}

interface Made {
  readonly region: number;
  readonly fill: () => void;
}

/** The address is known before the object is filled: it may lead back to itself. */
function remember(objects: KernelObjects, fields: KernelObjectInit, name: string, make: () => Made): bigint {
  const byType = objects.known.get(fields) ?? new Map<string, bigint>();
  objects.known.set(fields, byType);
  const known = byType.get(name);
  if (known !== undefined) return known;
  const { region, fill } = make();
  const address = toBig(REGION_LO, regionHi(region));
  byType.set(name, address);
  try {
    fill();
  } catch (error) {
    byType.delete(name);
    throw error;
  }
  return address;
}

function emptyObject(objects: KernelObjects, name: string): Made {
  const region = addRegion(objects.memory, "kernel object", `struct ${name}`, 8, { readOnly: true });
  return { region, fill: () => {} };
}

type Composite = BtfType & { kind: "struct" | "union" };

function isComposite(type: BtfType): type is Composite {
  return type.kind === "struct" || type.kind === "union";
}

function findStruct(btf: Btf, name: string): BtfTypeId | undefined {
  const ids = [...idsByExactName(btf, name), ...btf.idsByEssentialName(essentialName(name))];
  return ids.find((id) => isComposite(btf.type(id)));
}

function structNames(btf: Btf): readonly string[] {
  const names = new Set<string>();
  for (let id = 1; id < btf.typeCount; id++) {
    const type = btf.type(id);
    if (isComposite(type) && type.name !== "") names.add(essentialName(type.name));
  }
  return [...names];
}

/** Flavours of one type are one object: the first of them has all members. */
function canonical(btf: Btf, id: BtfTypeId): BtfTypeId {
  const type = btf.type(id);
  if (!isComposite(type) || type.name === "") return id;
  const ids = btf.idsByEssentialName(essentialName(type.name));
  return ids.includes(id) ? id : (ids.find((other) => isComposite(btf.type(other))) ?? id);
}

function writeFields(
  objects: KernelObjects,
  btf: Btf,
  id: BtfTypeId,
  region: number,
  offset: number,
  fields: KernelObjectInit,
  where: string,
): void {
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const found = findMember(btf, id, key) ?? findMember(btf, id, snakeCase(key));
    if (!found) {
      const known = memberNames(btf, id);
      checkUnread(objects, where, key, fields, known);
      if (objects.lenient) continue;
      throw new KernelObjectError(`make a kernel object: ${where} has no field "${key}"${hint(key, known)}`);
    }
    writeMember(
      objects,
      btf,
      found.member,
      { region, offsetBits: 8 * offset + found.offsetBits },
      value,
      `${where}.${key}`,
    );
  }
}

/** What helpers tell of the task, whether programs read the fields or not. */
const toldByHelpers = ["pid", "tgid", "comm"];

/** A field that no program reads does no harm, unless it was to be another one, which then is not given. */
function checkUnread(
  objects: KernelObjects,
  where: string,
  key: string,
  fields: KernelObjectInit,
  members: readonly string[],
): void {
  const told = where === "task_struct" ? toldByHelpers : [];
  if (!objects.lenient || told.includes(key)) return;
  const given = Object.keys(fields).map(snakeCase);
  const near = didYouMean(
    snakeCase(key),
    [...members, ...told].filter((name) => !given.includes(snakeCase(name))),
  );
  if (near === undefined) return;
  const reason = `no program reads a field "${key}" (did you mean "${near}"? if not, leave it out)`;
  throw new KernelObjectError(`make a kernel object: ${where}: ${reason}`);
}

interface FoundMember {
  readonly member: BtfMember;
  /** From the begin of the object that was asked. */
  readonly offsetBits: number;
}

/** Members of anonymous structs and unions count as the object's own. */
function findMember(btf: Btf, id: BtfTypeId, name: string): FoundMember | undefined {
  const { type } = skipModifiers(btf, id);
  if (!isComposite(type)) return undefined;
  for (const member of type.members) {
    if (member.name === name) return { member, offsetBits: member.offsetBits };
    const inner = member.name === "" ? findMember(btf, member.type, name) : undefined;
    if (inner) return { member: inner.member, offsetBits: member.offsetBits + inner.offsetBits };
  }
  return undefined;
}

function memberNames(btf: Btf, id: BtfTypeId): string[] {
  const { type } = skipModifiers(btf, id);
  if (!isComposite(type)) return [];
  return type.members.flatMap((member) => (member.name === "" ? memberNames(btf, member.type) : [member.name]));
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

interface Place {
  readonly region: number;
  readonly offsetBits: number;
}

function writeMember(
  objects: KernelObjects,
  btf: Btf,
  member: BtfMember,
  place: Place,
  value: KernelValue,
  where: string,
): void {
  if (member.bitfieldSizeBits > 0) {
    writeBits(objects, place, member.bitfieldSizeBits, numberOf(btf, member.type, value, where));
  } else writeValue(objects, btf, member.type, place, value, where);
}

function writeValue(
  objects: KernelObjects,
  btf: Btf,
  id: BtfTypeId,
  place: Place,
  value: KernelValue,
  where: string,
): void {
  const { id: plainId, type } = skipModifiers(btf, id);
  const offset = place.offsetBits / 8;
  if (isComposite(type)) return writeFields(objects, btf, plainId, place.region, offset, objectOf(value, where), where);
  if (type.kind === "array") return writeArray(objects, btf, type, place, value, where);
  const isPointer = type.kind === "ptr";
  const number = isPointer ? pointerOf(objects, btf, plainId, value, where) : numberOf(btf, id, value, where);
  writeBits(objects, place, 8 * sizeOfType(btf, id), number);
}

function writeArray(
  objects: KernelObjects,
  btf: Btf,
  type: BtfType & { kind: "array" },
  place: Place,
  value: KernelValue,
  where: string,
): void {
  const elementBytes = sizeOfType(btf, type.element);
  const items = typeof value === "string" ? [...encodeText(value)] : value;
  if (!Array.isArray(items) && !(items instanceof Uint8Array)) throw wrong(where, "text or an array", value);
  const list: readonly KernelValue[] = [...items];
  // A flexible array at the end of a struct has length 0 here, and no room.
  if (list.length > type.length) throw wrong(where, `at most ${type.length} elements`, value);
  list.forEach((item, index) => {
    const offsetBits = place.offsetBits + 8 * elementBytes * index;
    writeValue(objects, btf, type.element, { ...place, offsetBits }, item, `${where}[${index}]`);
  });
}

/** Objects, texts and arrays of bytes become memory of their own. */
function pointerOf(objects: KernelObjects, btf: Btf, id: BtfTypeId, value: KernelValue, where: string): bigint {
  if (value === null || value === undefined) return 0n;
  if (typeof value === "number" || typeof value === "bigint") return BigInt(value);
  if (typeof value === "string") return placeBytes(objects, encodeText(`${value}\0`), where);
  if (value instanceof Uint8Array) return placeBytes(objects, value, where);
  const target = pointedStruct(btf, id);
  const fields = objectOf(value, where);
  if (target !== undefined) return placeObject(objects, btf, target, fields, where);
  if (objects.lenient) return remember(objects, fields, where, () => emptyObject(objects, where));
  throw wrong(where, "an address: the type it points to has no layout", value);
}

function placeBytes(objects: KernelObjects, bytes: Uint8Array, where: string): bigint {
  const region = addRegion(objects.memory, "kernel object", where, bytes.length, { readOnly: true });
  regionBytes(objects.memory, region).set(bytes);
  return toBig(REGION_LO, regionHi(region));
}

/** An enum's value may be given by its name. */
function numberOf(btf: Btf, id: BtfTypeId, value: KernelValue, where: string): bigint {
  const { type } = skipModifiers(btf, id);
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "string" && (type.kind === "enum" || type.kind === "enum64")) {
    const found = type.values.find(({ name }) => name === value);
    if (found) return found.value;
  }
  throw wrong(where, "a whole number", value);
}

function objectOf(value: KernelValue, where: string): KernelObjectInit {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject || value instanceof Uint8Array) throw wrong(where, "an object", value);
  // Narrowing does not take readonly arrays out of the union.
  return value as KernelObjectInit;
}

/** Little-endian, as many bits as the field has; what does not fit is cut off. */
function writeBits(objects: KernelObjects, { region, offsetBits }: Place, sizeBits: number, value: bigint): void {
  const bytes = regionBytes(objects.memory, region);
  const bits = BigInt.asUintN(sizeBits, value);
  for (let bit = 0; bit < sizeBits;) {
    const at = (offsetBits + bit) >> 3;
    const shift = (offsetBits + bit) & 7;
    const count = Math.min(8 - shift, sizeBits - bit);
    const mask = ((1 << count) - 1) << shift;
    const part = Number((bits >> BigInt(bit)) & BigInt((1 << count) - 1)) << shift;
    bytes[at] = ((bytes[at] ?? 0) & ~mask) | part;
    bit += count;
  }
}

function wrong(where: string, expected: string, value: KernelValue): KernelObjectError {
  const shown = typeof value === "bigint" ? `${value}n` : typeof value === "string" ? `"${value}"` : String(value);
  return new KernelObjectError(`make a kernel object: ${where}: expected ${expected}, got ${shown}`);
}
