// A CO-RE access as a path: parsed from the program's own types, then found again in a target type by member name.
// Source: Documentation/bpf/llvm_reloc.rst (access strings) and tools/lib/bpf/relo_core.c (matching).

import { FormatError } from "../util/bytes.js";
import { fieldsCompatible, isComposite, isEnum, spend, typesCompatible, typesMatch } from "./core-compat.js";
import type { CoreContext } from "./core-compat.js";
import { essentialName } from "./name.js";
import type { Btf, BtfTypeId, CoreReloc, CoreRelocKind } from "./types.js";
import { sizeOfType, skipModifiers } from "./walk.js";

/** One step: into a member (it has a name) or to an element; `typeId` is the composite, or the element's type. */
export interface Accessor {
  readonly typeId: BtfTypeId;
  readonly index: number;
  /** The member's or the enumerator's name; undefined for an element. */
  readonly name: string | undefined;
}

export interface CoreSpec {
  readonly rootId: BtfTypeId;
  /** Members without a name are passed through without a step. Empty when the relocation is about a type. */
  readonly accessors: readonly Accessor[];
  readonly offsetBits: number;
}

export type CoreSubject = "field" | "type" | "enumval";

const MAX_ACCESSORS = 64;

export function subjectOf(kind: CoreRelocKind): CoreSubject {
  if (kind.startsWith("field_")) return "field";
  return kind.startsWith("type_") ? "type" : "enumval";
}

/** The path a relocation of the program means; throws FormatError when it does not fit the program's own types. */
export function parseSpec(btf: Btf, reloc: CoreReloc): CoreSpec {
  const indices = parseAccess(reloc.access);
  const [first = 0] = indices;
  const subject = subjectOf(reloc.kind);
  if (subject === "type") {
    btf.type(reloc.typeId);
    if (reloc.access !== "0") throw new FormatError(`a type relocation has access "${reloc.access}", not "0"`);
    return { rootId: reloc.typeId, accessors: [], offsetBits: 0 };
  }
  const root = skipModifiers(btf, reloc.typeId);
  if (subject === "enumval") {
    if (!isEnum(root.type)) throw new FormatError(`type ${reloc.typeId} is no enum but ${root.type.kind}`);
    const value = root.type.values[first];
    if (indices.length > 1 || value === undefined) {
      throw new FormatError(`access "${reloc.access}" names no value of type ${reloc.typeId}`);
    }
    return { rootId: reloc.typeId, accessors: [{ typeId: root.id, index: first, name: value.name }], offsetBits: 0 };
  }
  return parseField(btf, reloc, indices, root.id);
}

/** The same path in type `targetId` of the target; undefined when the type does not have it. */
export function matchSpec(
  context: CoreContext,
  kind: CoreRelocKind,
  local: CoreSpec,
  targetId: BtfTypeId,
): CoreSpec | undefined {
  spend(context);
  switch (subjectOf(kind)) {
    case "type": {
      const same =
        kind === "type_matches"
          ? typesMatch(context, local.rootId, targetId)
          : typesCompatible(context, local.rootId, targetId);
      return same ? { rootId: targetId, accessors: [], offsetBits: 0 } : undefined;
    }
    case "enumval":
      return matchEnumerator(context, local, targetId);
    case "field":
      return matchField(context, local, targetId);
  }
}

function parseAccess(access: string): number[] {
  if (!/^\d{1,10}(:\d{1,10})*$/.test(access)) throw new FormatError(`access "${access.slice(0, 80)}" is malformed`);
  const indices = access.split(":").map(Number);
  if (indices.length > MAX_ACCESSORS) throw new FormatError(`access of ${indices.length} steps is too long`);
  if (indices.some((index) => index > 0x7fffffff))
    throw new FormatError(`access "${access.slice(0, 80)}" is out of range`);
  return indices;
}

function parseField(btf: Btf, reloc: CoreReloc, indices: readonly number[], rootId: BtfTypeId): CoreSpec {
  const [first = 0, ...rest] = indices;
  const accessors: Accessor[] = [{ typeId: rootId, index: first, name: undefined }];
  let offsetBits = first * sizeOfType(btf, rootId) * 8;
  let id = rootId;
  for (const index of rest) {
    const { id: here, type } = skipModifiers(btf, id);
    if (isComposite(type)) {
      const member = type.members[index];
      if (member === undefined) throw new FormatError(`access "${reloc.access}": type ${here} has no member ${index}`);
      offsetBits += member.offsetBits;
      if (member.name !== "") accessors.push({ typeId: here, index, name: member.name });
      id = member.type;
    } else if (type.kind === "array") {
      const flexible = isFlexibleArray(btf, accessors.at(-1), type.length);
      if (!flexible && index >= type.length) {
        throw new FormatError(`access "${reloc.access}": element ${index} is outside an array of ${type.length}`);
      }
      const element = skipModifiers(btf, type.element).id;
      accessors.push({ typeId: element, index, name: undefined });
      offsetBits += index * sizeOfType(btf, element) * 8;
      id = element;
    } else {
      throw new FormatError(`access "${reloc.access}": type ${here} (${type.kind}) has no parts`);
    }
  }
  return { rootId: reloc.typeId, accessors, offsetBits };
}

function matchEnumerator(context: CoreContext, local: CoreSpec, targetId: BtfTypeId): CoreSpec | undefined {
  const { id, type } = skipModifiers(context.target, targetId);
  if (!isEnum(type)) return undefined;
  const wanted = essentialName(local.accessors[0]?.name ?? "");
  context.steps -= type.values.length;
  const index = type.values.findIndex((value) => essentialName(value.name) === wanted);
  const found = type.values[index];
  if (found === undefined) return undefined;
  return { rootId: targetId, accessors: [{ typeId: id, index, name: found.name }], offsetBits: 0 };
}

function matchField(context: CoreContext, local: CoreSpec, targetId: BtfTypeId): CoreSpec | undefined {
  const { target } = context;
  const accessors: Accessor[] = [];
  let offsetBits = 0;
  let id = targetId;
  for (const [position, step] of local.accessors.entries()) {
    spend(context);
    if (step.name !== undefined) {
      const found = findMember(context, step, id, 0);
      if (found === undefined) return undefined;
      accessors.push(found.accessor);
      offsetBits += found.offsetBits;
      id = found.memberType;
      continue;
    }
    // The first step says which element counted from the pointer; a later one goes into an array.
    let element = skipModifiers(target, id);
    if (position > 0) {
      if (element.type.kind !== "array") return undefined;
      const flexible = isFlexibleArray(target, accessors.at(-1), element.type.length);
      if (!flexible && step.index >= element.type.length) return undefined;
      element = skipModifiers(target, element.type.element);
    }
    accessors.push({ typeId: element.id, index: step.index, name: undefined });
    if (step.index > 0) offsetBits += step.index * sizeOfType(target, element.id) * 8;
    id = element.id;
  }
  return { rootId: targetId, accessors, offsetBits };
}

interface FoundMember {
  readonly accessor: Accessor;
  readonly offsetBits: number;
  readonly memberType: BtfTypeId;
}

/** The target's member with the local member's name and a compatible type, also inside members without a name. */
function findMember(context: CoreContext, step: Accessor, targetId: BtfTypeId, depth: number): FoundMember | undefined {
  if (depth > MAX_ACCESSORS) throw new FormatError("BTF: members without a name nest too deeply");
  const { id, type } = skipModifiers(context.target, targetId);
  if (!isComposite(type)) return undefined;
  for (const [index, member] of type.members.entries()) {
    spend(context);
    if (member.name === "") {
      const inner = findMember(context, step, member.type, depth + 1);
      if (inner !== undefined) return { ...inner, offsetBits: inner.offsetBits + member.offsetBits };
    } else if (member.name === step.name) {
      const composite = context.local.type(step.typeId);
      const mine = isComposite(composite) ? composite.members[step.index] : undefined;
      if (mine === undefined || !fieldsCompatible(context, mine.type, member.type)) return undefined;
      const accessor: Accessor = { typeId: id, index, name: member.name };
      return { accessor, offsetBits: member.offsetBits, memberType: member.type };
    }
  }
  return undefined;
}

/** A struct's last member, declared without a length: any index is inside it. */
function isFlexibleArray(btf: Btf, holder: Accessor | undefined, length: number): boolean {
  if (holder?.name === undefined || length > 0) return false;
  const type = btf.type(holder.typeId);
  return isComposite(type) && holder.index === type.members.length - 1;
}
