// "tsbpf": what a BPF program imports.

export { array, bool, bytes, chars, i16, i32, i64, i8, struct, u16, u32, u64, u8 } from "./lang/schemas.js";
export { arrayMap, hashMap, perCpuArray, perfEventArray, ringBuffer } from "./lang/maps.js";
export {
  cgroupConnect4,
  cgroupConnect6,
  fentry,
  fexit,
  kprobe,
  kretprobe,
  lsm,
  perfEvent,
  rawTracepoint,
  socketFilter,
  syscall,
  tc,
  tpBtf,
  tracepoint,
  xdp,
} from "./lang/programs.js";
export { TcAction, XdpAction } from "./bpf/actions.js";
export { bswap16, bswap32, bswap64, htonl, htons, ntohl, ntohs } from "./lang/byte-order.js";
export type {
  ArgumentRegisters,
  Connect4Context,
  Connect6Context,
  FentryContext,
  FexitContext,
  KprobeContext,
  KretprobeContext,
  LsmContext,
  Packet,
  PerfEventContext,
  SockAddrContext,
  SocketFilterContext,
  TcContext,
  TcResult,
  TpBtfContext,
  XdpContext,
  XdpResult,
} from "./lang/contexts.js";
export { range } from "./lang/range.js";
export { bpfCoreAddressOf, bpfCoreFieldExists } from "./lang/core.js";
export type {
  AnyMap,
  ArrayMap,
  BoolSchema,
  Bytes,
  Chars,
  ContextPointer,
  DecodedStruct,
  Fields,
  FixedArray,
  HashMap,
  KernelAddress,
  KernelObject,
  Layout,
  Memory,
  PerCpuArray,
  PerfEventArray,
  Program,
  Ptr,
  RawTracepointArgs,
  RawTracepointContext,
  Ref,
  Reservation,
  Reserved,
  RingBuffer,
  Scalar,
  Schema,
  StructInit,
  StructSchema,
  StructValue,
  UserAddress,
  Value,
} from "./lang/types.js";
export * from "./lang/helpers.js";
