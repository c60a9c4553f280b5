// The contexts of programs, field by field: what a program may read and write there. Offsets and widths are those of
// include/uapi/linux/bpf.h, bpf_perf_event.h and asm/ptrace.h; which kind sees which field is what the kernel's
// is_valid_access functions say (net/core/filter.c, kernel/trace/bpf_trace.c), in every release from 5.10 on.

/** One field of a context. Its name in TypeScript is `property`. */
export interface ContextField {
  readonly property: string;
  /** The kernel's name. */
  readonly name: string;
  /** In bytes. */
  readonly offset: number;
  /** Unsigned. */
  readonly bits: 32 | 64;
  /** The number of elements of an array; undefined for a scalar. */
  readonly length: number | undefined;
  readonly writable: boolean;
}

/** Where a context keeps the packet: 32-bit fields that the kernel replaces by pointers. */
export interface PacketFields {
  readonly dataOffset: number;
  readonly dataEndOffset: number;
  readonly writable: boolean;
}

/** What a program of some kind sees. */
export interface ContextSpec {
  readonly struct: string;
  readonly fields: readonly ContextField[];
  readonly packet: PacketFields | undefined;
}

type Row = readonly [name: string, offset: number, bits: 32 | 64, length?: number];

/** struct xdp_md. egress_ifindex is only there for programs of device maps (xdp_is_valid_access). */
const xdpMd: readonly Row[] = [
  ["ingress_ifindex", 12, 32],
  ["rx_queue_index", 16, 32],
];

/** struct __sk_buff, what every program on an sk_buff sees (bpf_skb_is_valid_access). */
const skBuff: readonly Row[] = [
  ["len", 0, 32],
  ["pkt_type", 4, 32],
  ["mark", 8, 32],
  ["queue_mapping", 12, 32],
  ["protocol", 16, 32],
  ["vlan_present", 20, 32],
  ["vlan_tci", 24, 32],
  ["vlan_proto", 28, 32],
  ["priority", 32, 32],
  ["ingress_ifindex", 36, 32],
  ["ifindex", 40, 32],
  ["tc_index", 44, 32],
  ["cb", 48, 32, 5],
  ["hash", 68, 32],
  ["napi_id", 84, 32],
  ["gso_segs", 164, 32],
  ["gso_size", 176, 32],
];

/** Fields of struct __sk_buff that tc programs see beside those (tc_cls_act_is_valid_access). */
const tcOnly: readonly Row[] = [
  ["tc_classid", 72, 32],
  ["tstamp", 152, 64],
  ["wire_len", 160, 32],
];
const tcWritable = ["mark", "tc_index", "priority", "tc_classid", "cb", "tstamp", "queue_mapping"];

/** struct bpf_sock_addr, whatever the address family. */
const sockAddr: readonly Row[] = [
  ["user_family", 0, 32],
  ["user_port", 24, 32],
  ["family", 28, 32],
  ["type", 32, 32],
  ["protocol", 36, 32],
];

function fields(rows: readonly Row[], writable: readonly string[] = []): readonly ContextField[] {
  return rows.map(([name, offset, bits, length]) => ({
    property: name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    name,
    offset,
    bits,
    length,
    writable: writable.includes(name),
  }));
}

const tc: ContextSpec = {
  struct: "__sk_buff",
  fields: fields([...skBuff, ...tcOnly], tcWritable),
  packet: { dataOffset: 76, dataEndOffset: 80, writable: true },
};

const contexts: Readonly<Record<string, ContextSpec>> = {
  xdp: {
    struct: "xdp_md",
    fields: fields(xdpMd),
    packet: { dataOffset: 0, dataEndOffset: 4, writable: true },
  },
  "tcx/ingress": tc,
  "tcx/egress": tc,
  // sk_filter_is_valid_access: no packet, and only the scratch area can be written.
  socket: { struct: "__sk_buff", fields: fields(skBuff, ["cb"]), packet: undefined },
  "cgroup/connect4": {
    struct: "bpf_sock_addr",
    fields: fields([...sockAddr, ["user_ip4", 4, 32]], ["user_ip4", "user_port"]),
    packet: undefined,
  },
  "cgroup/connect6": {
    struct: "bpf_sock_addr",
    fields: fields([...sockAddr, ["user_ip6", 8, 32, 4]], ["user_ip6", "user_port"]),
    packet: undefined,
  },
};

/** Registers of a traced function, as offsets into its pt_regs. */
export interface Registers {
  /** The arguments that travel in registers, in the order of the calling convention. */
  readonly arguments: readonly number[];
  readonly result: number;
  /** The size of the struct in bytes. */
  readonly sizeBytes: number;
}

/** By Node's name of the architecture: struct pt_regs of x86-64, struct user_pt_regs of arm64. */
export const registersOf: Readonly<Record<string, Registers>> = {
  x64: { arguments: [112, 104, 96, 88, 72, 64], result: 80, sizeBytes: 168 },
  arm64: { arguments: [0, 8, 16, 24, 32, 40, 48, 56], result: 0, sizeBytes: 272 },
};

/** What a program of this kind sees; undefined for kinds whose context has no fields of fixed names. */
export function contextOfKind(kind: string, arch: string): ContextSpec | undefined {
  if (kind !== "perf_event") return contexts[kind];
  // struct bpf_perf_event_data: the registers, sample_period, addr.
  const start = registersOf[arch]?.sizeBytes ?? 0;
  const rows: readonly Row[] = [
    ["sample_period", start, 64],
    ["addr", start + 8, 64],
  ];
  return { struct: "bpf_perf_event_data", fields: fields(rows), packet: undefined };
}

/**
 * Helpers that may move the packet: pointers into it are no longer valid afterwards (bpf_helper_changes_pkt_data in
 * net/core/filter.c; a tail call since Linux 6.12).
 */
export const packetMovingHelpers: ReadonlySet<string> = new Set([
  "bpf_skb_store_bytes",
  "bpf_l3_csum_replace",
  "bpf_l4_csum_replace",
  "bpf_tail_call",
  "bpf_clone_redirect",
  "bpf_skb_vlan_push",
  "bpf_skb_vlan_pop",
  "bpf_skb_change_proto",
  "bpf_skb_change_tail",
  "bpf_skb_pull_data",
  "bpf_skb_change_head",
  "bpf_skb_adjust_room",
  "bpf_xdp_adjust_head",
  "bpf_xdp_adjust_meta",
  "bpf_xdp_adjust_tail",
  "bpf_msg_pull_data",
  "bpf_msg_push_data",
  "bpf_msg_pop_data",
  "bpf_lwt_push_encap",
  "bpf_lwt_seg6_store_bytes",
  "bpf_lwt_seg6_adjust_srh",
  "bpf_lwt_seg6_action",
  "bpf_store_hdr_opt",
]);
