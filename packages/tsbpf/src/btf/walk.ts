// Small questions about types that need more than one of them: what stands behind typedefs and qualifiers, how large
// a type is. BTF may be hostile, so chains that do not end throw FormatError.

import { FormatError } from "../util/bytes.js";
import type { Btf, BtfType, BtfTypeId } from "./types.js";

/** No sane chain of typedefs, qualifiers and arrays is longer. */
const MAX_CHAIN = 64;
/** A pointer's size in the BPF target and in every 64-bit kernel. */
export const POINTER_BYTES = 8;
const MAX_TYPE_BYTES = 2 ** 40;

export interface FoundType {
  readonly id: BtfTypeId;
  readonly type: BtfType;
}

/** The type behind const, volatile, restrict, type tags and typedefs. */
export function skipModifiers(btf: Btf, start: BtfTypeId): FoundType {
  let id = start;
  for (let step = 0; step < MAX_CHAIN; step++) {
    const type = btf.type(id);
    switch (type.kind) {
      case "const":
      case "volatile":
      case "restrict":
      case "type_tag":
      case "typedef":
        id = type.type;
        break;
      default:
        return { id, type };
    }
  }
  throw new FormatError(`BTF: the chain of typedefs from type ${start} does not end`);
}

/** Size in bytes of a value of the type; throws FormatError when it has none, such as void or a function. */
export function sizeOfType(btf: Btf, start: BtfTypeId): number {
  let count = 1;
  let id = start;
  for (let step = 0; step < MAX_CHAIN; step++) {
    const { type } = skipModifiers(btf, id);
    if (type.kind === "array") {
      count *= type.length;
      id = type.element;
      continue;
    }
    const size = sizeOfPlain(type, start) * count;
    if (size > MAX_TYPE_BYTES) throw new FormatError(`BTF: type ${start} is too large`);
    return size;
  }
  throw new FormatError(`BTF: the chain of arrays from type ${start} does not end`);
}

/** The element type of an array of arrays, or the type itself. */
export function innermostElement(btf: Btf, start: BtfTypeId): FoundType {
  let found = skipModifiers(btf, start);
  for (let step = 0; step < MAX_CHAIN; step++) {
    if (found.type.kind !== "array") return found;
    found = skipModifiers(btf, found.type.element);
  }
  throw new FormatError(`BTF: the chain of arrays from type ${start} does not end`);
}

function sizeOfPlain(type: BtfType, id: BtfTypeId): number {
  switch (type.kind) {
    case "int":
    case "struct":
    case "union":
    case "enum":
    case "enum64":
    case "float":
    case "datasec":
      return type.size;
    case "ptr":
      return POINTER_BYTES;
    default:
      throw new FormatError(`BTF: type ${id} (${type.kind}) has no size`);
  }
}
