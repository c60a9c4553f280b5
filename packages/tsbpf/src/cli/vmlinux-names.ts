// What the parts of `tsbpf vmlinux` share: types by their names, and what rendering one finds out.

import type { DecodedBtf } from "../btf/decode.js";
import type { BtfTypeId } from "../btf/types.js";

/** A type with a name that CO-RE can look up: a struct, a union, an enum, or a typedef of one without a name. */
export interface NamedType {
  /** Of the struct, union or enum itself. */
  readonly id: BtfTypeId;
  readonly name: string;
  readonly isTypedef: boolean;
}

/** What rendering needs to know and finds out. */
export interface Rendering {
  readonly btf: DecodedBtf;
  /** Names of "tsbpf" that the text uses. */
  readonly imports: Set<string>;
  /** The view's name for a type, which then becomes part of the text; undefined where it is too far away. */
  readonly refer: (type: NamedType, behindPointer: boolean) => string | undefined;
  /** Counts one member. */
  readonly spend: () => void;
}

/** What C can name; other languages' types in the kernel's BTF have more in their names. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}
