// The contexts of the program kinds: what a handler gets. Fields have the kernel's names in camelCase; a field that the
// kernel does not let a program of the kind write is read-only here. bpf/contexts.ts has the same rows with offsets.

import type { i64, u32, u64 } from "./schemas.js";
import type { ContextPointer, FixedArray, RawTracepointArgs, Schema } from "./types.js";
import type { TcAction, XdpAction } from "../bpf/actions.js";

/** Arguments of which nothing is said: a 64-bit register each. */
export type ArgumentRegisters = RawTracepointArgs;

/** The arguments of the tracepoint, with pointers that the kernel vouches for. */
export interface TpBtfContext<Args extends readonly unknown[] = ArgumentRegisters> extends ContextPointer {
  readonly args: Args;
}

/** The arguments of a kernel function as it is entered: those that travel in registers, from 0 to 5. */
export interface KprobeContext<Args extends readonly unknown[] = ArgumentRegisters> extends ContextPointer {
  readonly args: Args;
}

/** What a kernel function returned. */
export interface KretprobeContext<Result = u64> extends ContextPointer {
  readonly result: Result;
}

/** The arguments of a kernel function as it is entered, with pointers that the kernel vouches for. */
export interface FentryContext<Args extends readonly unknown[] = ArgumentRegisters> extends ContextPointer {
  readonly args: Args;
}

/**
 * The arguments of a kernel function, and what it returned. The kernel puts the result behind the last argument, so
 * that `Args` must list all of them.
 */
export interface FexitContext<Args extends readonly unknown[], Result = u64> extends ContextPointer {
  readonly args: Args;
  readonly result: Result;
}

/** The arguments of a security hook. */
export interface LsmContext<Args extends readonly unknown[] = ArgumentRegisters> extends ContextPointer {
  readonly args: Args;
}

/** A packet's bytes that a program can reach directly. */
export interface Packet {
  /** How many there are. Of a tc packet, those that lie in one piece; `ctx.len` counts all. */
  readonly length: u32;
  /**
   * The bytes from `offset` on, seen as a value of the schema; `undefined` when the packet is too short. What is
   * stored in it is stored in the packet. Beyond byte 65535 nothing can be viewed.
   */
  view<Kernel>(offset: number, schema: Schema<Kernel, unknown>): Kernel | undefined;
}

export interface XdpContext extends ContextPointer {
  readonly packet: Packet;
  readonly ingressIfindex: u32;
  readonly rxQueueIndex: u32;
}

/** What an xdp program answers: an action, or what a redirecting helper gave. */
export type XdpResult = XdpAction | i64;
/** What a tc program answers: an action, or what a redirecting helper gave. */
export type TcResult = TcAction | i64;

/** What every program on a socket buffer may read. */
interface SkBuff extends ContextPointer {
  readonly len: u32;
  readonly pktType: u32;
  /** In network byte order: `htons(0x0800)` is IPv4. */
  readonly protocol: u32;
  readonly vlanPresent: u32;
  readonly vlanTci: u32;
  readonly vlanProto: u32;
  readonly ingressIfindex: u32;
  readonly ifindex: u32;
  readonly hash: u32;
  readonly napiId: u32;
  readonly gsoSegs: u32;
  readonly gsoSize: u32;
  /** Five words that a program may use as it likes. */
  readonly cb: FixedArray<u32, 5>;
}

export interface TcContext extends SkBuff {
  readonly packet: Packet;
  readonly wireLen: u32;
  mark: u32;
  queueMapping: u32;
  priority: u32;
  tcIndex: u32;
  tcClassid: u32;
  tstamp: u64;
}

export interface SocketFilterContext extends SkBuff {
  readonly mark: u32;
  readonly queueMapping: u32;
  readonly priority: u32;
  readonly tcIndex: u32;
}

/** The address that a socket is about to use. Addresses and ports are in network byte order. */
export interface SockAddrContext extends ContextPointer {
  readonly userFamily: u32;
  userPort: u32;
  readonly family: u32;
  readonly type: u32;
  readonly protocol: u32;
}

export interface Connect4Context extends SockAddrContext {
  userIp4: u32;
}

export interface Connect6Context extends SockAddrContext {
  readonly userIp6: FixedArray<u32, 4>;
}

export interface PerfEventContext extends ContextPointer {
  readonly samplePeriod: u64;
  readonly addr: u64;
}
