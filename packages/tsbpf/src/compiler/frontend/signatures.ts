// What the object's BTF says of a subprogram: names and types of its parameters, and its result.

import type { DataType, ScalarType } from "./types.js";

export type SignatureType =
  | ScalarType
  /** An exact integer in 64 bits. */
  | { readonly kind: "number" }
  /** An address in kernel memory, which the verifier takes for a number. */
  | { readonly kind: "address" }
  | { readonly kind: "pointer"; readonly to: DataType }
  | { readonly kind: "context" }
  | { readonly kind: "void" };

export interface Signature {
  readonly linkage: "static" | "global";
  readonly params: readonly { readonly name: string; readonly type: SignatureType }[];
  readonly returns: SignatureType;
}
