// The table of the kernel's helper functions, ids 1 to 211: prototypes, memory effects and who may call them. The
// list is closed: since Linux 6.2 the kernel only adds kfuncs. Argument kinds follow each helper's struct
// bpf_func_proto in Linux 6.18 (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c, net/core/filter.c), and so do the
// program kinds: an older kernel may let fewer kinds call a helper, which only the kernel can tell when it loads the
// program.

import { assert } from "../util/assert.js";
import type { HelperArg, HelperReturn, HelperSpec } from "./helper-spec.js";
import { programKinds } from "./program-kinds.js";

export function helperById(id: number): HelperSpec | undefined {
  return byId.get(id);
}

/** By the name a TypeScript program uses, such as "bpfGetCurrentComm". */
export function helperByName(tsName: string): HelperSpec | undefined {
  return byName.get(tsName);
}

/** The number (enum bpf_func_id of include/uapi/linux/bpf.h) of a helper that the table has. */
export function helperId(tsName: string): number {
  const helper = helperByName(tsName);
  assert(helper, `the helper table has no ${tsName}`);
  return helper.id;
}

export function helperIds(...tsNames: readonly string[]): ReadonlySet<number> {
  return new Set(tsNames.map(helperId));
}

/** Whether programs of the kind with this name (bpf/program-kinds.ts) may call the helper. */
export function mayCall(helper: HelperSpec, programKind: string): boolean {
  return helper.programKinds === "all" || helper.programKinds.includes(programKind);
}

// ---- groups of program kinds ------------------------------------------------------------------------------------

/** A program that replaces a function may call what the function it replaces may; the kernel checks it then. */
function kinds(...names: readonly string[]): readonly string[] {
  return [...names, "freplace"];
}

function except(...names: readonly string[]): readonly string[] {
  return programKinds.map((kind) => kind.name).filter((name) => !names.includes(name));
}

const tracepoints = ["raw_tracepoint", "raw_tracepoint.w", "tracepoint"];
const kprobes = [
  "kprobe", "kretprobe", "kprobe.multi", "kretprobe.multi", "kprobe.session", "ksyscall", "kretsyscall", "uprobe",
  "uretprobe", "uprobe.s", "uretprobe.s", "uprobe.multi", "uretprobe.multi", "uprobe.session", "uprobe.multi.s",
  "uretprobe.multi.s", "uprobe.session.s", "usdt", "usdt.s",
];
const fentries = ["fentry", "fentry.s"];
const fexits = ["fexit", "fexit.s"];
const fmodRets = ["fmod_ret", "fmod_ret.s"];
const iters = ["iter", "iter.s"];
const lsms = ["lsm", "lsm.s"];
const structOps = ["struct_ops", "struct_ops.s"];
const xdps = ["xdp", "xdp.frags", "xdp/devmap", "xdp.frags/devmap", "xdp/cpumap", "xdp.frags/cpumap"];
const tcs = ["tc", "action", "tcx/ingress", "tcx/egress", "netkit/primary", "netkit/peer"];
const skReuseports = ["sk_reuseport", "sk_reuseport/migrate"];
const skSkbs = ["sk_skb", "sk_skb/stream_parser", "sk_skb/stream_verdict", "sk_skb/verdict"];
const cgroupSkbs = ["cgroup_skb/ingress", "cgroup_skb/egress", "cgroup/skb"];
const cgroupSocks = ["cgroup/sock_create", "cgroup/sock_release", "cgroup/post_bind4", "cgroup/post_bind6"];
const bindAndSend = [
  "cgroup/bind4", "cgroup/bind6", "cgroup/connect_unix", "cgroup/sendmsg4", "cgroup/sendmsg6", "cgroup/sendmsg_unix",
];
const connects = ["cgroup/connect4", "cgroup/connect6"];
const receiveAndNames = [
  "cgroup/recvmsg4", "cgroup/recvmsg6", "cgroup/recvmsg_unix", "cgroup/getpeername4", "cgroup/getpeername6",
  "cgroup/getpeername_unix", "cgroup/getsockname4", "cgroup/getsockname6", "cgroup/getsockname_unix",
];
const trampolines = [...fentries, ...fexits, ...fmodRets];
const sockAddrs = [...bindAndSend, ...connects, ...receiveAndNames];
const cgroupSockopts = ["cgroup/getsockopt", "cgroup/setsockopt"];
const lwts = ["lwt_in", "lwt_out", "lwt_xmit", "lwt_seg6local"];
const btfTracing = ["tp_btf", ...trampolines, ...iters, ...lsms, "lsm_cgroup"];
const tracing = [...tracepoints, ...kprobes, "perf_event", ...btfTracing, "syscall"];
/** Programs that may wait (BPF_F_SLEEPABLE); helpers that sleep are only for them. */
const sleepables = [
  "uprobe.s", "uretprobe.s", "uprobe.multi.s", "uretprobe.multi.s", "uprobe.session.s", "usdt.s", "fentry.s",
  "fexit.s", "fmod_ret.s", "iter.s", "lsm.s", "struct_ops.s", "syscall",
];

const ALL = "all";
/** What bpf_base_func_proto gives every kind; only infrared decoders have a list of their own. */
const BASE = except("lirc_mode2");

// ---- constructors -----------------------------------------------------------------------------------------------

function ctx(name: string): HelperArg {
  return { kind: "ctx", name };
}

function map(name: string): HelperArg {
  return { kind: "map", name };
}

function key(name: string): HelperArg {
  return { kind: "map_key", name, access: "read" };
}

function value(name: string, access: "read" | "write" = "read", nullable = false): HelperArg {
  return { kind: "map_value", name, access, ...(nullable ? { nullable: true } : {}) };
}

function u32(name: string): HelperArg {
  return { kind: "scalar", name, bits: 32, signed: false };
}

function i32(name: string): HelperArg {
  return { kind: "scalar", name, bits: 32, signed: true };
}

function u64(name: string): HelperArg {
  return { kind: "scalar", name, bits: 64, signed: false };
}

function optional(name: string): HelperArg {
  return { kind: "scalar", name, bits: 64, signed: false, optional: true };
}

interface MemOptions {
  readonly fills?: true | "text";
  readonly nullable?: true;
}

/** Memory that the helper reads; a size argument follows. */
function input(name: string, options: MemOptions = {}): HelperArg {
  return { kind: "mem", name, access: "read", ...options };
}

/** Memory that the helper writes and that may be uninitialised; a size argument follows. */
function output(name: string, options: MemOptions = {}): HelperArg {
  return { kind: "mem", name, access: "write", ...options };
}

/** Memory that must be initialised and that the helper changes; a size argument follows. */
function inout(name: string, options: MemOptions = {}): HelperArg {
  return { kind: "mem", name, access: "readwrite", ...options };
}

/** Memory of a fixed size in bytes. */
function fixed(name: string, size: number, access: "read" | "write" | "readwrite"): HelperArg {
  return { kind: "mem", name, access, size };
}

function constString(name: string): HelperArg {
  return { kind: "mem", name, access: "read", constant: true };
}

/** The size of the memory argument before it; `row` fills in which one that is. */
function size(name: string): HelperArg {
  return { kind: "size", name, of: -1 };
}

function kernelAddress(name: string): HelperArg {
  return { kind: "kernel_address", name };
}

function userAddress(name: string): HelperArg {
  return { kind: "user_address", name };
}

interface ObjectOptions {
  readonly nullable?: true;
  readonly release?: true;
}

function object(name: string, struct: string, options: ObjectOptions = {}): HelperArg {
  return { kind: "kernel_object", name, struct, ...options };
}

function dynptr(name: string, access: "read" | "write"): HelperArg {
  return { kind: "dynptr", name, access };
}

function callback(name: string): HelperArg {
  return { kind: "callback", name };
}

function callbackCtx(name: string): HelperArg {
  return { kind: "callback_ctx", name };
}

function field(name: string, struct: string): HelperArg {
  return { kind: "map_value_field", name, struct };
}

function record(name: string): HelperArg {
  return { kind: "ringbuf_record", name, release: true };
}

const VOID: HelperReturn = { kind: "void" };
const U32: HelperReturn = { kind: "scalar", bits: 32, signed: false };
const I32: HelperReturn = { kind: "scalar", bits: 32, signed: true };
const U64: HelperReturn = { kind: "scalar", bits: 64, signed: false };
const I64: HelperReturn = { kind: "scalar", bits: 64, signed: true };
const mapValue: HelperReturn = { kind: "map_value", nullable: true };
const mapValueAlways: HelperReturn = { kind: "map_value", nullable: false };

function address(struct: string): HelperReturn {
  return { kind: "kernel_address", struct };
}

function kernelObject(struct: string): HelperReturn {
  return { kind: "kernel_object", struct, nullable: false };
}

function nullableObject(struct: string): HelperReturn {
  return { kind: "kernel_object", struct, nullable: true };
}

function acquired(struct: string): HelperReturn {
  return { kind: "kernel_object", struct, nullable: true, acquires: true };
}

function memory(sizeArg: number, options: { readonly acquires?: true } = {}): HelperReturn {
  return { kind: "mem", nullable: true, sizeArg, ...options };
}

function row(
  id: number,
  name: string,
  since: string,
  args: readonly HelperArg[],
  returns: HelperReturn,
  programKinds: readonly string[] | "all",
  doc: string,
): HelperSpec {
  return { id, name, tsName: camelCase(name), args: sized(args), returns, since, gplOnly: false, programKinds, doc };
}

/** A row of a helper that only programs with a GPL-compatible licence may call. */
function gpl(...columns: Parameters<typeof row>): HelperSpec {
  return { ...row(...columns), gplOnly: true };
}

function sized(args: readonly HelperArg[]): readonly HelperArg[] {
  return args.map((arg, index) => {
    if (arg.kind !== "size") return arg;
    assert(args[index - 1]?.kind === "mem", `helper table: size ${arg.name} does not follow its memory`);
    return { ...arg, of: index - 1 };
  });
}

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

// ---- the table --------------------------------------------------------------------------------------------------

// `fills` stands where every path of the helper writes all bytes: a memset when it fails, and on success a copy of the
// whole size. The _str variants do not have it, since they leave what lies behind the NUL alone. bpf_get_current_comm
// pads with zeros, except in kernels around 6.1, which used strscpy (kernel/bpf/helpers.c); there the bytes behind the
// NUL keep what they had.

export const helpers: readonly HelperSpec[] = [
  row(1, "bpf_map_lookup_elem", "3.19", [map("map"), key("key")], mapValue, ALL,
    "Finds the value of a key in a map."),
  row(2, "bpf_map_update_elem", "3.19", [map("map"), key("key"), value("value"), u64("flags")], I64, ALL,
    "Stores a value under a key; `flags` says whether it must be new (1), must exist (2) or may be either (0)."),
  row(3, "bpf_map_delete_elem", "3.19", [map("map"), key("key")], I64, ALL,
    "Removes a key from a map."),
  gpl(4, "bpf_probe_read", "4.1", [output("dst", { fills: true }), size("size"), kernelAddress("unsafePtr")], I64,
    kinds(...tracing),
    "Reads memory at any address, kernel or user; prefer the variants that say which."),
  row(5, "bpf_ktime_get_ns", "4.1", [], U64, ALL,
    "Nanoseconds since boot, without the time spent suspended."),
  gpl(6, "bpf_trace_printk", "4.1",
    [input("fmt"), size("fmtSize"), optional("arg1"), optional("arg2"), optional("arg3")], I64,
    ALL,
    "Writes a line to the kernel's trace pipe, with up to three arguments; for debugging only."),
  row(7, "bpf_get_prandom_u32", "4.1", [], U32, ALL,
    "A pseudo-random number, not fit for cryptography."),
  row(8, "bpf_get_smp_processor_id", "4.1", [], U32, BASE,
    "The number of the CPU that runs the program; it stays there until the program ends."),
  row(9, "bpf_skb_store_bytes", "4.1", [ctx("skb"), u32("offset"), input("from"), size("len"), u64("flags")], I64,
    kinds(...tcs, "lwt_xmit", ...skSkbs),
    "Writes bytes into a packet, on request fixing its checksum and hash."),
  row(10, "bpf_l3_csum_replace", "4.1", [ctx("skb"), u32("offset"), u64("from"), u64("to"), u64("size")], I64,
    kinds(...tcs, "lwt_xmit"),
    "Updates the IP header's checksum after a field changed from `from` to `to`."),
  row(11, "bpf_l4_csum_replace", "4.1", [ctx("skb"), u32("offset"), u64("from"), u64("to"), u64("flags")], I64,
    kinds(...tcs, "lwt_xmit"),
    "Updates the TCP or UDP checksum after a field changed from `from` to `to`."),
  row(12, "bpf_tail_call", "4.2", [ctx("ctx"), map("progArrayMap"), u32("index")], VOID, ALL,
    "Jumps to the program at `index` of a program array and never comes back; goes on when there is none."),
  row(13, "bpf_clone_redirect", "4.2", [ctx("skb"), u32("ifindex"), u64("flags")], I64, kinds(...tcs, "lwt_xmit"),
    "Sends a copy of the packet to another interface."),
  row(14, "bpf_get_current_pid_tgid", "4.2", [], U64, BASE,
    "The current task: thread group (process) in the high half, thread in the low half."),
  row(15, "bpf_get_current_uid_gid", "4.2", [], U64, BASE,
    "The current task's group in the high half, user in the low half, as the initial user namespace sees them."),
  row(16, "bpf_get_current_comm", "4.2", [output("buf", { fills: "text" }), size("sizeOfBuf")], I64, BASE,
    "The current task's name, padded with zeros."),
  row(17, "bpf_get_cgroup_classid", "4.3", [ctx("skb")], U32, BASE,
    "The network class (net_cls cgroup, version 1) of the packet or the current task."),
  row(18, "bpf_skb_vlan_push", "4.3", [ctx("skb"), u32("vlanProto"), u32("vlanTci")], I64, kinds(...tcs),
    "Adds a VLAN header to a packet."),
  row(19, "bpf_skb_vlan_pop", "4.3", [ctx("skb")], I64, kinds(...tcs),
    "Removes the outer VLAN header of a packet."),
  row(20, "bpf_skb_get_tunnel_key", "4.3", [ctx("skb"), output("key"), size("size"), u64("flags")], I64,
    kinds(...tcs, "lwt_xmit"),
    "Reads the metadata of the tunnel that a packet came through."),
  row(21, "bpf_skb_set_tunnel_key", "4.3", [ctx("skb"), input("key"), size("size"), u64("flags")], I64,
    kinds(...tcs, "lwt_xmit"),
    "Sets the metadata of the tunnel that a packet leaves through."),
  gpl(22, "bpf_perf_event_read", "4.3", [map("map"), u64("flags")], U64, BASE,
    "Reads a hardware or software counter from a map of perf events."),
  row(23, "bpf_redirect", "4.4", [u32("ifindex"), u64("flags")], I64, kinds(...xdps, ...tcs, "lwt_xmit"),
    "Makes the packet leave through another interface when the program returns this helper's result."),
  row(24, "bpf_get_route_realm", "4.4", [ctx("skb")], U32, kinds(...tcs, ...lwts),
    "The routing realm of a packet's destination."),
  gpl(25, "bpf_perf_event_output", "4.4", [ctx("ctx"), map("map"), u64("flags"), input("data"), size("size")], I64,
    except(...structOps, "flow_dissector", "netfilter", ...skReuseports, "lirc_mode2"),
    "Sends a record to user space through a map of perf events; `flags` chooses the CPU."),
  row(26, "bpf_skb_load_bytes", "4.5", [ctx("skb"), u32("offset"), output("to", { fills: true }), size("len")], I64,
    kinds(...tcs, ...lwts, "flow_dissector", "socket", ...skReuseports, ...skSkbs, ...cgroupSkbs),
    "Copies bytes out of a packet; they are all zero when that fails."),
  gpl(27, "bpf_get_stackid", "4.6", [ctx("ctx"), map("map"), u64("flags")], I64, kinds(...tracing),
    "The id of the current stack in a stack trace map."),
  row(28, "bpf_csum_diff", "4.6",
    [input("from", { nullable: true }), size("fromSize"), input("to", { nullable: true }), size("toSize"), u32("seed")],
    I64,
    kinds(...xdps, ...tcs, ...lwts),
    "The checksum difference between two pieces of memory, to feed the checksum helpers."),
  row(29, "bpf_skb_get_tunnel_opt", "4.6", [ctx("skb"), output("opt"), size("size")], I64, kinds(...tcs, "lwt_xmit"),
    "Reads the options of the tunnel that a packet came through."),
  row(30, "bpf_skb_set_tunnel_opt", "4.6", [ctx("skb"), input("opt"), size("size")], I64, kinds(...tcs, "lwt_xmit"),
    "Sets the options of the tunnel that a packet leaves through."),
  row(31, "bpf_skb_change_proto", "4.8", [ctx("skb"), u32("proto"), u64("flags")], I64, kinds(...tcs),
    "Turns an IPv4 packet into IPv6 or back; the headers' contents are left to the program."),
  row(32, "bpf_skb_change_type", "4.8", [ctx("skb"), u32("type")], I64, kinds(...tcs),
    "Changes whom a packet counts as meant for: this host, all, a group or another host."),
  row(33, "bpf_skb_under_cgroup", "4.8", [ctx("skb"), map("map"), u32("index")], I64, kinds(...tcs, ...lwts),
    "Whether the packet's socket belongs to the cgroup at `index` of a cgroup array, or to one below it."),
  row(34, "bpf_get_hash_recalc", "4.8", [ctx("skb")], U32, kinds(...tcs, ...lwts),
    "The packet's flow hash, computed if it has none."),
  gpl(35, "bpf_get_current_task", "4.8", [], address("struct task_struct"), BASE,
    "The address of the current task's `struct task_struct`."),
  gpl(36, "bpf_probe_write_user", "4.8", [userAddress("dst"), input("src"), size("len")], I64, kinds(...tracing),
    "Writes to the current process's memory; for experiments only, and the kernel logs a warning."),
  row(37, "bpf_current_task_under_cgroup", "4.9", [map("map"), u32("index")], I64, BASE,
    "Whether the current task belongs to the cgroup at `index` of a cgroup array, or to one below it."),
  row(38, "bpf_skb_change_tail", "4.9", [ctx("skb"), u32("len"), u64("flags")], I64,
    kinds(...tcs, "lwt_xmit", ...skSkbs),
    "Trims a packet or makes it longer at its end."),
  row(39, "bpf_skb_pull_data", "4.9", [ctx("skb"), u32("len")], I64, kinds(...tcs, ...lwts, ...skSkbs),
    "Makes the first `len` bytes of a packet directly readable and writable."),
  row(40, "bpf_csum_update", "4.9", [ctx("skb"), u32("csum")], I64, kinds(...tcs, "lwt_xmit"),
    "Adds to the packet's checksum, for one that the hardware computed."),
  row(41, "bpf_set_hash_invalid", "4.9", [ctx("skb")], I64, kinds(...tcs, "lwt_xmit"),
    "Forgets the packet's flow hash, so that it is computed again."),
  row(42, "bpf_get_numa_node_id", "4.10", [], I64, BASE,
    "The NUMA node that the program runs on."),
  row(43, "bpf_skb_change_head", "4.10", [ctx("skb"), u32("len"), u64("flags")], I64,
    kinds(...tcs, "lwt_xmit", ...skSkbs),
    "Makes room in front of a packet, for a link-layer header."),
  row(44, "bpf_xdp_adjust_head", "4.10", [ctx("xdpMd"), i32("delta")], I64, kinds(...xdps),
    "Moves the start of the packet by `delta` bytes."),
  gpl(45, "bpf_probe_read_str", "4.11", [output("dst"), size("size"), kernelAddress("unsafePtr")], I64,
    kinds(...tracing),
    "Reads NUL-terminated text at any address, kernel or user; prefer the variants that say which."),
  row(46, "bpf_get_socket_cookie", "4.12", [ctx("ctx")], U64,
    kinds(
      ...btfTracing, "syscall", ...tcs, "socket", ...skReuseports, ...skSkbs, "sockops", ...cgroupSkbs,
      ...cgroupSocks, ...sockAddrs,
    ),
    "A number that identifies the socket for as long as it lives."),
  row(47, "bpf_get_socket_uid", "4.12", [ctx("skb")], U32, kinds(...tcs, "socket", ...skSkbs, ...cgroupSkbs),
    "The user that owns the packet's socket."),
  row(48, "bpf_set_hash", "4.13", [ctx("skb"), u32("hash")], I64, kinds(...tcs),
    "Sets the packet's flow hash."),
  row(49, "bpf_setsockopt", "4.13",
    [ctx("bpfSocket"), i32("level"), i32("optname"), input("optval"), size("optlen")], I64,
    kinds("lsm_cgroup", ...structOps, "sockops", ...sockAddrs, "cgroup/setsockopt"),
    "Sets an option of a socket."),
  row(50, "bpf_skb_adjust_room", "4.13", [ctx("skb"), i32("lenDiff"), u32("mode"), u64("flags")], I64,
    kinds(...tcs, ...skSkbs),
    "Grows or shrinks a packet between its headers and its payload."),
  row(51, "bpf_redirect_map", "4.14", [map("map"), u64("key"), u64("flags")], I64, kinds(...xdps),
    "Sends the packet to the device, CPU or socket stored in a map."),
  row(52, "bpf_sk_redirect_map", "4.14", [ctx("skb"), map("map"), u32("key"), u64("flags")], I64, kinds(...skSkbs),
    "Sends the packet to the socket at `key` of a socket map."),
  row(53, "bpf_sock_map_update", "4.14", [ctx("skops"), map("map"), key("key"), u64("flags")], I64, kinds("sockops"),
    "Adds the context's socket to a socket map."),
  row(54, "bpf_xdp_adjust_meta", "4.15", [ctx("xdpMd"), i32("delta")], I64, kinds(...xdps),
    "Moves the start of the metadata in front of a packet by `delta` bytes."),
  gpl(55, "bpf_perf_event_read_value", "4.15",
    [map("map"), u64("flags"), output("buf", { fills: true }), size("bufSize")], I64,
    BASE,
    "Reads a perf counter with the times it was enabled and running."),
  gpl(56, "bpf_perf_prog_read_value", "4.15", [ctx("ctx"), output("buf", { fills: true }), size("bufSize")], I64,
    kinds("perf_event"),
    "Reads the counter of the perf event that runs the program, with its times."),
  row(57, "bpf_getsockopt", "4.15",
    [ctx("bpfSocket"), i32("level"), i32("optname"), output("optval"), size("optlen")], I64,
    kinds("lsm_cgroup", ...structOps, "sockops", ...sockAddrs, "cgroup/setsockopt"),
    "Reads an option of a socket."),
  gpl(58, "bpf_override_return", "4.16", [ctx("regs"), u64("rc")], I64,
    kinds("kprobe", "kprobe.multi", "kprobe.session", "ksyscall"),
    "Makes the probed function return `rc` without running it, where the kernel allows error injection."),
  row(59, "bpf_sock_ops_cb_flags_set", "4.16", [ctx("bpfSock"), i32("argval")], I64, kinds("sockops"),
    "Chooses which TCP events call the program for this socket."),
  row(60, "bpf_msg_redirect_map", "4.17", [ctx("msg"), map("map"), u32("key"), u64("flags")], I64, kinds("sk_msg"),
    "Sends the message to the socket at `key` of a socket map."),
  row(61, "bpf_msg_apply_bytes", "4.17", [ctx("msg"), u32("bytes")], I64, kinds("sk_msg"),
    "Makes the verdict hold for the next `bytes` bytes only."),
  row(62, "bpf_msg_cork_bytes", "4.17", [ctx("msg"), u32("bytes")], I64, kinds("sk_msg"),
    "Waits for `bytes` bytes before the program is called for the message again."),
  row(63, "bpf_msg_pull_data", "4.17", [ctx("msg"), u32("start"), u32("end"), u64("flags")], I64, kinds("sk_msg"),
    "Makes the bytes from `start` to `end` of a message directly accessible."),
  row(64, "bpf_bind", "4.17", [ctx("ctx"), input("addr"), size("addrLen")], I64, kinds(...connects),
    "Binds the socket to an address before it connects."),
  row(65, "bpf_xdp_adjust_tail", "4.18", [ctx("xdpMd"), i32("delta")], I64, kinds(...xdps),
    "Moves the end of the packet by `delta` bytes."),
  row(66, "bpf_skb_get_xfrm_state", "4.18",
    [ctx("skb"), u32("index"), output("xfrmState"), size("size"), u64("flags")], I64,
    kinds(...tcs),
    "Reads the IPsec state that a packet was decrypted with."),
  gpl(67, "bpf_get_stack", "4.18", [ctx("ctx"), output("buf"), size("size"), u64("flags")], I64, kinds(...tracing),
    "Copies the current stack's addresses, kernel or user, to a buffer."),
  row(68, "bpf_skb_load_bytes_relative", "4.18",
    [ctx("skb"), u32("offset"), output("to", { fills: true }), size("len"), u32("startHeader")], I64,
    kinds(...tcs, "socket", ...skReuseports, ...cgroupSkbs),
    "Copies bytes out of a packet, counted from its link-layer or network header; all zero when that fails."),
  gpl(69, "bpf_fib_lookup", "4.18", [ctx("ctx"), inout("params"), size("plen"), u32("flags")], I64,
    kinds(...xdps, ...tcs),
    "Looks up the route and the neighbour for a packet in the kernel's tables."),
  row(70, "bpf_sock_hash_update", "4.18", [ctx("skops"), map("map"), key("key"), u64("flags")], I64, kinds("sockops"),
    "Adds the context's socket to a socket hash."),
  row(71, "bpf_msg_redirect_hash", "4.18", [ctx("msg"), map("map"), key("key"), u64("flags")], I64, kinds("sk_msg"),
    "Sends the message to the socket under `key` of a socket hash."),
  row(72, "bpf_sk_redirect_hash", "4.18", [ctx("skb"), map("map"), key("key"), u64("flags")], I64, kinds(...skSkbs),
    "Sends the packet to the socket under `key` of a socket hash."),
  row(73, "bpf_lwt_push_encap", "4.18", [ctx("skb"), u32("type"), input("hdr"), size("len")], I64,
    kinds("lwt_in", "lwt_xmit"),
    "Puts a tunnel header in front of a packet."),
  row(74, "bpf_lwt_seg6_store_bytes", "4.18", [ctx("skb"), u32("offset"), input("from"), size("len")], I64,
    kinds("lwt_seg6local"),
    "Writes bytes into the tags, flags or options of a segment routing header."),
  row(75, "bpf_lwt_seg6_adjust_srh", "4.18", [ctx("skb"), u32("offset"), i32("delta")], I64, kinds("lwt_seg6local"),
    "Makes room for options in a segment routing header, or takes it away."),
  row(76, "bpf_lwt_seg6_action", "4.18", [ctx("skb"), u32("action"), input("param"), size("paramLen")], I64,
    kinds("lwt_seg6local"),
    "Does a segment routing action on a packet."),
  gpl(77, "bpf_rc_repeat", "4.18", [ctx("ctx")], I64, kinds("lirc_mode2"),
    "Reports that the last key is held down."),
  gpl(78, "bpf_rc_keydown", "4.18", [ctx("ctx"), u32("protocol"), u64("scancode"), u32("toggle")], I64,
    kinds("lirc_mode2"),
    "Reports a key press decoded from infrared."),
  row(79, "bpf_skb_cgroup_id", "4.18", [ctx("skb")], U64, kinds(...tcs, ...cgroupSkbs),
    "The id of the cgroup of the packet's socket."),
  row(80, "bpf_get_current_cgroup_id", "4.18", [], U64, BASE,
    "The id of the current task's cgroup (version 2)."),
  row(81, "bpf_get_local_storage", "4.19", [map("map"), u64("flags")], mapValueAlways,
    kinds(
      "lsm_cgroup", "sockops", ...cgroupSkbs, ...cgroupSocks, ...sockAddrs, "cgroup/dev", "cgroup/sysctl",
      ...cgroupSockopts,
    ),
    "The storage that belongs to the cgroup the program is attached to."),
  row(82, "bpf_sk_select_reuseport", "4.19", [ctx("reuse"), map("map"), key("key"), u64("flags")], I64,
    kinds(...skReuseports),
    "Chooses the socket that gets the packet from a socket array."),
  row(83, "bpf_skb_ancestor_cgroup_id", "4.19", [ctx("skb"), i32("ancestorLevel")], U64, kinds(...tcs, ...cgroupSkbs),
    "The id of the ancestor at `ancestorLevel` of the cgroup of the packet's socket."),
  row(84, "bpf_sk_lookup_tcp", "4.20",
    [ctx("ctx"), input("tuple"), size("tupleSize"), u64("netns"), u64("flags")], acquired("struct bpf_sock"),
    kinds(...xdps, ...tcs, ...skSkbs, ...cgroupSkbs, ...sockAddrs),
    "Finds a TCP socket by its addresses and ports; it must be released."),
  row(85, "bpf_sk_lookup_udp", "4.20",
    [ctx("ctx"), input("tuple"), size("tupleSize"), u64("netns"), u64("flags")], acquired("struct bpf_sock"),
    kinds(...xdps, ...tcs, ...skSkbs, ...cgroupSkbs, ...sockAddrs),
    "Finds a UDP socket by its addresses and ports; it must be released."),
  row(86, "bpf_sk_release", "4.20", [object("sock", "struct bpf_sock", { release: true })], I64,
    kinds(...xdps, ...tcs, "sk_lookup", ...skSkbs, ...cgroupSkbs, ...sockAddrs),
    "Gives back a socket that a lookup found."),
  row(87, "bpf_map_push_elem", "4.20", [map("map"), value("value"), u64("flags")], I64, ALL,
    "Adds a value to a queue or stack."),
  row(88, "bpf_map_pop_elem", "4.20", [map("map"), value("value", "write")], I64, ALL,
    "Takes the next value from a queue or stack."),
  row(89, "bpf_map_peek_elem", "4.20", [map("map"), value("value", "write")], I64, ALL,
    "Reads the next value of a queue or stack and leaves it there."),
  row(90, "bpf_msg_push_data", "4.20", [ctx("msg"), u32("start"), u32("len"), u64("flags")], I64, kinds("sk_msg"),
    "Makes room for `len` bytes at `start` of a message."),
  row(91, "bpf_msg_pop_data", "5.0", [ctx("msg"), u32("start"), u32("len"), u64("flags")], I64, kinds("sk_msg"),
    "Removes `len` bytes at `start` of a message."),
  gpl(92, "bpf_rc_pointer_rel", "5.0", [ctx("ctx"), i32("relX"), i32("relY")], I64, kinds("lirc_mode2"),
    "Reports a movement of the pointer decoded from infrared."),
  row(93, "bpf_spin_lock", "5.1", [field("lock", "struct bpf_spin_lock")], VOID, BASE,
    "Takes the lock inside a map value; no other call may follow until it is released."),
  row(94, "bpf_spin_unlock", "5.1", [field("lock", "struct bpf_spin_lock")], VOID, BASE,
    "Releases the lock inside a map value."),
  row(95, "bpf_sk_fullsock", "5.1", [object("sk", "struct bpf_sock")], nullableObject("struct bpf_sock"),
    kinds(...tcs, ...cgroupSkbs),
    "The full socket behind a socket pointer, if it is one."),
  row(96, "bpf_tcp_sock", "5.1", [object("sk", "struct bpf_sock")], nullableObject("struct bpf_tcp_sock"),
    kinds(...tcs, "sockops", ...cgroupSkbs, ...cgroupSockopts),
    "The TCP state of a socket, if it is a TCP socket."),
  row(97, "bpf_skb_ecn_set_ce", "5.1", [ctx("skb")], I64, kinds(...tcs, ...cgroupSkbs),
    "Marks a packet as having met congestion, if its sender understands that."),
  row(98, "bpf_get_listener_sock", "5.1", [object("sk", "struct bpf_sock")], nullableObject("struct bpf_sock"),
    kinds(...tcs, ...cgroupSkbs),
    "The listening socket that a socket belongs to, if any."),
  row(99, "bpf_skc_lookup_tcp", "5.2",
    [ctx("ctx"), input("tuple"), size("tupleSize"), u64("netns"), u64("flags")], acquired("struct bpf_sock"),
    kinds(...xdps, ...tcs, ...skSkbs, ...cgroupSkbs, ...sockAddrs),
    "Finds a TCP socket in any state, also one that is not fully set up; it must be released."),
  gpl(100, "bpf_tcp_check_syncookie", "5.2",
    [object("sk", "struct bpf_sock"), input("iph"), size("iphLen"), input("th"), size("thLen")], I64,
    kinds(...xdps, ...tcs),
    "Checks that a packet acknowledges a SYN cookie of the listening socket."),
  row(101, "bpf_sysctl_get_name", "5.2", [ctx("ctx"), inout("buf"), size("bufLen"), u64("flags")], I64,
    kinds("cgroup/sysctl"),
    "The name of the sysctl that is read or written."),
  row(102, "bpf_sysctl_get_current_value", "5.2", [ctx("ctx"), output("buf"), size("bufLen")], I64,
    kinds("cgroup/sysctl"),
    "The present value of the sysctl, as text."),
  row(103, "bpf_sysctl_get_new_value", "5.2", [ctx("ctx"), output("buf"), size("bufLen")], I64, kinds("cgroup/sysctl"),
    "The value that is about to be written to the sysctl, as text."),
  row(104, "bpf_sysctl_set_new_value", "5.2", [ctx("ctx"), input("buf"), size("bufLen")], I64, kinds("cgroup/sysctl"),
    "Replaces the value that is about to be written to the sysctl."),
  row(105, "bpf_strtol", "5.2", [input("buf"), size("bufLen"), u64("flags"), fixed("res", 8, "write")], I64, BASE,
    "Parses a signed number; gives the count of characters used."),
  row(106, "bpf_strtoul", "5.2", [input("buf"), size("bufLen"), u64("flags"), fixed("res", 8, "write")], I64, BASE,
    "Parses an unsigned number; gives the count of characters used."),
  row(107, "bpf_sk_storage_get", "5.2",
    [map("map"), object("sk", "struct sock"), value("value", "read", true), u64("flags")], mapValue,
    kinds(
      "tp_btf", ...fentries, ...fexits, ...iters, ...lsms, "lsm_cgroup", ...structOps, ...tcs, "sk_msg", "sockops",
      ...cgroupSkbs, ...cgroupSocks, ...sockAddrs, ...cgroupSockopts,
    ),
    "The storage that belongs to a socket, created on request."),
  row(108, "bpf_sk_storage_delete", "5.2", [map("map"), object("sk", "struct sock")], I64,
    kinds(
      "tp_btf", ...fentries, ...fexits, ...iters, ...lsms, "lsm_cgroup", ...structOps, ...tcs, "sk_msg", "sockops",
      ...cgroupSkbs, ...sockAddrs, ...cgroupSockopts,
    ),
    "Deletes the storage that belongs to a socket."),
  row(109, "bpf_send_signal", "5.3", [u32("sig")], I64, BASE,
    "Sends a signal to the current process."),
  gpl(110, "bpf_tcp_gen_syncookie", "5.3",
    [object("sk", "struct bpf_sock"), input("iph"), size("iphLen"), input("th"), size("thLen")], I64,
    kinds(...xdps, ...tcs),
    "Makes a SYN cookie for a packet that arrived at the listening socket."),
  gpl(111, "bpf_skb_output", "5.5",
    [object("ctx", "struct sk_buff"), map("map"), u64("flags"), input("data"), size("size")], I64,
    kinds(...btfTracing, "syscall"),
    "Sends a record with the beginning of a packet to user space through a map of perf events."),
  gpl(112, "bpf_probe_read_user", "5.5", [output("dst", { fills: true }), size("size"), userAddress("unsafePtr")], I64,
    BASE,
    "Reads the current process's memory; all zero when that fails."),
  gpl(113, "bpf_probe_read_kernel", "5.5",
    [output("dst", { fills: true }), size("size"), kernelAddress("unsafePtr")], I64,
    BASE,
    "Reads kernel memory; all zero when that fails."),
  gpl(114, "bpf_probe_read_user_str", "5.5", [output("dst"), size("size"), userAddress("unsafePtr")], I64, BASE,
    "Reads NUL-terminated text of the current process; gives its length with the NUL, or an error."),
  gpl(115, "bpf_probe_read_kernel_str", "5.5", [output("dst"), size("size"), kernelAddress("unsafePtr")], I64, BASE,
    "Reads NUL-terminated text in kernel memory; gives its length with the NUL, or an error."),
  row(116, "bpf_tcp_send_ack", "5.6", [object("tp", "struct tcp_sock"), u32("rcvNxt")], I64, kinds(...structOps),
    "Sends a TCP acknowledgement, from a congestion control program."),
  row(117, "bpf_send_signal_thread", "5.6", [u32("sig")], I64, BASE,
    "Sends a signal to the current thread."),
  row(118, "bpf_jiffies64", "5.6", [], U64, BASE,
    "The kernel's tick counter."),
  gpl(119, "bpf_read_branch_records", "5.7",
    [ctx("ctx"), inout("buf", { nullable: true }), size("size"), u64("flags")], I64,
    kinds("perf_event"),
    "Copies the branches that the processor recorded for a perf event."),
  row(120, "bpf_get_ns_current_pid_tgid", "5.7",
    [u64("dev"), u64("ino"), output("nsdata", { fills: true }), size("size")], I64,
    BASE,
    "The current thread and process as the process namespace with this device and inode sees them."),
  gpl(121, "bpf_xdp_output", "5.7",
    [object("ctx", "struct xdp_buff"), map("map"), u64("flags"), input("data"), size("size")], I64,
    kinds(...btfTracing, "syscall"),
    "Sends a record with the beginning of a packet to user space, from a tracing program with the XDP buffer."),
  row(122, "bpf_get_netns_cookie", "5.7", [ctx("ctx")], U64,
    kinds(...tcs, "socket", "sk_msg", "sockops", ...cgroupSkbs, ...cgroupSocks, ...sockAddrs, ...cgroupSockopts),
    "A number that identifies the network namespace of the context."),
  row(123, "bpf_get_current_ancestor_cgroup_id", "5.7", [i32("ancestorLevel")], U64, BASE,
    "The id of the ancestor at `ancestorLevel` of the current task's cgroup."),
  row(124, "bpf_sk_assign", "5.7", [ctx("ctx"), object("sk", "struct bpf_sock"), u64("flags")], I64,
    kinds(...tcs, "sk_lookup"),
    "Gives the packet to a socket."),
  row(125, "bpf_ktime_get_boot_ns", "5.8", [], U64, ALL,
    "Nanoseconds since boot, with the time spent suspended."),
  gpl(126, "bpf_seq_printf", "5.8",
    [object("m", "struct seq_file"), input("fmt"), size("fmtSize"), input("data", { nullable: true }), size("dataLen")],
    I64,
    kinds(...iters),
    "Writes formatted text to the file of an iterator."),
  gpl(127, "bpf_seq_write", "5.8", [object("m", "struct seq_file"), input("data"), size("len")], I64, kinds(...iters),
    "Writes bytes to the file of an iterator."),
  row(128, "bpf_sk_cgroup_id", "5.8", [object("sk", "struct bpf_sock")], U64, kinds(...cgroupSkbs),
    "The id of a socket's cgroup."),
  row(129, "bpf_sk_ancestor_cgroup_id", "5.8", [object("sk", "struct bpf_sock"), i32("ancestorLevel")], U64,
    kinds(...cgroupSkbs),
    "The id of the ancestor at `ancestorLevel` of a socket's cgroup."),
  row(130, "bpf_ringbuf_output", "5.8", [map("ringbuf"), input("data"), size("size"), u64("flags")], I64, BASE,
    "Copies a record into a ring buffer."),
  row(131, "bpf_ringbuf_reserve", "5.8", [map("ringbuf"), u64("size"), u64("flags")], memory(1, { acquires: true }),
    BASE,
    "Reserves room for a record in a ring buffer; it must be submitted or discarded."),
  row(132, "bpf_ringbuf_submit", "5.8", [record("data"), u64("flags")], VOID, BASE,
    "Hands a reserved record to user space."),
  row(133, "bpf_ringbuf_discard", "5.8", [record("data"), u64("flags")], VOID, BASE,
    "Throws a reserved record away."),
  row(134, "bpf_ringbuf_query", "5.8", [map("ringbuf"), u64("flags")], U64, BASE,
    "Asks a ring buffer for its size, its fill or its positions."),
  row(135, "bpf_csum_level", "5.8", [ctx("skb"), u64("level")], I64, kinds(...tcs, "lwt_xmit"),
    "Changes or asks how many layers of checksums of the packet are known to be right."),
  row(136, "bpf_skc_to_tcp6_sock", "5.9", [object("sk", "struct bpf_sock")], nullableObject("struct tcp6_sock"),
    except(
      ...tracepoints, ...kprobes, "perf_event", ...structOps, "netfilter", ...skReuseports, ...cgroupSocks,
      "cgroup/dev", "cgroup/sysctl", ...cgroupSockopts, "lirc_mode2",
    ),
    "Casts a socket to `struct tcp6_sock`, if it is one."),
  row(137, "bpf_skc_to_tcp_sock", "5.9", [object("sk", "struct bpf_sock")], nullableObject("struct tcp_sock"),
    except(
      ...tracepoints, ...kprobes, "perf_event", ...structOps, "netfilter", ...skReuseports, ...cgroupSocks,
      "cgroup/dev", "cgroup/sysctl", ...cgroupSockopts, "lirc_mode2",
    ),
    "Casts a socket to `struct tcp_sock`, if it is one."),
  row(138, "bpf_skc_to_tcp_timewait_sock", "5.9",
    [object("sk", "struct bpf_sock")], nullableObject("struct tcp_timewait_sock"),
    except(
      ...tracepoints, ...kprobes, "perf_event", ...structOps, "netfilter", ...skReuseports, ...cgroupSocks,
      "cgroup/dev", "cgroup/sysctl", ...cgroupSockopts, "lirc_mode2",
    ),
    "Casts a socket to `struct tcp_timewait_sock`, if it is one."),
  row(139, "bpf_skc_to_tcp_request_sock", "5.9",
    [object("sk", "struct bpf_sock")], nullableObject("struct tcp_request_sock"),
    except(
      ...tracepoints, ...kprobes, "perf_event", ...structOps, "netfilter", ...skReuseports, ...cgroupSocks,
      "cgroup/dev", "cgroup/sysctl", ...cgroupSockopts, "lirc_mode2",
    ),
    "Casts a socket to `struct tcp_request_sock`, if it is one."),
  row(140, "bpf_skc_to_udp6_sock", "5.9", [object("sk", "struct bpf_sock")], nullableObject("struct udp6_sock"),
    except(
      ...tracepoints, ...kprobes, "perf_event", ...structOps, "netfilter", ...skReuseports, ...cgroupSocks,
      "cgroup/dev", "cgroup/sysctl", ...cgroupSockopts, "lirc_mode2",
    ),
    "Casts a socket to `struct udp6_sock`, if it is one."),
  row(141, "bpf_get_task_stack", "5.9",
    [object("task", "struct task_struct"), output("buf"), size("size"), u64("flags")], I64,
    BASE,
    "Copies a task's stack addresses, kernel or user, to a buffer."),
  row(142, "bpf_load_hdr_opt", "5.10", [ctx("skops"), inout("searchbyRes"), size("len"), u64("flags")], I64,
    kinds("sockops"),
    "Reads an option of the TCP header."),
  row(143, "bpf_store_hdr_opt", "5.10", [ctx("skops"), input("from"), size("len"), u64("flags")], I64, kinds("sockops"),
    "Writes an option into the TCP header."),
  row(144, "bpf_reserve_hdr_opt", "5.10", [ctx("skops"), u32("len"), u64("flags")], I64, kinds("sockops"),
    "Reserves room for options in the TCP header."),
  row(145, "bpf_inode_storage_get", "5.10",
    [map("map"), object("inode", "struct inode", { nullable: true }), value("value", "read", true), u64("flags")],
    mapValue,
    kinds(...lsms, "lsm_cgroup"),
    "The storage that belongs to an inode, created on request."),
  row(146, "bpf_inode_storage_delete", "5.10", [map("map"), object("inode", "struct inode", { nullable: true })], I32,
    kinds(...lsms, "lsm_cgroup"),
    "Deletes the storage that belongs to an inode."),
  row(147, "bpf_d_path", "5.10", [object("path", "struct path"), inout("buf"), size("sz")], I64,
    kinds(...trampolines, ...iters, ...lsms, "lsm_cgroup"),
    "The path of a file, as text."),
  row(148, "bpf_copy_from_user", "5.10", [output("dst", { fills: true }), size("size"), userAddress("userPtr")], I64,
    kinds(...sleepables),
    "Reads the current process's memory and may wait for it; all zero when that fails."),
  row(149, "bpf_snprintf_btf", "5.10",
    [inout("str"), size("strSize"), input("ptr"), size("btfPtrSize"), u64("flags")], I64,
    BASE,
    "Renders any kernel structure as text, from its type information."),
  gpl(150, "bpf_seq_printf_btf", "5.10",
    [object("m", "struct seq_file"), input("ptr"), size("ptrSize"), u64("flags")], I64,
    kinds(...iters),
    "Renders any kernel structure as text into the file of an iterator."),
  row(151, "bpf_skb_cgroup_classid", "5.10", [ctx("skb")], U64, kinds(...tcs),
    "The network class (net_cls cgroup, version 1) of the packet's socket."),
  row(152, "bpf_redirect_neigh", "5.10",
    [u32("ifindex"), input("params", { nullable: true }), size("plen"), u64("flags")], I64,
    kinds(...tcs),
    "Makes the packet leave through another interface, with the neighbour's address filled in."),
  row(153, "bpf_per_cpu_ptr", "5.10", [object("percpuPtr", "void"), u32("cpu")], nullableObject("void"), BASE,
    "The copy of a kernel per-CPU variable that belongs to `cpu`."),
  row(154, "bpf_this_cpu_ptr", "5.10", [object("percpuPtr", "void")], kernelObject("void"), BASE,
    "The copy of a kernel per-CPU variable that belongs to this CPU."),
  row(155, "bpf_redirect_peer", "5.10", [u32("ifindex"), u64("flags")], I64, kinds(...tcs),
    "Makes the packet appear on the other end of a virtual interface, in its network namespace."),
  row(156, "bpf_task_storage_get", "5.11",
    [map("map"), object("task", "struct task_struct", { nullable: true }), value("value", "read", true), u64("flags")],
    mapValue,
    BASE,
    "The storage that belongs to a task, created on request."),
  row(157, "bpf_task_storage_delete", "5.11",
    [map("map"), object("task", "struct task_struct", { nullable: true })], I64,
    BASE,
    "Deletes the storage that belongs to a task."),
  gpl(158, "bpf_get_current_task_btf", "5.11", [], kernelObject("struct task_struct"), BASE,
    "The current task, as a pointer whose fields can be read directly."),
  row(159, "bpf_bprm_opts_set", "5.11", [object("bprm", "struct linux_binprm"), u64("flags")], I64,
    kinds(...lsms, "lsm_cgroup"),
    "Sets options of the program that is being executed."),
  row(160, "bpf_ktime_get_coarse_ns", "5.11", [], U64,
    except(...tracing, "netfilter", "cgroup/dev", ...cgroupSockopts, "lirc_mode2"),
    "Nanoseconds since boot by the coarse clock: faster, as exact as a tick."),
  row(161, "bpf_ima_inode_hash", "5.11", [object("inode", "struct inode"), output("dst"), size("size")], I64,
    kinds("lsm.s"),
    "The integrity measurement (IMA hash) of an inode."),
  row(162, "bpf_sock_from_file", "5.11", [object("file", "struct file")], nullableObject("struct socket"),
    kinds(...btfTracing, "syscall"),
    "The socket behind a file, if it is one."),
  gpl(163, "bpf_check_mtu", "5.12",
    [ctx("ctx"), u32("ifindex"), fixed("mtuLen", 4, "readwrite"), i32("lenDiff"), u64("flags")], I64,
    kinds(...xdps, ...tcs),
    "Checks whether a packet would fit the interface's maximum size."),
  row(164, "bpf_for_each_map_elem", "5.13",
    [map("map"), callback("callbackFn"), callbackCtx("callbackCtx"), u64("flags")], I64,
    BASE,
    "Calls a function for each entry of a map, until it returns 1."),
  gpl(165, "bpf_snprintf", "5.13",
    [
      inout("str", { nullable: true }), size("strSize"), constString("fmt"),
      input("data", { nullable: true }), size("dataLen"),
    ],
    I64,
    BASE,
    "Formats text into a buffer."),
  row(166, "bpf_sys_bpf", "5.14", [u32("cmd"), inout("attr"), size("attrSize")], I64, kinds("syscall"),
    "Runs a bpf command, from a program that user space started."),
  row(167, "bpf_btf_find_by_name_kind", "5.14", [input("name"), size("nameSz"), u32("kind"), i32("flags")], I64,
    kinds("syscall"),
    "Finds a type by name and kind in the type information of kernel and modules."),
  row(168, "bpf_sys_close", "5.14", [u32("fd")], I64, kinds("syscall"),
    "Closes a file descriptor."),
  gpl(169, "bpf_timer_init", "5.15", [field("timer", "struct bpf_timer"), map("map"), u64("flags")], I64, BASE,
    "Prepares a timer inside a map value."),
  gpl(170, "bpf_timer_set_callback", "5.15", [field("timer", "struct bpf_timer"), callback("callbackFn")], I64, BASE,
    "Sets the function that a timer calls."),
  gpl(171, "bpf_timer_start", "5.15", [field("timer", "struct bpf_timer"), u64("nsecs"), u64("flags")], I64, BASE,
    "Starts a timer."),
  gpl(172, "bpf_timer_cancel", "5.15", [field("timer", "struct bpf_timer")], I64, BASE,
    "Stops a timer and waits for its function to end."),
  gpl(173, "bpf_get_func_ip", "5.15", [ctx("ctx")], U64, kinds(...kprobes, ...trampolines),
    "The address of the probed function."),
  row(174, "bpf_get_attach_cookie", "5.15", [ctx("ctx")], U64,
    kinds(...tracepoints, "tp_btf", ...kprobes, "perf_event", ...trampolines, ...lsms, "lsm_cgroup"),
    "The number that user space gave when it attached the program."),
  gpl(175, "bpf_task_pt_regs", "5.15", [object("task", "struct task_struct")], kernelObject("struct pt_regs"), BASE,
    "The registers that a task had when it entered the kernel."),
  gpl(176, "bpf_get_branch_snapshot", "5.16", [output("entries"), size("size"), u64("flags")], I64, BASE,
    "Copies the processor's branch records at this moment."),
  gpl(177, "bpf_trace_vprintk", "5.16",
    [input("fmt"), size("fmtSize"), input("data", { nullable: true }), size("dataLen")], I64,
    BASE,
    "Writes a line to the kernel's trace pipe, with any number of arguments; for debugging only."),
  row(178, "bpf_skc_to_unix_sock", "5.16", [object("sk", "struct bpf_sock")], nullableObject("struct unix_sock"),
    except(
      ...tracepoints, ...kprobes, "perf_event", ...structOps, "netfilter", ...skReuseports, ...cgroupSocks,
      "cgroup/dev", "cgroup/sysctl", ...cgroupSockopts, "lirc_mode2",
    ),
    "Casts a socket to `struct unix_sock`, if it is one."),
  row(179, "bpf_kallsyms_lookup_name", "5.16",
    [input("name"), size("nameSz"), i32("flags"), fixed("res", 8, "write")], I64,
    kinds("syscall"),
    "The address of a kernel symbol."),
  row(180, "bpf_find_vma", "5.17",
    [
      object("task", "struct task_struct"), u64("addr"), callback("callbackFn"), callbackCtx("callbackCtx"),
      u64("flags"),
    ],
    I64,
    BASE,
    "Finds the memory mapping that holds an address, and calls a function with it."),
  row(181, "bpf_loop", "5.17", [u32("nrLoops"), callback("callbackFn"), callbackCtx("callbackCtx"), u64("flags")], I64,
    BASE,
    "Calls a function `nrLoops` times, until it returns 1."),
  row(182, "bpf_strncmp", "5.17", [input("s1"), size("s1Sz"), constString("s2")], I64, BASE,
    "Compares text with constant text."),
  row(183, "bpf_get_func_arg", "5.17", [ctx("ctx"), u32("n"), fixed("value", 8, "write")], I64,
    kinds(...trampolines, ...lsms, "lsm_cgroup"),
    "Reads an argument of the traced function."),
  row(184, "bpf_get_func_ret", "5.17", [ctx("ctx"), fixed("value", 8, "write")], I64, kinds(...fexits, ...fmodRets),
    "Reads the return value of the traced function."),
  row(185, "bpf_get_func_arg_cnt", "5.17", [ctx("ctx")], I64, kinds(...trampolines, ...lsms, "lsm_cgroup"),
    "The number of arguments of the traced function."),
  row(186, "bpf_get_retval", "5.18", [], I32,
    kinds("lsm_cgroup", ...cgroupSocks, ...bindAndSend, ...connects, "cgroup/dev", "cgroup/sysctl", ...cgroupSockopts),
    "The value that the system call is going to return, as earlier programs left it."),
  row(187, "bpf_set_retval", "5.18", [i32("retval")], I32,
    kinds("lsm_cgroup", ...cgroupSocks, ...bindAndSend, ...connects, "cgroup/dev", "cgroup/sysctl", ...cgroupSockopts),
    "Sets the value that the system call is going to return."),
  row(188, "bpf_xdp_get_buff_len", "5.18", [object("xdpMd", "struct xdp_buff")], U64,
    kinds(...btfTracing, "syscall", ...xdps),
    "The length of the packet with all its buffers."),
  row(189, "bpf_xdp_load_bytes", "5.18", [ctx("xdpMd"), u32("offset"), output("buf"), size("len")], I64, kinds(...xdps),
    "Copies bytes out of a packet, also one of several buffers."),
  row(190, "bpf_xdp_store_bytes", "5.18", [ctx("xdpMd"), u32("offset"), input("buf"), size("len")], I64, kinds(...xdps),
    "Writes bytes into a packet, also one of several buffers."),
  gpl(191, "bpf_copy_from_user_task", "5.18",
    [output("dst"), size("size"), userAddress("userPtr"), object("tsk", "struct task_struct"), u64("flags")], I64,
    kinds(...sleepables),
    "Reads another process's memory and may wait for it."),
  row(192, "bpf_skb_set_tstamp", "5.18", [ctx("skb"), u64("tstamp"), u32("tstampType")], I64, kinds(...tcs),
    "Sets the time at which the packet was, or is to be, sent."),
  row(193, "bpf_ima_file_hash", "5.18", [object("file", "struct file"), output("dst"), size("size")], I64,
    kinds("lsm.s"),
    "The integrity measurement (IMA hash) of a file."),
  row(194, "bpf_kptr_xchg", "5.19",
    [field("mapValue", "void *"), object("ptr", "void", { nullable: true, release: true })], nullableObject("void"),
    BASE,
    "Puts a kernel pointer into a map value and takes the old one out."),
  row(195, "bpf_map_lookup_percpu_elem", "5.19", [map("map"), key("key"), u32("cpu")], mapValue, BASE,
    "Finds the value of a key in a per-CPU map, on the given CPU."),
  row(196, "bpf_skc_to_mptcp_sock", "5.19", [object("sk", "struct bpf_sock")], nullableObject("struct mptcp_sock"),
    except(
      ...tracepoints, ...kprobes, "perf_event", ...structOps, "netfilter", ...skReuseports, ...cgroupSocks,
      "cgroup/dev", "cgroup/sysctl", ...cgroupSockopts, "lirc_mode2",
    ),
    "Casts a socket to `struct mptcp_sock`, if it is one."),
  row(197, "bpf_dynptr_from_mem", "5.19", [inout("data"), size("size"), u64("flags"), dynptr("ptr", "write")], I64,
    BASE,
    "Makes a dynptr, a checked view, of memory of the program."),
  row(198, "bpf_ringbuf_reserve_dynptr", "5.19",
    [map("ringbuf"), u32("size"), u64("flags"), dynptr("ptr", "write")], I64,
    BASE,
    "Reserves room of any size in a ring buffer as a dynptr; it must be submitted or discarded."),
  row(199, "bpf_ringbuf_submit_dynptr", "5.19", [dynptr("ptr", "read"), u64("flags")], VOID, BASE,
    "Hands the record behind a dynptr to user space."),
  row(200, "bpf_ringbuf_discard_dynptr", "5.19", [dynptr("ptr", "read"), u64("flags")], VOID, BASE,
    "Throws the record behind a dynptr away."),
  row(201, "bpf_dynptr_read", "5.19",
    [output("dst"), size("len"), dynptr("src", "read"), u32("offset"), u64("flags")], I64,
    BASE,
    "Copies bytes out of a dynptr."),
  row(202, "bpf_dynptr_write", "5.19",
    [dynptr("dst", "read"), u32("offset"), input("src"), size("len"), u64("flags")], I64,
    BASE,
    "Writes bytes into a dynptr."),
  row(203, "bpf_dynptr_data", "5.19", [dynptr("ptr", "read"), u32("offset"), u32("len")], memory(2), BASE,
    "The memory behind a part of a dynptr."),
  gpl(204, "bpf_tcp_raw_gen_syncookie_ipv4", "6.0", [fixed("iph", 20, "read"), input("th"), size("thLen")], I64,
    kinds(...xdps, ...tcs),
    "Makes a SYN cookie for an IPv4 packet, without a socket."),
  gpl(205, "bpf_tcp_raw_gen_syncookie_ipv6", "6.0", [fixed("iph", 40, "read"), input("th"), size("thLen")], I64,
    kinds(...xdps, ...tcs),
    "Makes a SYN cookie for an IPv6 packet, without a socket."),
  gpl(206, "bpf_tcp_raw_check_syncookie_ipv4", "6.0", [fixed("iph", 20, "read"), fixed("th", 20, "read")], I64,
    kinds(...xdps, ...tcs),
    "Checks that an IPv4 packet acknowledges a SYN cookie, without a socket."),
  gpl(207, "bpf_tcp_raw_check_syncookie_ipv6", "6.0", [fixed("iph", 40, "read"), fixed("th", 20, "read")], I64,
    kinds(...xdps, ...tcs),
    "Checks that an IPv6 packet acknowledges a SYN cookie, without a socket."),
  row(208, "bpf_ktime_get_tai_ns", "6.1", [], U64, BASE,
    "Nanoseconds of international atomic time."),
  row(209, "bpf_user_ringbuf_drain", "6.1", [map("map"), callback("callbackFn"), callbackCtx("ctx"), u64("flags")], I64,
    BASE,
    "Calls a function for each record that user space put into a ring buffer."),
  row(210, "bpf_cgrp_storage_get", "6.2",
    [map("map"), object("cgroup", "struct cgroup", { nullable: true }), value("value", "read", true), u64("flags")],
    mapValue,
    BASE,
    "The storage that belongs to a cgroup, created on request."),
  row(211, "bpf_cgrp_storage_delete", "6.2", [map("map"), object("cgroup", "struct cgroup", { nullable: true })], I64,
    BASE,
    "Deletes the storage that belongs to a cgroup."),
];

const byId: ReadonlyMap<number, HelperSpec> = new Map(helpers.map((helper) => [helper.id, helper]));
const byName: ReadonlyMap<string, HelperSpec> = new Map(helpers.map((helper) => [helper.tsName, helper]));
