// Packs `union bpf_attr` for each command of bpf(2), and the other structs the loader gives to the kernel. Pure:
// an address is a number the caller knows. Offsets are those of include/uapi/linux/bpf.h and perf_event.h.
// Every attr ends right after the last field used, since an older kernel wants every byte it does not know to be 0.

import { ByteReader, ByteWriter, encodeText } from "../util/bytes.js";
import { assert } from "../util/assert.js";
import type { KernelBytes, LinkCreateArgs, MapCreateArgs, ProgLoadArgs, ProgramDebugInfo } from "./kernel.js";

/** enum bpf_cmd. */
export const BpfCommand = {
  MAP_CREATE: 0,
  MAP_LOOKUP_ELEM: 1,
  MAP_UPDATE_ELEM: 2,
  MAP_DELETE_ELEM: 3,
  MAP_GET_NEXT_KEY: 4,
  PROG_LOAD: 5,
  PROG_TEST_RUN: 10,
  RAW_TRACEPOINT_OPEN: 17,
  BTF_LOAD: 18,
  MAP_LOOKUP_AND_DELETE_ELEM: 21,
  MAP_FREEZE: 22,
  LINK_CREATE: 28,
} as const;

/** BPF_OBJ_NAME_LEN: a name with its NUL. */
const NAME_BYTES = 16;
export const FUNC_INFO_BYTES = 8;
export const LINE_INFO_BYTES = 16;

/** `btf*` fields are left out altogether without BTF, for kernels before 4.18. */
export function packMapCreate(args: MapCreateArgs): KernelBytes {
  const out = new ByteWriter(80);
  out.u32(args.type).u32(args.keySize).u32(args.valueSize).u32(args.maxEntries).u32(args.flags);
  out.u32(0).u32(0); // inner_map_fd, numa_node
  packName(out, args.name);
  out.u32(0); // map_ifindex
  if (args.btfFd !== 0) out.u32(args.btfFd).u32(args.keyTypeId).u32(args.valueTypeId);
  return finish(out);
}

/** For the four commands on one element; `value` is the address of the value, or of the next key. */
export function packMapElement(mapFd: number, key: bigint, value: bigint, flags: bigint): KernelBytes {
  return new ByteWriter(32).u32(mapFd).u32(0).u64(key).u64(value).u64(flags).finish();
}

export function packMapFreeze(mapFd: number): KernelBytes {
  return new ByteWriter(16).u32(mapFd).finish();
}

/** Addresses of what a program load points to; 0n for nothing. */
export interface ProgLoadAddresses {
  readonly insns: bigint;
  readonly license: bigint;
  readonly log: bigint;
  readonly funcInfo: bigint;
  readonly lineInfo: bigint;
}

export function packProgLoad(args: ProgLoadArgs, at: ProgLoadAddresses): KernelBytes {
  const out = new ByteWriter(128);
  out
    .u32(args.type)
    .u32(args.insns.length / 8)
    .u64(at.insns)
    .u64(at.license);
  out
    .u32(args.log ? args.logLevel : 0)
    .u32(args.log?.length ?? 0)
    .u64(args.log ? at.log : 0n);
  out.u32(0).u32(args.flags); // kern_version
  packName(out, args.name);
  out.u32(0).u32(args.expectedAttachType); // prog_ifindex
  assert(out.length === 72, "the attr of PROG_LOAD up to prog_btf_fd has 72 bytes");
  if (!args.debug && args.attachBtfId === 0) return finish(out);
  packDebugInfo(out, args.debug ?? { btfFd: 0, funcInfo: new Uint8Array(0), lineInfo: new Uint8Array(0) }, at);
  if (args.attachBtfId !== 0) out.u32(args.attachBtfId);
  return finish(out);
}

function packDebugInfo(out: ByteWriter, debug: ProgramDebugInfo, at: ProgLoadAddresses): void {
  const { btfFd, funcInfo, lineInfo } = debug;
  const funcCount = funcInfo.length / FUNC_INFO_BYTES;
  const lineCount = lineInfo.length / LINE_INFO_BYTES;
  assert(Number.isInteger(funcCount) && Number.isInteger(lineCount), "func and line info are whole records");
  out.u32(btfFd);
  out
    .u32(funcCount > 0 ? FUNC_INFO_BYTES : 0)
    .u64(funcCount > 0 ? at.funcInfo : 0n)
    .u32(funcCount);
  out
    .u32(lineCount > 0 ? LINE_INFO_BYTES : 0)
    .u64(lineCount > 0 ? at.lineInfo : 0n)
    .u32(lineCount);
}

export interface TestRunFields {
  readonly progFd: number;
  readonly context: { readonly address: bigint; readonly size: number };
  readonly data: { readonly address: bigint; readonly size: number };
  readonly dataOut: { readonly address: bigint; readonly size: number };
  readonly repeat: number;
}

export function packTestRun(fields: TestRunFields): KernelBytes {
  const out = new ByteWriter(80);
  out.u32(fields.progFd).u32(0).u32(fields.data.size).u32(fields.dataOut.size); // retval
  out.u64(fields.data.address).u64(fields.dataOut.address).u32(fields.repeat).u32(0); // duration
  out.u32(fields.context.size).u32(0).u64(fields.context.address).u64(0n); // ctx_size_out, ctx_out
  return out.finish();
}

/** What the kernel wrote into the attr of a test run. */
export function unpackTestRun(attr: KernelBytes): { returnValue: number; dataOutBytes: number; durationNs: number } {
  const reader = new ByteReader(attr, "attr of PROG_TEST_RUN");
  return { returnValue: reader.u32(4), dataOutBytes: reader.u32(12), durationNs: reader.u32(36) };
}

export function packLinkCreate(args: LinkCreateArgs): KernelBytes {
  return new ByteWriter(16).u32(args.progFd).u32(args.target).u32(args.attachType).u32(args.flags).finish();
}

const PERF_ATTR_SIZE_VER5 = 112;

/** A kprobe by its function's name: kprobe_func stands where other events have config1. */
export function packPerfProbe(type: number, config: bigint, functionName: bigint): KernelBytes {
  const out = new ByteWriter(PERF_ATTR_SIZE_VER5).u32(type).u32(PERF_ATTR_SIZE_VER5).u64(config);
  return out
    .zeros(56 - out.length)
    .u64(functionName)
    .zeros(PERF_ATTR_SIZE_VER5 - 64)
    .finish();
}

export interface PerfSampling {
  /** PERF_TYPE_*. */
  readonly type: number;
  readonly config: bigint;
  /** Samples a second, or events between two samples; neither for a tracepoint. */
  readonly frequency?: number;
  readonly period?: number;
}

export function packPerfSampling(sampling: PerfSampling): KernelBytes {
  const FREQ = 1n << 10n;
  const { frequency, period } = sampling;
  const out = new ByteWriter(PERF_ATTR_SIZE_VER5).u32(sampling.type).u32(PERF_ATTR_SIZE_VER5).u64(sampling.config);
  out
    .u64(BigInt(frequency ?? period ?? 1))
    .u64(0n)
    .u64(0n); // sample_type, read_format
  out.u64(frequency === undefined ? 0n : FREQ);
  return out.zeros(PERF_ATTR_SIZE_VER5 - out.length).finish();
}

export function packRawTracepointOpen(name: bigint, progFd: number): KernelBytes {
  return new ByteWriter(16).u64(name).u32(progFd).u32(0).finish();
}

export function packBtfLoad(btf: bigint, sizeBytes: number, log: bigint, logSizeBytes: number): KernelBytes {
  const out = new ByteWriter(32).u64(btf).u64(log).u32(sizeBytes).u32(logSizeBytes);
  return out
    .u32(logSizeBytes > 0 ? 1 : 0)
    .u32(0)
    .finish();
}

/** BPF output through a perf event: PERF_TYPE_SOFTWARE, PERF_COUNT_SW_BPF_OUTPUT, raw data with the time. */
export function packPerfBpfOutput(options: { readonly wakeupEvents: number; readonly readLost: boolean }): KernelBytes {
  const SAMPLE_TIME = 1n << 2n;
  const SAMPLE_RAW = 1n << 10n;
  const FORMAT_LOST = 1n << 4n;
  const USE_CLOCKID = 1n << 25n;
  const CLOCK_MONOTONIC = 1;
  const out = new ByteWriter(PERF_ATTR_SIZE_VER5);
  out.u32(1).u32(PERF_ATTR_SIZE_VER5).u64(10n); // type, size, config
  out.u64(1n).u64(SAMPLE_TIME | SAMPLE_RAW); // sample_period, sample_type
  out.u64(options.readLost ? FORMAT_LOST : 0n).u64(USE_CLOCKID); // read_format, the flag bits
  out.u32(options.wakeupEvents).zeros(92 - out.length); // up to clockid
  out.i32(CLOCK_MONOTONIC).zeros(PERF_ATTR_SIZE_VER5 - out.length);
  return out.finish();
}

/** struct epoll_event is packed on x86-64 only. */
export function packEpollIn(fd: number, packed: boolean): KernelBytes {
  const EPOLLIN = 1;
  const out = new ByteWriter(16).u32(EPOLLIN);
  if (!packed) out.u32(0);
  return out.u32(fd).u32(0).finish();
}

/** The kernel's names have letters, digits, `_` and `.` (bpf_obj_name_cpy), and at most 15 of them. */
export function kernelObjectName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_.]/g, "_").slice(0, NAME_BYTES - 1);
}

/** An attr's size is a multiple of 8: the union's own alignment, which no kernel objects to. */
function finish(out: ByteWriter): KernelBytes {
  return out.align(8).finish();
}

function packName(out: ByteWriter, name: string): void {
  const bytes = encodeText(name);
  assert(bytes.length < NAME_BYTES, `kernel object name "${name}" is longer than ${NAME_BYTES - 1} bytes`);
  out.raw(bytes).zeros(NAME_BYTES - bytes.length);
}
