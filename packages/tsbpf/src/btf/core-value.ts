// The number a CO-RE relocation stands for, once its path is known: offset, size, shift, presence and so on.
// Source: Documentation/bpf/llvm_reloc.rst and tools/lib/bpf/relo_core.c (bpf_core_calc_field_relo and its siblings).

import { FormatError } from "../util/bytes.js";
import { isComposite, isEnum } from "./core-compat.js";
import type { CoreSpec } from "./core-spec.js";
import type { Btf, BtfMember, BtfType, BtfTypeId, CoreRelocKind } from "./types.js";
import { innermostElement, sizeOfType, skipModifiers } from "./walk.js";

export interface CoreValue {
  readonly value: bigint;
  /** Whether the compiler must have computed the same number for its own types. */
  readonly comparable: boolean;
  /** For the byte offset of a field that one instruction can load: the field's size and type. */
  readonly field: { readonly sizeBytes: number; readonly type: BtfType } | undefined;
}

/** `spec` is undefined when the target has no such thing; then undefined means that no number stands for that. */
export function computeValue(btf: Btf, kind: CoreRelocKind, spec: CoreSpec | undefined): CoreValue | undefined {
  switch (kind) {
    case "field_exists":
    case "type_exists":
    case "type_matches":
    case "enumval_exists":
      return plain(spec === undefined ? 0n : 1n);
    case "type_id_local":
    case "type_id_target":
      // Ids change when objects are linked, so what stands in the instruction says nothing.
      return { value: BigInt(spec?.rootId ?? 0), comparable: false, field: undefined };
    case "type_size":
      return plain(spec === undefined ? 0n : BigInt(sizeOfType(btf, spec.rootId)));
    case "enumval_value":
      return spec === undefined ? undefined : plain(enumValue(btf, spec));
    default:
      return spec === undefined ? undefined : fieldValue(btf, kind, spec);
  }
}

function plain(value: bigint): CoreValue {
  return { value, comparable: true, field: undefined };
}

function enumValue(btf: Btf, spec: CoreSpec): bigint {
  const accessor = spec.accessors[0];
  const type = btf.type(accessor?.typeId ?? 0);
  const value = isEnum(type) ? type.values[accessor?.index ?? 0] : undefined;
  if (value === undefined) throw new FormatError(`BTF: type ${spec.rootId} has no such enum value`);
  // Before BTF had enum64 (Linux 6.0), enums of eight bytes had the low 32 bits of their values there, without a word
  // on signs. What is large in kernels is mostly negative (enum perf_callchain_context).
  const isCut = type.kind === "enum" && type.size === 8;
  return isCut ? BigInt.asIntN(32, value.value) : value.value;
}

type FieldKind = "field_byte_offset" | "field_byte_size" | "field_signed" | "field_lshift_u64" | "field_rshift_u64";

function fieldValue(btf: Btf, kind: FieldKind, spec: CoreSpec): CoreValue {
  const last = spec.accessors.at(-1);
  const holder = btf.type(last?.typeId ?? 0);
  if (last?.name === undefined) return elementValue(btf, kind, spec, last?.typeId ?? 0);
  const member = isComposite(holder) ? holder.members[last.index] : undefined;
  if (member === undefined) throw new FormatError(`BTF: type ${last.typeId} has no member ${last.index}`);
  const place = placeOf(btf, member, spec.offsetBits);
  switch (kind) {
    case "field_byte_offset":
      return { value: BigInt(place.offsetBytes), comparable: !place.bitfield, field: place.field };
    case "field_byte_size":
      return { value: BigInt(place.sizeBytes), comparable: !place.bitfield, field: undefined };
    case "field_signed":
      return plain(isSigned(btf, member.type) ? 1n : 0n);
    case "field_lshift_u64": {
      const shift = 64 - (spec.offsetBits + place.sizeBits - place.offsetBytes * 8);
      return { value: BigInt(shift), comparable: !place.bitfield, field: undefined };
    }
    case "field_rshift_u64":
      return plain(BigInt(64 - place.sizeBits));
  }
}

/** An array's element, or the whole type the pointer points to. */
function elementValue(btf: Btf, kind: FieldKind, spec: CoreSpec, elementId: BtfTypeId): CoreValue {
  const sizeBytes = sizeOfType(btf, elementId);
  switch (kind) {
    case "field_byte_offset": {
      const field = { sizeBytes, type: skipModifiers(btf, elementId).type };
      return { value: BigInt(Math.floor(spec.offsetBits / 8)), comparable: true, field };
    }
    case "field_byte_size":
      return plain(BigInt(sizeBytes));
    default:
      throw new FormatError(`${kind} is not defined for an array element`);
  }
}

interface Place {
  readonly bitfield: boolean;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly sizeBits: number;
  readonly field: CoreValue["field"];
}

/** The bytes to load to get at a member. */
function placeOf(btf: Btf, member: BtfMember, offsetBits: number): Place {
  const memberBytes = sizeOfType(btf, member.type);
  if (member.bitfieldSizeBits === 0) {
    // An array is loaded element by element, so that it is the element's size an instruction has to have.
    const element = innermostElement(btf, member.type);
    const field = { sizeBytes: elementSize(btf, element.id, memberBytes), type: element.type };
    const offsetBytes = Math.floor(offsetBits / 8);
    return { bitfield: false, offsetBytes, sizeBytes: memberBytes, sizeBits: memberBytes * 8, field };
  }
  // A bit-field is loaded with the smallest aligned load, not below its declared type, that holds all of it.
  let sizeBytes = memberBytes;
  for (;;) {
    if (sizeBytes < 1 || sizeBytes > 8) throw new FormatError(`BTF: bit-field "${member.name}" does not fit a load`);
    const offsetBytes = Math.floor(offsetBits / 8 / sizeBytes) * sizeBytes;
    if (offsetBits + member.bitfieldSizeBits - offsetBytes * 8 <= sizeBytes * 8) {
      return { bitfield: true, offsetBytes, sizeBytes, sizeBits: member.bitfieldSizeBits, field: undefined };
    }
    sizeBytes *= 2;
  }
}

function elementSize(btf: Btf, id: BtfTypeId, memberBytes: number): number {
  // A flexible array has no bytes of its own; its element still has.
  return memberBytes === 0 ? sizeOfType(btf, id) : Math.min(memberBytes, sizeOfType(btf, id));
}

function isSigned(btf: Btf, id: BtfTypeId): boolean {
  const { type } = innermostElement(btf, id);
  if (isEnum(type)) return type.signed;
  return type.kind === "int" && type.encoding === "signed";
}
