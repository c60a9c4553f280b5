// The table of BPF program kinds: which ELF section name makes a function which kind of program, and what the kernel
// wants to know of it (program type, attach type, flags, first kernel release). The numbers are enum bpf_prog_type
// and enum bpf_attach_type of include/uapi/linux/bpf.h; section names follow the common convention of BPF objects.

/** One kind of program. */
export interface ProgramKindSpec {
  /** Our name for the kind; unique. */
  readonly name: string;
  /** Section names, without the slash and the target: section "raw_tp/sched_switch" has the prefix "raw_tp". */
  readonly prefixes: readonly string[];
  /** enum bpf_prog_type. */
  readonly progType: number;
  /** enum bpf_attach_type, 0 where the kernel wants none. */
  readonly expectedAttachType: number;
  /** Load flags such as BPF_F_SLEEPABLE. */
  readonly progFlags: number;
  /** The C type of what the handler gets as its context. */
  readonly context: string;
  /** Attaching needs a name (a tracepoint, a function, …), which the rest of the section gives. */
  readonly needsAttachTarget: boolean;
  /**
   * Set where the kernel must know the target when it loads the program: the target is the BTF type whose name is this
   * prefix and the target's name ("btf_trace_" + "sched_switch").
   */
  readonly btfTargetPrefix?: string;
  /** The first kernel release that has it. */
  readonly minKernel: string;
  /** "ignored": the kernel throws r0 away, whatever it is. "used": it means something or the verifier limits it. */
  readonly returnValue: "ignored" | "used";
  /** The kernel takes such programs only under a licence compatible with the GPL. */
  readonly gplOnly: boolean;
  /** The answer that lets things go their way. */
  readonly neutralAnswer: number;
}

/** enum bpf_prog_type. */
export const ProgType = {
  SOCKET_FILTER: 1,
  KPROBE: 2,
  SCHED_CLS: 3,
  SCHED_ACT: 4,
  TRACEPOINT: 5,
  XDP: 6,
  PERF_EVENT: 7,
  CGROUP_SKB: 8,
  CGROUP_SOCK: 9,
  LWT_IN: 10,
  LWT_OUT: 11,
  LWT_XMIT: 12,
  SOCK_OPS: 13,
  SK_SKB: 14,
  CGROUP_DEVICE: 15,
  SK_MSG: 16,
  RAW_TRACEPOINT: 17,
  CGROUP_SOCK_ADDR: 18,
  LWT_SEG6LOCAL: 19,
  LIRC_MODE2: 20,
  SK_REUSEPORT: 21,
  FLOW_DISSECTOR: 22,
  CGROUP_SYSCTL: 23,
  RAW_TRACEPOINT_WRITABLE: 24,
  CGROUP_SOCKOPT: 25,
  TRACING: 26,
  STRUCT_OPS: 27,
  EXT: 28,
  LSM: 29,
  SK_LOOKUP: 30,
  SYSCALL: 31,
  NETFILTER: 32,
} as const;

/** enum bpf_attach_type. */
export const AttachType = {
  NONE: 0,
  CGROUP_INET_INGRESS: 0,
  CGROUP_INET_EGRESS: 1,
  CGROUP_INET_SOCK_CREATE: 2,
  CGROUP_SOCK_OPS: 3,
  SK_SKB_STREAM_PARSER: 4,
  SK_SKB_STREAM_VERDICT: 5,
  CGROUP_DEVICE: 6,
  SK_MSG_VERDICT: 7,
  CGROUP_INET4_BIND: 8,
  CGROUP_INET6_BIND: 9,
  CGROUP_INET4_CONNECT: 10,
  CGROUP_INET6_CONNECT: 11,
  CGROUP_INET4_POST_BIND: 12,
  CGROUP_INET6_POST_BIND: 13,
  CGROUP_UDP4_SENDMSG: 14,
  CGROUP_UDP6_SENDMSG: 15,
  LIRC_MODE2: 16,
  FLOW_DISSECTOR: 17,
  CGROUP_SYSCTL: 18,
  CGROUP_UDP4_RECVMSG: 19,
  CGROUP_UDP6_RECVMSG: 20,
  CGROUP_GETSOCKOPT: 21,
  CGROUP_SETSOCKOPT: 22,
  TRACE_RAW_TP: 23,
  TRACE_FENTRY: 24,
  TRACE_FEXIT: 25,
  MODIFY_RETURN: 26,
  LSM_MAC: 27,
  TRACE_ITER: 28,
  CGROUP_INET4_GETPEERNAME: 29,
  CGROUP_INET6_GETPEERNAME: 30,
  CGROUP_INET4_GETSOCKNAME: 31,
  CGROUP_INET6_GETSOCKNAME: 32,
  XDP_DEVMAP: 33,
  CGROUP_INET_SOCK_RELEASE: 34,
  XDP_CPUMAP: 35,
  SK_LOOKUP: 36,
  XDP: 37,
  SK_SKB_VERDICT: 38,
  SK_REUSEPORT_SELECT: 39,
  SK_REUSEPORT_SELECT_OR_MIGRATE: 40,
  PERF_EVENT: 41,
  TRACE_KPROBE_MULTI: 42,
  LSM_CGROUP: 43,
  STRUCT_OPS: 44,
  NETFILTER: 45,
  TCX_INGRESS: 46,
  TCX_EGRESS: 47,
  TRACE_UPROBE_MULTI: 48,
  CGROUP_UNIX_CONNECT: 49,
  CGROUP_UNIX_SENDMSG: 50,
  CGROUP_UNIX_RECVMSG: 51,
  CGROUP_UNIX_GETPEERNAME: 52,
  CGROUP_UNIX_GETSOCKNAME: 53,
  NETKIT_PRIMARY: 54,
  NETKIT_PEER: 55,
  TRACE_KPROBE_SESSION: 56,
  TRACE_UPROBE_SESSION: 57,
} as const;

/** BPF_F_SLEEPABLE: the program may call helpers that sleep. */
export const F_SLEEPABLE = 0x10;
/** BPF_F_XDP_HAS_FRAGS: the program can work on packets of several buffers. */
export const F_XDP_HAS_FRAGS = 0x20;

type Extra = Partial<
  Pick<
    ProgramKindSpec,
    "btfTargetPrefix" | "progFlags" | "returnValue" | "needsAttachTarget" | "gplOnly" | "neutralAnswer"
  >
>;

/** A row; the first prefix is the kind's name, and a program without more is used for its return value. */
function kind(
  prefixes: readonly [string, ...string[]],
  progType: number,
  expectedAttachType: number,
  context: string,
  minKernel: string,
  extra: Extra = {},
): ProgramKindSpec {
  return {
    name: prefixes[0],
    prefixes,
    progType,
    expectedAttachType,
    progFlags: 0,
    context,
    needsAttachTarget: false,
    minKernel,
    returnValue: "used",
    gplOnly: false,
    neutralAnswer: 0,
    ...extra,
  };
}

// What the kernel does with r0: __bpf_trace_run in kernel/trace/bpf_trace.c drops it for raw tracepoints;
// tp_btf programs run the same way. From fentry and fexit the verifier wants 0 (check_return_code in
// kernel/bpf/verifier.c), and kprobe, tracepoint and perf_event programs decide with it whether perf sees the event,
// so all of those are "used".
const ignored: Extra = { returnValue: "ignored" };
const target: Extra = { needsAttachTarget: true };
const sleepable: Extra = { progFlags: F_SLEEPABLE };
/** XDP_PASS. */
const pass: Extra = { neutralAnswer: 2 };
/** TC_ACT_UNSPEC and TCX_NEXT: the next program decides. */
const next: Extra = { neutralAnswer: -1 };
/** The connection goes on. */
const allow: Extra = { neutralAnswer: 1 };
/** As many bytes as there are. */
const wholePacket: Extra = { neutralAnswer: -1 };
/** bpf_lsm_verify_prog, kernel/bpf/bpf_lsm.c; check_struct_ops_btf_id, kernel/bpf/verifier.c. */
const gpl: Extra = { gplOnly: true };
const rawTarget: Extra = { ...target, ...ignored };
const T = ProgType;
const A = AttachType;
const skb = "struct __sk_buff";
const sockAddr = "struct bpf_sock_addr";
const rawArgs = "struct bpf_raw_tracepoint_args";
const ptRegs = "struct pt_regs";
/** An array of 64-bit argument values, as the traced function or tracepoint got them. */
const argArray = "u64[]";

function btf(prefix: string, more: Extra = {}): Extra {
  return { needsAttachTarget: true, btfTargetPrefix: prefix, ...more };
}

export const programKinds: readonly ProgramKindSpec[] = [
  // Tracing.
  kind(["raw_tracepoint", "raw_tp"], T.RAW_TRACEPOINT, A.NONE, rawArgs, "4.17", rawTarget),
  kind(["raw_tracepoint.w", "raw_tp.w"], T.RAW_TRACEPOINT_WRITABLE, A.NONE, rawArgs, "5.2", rawTarget),
  kind(["tp_btf"], T.TRACING, A.TRACE_RAW_TP, argArray, "5.5", btf("btf_trace_", ignored)),
  kind(["tracepoint", "tp"], T.TRACEPOINT, A.NONE, "struct trace_event_raw", "4.7", target),
  kind(["kprobe"], T.KPROBE, A.NONE, ptRegs, "4.1", target),
  kind(["kretprobe"], T.KPROBE, A.NONE, ptRegs, "4.1", target),
  kind(["kprobe.multi"], T.KPROBE, A.TRACE_KPROBE_MULTI, ptRegs, "5.18", target),
  kind(["kretprobe.multi"], T.KPROBE, A.TRACE_KPROBE_MULTI, ptRegs, "5.18", target),
  kind(["kprobe.session"], T.KPROBE, A.TRACE_KPROBE_SESSION, ptRegs, "6.10", target),
  kind(["ksyscall"], T.KPROBE, A.NONE, ptRegs, "4.1", target),
  kind(["kretsyscall"], T.KPROBE, A.NONE, ptRegs, "4.1", target),
  kind(["uprobe"], T.KPROBE, A.NONE, ptRegs, "4.1", target),
  kind(["uretprobe"], T.KPROBE, A.NONE, ptRegs, "4.1", target),
  kind(["uprobe.s"], T.KPROBE, A.NONE, ptRegs, "6.0", { ...target, ...sleepable }),
  kind(["uretprobe.s"], T.KPROBE, A.NONE, ptRegs, "6.0", { ...target, ...sleepable }),
  kind(["uprobe.multi"], T.KPROBE, A.TRACE_UPROBE_MULTI, ptRegs, "6.6", target),
  kind(["uretprobe.multi"], T.KPROBE, A.TRACE_UPROBE_MULTI, ptRegs, "6.6", target),
  kind(["uprobe.session"], T.KPROBE, A.TRACE_UPROBE_SESSION, ptRegs, "6.13", target),
  kind(["uprobe.multi.s"], T.KPROBE, A.TRACE_UPROBE_MULTI, ptRegs, "6.6", { ...target, ...sleepable }),
  kind(["uretprobe.multi.s"], T.KPROBE, A.TRACE_UPROBE_MULTI, ptRegs, "6.6", { ...target, ...sleepable }),
  kind(["uprobe.session.s"], T.KPROBE, A.TRACE_UPROBE_SESSION, ptRegs, "6.13", { ...target, ...sleepable }),
  kind(["usdt"], T.KPROBE, A.NONE, ptRegs, "4.1", target),
  kind(["usdt.s"], T.KPROBE, A.NONE, ptRegs, "6.0", { ...target, ...sleepable }),
  kind(["perf_event"], T.PERF_EVENT, A.NONE, "struct bpf_perf_event_data", "4.9"),
  kind(["fentry"], T.TRACING, A.TRACE_FENTRY, argArray, "5.5", btf("")),
  kind(["fentry.s"], T.TRACING, A.TRACE_FENTRY, argArray, "5.10", btf("", sleepable)),
  kind(["fexit"], T.TRACING, A.TRACE_FEXIT, argArray, "5.5", btf("")),
  kind(["fexit.s"], T.TRACING, A.TRACE_FEXIT, argArray, "5.10", btf("", sleepable)),
  kind(["fmod_ret"], T.TRACING, A.MODIFY_RETURN, argArray, "5.7", btf("")),
  kind(["fmod_ret.s"], T.TRACING, A.MODIFY_RETURN, argArray, "5.10", btf("", sleepable)),
  kind(["iter"], T.TRACING, A.TRACE_ITER, "struct bpf_iter", "5.8", btf("bpf_iter_")),
  kind(["iter.s"], T.TRACING, A.TRACE_ITER, "struct bpf_iter", "5.19", btf("bpf_iter_", sleepable)),
  // Security.
  kind(["lsm"], T.LSM, A.LSM_MAC, argArray, "5.7", btf("bpf_lsm_", gpl)),
  kind(["lsm.s"], T.LSM, A.LSM_MAC, argArray, "5.10", btf("bpf_lsm_", { ...sleepable, ...gpl })),
  kind(["lsm_cgroup"], T.LSM, A.LSM_CGROUP, argArray, "6.0", btf("bpf_lsm_", gpl)),
  // Replacing BPF functions, kernel operations, and programs that user space runs by itself.
  kind(["freplace"], T.EXT, A.NONE, "the context of the function it replaces", "5.6", target),
  kind(["struct_ops"], T.STRUCT_OPS, A.NONE, argArray, "5.6", gpl),
  kind(["struct_ops.s"], T.STRUCT_OPS, A.NONE, argArray, "6.1", { ...sleepable, ...gpl }),
  kind(["syscall"], T.SYSCALL, A.NONE, "the caller's buffer", "5.14", sleepable),
  // Packets.
  kind(["xdp"], T.XDP, A.XDP, "struct xdp_md", "4.8", pass),
  kind(["xdp.frags"], T.XDP, A.XDP, "struct xdp_md", "5.18", { progFlags: F_XDP_HAS_FRAGS }),
  kind(["xdp/devmap"], T.XDP, A.XDP_DEVMAP, "struct xdp_md", "5.8"),
  kind(["xdp.frags/devmap"], T.XDP, A.XDP_DEVMAP, "struct xdp_md", "5.18", { progFlags: F_XDP_HAS_FRAGS }),
  kind(["xdp/cpumap"], T.XDP, A.XDP_CPUMAP, "struct xdp_md", "5.9"),
  kind(["xdp.frags/cpumap"], T.XDP, A.XDP_CPUMAP, "struct xdp_md", "5.18", { progFlags: F_XDP_HAS_FRAGS }),
  kind(["tc", "classifier"], T.SCHED_CLS, A.NONE, skb, "4.1", next),
  kind(["action"], T.SCHED_ACT, A.NONE, skb, "4.1"),
  // Attaching by tcx needs 6.6; below, the same program is loaded and attached to clsact.
  kind(["tcx/ingress", "tc/ingress"], T.SCHED_CLS, A.TCX_INGRESS, skb, "4.1", next),
  kind(["tcx/egress", "tc/egress"], T.SCHED_CLS, A.TCX_EGRESS, skb, "4.1", next),
  kind(["netkit/primary"], T.SCHED_CLS, A.NETKIT_PRIMARY, skb, "6.7"),
  kind(["netkit/peer"], T.SCHED_CLS, A.NETKIT_PEER, skb, "6.7"),
  kind(["lwt_in"], T.LWT_IN, A.NONE, skb, "4.10"),
  kind(["lwt_out"], T.LWT_OUT, A.NONE, skb, "4.10"),
  kind(["lwt_xmit"], T.LWT_XMIT, A.NONE, skb, "4.10"),
  kind(["lwt_seg6local"], T.LWT_SEG6LOCAL, A.NONE, skb, "4.18"),
  kind(["flow_dissector"], T.FLOW_DISSECTOR, A.FLOW_DISSECTOR, skb, "4.20"),
  kind(["netfilter"], T.NETFILTER, A.NETFILTER, "struct bpf_nf_ctx", "6.4"),
  // Sockets.
  kind(["socket"], T.SOCKET_FILTER, A.NONE, skb, "3.19", wholePacket),
  kind(["sk_reuseport"], T.SK_REUSEPORT, A.SK_REUSEPORT_SELECT, "struct sk_reuseport_md", "4.19"),
  kind(["sk_reuseport/migrate"], T.SK_REUSEPORT, A.SK_REUSEPORT_SELECT_OR_MIGRATE, "struct sk_reuseport_md", "5.14"),
  kind(["sk_lookup"], T.SK_LOOKUP, A.SK_LOOKUP, "struct bpf_sk_lookup", "5.9"),
  kind(["sk_skb"], T.SK_SKB, A.NONE, skb, "4.14"),
  kind(["sk_skb/stream_parser"], T.SK_SKB, A.SK_SKB_STREAM_PARSER, skb, "4.14"),
  kind(["sk_skb/stream_verdict"], T.SK_SKB, A.SK_SKB_STREAM_VERDICT, skb, "4.14"),
  kind(["sk_skb/verdict"], T.SK_SKB, A.SK_SKB_VERDICT, skb, "5.13"),
  kind(["sk_msg"], T.SK_MSG, A.SK_MSG_VERDICT, "struct sk_msg_md", "4.17"),
  kind(["sockops", "sock_ops"], T.SOCK_OPS, A.CGROUP_SOCK_OPS, "struct bpf_sock_ops", "4.13"),
  // Control groups.
  kind(["cgroup_skb/ingress"], T.CGROUP_SKB, A.CGROUP_INET_INGRESS, skb, "4.10"),
  kind(["cgroup_skb/egress"], T.CGROUP_SKB, A.CGROUP_INET_EGRESS, skb, "4.10"),
  kind(["cgroup/skb"], T.CGROUP_SKB, A.NONE, skb, "4.10"),
  kind(["cgroup/sock_create", "cgroup/sock"], T.CGROUP_SOCK, A.CGROUP_INET_SOCK_CREATE, "struct bpf_sock", "4.10"),
  kind(["cgroup/sock_release"], T.CGROUP_SOCK, A.CGROUP_INET_SOCK_RELEASE, "struct bpf_sock", "5.9"),
  kind(["cgroup/post_bind4"], T.CGROUP_SOCK, A.CGROUP_INET4_POST_BIND, "struct bpf_sock", "4.17"),
  kind(["cgroup/post_bind6"], T.CGROUP_SOCK, A.CGROUP_INET6_POST_BIND, "struct bpf_sock", "4.17"),
  kind(["cgroup/bind4"], T.CGROUP_SOCK_ADDR, A.CGROUP_INET4_BIND, sockAddr, "4.17"),
  kind(["cgroup/bind6"], T.CGROUP_SOCK_ADDR, A.CGROUP_INET6_BIND, sockAddr, "4.17"),
  kind(["cgroup/connect4"], T.CGROUP_SOCK_ADDR, A.CGROUP_INET4_CONNECT, sockAddr, "4.17", allow),
  kind(["cgroup/connect6"], T.CGROUP_SOCK_ADDR, A.CGROUP_INET6_CONNECT, sockAddr, "4.17", allow),
  kind(["cgroup/connect_unix"], T.CGROUP_SOCK_ADDR, A.CGROUP_UNIX_CONNECT, sockAddr, "6.7"),
  kind(["cgroup/sendmsg4"], T.CGROUP_SOCK_ADDR, A.CGROUP_UDP4_SENDMSG, sockAddr, "4.18"),
  kind(["cgroup/sendmsg6"], T.CGROUP_SOCK_ADDR, A.CGROUP_UDP6_SENDMSG, sockAddr, "4.18"),
  kind(["cgroup/sendmsg_unix"], T.CGROUP_SOCK_ADDR, A.CGROUP_UNIX_SENDMSG, sockAddr, "6.7"),
  kind(["cgroup/recvmsg4"], T.CGROUP_SOCK_ADDR, A.CGROUP_UDP4_RECVMSG, sockAddr, "5.2"),
  kind(["cgroup/recvmsg6"], T.CGROUP_SOCK_ADDR, A.CGROUP_UDP6_RECVMSG, sockAddr, "5.2"),
  kind(["cgroup/recvmsg_unix"], T.CGROUP_SOCK_ADDR, A.CGROUP_UNIX_RECVMSG, sockAddr, "6.7"),
  kind(["cgroup/getpeername4"], T.CGROUP_SOCK_ADDR, A.CGROUP_INET4_GETPEERNAME, sockAddr, "5.8"),
  kind(["cgroup/getpeername6"], T.CGROUP_SOCK_ADDR, A.CGROUP_INET6_GETPEERNAME, sockAddr, "5.8"),
  kind(["cgroup/getpeername_unix"], T.CGROUP_SOCK_ADDR, A.CGROUP_UNIX_GETPEERNAME, sockAddr, "6.7"),
  kind(["cgroup/getsockname4"], T.CGROUP_SOCK_ADDR, A.CGROUP_INET4_GETSOCKNAME, sockAddr, "5.8"),
  kind(["cgroup/getsockname6"], T.CGROUP_SOCK_ADDR, A.CGROUP_INET6_GETSOCKNAME, sockAddr, "5.8"),
  kind(["cgroup/getsockname_unix"], T.CGROUP_SOCK_ADDR, A.CGROUP_UNIX_GETSOCKNAME, sockAddr, "6.7"),
  kind(["cgroup/dev"], T.CGROUP_DEVICE, A.CGROUP_DEVICE, "struct bpf_cgroup_dev_ctx", "4.15"),
  kind(["cgroup/sysctl"], T.CGROUP_SYSCTL, A.CGROUP_SYSCTL, "struct bpf_sysctl", "5.2"),
  kind(["cgroup/getsockopt"], T.CGROUP_SOCKOPT, A.CGROUP_GETSOCKOPT, "struct bpf_sockopt", "5.3"),
  kind(["cgroup/setsockopt"], T.CGROUP_SOCKOPT, A.CGROUP_SETSOCKOPT, "struct bpf_sockopt", "5.3"),
  // Infrared remote controls.
  kind(["lirc_mode2"], T.LIRC_MODE2, A.LIRC_MODE2, "u32", "4.18"),
];

const kindByName: ReadonlyMap<string, ProgramKindSpec> = new Map(programKinds.map((spec) => [spec.name, spec]));
const kindByPrefix: ReadonlyMap<string, ProgramKindSpec> = new Map(
  programKinds.flatMap((spec) => spec.prefixes.map((prefix) => [prefix, spec] as const)),
);

export function programKindByName(name: string): ProgramKindSpec | undefined {
  return kindByName.get(name);
}

/**
 * The kind of program a section holds, and what it is attached to: "raw_tp/sched_switch" is a raw_tracepoint on
 * "sched_switch". The longest known prefix wins: "xdp/devmap" is a kind of its own, "xdp/lan" is an xdp program.
 */
export function programKindOfSection(section: string): { kind: ProgramKindSpec; target: string } | undefined {
  for (let end = section.length; end > 0; end = section.lastIndexOf("/", end - 1)) {
    const kind = kindByPrefix.get(section.slice(0, end));
    if (kind !== undefined) return { kind, target: section.slice(end + 1) };
  }
  return undefined;
}
