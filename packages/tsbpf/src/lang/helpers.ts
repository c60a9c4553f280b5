// The kernel's helper functions as a program calls them.
// Generated from the table in bpf/helpers.ts, do not edit; refresh it with:
// node packages/tsbpf/dist/bpf/generate-helpers.js

import { runHelper } from "./kernel-only.js";
import type {
  AnyMap, ContextPointer, i32, i64, KernelAddress, KernelObject, Memory, TrustedObject, u32, u64, UserAddress,
} from "./types.js";

/**
 * Finds the value of a key in a map.
 * Since Linux 3.19. For all kinds of programs.
 */
export function bpfMapLookupElem(map: AnyMap, key: Memory | number | bigint): Memory | undefined {
  return runHelper("bpfMapLookupElem", map, key) as Memory | undefined;
}

/**
 * Stores a value under a key; `flags` says whether it must be new (1), must exist (2) or may be either (0).
 * Since Linux 3.19. For all kinds of programs.
 */
export function bpfMapUpdateElem(
  map: AnyMap,
  key: Memory | number | bigint,
  value: Memory | number | bigint,
  flags: u64,
): i64 {
  return runHelper("bpfMapUpdateElem", map, key, value, flags) as i64;
}

/**
 * Removes a key from a map.
 * Since Linux 3.19. For all kinds of programs.
 */
export function bpfMapDeleteElem(map: AnyMap, key: Memory | number | bigint): i64 {
  return runHelper("bpfMapDeleteElem", map, key) as i64;
}

/**
 * Reads memory at any address, kernel or user; prefer the variants that say which.
 * Since Linux 4.1, GPL only. For raw_tracepoint, raw_tracepoint_writable, tracing, tracepoint, kprobe, perf_event,
 * lsm, syscall.
 */
export function bpfProbeRead(dst: Memory, unsafePtr: KernelAddress): i64 {
  return runHelper("bpfProbeRead", dst, unsafePtr) as i64;
}

/**
 * Nanoseconds since boot, without the time spent suspended.
 * Since Linux 4.1. For all kinds of programs.
 */
export function bpfKtimeGetNs(): u64 {
  return runHelper("bpfKtimeGetNs") as u64;
}

/**
 * Writes a line to the kernel's trace pipe, with up to three arguments; for debugging only.
 * Since Linux 4.1, GPL only. For all kinds of programs.
 */
export function bpfTracePrintk(
  fmt: Memory | string,
  arg1?: number | bigint,
  arg2?: number | bigint,
  arg3?: number | bigint,
): i64 {
  return runHelper("bpfTracePrintk", fmt, arg1, arg2, arg3) as i64;
}

/**
 * A pseudo-random number, not fit for cryptography.
 * Since Linux 4.1. For all kinds of programs.
 */
export function bpfGetPrandomU32(): u32 {
  return runHelper("bpfGetPrandomU32") as u32;
}

/**
 * The number of the CPU that runs the program; it stays there until the program ends.
 * Since Linux 4.1. For all kinds of programs but lirc_mode2.
 */
export function bpfGetSmpProcessorId(): u32 {
  return runHelper("bpfGetSmpProcessorId") as u32;
}

/**
 * Writes bytes into a packet, on request fixing its checksum and hash.
 * Since Linux 4.1. For sched_cls, sched_act, lwt_xmit, sk_skb.
 */
export function bpfSkbStoreBytes(skb: ContextPointer, offset: u32, from: Memory | string, flags: u64): i64 {
  return runHelper("bpfSkbStoreBytes", skb, offset, from, flags) as i64;
}

/**
 * Updates the IP header's checksum after a field changed from `from` to `to`.
 * Since Linux 4.1. For sched_cls, sched_act, lwt_xmit.
 */
export function bpfL3CsumReplace(skb: ContextPointer, offset: u32, from: u64, to: u64, size: u64): i64 {
  return runHelper("bpfL3CsumReplace", skb, offset, from, to, size) as i64;
}

/**
 * Updates the TCP or UDP checksum after a field changed from `from` to `to`.
 * Since Linux 4.1. For sched_cls, sched_act, lwt_xmit.
 */
export function bpfL4CsumReplace(skb: ContextPointer, offset: u32, from: u64, to: u64, flags: u64): i64 {
  return runHelper("bpfL4CsumReplace", skb, offset, from, to, flags) as i64;
}

/**
 * Jumps to the program at `index` of a program array and never comes back; goes on when there is none.
 * Since Linux 4.2. For all kinds of programs.
 */
export function bpfTailCall(ctx: ContextPointer, progArrayMap: AnyMap, index: u32): void {
  runHelper("bpfTailCall", ctx, progArrayMap, index);
}

/**
 * Sends a copy of the packet to another interface.
 * Since Linux 4.2. For sched_cls, sched_act, lwt_xmit.
 */
export function bpfCloneRedirect(skb: ContextPointer, ifindex: u32, flags: u64): i64 {
  return runHelper("bpfCloneRedirect", skb, ifindex, flags) as i64;
}

/**
 * The current task: thread group (process) in the high half, thread in the low half.
 * Since Linux 4.2. For all kinds of programs but lirc_mode2.
 */
export function bpfGetCurrentPidTgid(): u64 {
  return runHelper("bpfGetCurrentPidTgid") as u64;
}

/**
 * The current task's group in the high half, user in the low half, as the initial user namespace sees them.
 * Since Linux 4.2. For all kinds of programs but lirc_mode2.
 */
export function bpfGetCurrentUidGid(): u64 {
  return runHelper("bpfGetCurrentUidGid") as u64;
}

/**
 * The current task's name, padded with zeros.
 * Since Linux 4.2. For all kinds of programs but lirc_mode2.
 */
export function bpfGetCurrentComm(buf: Memory): i64 {
  return runHelper("bpfGetCurrentComm", buf) as i64;
}

/**
 * The network class (net_cls cgroup, version 1) of the packet or the current task.
 * Since Linux 4.3. For all kinds of programs but lirc_mode2.
 */
export function bpfGetCgroupClassid(skb: ContextPointer): u32 {
  return runHelper("bpfGetCgroupClassid", skb) as u32;
}

/**
 * Adds a VLAN header to a packet.
 * Since Linux 4.3. For sched_cls, sched_act.
 */
export function bpfSkbVlanPush(skb: ContextPointer, vlanProto: u32, vlanTci: u32): i64 {
  return runHelper("bpfSkbVlanPush", skb, vlanProto, vlanTci) as i64;
}

/**
 * Removes the outer VLAN header of a packet.
 * Since Linux 4.3. For sched_cls, sched_act.
 */
export function bpfSkbVlanPop(skb: ContextPointer): i64 {
  return runHelper("bpfSkbVlanPop", skb) as i64;
}

/**
 * Reads the metadata of the tunnel that a packet came through.
 * Since Linux 4.3. For sched_cls, sched_act, lwt_xmit.
 */
export function bpfSkbGetTunnelKey(skb: ContextPointer, key: Memory, flags: u64): i64 {
  return runHelper("bpfSkbGetTunnelKey", skb, key, flags) as i64;
}

/**
 * Sets the metadata of the tunnel that a packet leaves through.
 * Since Linux 4.3. For sched_cls, sched_act, lwt_xmit.
 */
export function bpfSkbSetTunnelKey(skb: ContextPointer, key: Memory | string, flags: u64): i64 {
  return runHelper("bpfSkbSetTunnelKey", skb, key, flags) as i64;
}

/**
 * Reads a hardware or software counter from a map of perf events.
 * Since Linux 4.3, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfPerfEventRead(map: AnyMap, flags: u64): u64 {
  return runHelper("bpfPerfEventRead", map, flags) as u64;
}

/**
 * Makes the packet leave through another interface when the program returns this helper's result.
 * Since Linux 4.4. For xdp, sched_cls, sched_act, lwt_xmit.
 */
export function bpfRedirect(ifindex: u32, flags: u64): i64 {
  return runHelper("bpfRedirect", ifindex, flags) as i64;
}

/**
 * The routing realm of a packet's destination.
 * Since Linux 4.4. For sched_cls, sched_act, lwt_in, lwt_out, lwt_xmit, lwt_seg6local.
 */
export function bpfGetRouteRealm(skb: ContextPointer): u32 {
  return runHelper("bpfGetRouteRealm", skb) as u32;
}

/**
 * Sends a record to user space through a map of perf events; `flags` chooses the CPU.
 * Since Linux 4.4, GPL only. For all kinds of programs but struct_ops, flow_dissector, netfilter, sk_reuseport,
 * lirc_mode2.
 */
export function bpfPerfEventOutput(ctx: ContextPointer, map: AnyMap, flags: u64, data: Memory | string): i64 {
  return runHelper("bpfPerfEventOutput", ctx, map, flags, data) as i64;
}

/**
 * Copies bytes out of a packet; they are all zero when that fails.
 * Since Linux 4.5. For sched_cls, sched_act, lwt_in, lwt_out, lwt_xmit, lwt_seg6local, flow_dissector, socket_filter,
 * sk_reuseport, sk_skb, cgroup_skb.
 */
export function bpfSkbLoadBytes(skb: ContextPointer, offset: u32, to: Memory): i64 {
  return runHelper("bpfSkbLoadBytes", skb, offset, to) as i64;
}

/**
 * The id of the current stack in a stack trace map.
 * Since Linux 4.6, GPL only. For raw_tracepoint, raw_tracepoint_writable, tracing, tracepoint, kprobe, perf_event,
 * lsm, syscall.
 */
export function bpfGetStackid(ctx: ContextPointer, map: AnyMap, flags: u64): i64 {
  return runHelper("bpfGetStackid", ctx, map, flags) as i64;
}

/**
 * The checksum difference between two pieces of memory, to feed the checksum helpers.
 * Since Linux 4.6. For xdp, sched_cls, sched_act, lwt_in, lwt_out, lwt_xmit, lwt_seg6local.
 */
export function bpfCsumDiff(from: Memory | string | null, to: Memory | string | null, seed: u32): i64 {
  return runHelper("bpfCsumDiff", from, to, seed) as i64;
}

/**
 * Reads the options of the tunnel that a packet came through.
 * Since Linux 4.6. For sched_cls, sched_act, lwt_xmit.
 */
export function bpfSkbGetTunnelOpt(skb: ContextPointer, opt: Memory): i64 {
  return runHelper("bpfSkbGetTunnelOpt", skb, opt) as i64;
}

/**
 * Sets the options of the tunnel that a packet leaves through.
 * Since Linux 4.6. For sched_cls, sched_act, lwt_xmit.
 */
export function bpfSkbSetTunnelOpt(skb: ContextPointer, opt: Memory | string): i64 {
  return runHelper("bpfSkbSetTunnelOpt", skb, opt) as i64;
}

/**
 * Turns an IPv4 packet into IPv6 or back; the headers' contents are left to the program.
 * Since Linux 4.8. For sched_cls, sched_act.
 */
export function bpfSkbChangeProto(skb: ContextPointer, proto: u32, flags: u64): i64 {
  return runHelper("bpfSkbChangeProto", skb, proto, flags) as i64;
}

/**
 * Changes whom a packet counts as meant for: this host, all, a group or another host.
 * Since Linux 4.8. For sched_cls, sched_act.
 */
export function bpfSkbChangeType(skb: ContextPointer, type: u32): i64 {
  return runHelper("bpfSkbChangeType", skb, type) as i64;
}

/**
 * Whether the packet's socket belongs to the cgroup at `index` of a cgroup array, or to one below it.
 * Since Linux 4.8. For sched_cls, sched_act, lwt_in, lwt_out, lwt_xmit, lwt_seg6local.
 */
export function bpfSkbUnderCgroup(skb: ContextPointer, map: AnyMap, index: u32): i64 {
  return runHelper("bpfSkbUnderCgroup", skb, map, index) as i64;
}

/**
 * The packet's flow hash, computed if it has none.
 * Since Linux 4.8. For sched_cls, sched_act, lwt_in, lwt_out, lwt_xmit, lwt_seg6local.
 */
export function bpfGetHashRecalc(skb: ContextPointer): u32 {
  return runHelper("bpfGetHashRecalc", skb) as u32;
}

/**
 * The address of the current task's `struct task_struct`.
 * Since Linux 4.8, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfGetCurrentTask<T = KernelAddress>(): T {
  return runHelper("bpfGetCurrentTask") as T;
}

/**
 * Writes to the current process's memory; for experiments only, and the kernel logs a warning.
 * Since Linux 4.8, GPL only. For raw_tracepoint, raw_tracepoint_writable, tracing, tracepoint, kprobe, perf_event,
 * lsm, syscall.
 */
export function bpfProbeWriteUser(dst: UserAddress, src: Memory | string): i64 {
  return runHelper("bpfProbeWriteUser", dst, src) as i64;
}

/**
 * Whether the current task belongs to the cgroup at `index` of a cgroup array, or to one below it.
 * Since Linux 4.9. For all kinds of programs but lirc_mode2.
 */
export function bpfCurrentTaskUnderCgroup(map: AnyMap, index: u32): i64 {
  return runHelper("bpfCurrentTaskUnderCgroup", map, index) as i64;
}

/**
 * Trims a packet or makes it longer at its end.
 * Since Linux 4.9. For sched_cls, sched_act, lwt_xmit, sk_skb.
 */
export function bpfSkbChangeTail(skb: ContextPointer, len: u32, flags: u64): i64 {
  return runHelper("bpfSkbChangeTail", skb, len, flags) as i64;
}

/**
 * Makes the first `len` bytes of a packet directly readable and writable.
 * Since Linux 4.9. For sched_cls, sched_act, lwt_in, lwt_out, lwt_xmit, lwt_seg6local, sk_skb.
 */
export function bpfSkbPullData(skb: ContextPointer, len: u32): i64 {
  return runHelper("bpfSkbPullData", skb, len) as i64;
}

/**
 * Adds to the packet's checksum, for one that the hardware computed.
 * Since Linux 4.9. For sched_cls, sched_act, lwt_xmit.
 */
export function bpfCsumUpdate(skb: ContextPointer, csum: u32): i64 {
  return runHelper("bpfCsumUpdate", skb, csum) as i64;
}

/**
 * Forgets the packet's flow hash, so that it is computed again.
 * Since Linux 4.9. For sched_cls, sched_act, lwt_xmit.
 */
export function bpfSetHashInvalid(skb: ContextPointer): i64 {
  return runHelper("bpfSetHashInvalid", skb) as i64;
}

/**
 * The NUMA node that the program runs on.
 * Since Linux 4.10. For all kinds of programs but lirc_mode2.
 */
export function bpfGetNumaNodeId(): i64 {
  return runHelper("bpfGetNumaNodeId") as i64;
}

/**
 * Makes room in front of a packet, for a link-layer header.
 * Since Linux 4.10. For sched_cls, sched_act, lwt_xmit, sk_skb.
 */
export function bpfSkbChangeHead(skb: ContextPointer, len: u32, flags: u64): i64 {
  return runHelper("bpfSkbChangeHead", skb, len, flags) as i64;
}

/**
 * Moves the start of the packet by `delta` bytes.
 * Since Linux 4.10. For xdp.
 */
export function bpfXdpAdjustHead(xdpMd: ContextPointer, delta: i32): i64 {
  return runHelper("bpfXdpAdjustHead", xdpMd, delta) as i64;
}

/**
 * Reads NUL-terminated text at any address, kernel or user; prefer the variants that say which.
 * Since Linux 4.11, GPL only. For raw_tracepoint, raw_tracepoint_writable, tracing, tracepoint, kprobe, perf_event,
 * lsm, syscall.
 */
export function bpfProbeReadStr(dst: Memory, unsafePtr: KernelAddress): i64 {
  return runHelper("bpfProbeReadStr", dst, unsafePtr) as i64;
}

/**
 * A number that identifies the socket for as long as it lives.
 * Since Linux 4.12. For tracing, lsm, syscall, sched_cls, sched_act, socket_filter, sk_reuseport, sk_skb, sock_ops,
 * cgroup_skb, cgroup_sock, cgroup_sock_addr.
 */
export function bpfGetSocketCookie(ctx: ContextPointer): u64 {
  return runHelper("bpfGetSocketCookie", ctx) as u64;
}

/**
 * The user that owns the packet's socket.
 * Since Linux 4.12. For sched_cls, sched_act, socket_filter, sk_skb, cgroup_skb.
 */
export function bpfGetSocketUid(skb: ContextPointer): u32 {
  return runHelper("bpfGetSocketUid", skb) as u32;
}

/**
 * Sets the packet's flow hash.
 * Since Linux 4.13. For sched_cls, sched_act.
 */
export function bpfSetHash(skb: ContextPointer, hash: u32): i64 {
  return runHelper("bpfSetHash", skb, hash) as i64;
}

/**
 * Sets an option of a socket.
 * Since Linux 4.13. For lsm_cgroup, struct_ops, sock_ops, cgroup_sock_addr, cgroup/setsockopt.
 */
export function bpfSetsockopt(bpfSocket: ContextPointer, level: i32, optname: i32, optval: Memory | string): i64 {
  return runHelper("bpfSetsockopt", bpfSocket, level, optname, optval) as i64;
}

/**
 * Grows or shrinks a packet between its headers and its payload.
 * Since Linux 4.13. For sched_cls, sched_act, sk_skb.
 */
export function bpfSkbAdjustRoom(skb: ContextPointer, lenDiff: i32, mode: u32, flags: u64): i64 {
  return runHelper("bpfSkbAdjustRoom", skb, lenDiff, mode, flags) as i64;
}

/**
 * Sends the packet to the device, CPU or socket stored in a map.
 * Since Linux 4.14. For xdp.
 */
export function bpfRedirectMap(map: AnyMap, key: u64, flags: u64): i64 {
  return runHelper("bpfRedirectMap", map, key, flags) as i64;
}

/**
 * Sends the packet to the socket at `key` of a socket map.
 * Since Linux 4.14. For sk_skb.
 */
export function bpfSkRedirectMap(skb: ContextPointer, map: AnyMap, key: u32, flags: u64): i64 {
  return runHelper("bpfSkRedirectMap", skb, map, key, flags) as i64;
}

/**
 * Adds the context's socket to a socket map.
 * Since Linux 4.14. For sock_ops.
 */
export function bpfSockMapUpdate(skops: ContextPointer, map: AnyMap, key: Memory | number | bigint, flags: u64): i64 {
  return runHelper("bpfSockMapUpdate", skops, map, key, flags) as i64;
}

/**
 * Moves the start of the metadata in front of a packet by `delta` bytes.
 * Since Linux 4.15. For xdp.
 */
export function bpfXdpAdjustMeta(xdpMd: ContextPointer, delta: i32): i64 {
  return runHelper("bpfXdpAdjustMeta", xdpMd, delta) as i64;
}

/**
 * Reads a perf counter with the times it was enabled and running.
 * Since Linux 4.15, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfPerfEventReadValue(map: AnyMap, flags: u64, buf: Memory): i64 {
  return runHelper("bpfPerfEventReadValue", map, flags, buf) as i64;
}

/**
 * Reads the counter of the perf event that runs the program, with its times.
 * Since Linux 4.15, GPL only. For perf_event.
 */
export function bpfPerfProgReadValue(ctx: ContextPointer, buf: Memory): i64 {
  return runHelper("bpfPerfProgReadValue", ctx, buf) as i64;
}

/**
 * Reads an option of a socket.
 * Since Linux 4.15. For lsm_cgroup, struct_ops, sock_ops, cgroup_sock_addr, cgroup/setsockopt.
 */
export function bpfGetsockopt(bpfSocket: ContextPointer, level: i32, optname: i32, optval: Memory): i64 {
  return runHelper("bpfGetsockopt", bpfSocket, level, optname, optval) as i64;
}

/**
 * Makes the probed function return `rc` without running it, where the kernel allows error injection.
 * Since Linux 4.16, GPL only. For kprobe, kprobe.multi, kprobe.session, ksyscall.
 */
export function bpfOverrideReturn(regs: ContextPointer, rc: u64): i64 {
  return runHelper("bpfOverrideReturn", regs, rc) as i64;
}

/**
 * Chooses which TCP events call the program for this socket.
 * Since Linux 4.16. For sock_ops.
 */
export function bpfSockOpsCbFlagsSet(bpfSock: ContextPointer, argval: i32): i64 {
  return runHelper("bpfSockOpsCbFlagsSet", bpfSock, argval) as i64;
}

/**
 * Sends the message to the socket at `key` of a socket map.
 * Since Linux 4.17. For sk_msg.
 */
export function bpfMsgRedirectMap(msg: ContextPointer, map: AnyMap, key: u32, flags: u64): i64 {
  return runHelper("bpfMsgRedirectMap", msg, map, key, flags) as i64;
}

/**
 * Makes the verdict hold for the next `bytes` bytes only.
 * Since Linux 4.17. For sk_msg.
 */
export function bpfMsgApplyBytes(msg: ContextPointer, bytes: u32): i64 {
  return runHelper("bpfMsgApplyBytes", msg, bytes) as i64;
}

/**
 * Waits for `bytes` bytes before the program is called for the message again.
 * Since Linux 4.17. For sk_msg.
 */
export function bpfMsgCorkBytes(msg: ContextPointer, bytes: u32): i64 {
  return runHelper("bpfMsgCorkBytes", msg, bytes) as i64;
}

/**
 * Makes the bytes from `start` to `end` of a message directly accessible.
 * Since Linux 4.17. For sk_msg.
 */
export function bpfMsgPullData(msg: ContextPointer, start: u32, end: u32, flags: u64): i64 {
  return runHelper("bpfMsgPullData", msg, start, end, flags) as i64;
}

/**
 * Binds the socket to an address before it connects.
 * Since Linux 4.17. For cgroup/connect4, cgroup/connect6.
 */
export function bpfBind(ctx: ContextPointer, addr: Memory | string): i64 {
  return runHelper("bpfBind", ctx, addr) as i64;
}

/**
 * Moves the end of the packet by `delta` bytes.
 * Since Linux 4.18. For xdp.
 */
export function bpfXdpAdjustTail(xdpMd: ContextPointer, delta: i32): i64 {
  return runHelper("bpfXdpAdjustTail", xdpMd, delta) as i64;
}

/**
 * Reads the IPsec state that a packet was decrypted with.
 * Since Linux 4.18. For sched_cls, sched_act.
 */
export function bpfSkbGetXfrmState(skb: ContextPointer, index: u32, xfrmState: Memory, flags: u64): i64 {
  return runHelper("bpfSkbGetXfrmState", skb, index, xfrmState, flags) as i64;
}

/**
 * Copies the current stack's addresses, kernel or user, to a buffer.
 * Since Linux 4.18, GPL only. For raw_tracepoint, raw_tracepoint_writable, tracing, tracepoint, kprobe, perf_event,
 * lsm, syscall.
 */
export function bpfGetStack(ctx: ContextPointer, buf: Memory, flags: u64): i64 {
  return runHelper("bpfGetStack", ctx, buf, flags) as i64;
}

/**
 * Copies bytes out of a packet, counted from its link-layer or network header; all zero when that fails.
 * Since Linux 4.18. For sched_cls, sched_act, socket_filter, sk_reuseport, cgroup_skb.
 */
export function bpfSkbLoadBytesRelative(skb: ContextPointer, offset: u32, to: Memory, startHeader: u32): i64 {
  return runHelper("bpfSkbLoadBytesRelative", skb, offset, to, startHeader) as i64;
}

/**
 * Looks up the route and the neighbour for a packet in the kernel's tables.
 * Since Linux 4.18, GPL only. For xdp, sched_cls, sched_act.
 */
export function bpfFibLookup(ctx: ContextPointer, params: Memory, flags: u32): i64 {
  return runHelper("bpfFibLookup", ctx, params, flags) as i64;
}

/**
 * Adds the context's socket to a socket hash.
 * Since Linux 4.18. For sock_ops.
 */
export function bpfSockHashUpdate(skops: ContextPointer, map: AnyMap, key: Memory | number | bigint, flags: u64): i64 {
  return runHelper("bpfSockHashUpdate", skops, map, key, flags) as i64;
}

/**
 * Sends the message to the socket under `key` of a socket hash.
 * Since Linux 4.18. For sk_msg.
 */
export function bpfMsgRedirectHash(msg: ContextPointer, map: AnyMap, key: Memory | number | bigint, flags: u64): i64 {
  return runHelper("bpfMsgRedirectHash", msg, map, key, flags) as i64;
}

/**
 * Sends the packet to the socket under `key` of a socket hash.
 * Since Linux 4.18. For sk_skb.
 */
export function bpfSkRedirectHash(skb: ContextPointer, map: AnyMap, key: Memory | number | bigint, flags: u64): i64 {
  return runHelper("bpfSkRedirectHash", skb, map, key, flags) as i64;
}

/**
 * Puts a tunnel header in front of a packet.
 * Since Linux 4.18. For lwt_in, lwt_xmit.
 */
export function bpfLwtPushEncap(skb: ContextPointer, type: u32, hdr: Memory | string): i64 {
  return runHelper("bpfLwtPushEncap", skb, type, hdr) as i64;
}

/**
 * Writes bytes into the tags, flags or options of a segment routing header.
 * Since Linux 4.18. For lwt_seg6local.
 */
export function bpfLwtSeg6StoreBytes(skb: ContextPointer, offset: u32, from: Memory | string): i64 {
  return runHelper("bpfLwtSeg6StoreBytes", skb, offset, from) as i64;
}

/**
 * Makes room for options in a segment routing header, or takes it away.
 * Since Linux 4.18. For lwt_seg6local.
 */
export function bpfLwtSeg6AdjustSrh(skb: ContextPointer, offset: u32, delta: i32): i64 {
  return runHelper("bpfLwtSeg6AdjustSrh", skb, offset, delta) as i64;
}

/**
 * Does a segment routing action on a packet.
 * Since Linux 4.18. For lwt_seg6local.
 */
export function bpfLwtSeg6Action(skb: ContextPointer, action: u32, param: Memory | string): i64 {
  return runHelper("bpfLwtSeg6Action", skb, action, param) as i64;
}

/**
 * Reports that the last key is held down.
 * Since Linux 4.18, GPL only. For lirc_mode2.
 */
export function bpfRcRepeat(ctx: ContextPointer): i64 {
  return runHelper("bpfRcRepeat", ctx) as i64;
}

/**
 * Reports a key press decoded from infrared.
 * Since Linux 4.18, GPL only. For lirc_mode2.
 */
export function bpfRcKeydown(ctx: ContextPointer, protocol: u32, scancode: u64, toggle: u32): i64 {
  return runHelper("bpfRcKeydown", ctx, protocol, scancode, toggle) as i64;
}

/**
 * The id of the cgroup of the packet's socket.
 * Since Linux 4.18. For sched_cls, sched_act, cgroup_skb.
 */
export function bpfSkbCgroupId(skb: ContextPointer): u64 {
  return runHelper("bpfSkbCgroupId", skb) as u64;
}

/**
 * The id of the current task's cgroup (version 2).
 * Since Linux 4.18. For all kinds of programs but lirc_mode2.
 */
export function bpfGetCurrentCgroupId(): u64 {
  return runHelper("bpfGetCurrentCgroupId") as u64;
}

/**
 * The storage that belongs to the cgroup the program is attached to.
 * Since Linux 4.19. For lsm_cgroup, sock_ops, cgroup_skb, cgroup_sock, cgroup_sock_addr, cgroup_device,
 * cgroup_sysctl, cgroup_sockopt.
 */
export function bpfGetLocalStorage(map: AnyMap, flags: u64): Memory {
  return runHelper("bpfGetLocalStorage", map, flags) as Memory;
}

/**
 * Chooses the socket that gets the packet from a socket array.
 * Since Linux 4.19. For sk_reuseport.
 */
export function bpfSkSelectReuseport(
  reuse: ContextPointer,
  map: AnyMap,
  key: Memory | number | bigint,
  flags: u64,
): i64 {
  return runHelper("bpfSkSelectReuseport", reuse, map, key, flags) as i64;
}

/**
 * The id of the ancestor at `ancestorLevel` of the cgroup of the packet's socket.
 * Since Linux 4.19. For sched_cls, sched_act, cgroup_skb.
 */
export function bpfSkbAncestorCgroupId(skb: ContextPointer, ancestorLevel: i32): u64 {
  return runHelper("bpfSkbAncestorCgroupId", skb, ancestorLevel) as u64;
}

/**
 * Finds a TCP socket by its addresses and ports; it must be released.
 * Since Linux 4.20. For xdp, sched_cls, sched_act, sk_skb, cgroup_skb, cgroup_sock_addr.
 */
export function bpfSkLookupTcp<T = KernelObject<"struct bpf_sock">>(
  ctx: ContextPointer,
  tuple: Memory | string,
  netns: u64,
  flags: u64,
): T | undefined {
  return runHelper("bpfSkLookupTcp", ctx, tuple, netns, flags) as T | undefined;
}

/**
 * Finds a UDP socket by its addresses and ports; it must be released.
 * Since Linux 4.20. For xdp, sched_cls, sched_act, sk_skb, cgroup_skb, cgroup_sock_addr.
 */
export function bpfSkLookupUdp<T = KernelObject<"struct bpf_sock">>(
  ctx: ContextPointer,
  tuple: Memory | string,
  netns: u64,
  flags: u64,
): T | undefined {
  return runHelper("bpfSkLookupUdp", ctx, tuple, netns, flags) as T | undefined;
}

/**
 * Gives back a socket that a lookup found.
 * Since Linux 4.20. For xdp, sched_cls, sched_act, sk_lookup, sk_skb, cgroup_skb, cgroup_sock_addr.
 */
export function bpfSkRelease(sock: TrustedObject<"struct bpf_sock">): i64 {
  return runHelper("bpfSkRelease", sock) as i64;
}

/**
 * Adds a value to a queue or stack.
 * Since Linux 4.20. For all kinds of programs.
 */
export function bpfMapPushElem(map: AnyMap, value: Memory | number | bigint, flags: u64): i64 {
  return runHelper("bpfMapPushElem", map, value, flags) as i64;
}

/**
 * Takes the next value from a queue or stack.
 * Since Linux 4.20. For all kinds of programs.
 */
export function bpfMapPopElem(map: AnyMap, value: Memory): i64 {
  return runHelper("bpfMapPopElem", map, value) as i64;
}

/**
 * Reads the next value of a queue or stack and leaves it there.
 * Since Linux 4.20. For all kinds of programs.
 */
export function bpfMapPeekElem(map: AnyMap, value: Memory): i64 {
  return runHelper("bpfMapPeekElem", map, value) as i64;
}

/**
 * Makes room for `len` bytes at `start` of a message.
 * Since Linux 4.20. For sk_msg.
 */
export function bpfMsgPushData(msg: ContextPointer, start: u32, len: u32, flags: u64): i64 {
  return runHelper("bpfMsgPushData", msg, start, len, flags) as i64;
}

/**
 * Removes `len` bytes at `start` of a message.
 * Since Linux 5.0. For sk_msg.
 */
export function bpfMsgPopData(msg: ContextPointer, start: u32, len: u32, flags: u64): i64 {
  return runHelper("bpfMsgPopData", msg, start, len, flags) as i64;
}

/**
 * Reports a movement of the pointer decoded from infrared.
 * Since Linux 5.0, GPL only. For lirc_mode2.
 */
export function bpfRcPointerRel(ctx: ContextPointer, relX: i32, relY: i32): i64 {
  return runHelper("bpfRcPointerRel", ctx, relX, relY) as i64;
}

/**
 * Takes the lock inside a map value; no other call may follow until it is released.
 * Since Linux 5.1. For all kinds of programs but lirc_mode2.
 */
export function bpfSpinLock(lock: Memory): void {
  runHelper("bpfSpinLock", lock);
}

/**
 * Releases the lock inside a map value.
 * Since Linux 5.1. For all kinds of programs but lirc_mode2.
 */
export function bpfSpinUnlock(lock: Memory): void {
  runHelper("bpfSpinUnlock", lock);
}

/**
 * The full socket behind a socket pointer, if it is one.
 * Since Linux 5.1. For sched_cls, sched_act, cgroup_skb.
 */
export function bpfSkFullsock<T = KernelObject<"struct bpf_sock">>(
  sk: TrustedObject<"struct bpf_sock">,
): T | undefined {
  return runHelper("bpfSkFullsock", sk) as T | undefined;
}

/**
 * The TCP state of a socket, if it is a TCP socket.
 * Since Linux 5.1. For sched_cls, sched_act, sock_ops, cgroup_skb, cgroup_sockopt.
 */
export function bpfTcpSock<T = KernelObject<"struct bpf_tcp_sock">>(
  sk: TrustedObject<"struct bpf_sock">,
): T | undefined {
  return runHelper("bpfTcpSock", sk) as T | undefined;
}

/**
 * Marks a packet as having met congestion, if its sender understands that.
 * Since Linux 5.1. For sched_cls, sched_act, cgroup_skb.
 */
export function bpfSkbEcnSetCe(skb: ContextPointer): i64 {
  return runHelper("bpfSkbEcnSetCe", skb) as i64;
}

/**
 * The listening socket that a socket belongs to, if any.
 * Since Linux 5.1. For sched_cls, sched_act, cgroup_skb.
 */
export function bpfGetListenerSock<T = KernelObject<"struct bpf_sock">>(
  sk: TrustedObject<"struct bpf_sock">,
): T | undefined {
  return runHelper("bpfGetListenerSock", sk) as T | undefined;
}

/**
 * Finds a TCP socket in any state, also one that is not fully set up; it must be released.
 * Since Linux 5.2. For xdp, sched_cls, sched_act, sk_skb, cgroup_skb, cgroup_sock_addr.
 */
export function bpfSkcLookupTcp<T = KernelObject<"struct bpf_sock">>(
  ctx: ContextPointer,
  tuple: Memory | string,
  netns: u64,
  flags: u64,
): T | undefined {
  return runHelper("bpfSkcLookupTcp", ctx, tuple, netns, flags) as T | undefined;
}

/**
 * Checks that a packet acknowledges a SYN cookie of the listening socket.
 * Since Linux 5.2, GPL only. For xdp, sched_cls, sched_act.
 */
export function bpfTcpCheckSyncookie(
  sk: TrustedObject<"struct bpf_sock">,
  iph: Memory | string,
  th: Memory | string,
): i64 {
  return runHelper("bpfTcpCheckSyncookie", sk, iph, th) as i64;
}

/**
 * The name of the sysctl that is read or written.
 * Since Linux 5.2. For cgroup_sysctl.
 */
export function bpfSysctlGetName(ctx: ContextPointer, buf: Memory, flags: u64): i64 {
  return runHelper("bpfSysctlGetName", ctx, buf, flags) as i64;
}

/**
 * The present value of the sysctl, as text.
 * Since Linux 5.2. For cgroup_sysctl.
 */
export function bpfSysctlGetCurrentValue(ctx: ContextPointer, buf: Memory): i64 {
  return runHelper("bpfSysctlGetCurrentValue", ctx, buf) as i64;
}

/**
 * The value that is about to be written to the sysctl, as text.
 * Since Linux 5.2. For cgroup_sysctl.
 */
export function bpfSysctlGetNewValue(ctx: ContextPointer, buf: Memory): i64 {
  return runHelper("bpfSysctlGetNewValue", ctx, buf) as i64;
}

/**
 * Replaces the value that is about to be written to the sysctl.
 * Since Linux 5.2. For cgroup_sysctl.
 */
export function bpfSysctlSetNewValue(ctx: ContextPointer, buf: Memory | string): i64 {
  return runHelper("bpfSysctlSetNewValue", ctx, buf) as i64;
}

/**
 * Parses a signed number; gives the count of characters used.
 * Since Linux 5.2. For all kinds of programs but lirc_mode2.
 */
export function bpfStrtol(buf: Memory | string, flags: u64, res: Memory): i64 {
  return runHelper("bpfStrtol", buf, flags, res) as i64;
}

/**
 * Parses an unsigned number; gives the count of characters used.
 * Since Linux 5.2. For all kinds of programs but lirc_mode2.
 */
export function bpfStrtoul(buf: Memory | string, flags: u64, res: Memory): i64 {
  return runHelper("bpfStrtoul", buf, flags, res) as i64;
}

/**
 * The storage that belongs to a socket, created on request.
 * Since Linux 5.2. For tp_btf, fentry, fentry.s, fexit, fexit.s, iter, iter.s, lsm, struct_ops, sched_cls, sched_act,
 * sk_msg, sock_ops, cgroup_skb, cgroup_sock, cgroup_sock_addr, cgroup_sockopt.
 */
export function bpfSkStorageGet(
  map: AnyMap,
  sk: TrustedObject<"struct sock">,
  value: Memory | number | bigint | null,
  flags: u64,
): Memory | undefined {
  return runHelper("bpfSkStorageGet", map, sk, value, flags) as Memory | undefined;
}

/**
 * Deletes the storage that belongs to a socket.
 * Since Linux 5.2. For tp_btf, fentry, fentry.s, fexit, fexit.s, iter, iter.s, lsm, struct_ops, sched_cls, sched_act,
 * sk_msg, sock_ops, cgroup_skb, cgroup_sock_addr, cgroup_sockopt.
 */
export function bpfSkStorageDelete(map: AnyMap, sk: TrustedObject<"struct sock">): i64 {
  return runHelper("bpfSkStorageDelete", map, sk) as i64;
}

/**
 * Sends a signal to the current process.
 * Since Linux 5.3. For all kinds of programs but lirc_mode2.
 */
export function bpfSendSignal(sig: u32): i64 {
  return runHelper("bpfSendSignal", sig) as i64;
}

/**
 * Makes a SYN cookie for a packet that arrived at the listening socket.
 * Since Linux 5.3, GPL only. For xdp, sched_cls, sched_act.
 */
export function bpfTcpGenSyncookie(
  sk: TrustedObject<"struct bpf_sock">,
  iph: Memory | string,
  th: Memory | string,
): i64 {
  return runHelper("bpfTcpGenSyncookie", sk, iph, th) as i64;
}

/**
 * Sends a record with the beginning of a packet to user space through a map of perf events.
 * Since Linux 5.5, GPL only. For tracing, lsm, syscall.
 */
export function bpfSkbOutput(
  ctx: TrustedObject<"struct sk_buff">,
  map: AnyMap,
  flags: u64,
  data: Memory | string,
): i64 {
  return runHelper("bpfSkbOutput", ctx, map, flags, data) as i64;
}

/**
 * Reads the current process's memory; all zero when that fails.
 * Since Linux 5.5, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfProbeReadUser(dst: Memory, unsafePtr: UserAddress): i64 {
  return runHelper("bpfProbeReadUser", dst, unsafePtr) as i64;
}

/**
 * Reads kernel memory; all zero when that fails.
 * Since Linux 5.5, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfProbeReadKernel(dst: Memory, unsafePtr: KernelAddress): i64 {
  return runHelper("bpfProbeReadKernel", dst, unsafePtr) as i64;
}

/**
 * Reads NUL-terminated text of the current process; gives its length with the NUL, or an error.
 * Since Linux 5.5, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfProbeReadUserStr(dst: Memory, unsafePtr: UserAddress): i64 {
  return runHelper("bpfProbeReadUserStr", dst, unsafePtr) as i64;
}

/**
 * Reads NUL-terminated text in kernel memory; gives its length with the NUL, or an error.
 * Since Linux 5.5, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfProbeReadKernelStr(dst: Memory, unsafePtr: KernelAddress): i64 {
  return runHelper("bpfProbeReadKernelStr", dst, unsafePtr) as i64;
}

/**
 * Sends a TCP acknowledgement, from a congestion control program.
 * Since Linux 5.6. For struct_ops.
 */
export function bpfTcpSendAck(tp: TrustedObject<"struct tcp_sock">, rcvNxt: u32): i64 {
  return runHelper("bpfTcpSendAck", tp, rcvNxt) as i64;
}

/**
 * Sends a signal to the current thread.
 * Since Linux 5.6. For all kinds of programs but lirc_mode2.
 */
export function bpfSendSignalThread(sig: u32): i64 {
  return runHelper("bpfSendSignalThread", sig) as i64;
}

/**
 * The kernel's tick counter.
 * Since Linux 5.6. For all kinds of programs but lirc_mode2.
 */
export function bpfJiffies64(): u64 {
  return runHelper("bpfJiffies64") as u64;
}

/**
 * Copies the branches that the processor recorded for a perf event.
 * Since Linux 5.7, GPL only. For perf_event.
 */
export function bpfReadBranchRecords(ctx: ContextPointer, buf: Memory | null, flags: u64): i64 {
  return runHelper("bpfReadBranchRecords", ctx, buf, flags) as i64;
}

/**
 * The current thread and process as the process namespace with this device and inode sees them.
 * Since Linux 5.7. For all kinds of programs but lirc_mode2.
 */
export function bpfGetNsCurrentPidTgid(dev: u64, ino: u64, nsdata: Memory): i64 {
  return runHelper("bpfGetNsCurrentPidTgid", dev, ino, nsdata) as i64;
}

/**
 * Sends a record with the beginning of a packet to user space, from a tracing program with the XDP buffer.
 * Since Linux 5.7, GPL only. For tracing, lsm, syscall.
 */
export function bpfXdpOutput(
  ctx: TrustedObject<"struct xdp_buff">,
  map: AnyMap,
  flags: u64,
  data: Memory | string,
): i64 {
  return runHelper("bpfXdpOutput", ctx, map, flags, data) as i64;
}

/**
 * A number that identifies the network namespace of the context.
 * Since Linux 5.7. For sched_cls, sched_act, socket_filter, sk_msg, sock_ops, cgroup_skb, cgroup_sock,
 * cgroup_sock_addr, cgroup_sockopt.
 */
export function bpfGetNetnsCookie(ctx: ContextPointer): u64 {
  return runHelper("bpfGetNetnsCookie", ctx) as u64;
}

/**
 * The id of the ancestor at `ancestorLevel` of the current task's cgroup.
 * Since Linux 5.7. For all kinds of programs but lirc_mode2.
 */
export function bpfGetCurrentAncestorCgroupId(ancestorLevel: i32): u64 {
  return runHelper("bpfGetCurrentAncestorCgroupId", ancestorLevel) as u64;
}

/**
 * Gives the packet to a socket.
 * Since Linux 5.7. For sched_cls, sched_act, sk_lookup.
 */
export function bpfSkAssign(ctx: ContextPointer, sk: TrustedObject<"struct bpf_sock">, flags: u64): i64 {
  return runHelper("bpfSkAssign", ctx, sk, flags) as i64;
}

/**
 * Nanoseconds since boot, with the time spent suspended.
 * Since Linux 5.8. For all kinds of programs.
 */
export function bpfKtimeGetBootNs(): u64 {
  return runHelper("bpfKtimeGetBootNs") as u64;
}

/**
 * Writes formatted text to the file of an iterator.
 * Since Linux 5.8, GPL only. For iter, iter.s.
 */
export function bpfSeqPrintf(
  m: TrustedObject<"struct seq_file">,
  fmt: Memory | string,
  data: Memory | string | null,
): i64 {
  return runHelper("bpfSeqPrintf", m, fmt, data) as i64;
}

/**
 * Writes bytes to the file of an iterator.
 * Since Linux 5.8, GPL only. For iter, iter.s.
 */
export function bpfSeqWrite(m: TrustedObject<"struct seq_file">, data: Memory | string): i64 {
  return runHelper("bpfSeqWrite", m, data) as i64;
}

/**
 * The id of a socket's cgroup.
 * Since Linux 5.8. For cgroup_skb.
 */
export function bpfSkCgroupId(sk: TrustedObject<"struct bpf_sock">): u64 {
  return runHelper("bpfSkCgroupId", sk) as u64;
}

/**
 * The id of the ancestor at `ancestorLevel` of a socket's cgroup.
 * Since Linux 5.8. For cgroup_skb.
 */
export function bpfSkAncestorCgroupId(sk: TrustedObject<"struct bpf_sock">, ancestorLevel: i32): u64 {
  return runHelper("bpfSkAncestorCgroupId", sk, ancestorLevel) as u64;
}

/**
 * Copies a record into a ring buffer.
 * Since Linux 5.8. For all kinds of programs but lirc_mode2.
 */
export function bpfRingbufOutput(ringbuf: AnyMap, data: Memory | string, flags: u64): i64 {
  return runHelper("bpfRingbufOutput", ringbuf, data, flags) as i64;
}

/**
 * Reserves room for a record in a ring buffer; it must be submitted or discarded.
 * Since Linux 5.8. For all kinds of programs but lirc_mode2.
 */
export function bpfRingbufReserve(ringbuf: AnyMap, size: u64, flags: u64): Memory | undefined {
  return runHelper("bpfRingbufReserve", ringbuf, size, flags) as Memory | undefined;
}

/**
 * Hands a reserved record to user space.
 * Since Linux 5.8. For all kinds of programs but lirc_mode2.
 */
export function bpfRingbufSubmit(data: Memory, flags: u64): void {
  runHelper("bpfRingbufSubmit", data, flags);
}

/**
 * Throws a reserved record away.
 * Since Linux 5.8. For all kinds of programs but lirc_mode2.
 */
export function bpfRingbufDiscard(data: Memory, flags: u64): void {
  runHelper("bpfRingbufDiscard", data, flags);
}

/**
 * Asks a ring buffer for its size, its fill or its positions.
 * Since Linux 5.8. For all kinds of programs but lirc_mode2.
 */
export function bpfRingbufQuery(ringbuf: AnyMap, flags: u64): u64 {
  return runHelper("bpfRingbufQuery", ringbuf, flags) as u64;
}

/**
 * Changes or asks how many layers of checksums of the packet are known to be right.
 * Since Linux 5.8. For sched_cls, sched_act, lwt_xmit.
 */
export function bpfCsumLevel(skb: ContextPointer, level: u64): i64 {
  return runHelper("bpfCsumLevel", skb, level) as i64;
}

/**
 * Casts a socket to `struct tcp6_sock`, if it is one.
 * Since Linux 5.9. For all kinds of programs but raw_tracepoint, raw_tracepoint_writable, tracepoint, kprobe,
 * perf_event, struct_ops, netfilter, sk_reuseport, cgroup_sock, cgroup_device, cgroup_sysctl, cgroup_sockopt,
 * lirc_mode2.
 */
export function bpfSkcToTcp6Sock<T = KernelObject<"struct tcp6_sock">>(
  sk: TrustedObject<"struct bpf_sock">,
): T | undefined {
  return runHelper("bpfSkcToTcp6Sock", sk) as T | undefined;
}

/**
 * Casts a socket to `struct tcp_sock`, if it is one.
 * Since Linux 5.9. For all kinds of programs but raw_tracepoint, raw_tracepoint_writable, tracepoint, kprobe,
 * perf_event, struct_ops, netfilter, sk_reuseport, cgroup_sock, cgroup_device, cgroup_sysctl, cgroup_sockopt,
 * lirc_mode2.
 */
export function bpfSkcToTcpSock<T = KernelObject<"struct tcp_sock">>(
  sk: TrustedObject<"struct bpf_sock">,
): T | undefined {
  return runHelper("bpfSkcToTcpSock", sk) as T | undefined;
}

/**
 * Casts a socket to `struct tcp_timewait_sock`, if it is one.
 * Since Linux 5.9. For all kinds of programs but raw_tracepoint, raw_tracepoint_writable, tracepoint, kprobe,
 * perf_event, struct_ops, netfilter, sk_reuseport, cgroup_sock, cgroup_device, cgroup_sysctl, cgroup_sockopt,
 * lirc_mode2.
 */
export function bpfSkcToTcpTimewaitSock<T = KernelObject<"struct tcp_timewait_sock">>(
  sk: TrustedObject<"struct bpf_sock">,
): T | undefined {
  return runHelper("bpfSkcToTcpTimewaitSock", sk) as T | undefined;
}

/**
 * Casts a socket to `struct tcp_request_sock`, if it is one.
 * Since Linux 5.9. For all kinds of programs but raw_tracepoint, raw_tracepoint_writable, tracepoint, kprobe,
 * perf_event, struct_ops, netfilter, sk_reuseport, cgroup_sock, cgroup_device, cgroup_sysctl, cgroup_sockopt,
 * lirc_mode2.
 */
export function bpfSkcToTcpRequestSock<T = KernelObject<"struct tcp_request_sock">>(
  sk: TrustedObject<"struct bpf_sock">,
): T | undefined {
  return runHelper("bpfSkcToTcpRequestSock", sk) as T | undefined;
}

/**
 * Casts a socket to `struct udp6_sock`, if it is one.
 * Since Linux 5.9. For all kinds of programs but raw_tracepoint, raw_tracepoint_writable, tracepoint, kprobe,
 * perf_event, struct_ops, netfilter, sk_reuseport, cgroup_sock, cgroup_device, cgroup_sysctl, cgroup_sockopt,
 * lirc_mode2.
 */
export function bpfSkcToUdp6Sock<T = KernelObject<"struct udp6_sock">>(
  sk: TrustedObject<"struct bpf_sock">,
): T | undefined {
  return runHelper("bpfSkcToUdp6Sock", sk) as T | undefined;
}

/**
 * Copies a task's stack addresses, kernel or user, to a buffer.
 * Since Linux 5.9. For all kinds of programs but lirc_mode2.
 */
export function bpfGetTaskStack(task: TrustedObject<"struct task_struct">, buf: Memory, flags: u64): i64 {
  return runHelper("bpfGetTaskStack", task, buf, flags) as i64;
}

/**
 * Reads an option of the TCP header.
 * Since Linux 5.10. For sock_ops.
 */
export function bpfLoadHdrOpt(skops: ContextPointer, searchbyRes: Memory, flags: u64): i64 {
  return runHelper("bpfLoadHdrOpt", skops, searchbyRes, flags) as i64;
}

/**
 * Writes an option into the TCP header.
 * Since Linux 5.10. For sock_ops.
 */
export function bpfStoreHdrOpt(skops: ContextPointer, from: Memory | string, flags: u64): i64 {
  return runHelper("bpfStoreHdrOpt", skops, from, flags) as i64;
}

/**
 * Reserves room for options in the TCP header.
 * Since Linux 5.10. For sock_ops.
 */
export function bpfReserveHdrOpt(skops: ContextPointer, len: u32, flags: u64): i64 {
  return runHelper("bpfReserveHdrOpt", skops, len, flags) as i64;
}

/**
 * The storage that belongs to an inode, created on request.
 * Since Linux 5.10. For lsm.
 */
export function bpfInodeStorageGet(
  map: AnyMap,
  inode: TrustedObject<"struct inode"> | null,
  value: Memory | number | bigint | null,
  flags: u64,
): Memory | undefined {
  return runHelper("bpfInodeStorageGet", map, inode, value, flags) as Memory | undefined;
}

/**
 * Deletes the storage that belongs to an inode.
 * Since Linux 5.10. For lsm.
 */
export function bpfInodeStorageDelete(map: AnyMap, inode: TrustedObject<"struct inode"> | null): i32 {
  return runHelper("bpfInodeStorageDelete", map, inode) as i32;
}

/**
 * The path of a file, as text.
 * Since Linux 5.10. For fentry, fentry.s, fexit, fexit.s, fmod_ret, fmod_ret.s, iter, iter.s, lsm.
 */
export function bpfDPath(path: TrustedObject<"struct path">, buf: Memory): i64 {
  return runHelper("bpfDPath", path, buf) as i64;
}

/**
 * Reads the current process's memory and may wait for it; all zero when that fails.
 * Since Linux 5.10. For uprobe.s, uretprobe.s, uprobe.multi.s, uretprobe.multi.s, uprobe.session.s, usdt.s, fentry.s,
 * fexit.s, fmod_ret.s, iter.s, lsm.s, struct_ops.s, syscall.
 */
export function bpfCopyFromUser(dst: Memory, userPtr: UserAddress): i64 {
  return runHelper("bpfCopyFromUser", dst, userPtr) as i64;
}

/**
 * Renders any kernel structure as text, from its type information.
 * Since Linux 5.10. For all kinds of programs but lirc_mode2.
 */
export function bpfSnprintfBtf(str: Memory, ptr: Memory | string, flags: u64): i64 {
  return runHelper("bpfSnprintfBtf", str, ptr, flags) as i64;
}

/**
 * Renders any kernel structure as text into the file of an iterator.
 * Since Linux 5.10, GPL only. For iter, iter.s.
 */
export function bpfSeqPrintfBtf(m: TrustedObject<"struct seq_file">, ptr: Memory | string, flags: u64): i64 {
  return runHelper("bpfSeqPrintfBtf", m, ptr, flags) as i64;
}

/**
 * The network class (net_cls cgroup, version 1) of the packet's socket.
 * Since Linux 5.10. For sched_cls, sched_act.
 */
export function bpfSkbCgroupClassid(skb: ContextPointer): u64 {
  return runHelper("bpfSkbCgroupClassid", skb) as u64;
}

/**
 * Makes the packet leave through another interface, with the neighbour's address filled in.
 * Since Linux 5.10. For sched_cls, sched_act.
 */
export function bpfRedirectNeigh(ifindex: u32, params: Memory | string | null, flags: u64): i64 {
  return runHelper("bpfRedirectNeigh", ifindex, params, flags) as i64;
}

/**
 * The copy of a kernel per-CPU variable that belongs to `cpu`.
 * Since Linux 5.10. For all kinds of programs but lirc_mode2.
 */
export function bpfPerCpuPtr<T = KernelObject<"void">>(percpuPtr: TrustedObject<"void">, cpu: u32): T | undefined {
  return runHelper("bpfPerCpuPtr", percpuPtr, cpu) as T | undefined;
}

/**
 * The copy of a kernel per-CPU variable that belongs to this CPU.
 * Since Linux 5.10. For all kinds of programs but lirc_mode2.
 */
export function bpfThisCpuPtr<T = KernelObject<"void">>(percpuPtr: TrustedObject<"void">): T {
  return runHelper("bpfThisCpuPtr", percpuPtr) as T;
}

/**
 * Makes the packet appear on the other end of a virtual interface, in its network namespace.
 * Since Linux 5.10. For sched_cls, sched_act.
 */
export function bpfRedirectPeer(ifindex: u32, flags: u64): i64 {
  return runHelper("bpfRedirectPeer", ifindex, flags) as i64;
}

/**
 * The storage that belongs to a task, created on request.
 * Since Linux 5.11. For all kinds of programs but lirc_mode2.
 */
export function bpfTaskStorageGet(
  map: AnyMap,
  task: TrustedObject<"struct task_struct"> | null,
  value: Memory | number | bigint | null,
  flags: u64,
): Memory | undefined {
  return runHelper("bpfTaskStorageGet", map, task, value, flags) as Memory | undefined;
}

/**
 * Deletes the storage that belongs to a task.
 * Since Linux 5.11. For all kinds of programs but lirc_mode2.
 */
export function bpfTaskStorageDelete(map: AnyMap, task: TrustedObject<"struct task_struct"> | null): i64 {
  return runHelper("bpfTaskStorageDelete", map, task) as i64;
}

/**
 * The current task, as a pointer whose fields can be read directly.
 * Since Linux 5.11, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfGetCurrentTaskBtf<T = KernelObject<"struct task_struct">>(): T {
  return runHelper("bpfGetCurrentTaskBtf") as T;
}

/**
 * Sets options of the program that is being executed.
 * Since Linux 5.11. For lsm.
 */
export function bpfBprmOptsSet(bprm: TrustedObject<"struct linux_binprm">, flags: u64): i64 {
  return runHelper("bpfBprmOptsSet", bprm, flags) as i64;
}

/**
 * Nanoseconds since boot by the coarse clock: faster, as exact as a tick.
 * Since Linux 5.11. For all kinds of programs but raw_tracepoint, raw_tracepoint_writable, tracing, tracepoint,
 * kprobe, perf_event, lsm, syscall, netfilter, cgroup_device, cgroup_sockopt, lirc_mode2.
 */
export function bpfKtimeGetCoarseNs(): u64 {
  return runHelper("bpfKtimeGetCoarseNs") as u64;
}

/**
 * The integrity measurement (IMA hash) of an inode.
 * Since Linux 5.11. For lsm.s.
 */
export function bpfImaInodeHash(inode: TrustedObject<"struct inode">, dst: Memory): i64 {
  return runHelper("bpfImaInodeHash", inode, dst) as i64;
}

/**
 * The socket behind a file, if it is one.
 * Since Linux 5.11. For tracing, lsm, syscall.
 */
export function bpfSockFromFile<T = KernelObject<"struct socket">>(file: TrustedObject<"struct file">): T | undefined {
  return runHelper("bpfSockFromFile", file) as T | undefined;
}

/**
 * Checks whether a packet would fit the interface's maximum size.
 * Since Linux 5.12, GPL only. For xdp, sched_cls, sched_act.
 */
export function bpfCheckMtu(ctx: ContextPointer, ifindex: u32, mtuLen: Memory, lenDiff: i32, flags: u64): i64 {
  return runHelper("bpfCheckMtu", ctx, ifindex, mtuLen, lenDiff, flags) as i64;
}

/**
 * Calls a function for each entry of a map, until it returns 1.
 * Since Linux 5.13. For all kinds of programs but lirc_mode2.
 */
export function bpfForEachMapElem(
  map: AnyMap,
  callbackFn: (...args: never[]) => number | void,
  callbackCtx: Memory | null,
  flags: u64,
): i64 {
  return runHelper("bpfForEachMapElem", map, callbackFn, callbackCtx, flags) as i64;
}

/**
 * Formats text into a buffer.
 * Since Linux 5.13, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfSnprintf(str: Memory | null, fmt: string, data: Memory | string | null): i64 {
  return runHelper("bpfSnprintf", str, fmt, data) as i64;
}

/**
 * Runs a bpf command, from a program that user space started.
 * Since Linux 5.14. For syscall.
 */
export function bpfSysBpf(cmd: u32, attr: Memory): i64 {
  return runHelper("bpfSysBpf", cmd, attr) as i64;
}

/**
 * Finds a type by name and kind in the type information of kernel and modules.
 * Since Linux 5.14. For syscall.
 */
export function bpfBtfFindByNameKind(name: Memory | string, kind: u32, flags: i32): i64 {
  return runHelper("bpfBtfFindByNameKind", name, kind, flags) as i64;
}

/**
 * Closes a file descriptor.
 * Since Linux 5.14. For syscall.
 */
export function bpfSysClose(fd: u32): i64 {
  return runHelper("bpfSysClose", fd) as i64;
}

/**
 * Prepares a timer inside a map value.
 * Since Linux 5.15, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfTimerInit(timer: Memory, map: AnyMap, flags: u64): i64 {
  return runHelper("bpfTimerInit", timer, map, flags) as i64;
}

/**
 * Sets the function that a timer calls.
 * Since Linux 5.15, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfTimerSetCallback(timer: Memory, callbackFn: (...args: never[]) => number | void): i64 {
  return runHelper("bpfTimerSetCallback", timer, callbackFn) as i64;
}

/**
 * Starts a timer.
 * Since Linux 5.15, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfTimerStart(timer: Memory, nsecs: u64, flags: u64): i64 {
  return runHelper("bpfTimerStart", timer, nsecs, flags) as i64;
}

/**
 * Stops a timer and waits for its function to end.
 * Since Linux 5.15, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfTimerCancel(timer: Memory): i64 {
  return runHelper("bpfTimerCancel", timer) as i64;
}

/**
 * The address of the probed function.
 * Since Linux 5.15, GPL only. For kprobe, fentry, fentry.s, fexit, fexit.s, fmod_ret, fmod_ret.s.
 */
export function bpfGetFuncIp(ctx: ContextPointer): u64 {
  return runHelper("bpfGetFuncIp", ctx) as u64;
}

/**
 * The number that user space gave when it attached the program.
 * Since Linux 5.15. For raw_tracepoint, raw_tracepoint_writable, tp_btf, tracepoint, kprobe, perf_event, fentry,
 * fentry.s, fexit, fexit.s, fmod_ret, fmod_ret.s, lsm.
 */
export function bpfGetAttachCookie(ctx: ContextPointer): u64 {
  return runHelper("bpfGetAttachCookie", ctx) as u64;
}

/**
 * The registers that a task had when it entered the kernel.
 * Since Linux 5.15, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfTaskPtRegs<T = KernelObject<"struct pt_regs">>(task: TrustedObject<"struct task_struct">): T {
  return runHelper("bpfTaskPtRegs", task) as T;
}

/**
 * Copies the processor's branch records at this moment.
 * Since Linux 5.16, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfGetBranchSnapshot(entries: Memory, flags: u64): i64 {
  return runHelper("bpfGetBranchSnapshot", entries, flags) as i64;
}

/**
 * Writes a line to the kernel's trace pipe, with any number of arguments; for debugging only.
 * Since Linux 5.16, GPL only. For all kinds of programs but lirc_mode2.
 */
export function bpfTraceVprintk(fmt: Memory | string, data: Memory | string | null): i64 {
  return runHelper("bpfTraceVprintk", fmt, data) as i64;
}

/**
 * Casts a socket to `struct unix_sock`, if it is one.
 * Since Linux 5.16. For all kinds of programs but raw_tracepoint, raw_tracepoint_writable, tracepoint, kprobe,
 * perf_event, struct_ops, netfilter, sk_reuseport, cgroup_sock, cgroup_device, cgroup_sysctl, cgroup_sockopt,
 * lirc_mode2.
 */
export function bpfSkcToUnixSock<T = KernelObject<"struct unix_sock">>(
  sk: TrustedObject<"struct bpf_sock">,
): T | undefined {
  return runHelper("bpfSkcToUnixSock", sk) as T | undefined;
}

/**
 * The address of a kernel symbol.
 * Since Linux 5.16. For syscall.
 */
export function bpfKallsymsLookupName(name: Memory | string, flags: i32, res: Memory): i64 {
  return runHelper("bpfKallsymsLookupName", name, flags, res) as i64;
}

/**
 * Finds the memory mapping that holds an address, and calls a function with it.
 * Since Linux 5.17. For all kinds of programs but lirc_mode2.
 */
export function bpfFindVma(
  task: TrustedObject<"struct task_struct">,
  addr: u64,
  callbackFn: (...args: never[]) => number | void,
  callbackCtx: Memory | null,
  flags: u64,
): i64 {
  return runHelper("bpfFindVma", task, addr, callbackFn, callbackCtx, flags) as i64;
}

/**
 * Compares text with constant text.
 * Since Linux 5.17. For all kinds of programs but lirc_mode2.
 */
export function bpfStrncmp(s1: Memory | string, s2: string): i64 {
  return runHelper("bpfStrncmp", s1, s2) as i64;
}

/**
 * Reads an argument of the traced function.
 * Since Linux 5.17. For fentry, fentry.s, fexit, fexit.s, fmod_ret, fmod_ret.s, lsm.
 */
export function bpfGetFuncArg(ctx: ContextPointer, n: u32, value: Memory): i64 {
  return runHelper("bpfGetFuncArg", ctx, n, value) as i64;
}

/**
 * Reads the return value of the traced function.
 * Since Linux 5.17. For fexit, fexit.s, fmod_ret, fmod_ret.s.
 */
export function bpfGetFuncRet(ctx: ContextPointer, value: Memory): i64 {
  return runHelper("bpfGetFuncRet", ctx, value) as i64;
}

/**
 * The number of arguments of the traced function.
 * Since Linux 5.17. For fentry, fentry.s, fexit, fexit.s, fmod_ret, fmod_ret.s, lsm.
 */
export function bpfGetFuncArgCnt(ctx: ContextPointer): i64 {
  return runHelper("bpfGetFuncArgCnt", ctx) as i64;
}

/**
 * The value that the system call is going to return, as earlier programs left it.
 * Since Linux 5.18. For lsm_cgroup, cgroup_sock, cgroup/bind4, cgroup/bind6, cgroup/connect4, cgroup/connect6,
 * cgroup/connect_unix, cgroup/sendmsg4, cgroup/sendmsg6, cgroup/sendmsg_unix, cgroup_device, cgroup_sysctl,
 * cgroup_sockopt.
 */
export function bpfGetRetval(): i32 {
  return runHelper("bpfGetRetval") as i32;
}

/**
 * Sets the value that the system call is going to return.
 * Since Linux 5.18. For lsm_cgroup, cgroup_sock, cgroup/bind4, cgroup/bind6, cgroup/connect4, cgroup/connect6,
 * cgroup/connect_unix, cgroup/sendmsg4, cgroup/sendmsg6, cgroup/sendmsg_unix, cgroup_device, cgroup_sysctl,
 * cgroup_sockopt.
 */
export function bpfSetRetval(retval: i32): i32 {
  return runHelper("bpfSetRetval", retval) as i32;
}

/**
 * The length of the packet with all its buffers.
 * Since Linux 5.18. For tracing, lsm, syscall, xdp.
 */
export function bpfXdpGetBuffLen(xdpMd: TrustedObject<"struct xdp_buff">): u64 {
  return runHelper("bpfXdpGetBuffLen", xdpMd) as u64;
}

/**
 * Copies bytes out of a packet, also one of several buffers.
 * Since Linux 5.18. For xdp.
 */
export function bpfXdpLoadBytes(xdpMd: ContextPointer, offset: u32, buf: Memory): i64 {
  return runHelper("bpfXdpLoadBytes", xdpMd, offset, buf) as i64;
}

/**
 * Writes bytes into a packet, also one of several buffers.
 * Since Linux 5.18. For xdp.
 */
export function bpfXdpStoreBytes(xdpMd: ContextPointer, offset: u32, buf: Memory | string): i64 {
  return runHelper("bpfXdpStoreBytes", xdpMd, offset, buf) as i64;
}

/**
 * Reads another process's memory and may wait for it.
 * Since Linux 5.18, GPL only. For uprobe.s, uretprobe.s, uprobe.multi.s, uretprobe.multi.s, uprobe.session.s, usdt.s,
 * fentry.s, fexit.s, fmod_ret.s, iter.s, lsm.s, struct_ops.s, syscall.
 */
export function bpfCopyFromUserTask(
  dst: Memory,
  userPtr: UserAddress,
  tsk: TrustedObject<"struct task_struct">,
  flags: u64,
): i64 {
  return runHelper("bpfCopyFromUserTask", dst, userPtr, tsk, flags) as i64;
}

/**
 * Sets the time at which the packet was, or is to be, sent.
 * Since Linux 5.18. For sched_cls, sched_act.
 */
export function bpfSkbSetTstamp(skb: ContextPointer, tstamp: u64, tstampType: u32): i64 {
  return runHelper("bpfSkbSetTstamp", skb, tstamp, tstampType) as i64;
}

/**
 * The integrity measurement (IMA hash) of a file.
 * Since Linux 5.18. For lsm.s.
 */
export function bpfImaFileHash(file: TrustedObject<"struct file">, dst: Memory): i64 {
  return runHelper("bpfImaFileHash", file, dst) as i64;
}

/**
 * Puts a kernel pointer into a map value and takes the old one out.
 * Since Linux 5.19. For all kinds of programs but lirc_mode2.
 */
export function bpfKptrXchg<T = KernelObject<"void">>(
  mapValue: Memory,
  ptr: TrustedObject<"void"> | null,
): T | undefined {
  return runHelper("bpfKptrXchg", mapValue, ptr) as T | undefined;
}

/**
 * Finds the value of a key in a per-CPU map, on the given CPU.
 * Since Linux 5.19. For all kinds of programs but lirc_mode2.
 */
export function bpfMapLookupPercpuElem(map: AnyMap, key: Memory | number | bigint, cpu: u32): Memory | undefined {
  return runHelper("bpfMapLookupPercpuElem", map, key, cpu) as Memory | undefined;
}

/**
 * Casts a socket to `struct mptcp_sock`, if it is one.
 * Since Linux 5.19. For all kinds of programs but raw_tracepoint, raw_tracepoint_writable, tracepoint, kprobe,
 * perf_event, struct_ops, netfilter, sk_reuseport, cgroup_sock, cgroup_device, cgroup_sysctl, cgroup_sockopt,
 * lirc_mode2.
 */
export function bpfSkcToMptcpSock<T = KernelObject<"struct mptcp_sock">>(
  sk: TrustedObject<"struct bpf_sock">,
): T | undefined {
  return runHelper("bpfSkcToMptcpSock", sk) as T | undefined;
}

/**
 * Makes a dynptr, a checked view, of memory of the program.
 * Since Linux 5.19. For all kinds of programs but lirc_mode2.
 */
export function bpfDynptrFromMem(data: Memory, flags: u64, ptr: Memory): i64 {
  return runHelper("bpfDynptrFromMem", data, flags, ptr) as i64;
}

/**
 * Reserves room of any size in a ring buffer as a dynptr; it must be submitted or discarded.
 * Since Linux 5.19. For all kinds of programs but lirc_mode2.
 */
export function bpfRingbufReserveDynptr(ringbuf: AnyMap, size: u32, flags: u64, ptr: Memory): i64 {
  return runHelper("bpfRingbufReserveDynptr", ringbuf, size, flags, ptr) as i64;
}

/**
 * Hands the record behind a dynptr to user space.
 * Since Linux 5.19. For all kinds of programs but lirc_mode2.
 */
export function bpfRingbufSubmitDynptr(ptr: Memory, flags: u64): void {
  runHelper("bpfRingbufSubmitDynptr", ptr, flags);
}

/**
 * Throws the record behind a dynptr away.
 * Since Linux 5.19. For all kinds of programs but lirc_mode2.
 */
export function bpfRingbufDiscardDynptr(ptr: Memory, flags: u64): void {
  runHelper("bpfRingbufDiscardDynptr", ptr, flags);
}

/**
 * Copies bytes out of a dynptr.
 * Since Linux 5.19. For all kinds of programs but lirc_mode2.
 */
export function bpfDynptrRead(dst: Memory, src: Memory, offset: u32, flags: u64): i64 {
  return runHelper("bpfDynptrRead", dst, src, offset, flags) as i64;
}

/**
 * Writes bytes into a dynptr.
 * Since Linux 5.19. For all kinds of programs but lirc_mode2.
 */
export function bpfDynptrWrite(dst: Memory, offset: u32, src: Memory | string, flags: u64): i64 {
  return runHelper("bpfDynptrWrite", dst, offset, src, flags) as i64;
}

/**
 * The memory behind a part of a dynptr.
 * Since Linux 5.19. For all kinds of programs but lirc_mode2.
 */
export function bpfDynptrData(ptr: Memory, offset: u32, len: u32): Memory | undefined {
  return runHelper("bpfDynptrData", ptr, offset, len) as Memory | undefined;
}

/**
 * Makes a SYN cookie for an IPv4 packet, without a socket.
 * Since Linux 6.0, GPL only. For xdp, sched_cls, sched_act.
 */
export function bpfTcpRawGenSyncookieIpv4(iph: Memory | string, th: Memory | string): i64 {
  return runHelper("bpfTcpRawGenSyncookieIpv4", iph, th) as i64;
}

/**
 * Makes a SYN cookie for an IPv6 packet, without a socket.
 * Since Linux 6.0, GPL only. For xdp, sched_cls, sched_act.
 */
export function bpfTcpRawGenSyncookieIpv6(iph: Memory | string, th: Memory | string): i64 {
  return runHelper("bpfTcpRawGenSyncookieIpv6", iph, th) as i64;
}

/**
 * Checks that an IPv4 packet acknowledges a SYN cookie, without a socket.
 * Since Linux 6.0, GPL only. For xdp, sched_cls, sched_act.
 */
export function bpfTcpRawCheckSyncookieIpv4(iph: Memory | string, th: Memory | string): i64 {
  return runHelper("bpfTcpRawCheckSyncookieIpv4", iph, th) as i64;
}

/**
 * Checks that an IPv6 packet acknowledges a SYN cookie, without a socket.
 * Since Linux 6.0, GPL only. For xdp, sched_cls, sched_act.
 */
export function bpfTcpRawCheckSyncookieIpv6(iph: Memory | string, th: Memory | string): i64 {
  return runHelper("bpfTcpRawCheckSyncookieIpv6", iph, th) as i64;
}

/**
 * Nanoseconds of international atomic time.
 * Since Linux 6.1. For all kinds of programs but lirc_mode2.
 */
export function bpfKtimeGetTaiNs(): u64 {
  return runHelper("bpfKtimeGetTaiNs") as u64;
}

/**
 * Calls a function for each record that user space put into a ring buffer.
 * Since Linux 6.1. For all kinds of programs but lirc_mode2.
 */
export function bpfUserRingbufDrain(
  map: AnyMap,
  callbackFn: (...args: never[]) => number | void,
  ctx: Memory | null,
  flags: u64,
): i64 {
  return runHelper("bpfUserRingbufDrain", map, callbackFn, ctx, flags) as i64;
}

/**
 * The storage that belongs to a cgroup, created on request.
 * Since Linux 6.2. For all kinds of programs but lirc_mode2.
 */
export function bpfCgrpStorageGet(
  map: AnyMap,
  cgroup: TrustedObject<"struct cgroup"> | null,
  value: Memory | number | bigint | null,
  flags: u64,
): Memory | undefined {
  return runHelper("bpfCgrpStorageGet", map, cgroup, value, flags) as Memory | undefined;
}

/**
 * Deletes the storage that belongs to a cgroup.
 * Since Linux 6.2. For all kinds of programs but lirc_mode2.
 */
export function bpfCgrpStorageDelete(map: AnyMap, cgroup: TrustedObject<"struct cgroup"> | null): i64 {
  return runHelper("bpfCgrpStorageDelete", map, cgroup) as i64;
}
