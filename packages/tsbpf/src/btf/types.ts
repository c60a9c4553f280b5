// BTF as plain data. Source: Documentation/bpf/btf.rst and include/uapi/linux/btf.h.
// A type id is an index; id 0 is void. Sizes and offsets are in bytes unless the name says bits.

export type BtfTypeId = number;

/** Enum values are exact: up to 32 bits for "enum", up to 64 for "enum64". */
export interface BtfEnumValue {
  readonly name: string;
  readonly value: bigint;
}

export interface BtfMember {
  readonly name: string;
  readonly type: BtfTypeId;
  readonly offsetBits: number;
  /** 0 for an ordinary member. */
  readonly bitfieldSizeBits: number;
}

export interface BtfParam {
  readonly name: string;
  readonly type: BtfTypeId;
}

export interface BtfVarSecInfo {
  readonly type: BtfTypeId;
  readonly offset: number;
  readonly size: number;
}

export type BtfLinkage = "static" | "global" | "extern";

export type BtfType =
  | { readonly kind: "void" }
  | {
      readonly kind: "int";
      readonly name: string;
      readonly size: number;
      readonly bits: number;
      readonly offsetBits: number;
      readonly encoding: "unsigned" | "signed" | "char" | "bool";
    }
  | { readonly kind: "ptr"; readonly type: BtfTypeId }
  | { readonly kind: "array"; readonly element: BtfTypeId; readonly index: BtfTypeId; readonly length: number }
  | {
      readonly kind: "struct" | "union";
      readonly name: string;
      readonly size: number;
      readonly members: readonly BtfMember[];
    }
  | {
      readonly kind: "enum" | "enum64";
      readonly name: string;
      readonly size: number;
      readonly signed: boolean;
      readonly values: readonly BtfEnumValue[];
    }
  | { readonly kind: "fwd"; readonly name: string; readonly union: boolean }
  | { readonly kind: "typedef"; readonly name: string; readonly type: BtfTypeId }
  | { readonly kind: "volatile" | "const" | "restrict"; readonly type: BtfTypeId }
  | { readonly kind: "func"; readonly name: string; readonly type: BtfTypeId; readonly linkage: BtfLinkage }
  | { readonly kind: "func_proto"; readonly returns: BtfTypeId; readonly params: readonly BtfParam[] }
  | { readonly kind: "var"; readonly name: string; readonly type: BtfTypeId; readonly linkage: BtfLinkage }
  | { readonly kind: "datasec"; readonly name: string; readonly size: number; readonly vars: readonly BtfVarSecInfo[] }
  | { readonly kind: "float"; readonly name: string; readonly size: number }
  | {
      readonly kind: "decl_tag";
      readonly name: string;
      readonly type: BtfTypeId;
      /** -1: the type itself; otherwise the member or parameter with this index. */
      readonly component: number;
    }
  | { readonly kind: "type_tag"; readonly name: string; readonly type: BtfTypeId };

/** Read-only BTF. Types are decoded on first use: the kernel's own BTF has 130,000 of them. */
export interface Btf {
  /** Number of types including void, so that ids are 0 … typeCount - 1. */
  readonly typeCount: number;
  /** Throws FormatError for an id outside the table or a malformed type. */
  type(id: BtfTypeId): BtfType;
  /** Ids of the types with this name up to any `___flavour` suffix (the essential name), in id order. */
  idsByEssentialName(name: string): readonly BtfTypeId[];
}

/** The thirteen CO-RE relocation kinds, in the order of enum bpf_core_relo_kind (include/uapi/linux/bpf.h). */
export const coreRelocKinds = [
  "field_byte_offset",
  "field_byte_size",
  "field_exists",
  "field_signed",
  "field_lshift_u64",
  "field_rshift_u64",
  "type_id_local",
  "type_id_target",
  "type_exists",
  "type_size",
  "enumval_exists",
  "enumval_value",
  "type_matches",
] as const;
export type CoreRelocKind = (typeof coreRelocKinds)[number];

/** One CO-RE relocation: `access` is libbpf's access string ("0:1:2"; for enums the value's index). */
export interface CoreReloc {
  readonly insnIndex: number;
  readonly kind: CoreRelocKind;
  readonly typeId: BtfTypeId;
  readonly access: string;
}
