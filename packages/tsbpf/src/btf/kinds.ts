// How BTF types lie in memory: kind numbers, header layout and the size of what follows each type's 12 bytes.
// Source: include/uapi/linux/btf.h and Documentation/bpf/btf.rst.

import type { BtfLinkage, BtfType } from "./types.js";

export const BTF_MAGIC = 0xeb9f;
export const BTF_VERSION = 1;
/** magic, version, flags, hdr_len, and offset and length of the types and of the strings. */
export const BTF_HEADER_BYTES = 24;
/** name_off, info, and size or type. */
export const TYPE_HEADER_BYTES = 12;

interface KindLayout {
  readonly kind: BtfType["kind"];
  /** Bytes after the type's header, whatever its vlen. */
  readonly fixedBytes: number;
  /** Bytes for each of its vlen entries. */
  readonly entryBytes: number;
}

function layout(kind: BtfType["kind"], fixedBytes = 0, entryBytes = 0): KindLayout {
  return { kind, fixedBytes, entryBytes };
}

/** Indexed by kind number. */
export const kindLayouts: readonly KindLayout[] = [
  layout("void"),
  layout("int", 4),
  layout("ptr"),
  layout("array", 12),
  layout("struct", 0, 12),
  layout("union", 0, 12),
  layout("enum", 0, 8),
  layout("fwd"),
  layout("typedef"),
  layout("volatile"),
  layout("const"),
  layout("restrict"),
  layout("func"),
  layout("func_proto", 0, 8),
  layout("var", 4),
  layout("datasec", 0, 12),
  layout("float"),
  layout("decl_tag", 4),
  layout("type_tag"),
  layout("enum64", 0, 12),
];

/** The other way round. */
export const kindNumbers = Object.fromEntries(kindLayouts.map(({ kind }, number) => [kind, number])) as Readonly<
  Record<BtfType["kind"], number>
>;

/** Indexed by the value of enum btf_func_linkage, which variables share. */
export const linkages: readonly BtfLinkage[] = ["static", "global", "extern"];

/** Bits of an int's encoding. */
export const IntEncoding = { SIGNED: 1, CHAR: 2, BOOL: 4 } as const;
