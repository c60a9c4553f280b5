// Messages of rtnetlink for classifiers (include/uapi/linux/netlink.h, rtnetlink.h, pkt_sched.h, pkt_cls.h). Pure:
// bytes in, bytes out. Numbers are in the machine's byte order, which is little-endian here.

import { ByteReader, ByteWriter, encodeText } from "../util/bytes.js";
import type { KernelBytes } from "./kernel.js";

const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLM_F_ECHO = 8;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const RTM_NEWQDISC = 36;
const RTM_NEWTFILTER = 44;
const RTM_DELTFILTER = 45;
const NLMSG_ERROR = 2;
const HEADER_BYTES = 16;
const TCMSG_BYTES = 20;

const TCA_KIND = 1;
const TCA_OPTIONS = 2;
const TCA_BPF_FD = 6;
const TCA_BPF_NAME = 7;
const TCA_BPF_FLAGS = 8;
const TCA_BPF_FLAG_ACT_DIRECT = 1;
const TC_H_CLSACT = 0xfffffff1;
const ETH_P_ALL_SWAPPED = 0x0300;

/** Where a classifier hangs: an interface, one way or the other, and what the kernel numbered it. */
export interface FilterPlace {
  readonly interfaceIndex: number;
  readonly direction: "ingress" | "egress";
  /** 0: the kernel chooses. */
  readonly handle: number;
  readonly priority: number;
}

/** Gives an interface the queueing discipline that classifiers of both directions hang on. */
export function packClsact(interfaceIndex: number): KernelBytes {
  const body = tcMessage(interfaceIndex, 0xffff0000, TC_H_CLSACT, 0);
  text(body, TCA_KIND, "clsact");
  return message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, body);
}

/** Adds a BPF classifier that decides by itself. The kernel's echo says how it is numbered. */
export function packFilter(place: FilterPlace, progFd: number, name: string): KernelBytes {
  const body = filterMessage(place);
  const options = new ByteWriter(64);
  attribute(options, TCA_BPF_FD, new ByteWriter(4).u32(progFd).finish());
  text(options, TCA_BPF_NAME, name);
  attribute(options, TCA_BPF_FLAGS, new ByteWriter(4).u32(TCA_BPF_FLAG_ACT_DIRECT).finish());
  attribute(body, TCA_OPTIONS, options.finish());
  return message(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO, body);
}

export function packFilterRemoval(place: FilterPlace): KernelBytes {
  return message(RTM_DELTFILTER, 0, filterMessage(place));
}

/** Handle and priority from the kernel's echo of a new filter; undefined when there is none. */
export function unpackFilter(messages: Uint8Array): Pick<FilterPlace, "handle" | "priority"> | undefined {
  const reader = new ByteReader(messages, "netlink reply");
  for (let at = 0; at + HEADER_BYTES + TCMSG_BYTES <= messages.length;) {
    const length = reader.u32(at);
    if (reader.u16(at + 4) === RTM_NEWTFILTER) {
      return { handle: reader.u32(at + HEADER_BYTES + 8), priority: reader.u32(at + HEADER_BYTES + 16) >>> 16 };
    }
    at += Math.max(HEADER_BYTES, (length + 3) & ~3);
  }
  return undefined;
}

/** Looks for the acknowledgement: its status, and where it begins. Undefined when it has not come yet. */
export function findAcknowledgement(bytes: Uint8Array): { readonly status: number; readonly at: number } | undefined {
  const reader = new ByteReader(bytes, "netlink reply");
  for (let at = 0; at + HEADER_BYTES + 4 <= bytes.length;) {
    if (reader.u16(at + 4) === NLMSG_ERROR) return { status: reader.u32(at + HEADER_BYTES) | 0, at };
    at += Math.max(HEADER_BYTES, (reader.u32(at) + 3) & ~3);
  }
  return undefined;
}

function filterMessage(place: FilterPlace): ByteWriter {
  const parent = place.direction === "ingress" ? 0xfffffff2 : 0xfffffff3;
  const info = ((place.priority << 16) | ETH_P_ALL_SWAPPED) >>> 0;
  const body = tcMessage(place.interfaceIndex, place.handle, parent, info);
  text(body, TCA_KIND, "bpf");
  return body;
}

/** struct tcmsg */
function tcMessage(interfaceIndex: number, handle: number, parent: number, info: number): ByteWriter {
  return new ByteWriter(128).u32(0).u32(interfaceIndex).u32(handle).u32(parent).u32(info);
}

function attribute(out: ByteWriter, type: number, value: Uint8Array): void {
  out
    .u16(value.length + 4)
    .u16(type)
    .raw(value)
    .align(4);
}

function text(out: ByteWriter, type: number, value: string): void {
  attribute(out, type, encodeText(`${value}\0`));
}

function message(type: number, flags: number, body: ByteWriter): KernelBytes {
  const content = body.finish();
  const out = new ByteWriter(HEADER_BYTES + content.length).u32(HEADER_BYTES + content.length).u16(type);
  return out
    .u16(NLM_F_REQUEST | NLM_F_ACK | flags)
    .u32(1)
    .u32(0)
    .raw(content)
    .finish();
}
