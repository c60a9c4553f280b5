// The Kernel interface on the running Linux: the only file that makes system calls. One declaration of libc's
// `long syscall(long, …)` serves all of them. koffi is loaded on the first call of `openKernel`, so that
// importing the loader costs nothing where nothing is loaded.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { release } from "node:os";
import type { KernelBytes, Kernel, Mapping, NetlinkReply, TestRunArgs, TestRunResult, Watch } from "./kernel.js";
import type { ProgLoadArgs } from "./kernel.js";
import {
  BpfCommand,
  packBtfLoad,
  packEpollIn,
  packLinkCreate,
  packMapCreate,
  packMapElement,
  packMapFreeze,
  packPerfProbe,
  packProgLoad,
  packRawTracepointOpen,
  packTestRun,
  unpackTestRun,
} from "./attr.js";
import { Errno } from "./errno.js";
import { findAcknowledgement } from "./netlink.js";
import { assert } from "../util/assert.js";
import { ByteReader, ByteWriter, encodeText } from "../util/bytes.js";

type Word = number | bigint;
type Syscall = (number: number, a: Word, b: Word, c: Word, d: Word, e: Word, f: Word) => Word;
type Koffi = (typeof import("koffi"))["default"];

interface SyscallNumbers {
  readonly bpf: number;
  readonly perf_event_open: number;
  readonly mmap: number;
  readonly munmap: number;
  readonly ioctl: number;
  readonly read: number;
  readonly close: number;
  readonly epoll_create1: number;
  readonly epoll_ctl: number;
  readonly prlimit64: number;
  readonly socket: number;
  readonly sendto: number;
  readonly recvfrom: number;
  readonly setsockopt: number;
  readonly pidfd_open: number;
}

/** arch/x86/entry/syscalls/syscall_64.tbl, and include/uapi/asm-generic/unistd.h for arm64. */
export const syscallNumbers: Readonly<Record<string, SyscallNumbers>> = {
  x64: {
    bpf: 321,
    perf_event_open: 298,
    mmap: 9,
    munmap: 11,
    ioctl: 16,
    read: 0,
    close: 3,
    epoll_create1: 291,
    epoll_ctl: 233,
    prlimit64: 302,
    socket: 41,
    sendto: 44,
    recvfrom: 45,
    setsockopt: 54,
    pidfd_open: 434,
  },
  arm64: {
    bpf: 280,
    perf_event_open: 241,
    mmap: 222,
    munmap: 215,
    ioctl: 29,
    read: 63,
    close: 57,
    epoll_create1: 20,
    epoll_ctl: 21,
    prlimit64: 261,
    socket: 198,
    sendto: 206,
    recvfrom: 207,
    setsockopt: 208,
    pidfd_open: 434,
  },
};

/** Why this machine cannot load BPF programs at all; undefined when it may be able to. */
export function unsupportedPlatform(): string | undefined {
  if (process.platform !== "linux") return `this is ${process.platform}, and BPF programs need Linux`;
  if (!syscallNumbers[process.arch]) return `this is ${process.arch}, and only x64 and arm64 are known`;
  return undefined;
}

/** The part of a kernel that only reads files: it needs no koffi. */
export const systemFiles: Pick<Kernel, "readFile" | "release"> = { readFile, release };

export const KERNEL_BTF_PATH = "/sys/kernel/btf/vmlinux";

let opened: Kernel | undefined;

/** The running kernel. The caller has asked `unsupportedPlatform` before. */
export function openKernel(): Kernel {
  if (opened) return opened;
  const numbers = syscallNumbers[process.arch];
  assert(process.platform === "linux" && numbers !== undefined, "openKernel on an unsupported platform");
  // By require, which is quicker than an import by several milliseconds and finds the same module.
  const koffi = createRequire(import.meta.url)("koffi") as Koffi;
  opened = linuxKernel(koffi, numbers);
  return opened;
}

/** Makes one system call; the result, or the negated errno. An address past 2^53 does not occur in user space. */
type Call = (number: number, a?: Word, b?: Word, c?: Word, d?: Word, e?: Word, f?: Word) => number;

function linuxKernel(koffi: Koffi, numbers: SyscallNumbers): Kernel {
  const call = declareSyscall(koffi);
  const address = (bytes: KernelBytes): bigint => koffi.address(bytes);
  const bpf = (command: number, attr: KernelBytes): number => call(numbers.bpf, command, address(attr), attr.length);
  const element = (command: number, fd: number, key: bigint, value: bigint, flags = 0n): number =>
    bpf(command, packMapElement(fd, key, value, flags));
  const map: MapMemory = (request) => mapMemory(koffi, call, numbers, request);
  let kernelBtf: Uint8Array | undefined;
  return {
    mapCreate: (args) => bpf(BpfCommand.MAP_CREATE, packMapCreate(args)),
    mapLookup: (fd, key, value) => element(BpfCommand.MAP_LOOKUP_ELEM, fd, key ? address(key) : 0n, address(value)),
    mapTake: (fd, value) => element(BpfCommand.MAP_LOOKUP_AND_DELETE_ELEM, fd, 0n, address(value)),
    mapUpdate: (fd, key, value, flags) =>
      element(BpfCommand.MAP_UPDATE_ELEM, fd, key ? address(key) : 0n, address(value), flags),
    mapDelete: (fd, key) => element(BpfCommand.MAP_DELETE_ELEM, fd, address(key), 0n),
    mapNextKey: (fd, key, next) => element(BpfCommand.MAP_GET_NEXT_KEY, fd, key ? address(key) : 0n, address(next)),
    mapFreeze: (fd) => bpf(BpfCommand.MAP_FREEZE, packMapFreeze(fd)),
    progLoad: (args) => progLoad(args, bpf, address),
    progTestRun: (fd, args) => progTestRun(fd, args, bpf, address),
    btfLoad: (btf, log) =>
      bpf(BpfCommand.BTF_LOAD, packBtfLoad(address(btf), btf.length, log ? address(log) : 0n, log?.length ?? 0)),
    rawTracepointOpen(name, progFd) {
      const text = name === undefined ? undefined : kernelText(name);
      return bpf(BpfCommand.RAW_TRACEPOINT_OPEN, packRawTracepointOpen(text ? address(text) : 0n, progFd));
    },
    linkCreate: (args) => bpf(BpfCommand.LINK_CREATE, packLinkCreate(args)),
    perfProbeOpen({ type, config, functionName }) {
      const name = kernelText(functionName);
      const attr = packPerfProbe(type, config, address(name));
      return call(numbers.perf_event_open, address(attr), -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
    },
    openFolder,
    socketOption(fd, option, value) {
      const SOL_SOCKET = 1;
      const bytes = new ByteWriter(4).u32(value).finish();
      return call(numbers.setsockopt, fd, SOL_SOCKET, option, address(bytes), bytes.length);
    },
    netlink: (request) => netlink(call, numbers, address, request),
    perfEventOpen(attr, cpu) {
      return call(numbers.perf_event_open, address(attr), -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    },
    pidfdOpen: (pid) => call(numbers.pidfd_open, pid, 0),
    ioctl: (fd, request, argument) => call(numbers.ioctl, fd, request, argument),
    read: (fd, into) => call(numbers.read, fd, address(into), into.length),
    mmap: (fd, lengthBytes, offsetBytes, writable) => map({ fd, lengthBytes, offsetBytes, writable, shared: true }),
    kernelBtf: () => (kernelBtf ??= mapKernelBtf(map)),
    close: (fd) => call(numbers.close, fd),
    epollCreate() {
      const EPOLL_CLOEXEC = 0o2000000;
      return call(numbers.epoll_create1, EPOLL_CLOEXEC);
    },
    epollAdd(epollFd, fd) {
      const EPOLL_CTL_ADD = 1;
      return call(numbers.epoll_ctl, epollFd, EPOLL_CTL_ADD, fd, address(packEpollIn(fd, process.arch === "x64")));
    },
    watch: (fd, onReadable) => watchReadable(koffi, fd, onReadable),
    raiseMemlock: () => raiseMemlock(call, numbers, address),
    ...systemFiles,
  };
}

const PERF_FLAG_FD_CLOEXEC = 8;

/** Node's own error becomes an errno, as from every call here. */
function openFolder(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    const code = error instanceof Error && "errno" in error ? Number(error.errno) : -Errno.EIO;
    return code;
  }
}

/** A socket of its own for each request: there are few. */
function netlink(call: Call, numbers: SyscallNumbers, address: AddressOf, request: KernelBytes): NetlinkReply {
  const AF_NETLINK = 16;
  const SOCK_RAW_CLOEXEC = 0o2000003;
  const fd = call(numbers.socket, AF_NETLINK, SOCK_RAW_CLOEXEC, 0);
  if (fd < 0) return { status: fd, messages: new Uint8Array(0) };
  try {
    const sent = call(numbers.sendto, fd, address(request), request.length, 0, 0, 0);
    if (sent < 0) return { status: sent, messages: new Uint8Array(0) };
    let received = new Uint8Array(0);
    for (;;) {
      const part: KernelBytes = new Uint8Array(1 << 15);
      const length = call(numbers.recvfrom, fd, address(part), part.length, 0, 0, 0);
      if (length <= 0) return { status: length === 0 ? -Errno.EIO : length, messages: received };
      received = Uint8Array.of(...received, ...part.subarray(0, length));
      const end = findAcknowledgement(received);
      if (end) return { status: end.status, messages: received.subarray(0, end.at) };
    }
  } finally {
    call(numbers.close, fd);
  }
}

function declareSyscall(koffi: Koffi): Call {
  const libc = koffi.load(null);
  const long = koffi.types.long;
  const syscall: Syscall = libc.func("syscall", long, [long, long, long, long, long, long, long]);
  // koffi does not keep errno for a synchronous call: it is read at once, where libc keeps it for this thread.
  const errnoLocation: Word = libc.func("__errno_location", koffi.types.intptr, [])();
  const errno = new Int32Array(koffi.view(BigInt(errnoLocation), 4));
  return (number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0) => {
    const result = Number(syscall(number, a, b, c, d, e, f));
    return result === -1 ? -(errno[0] ?? Errno.EIO) : result;
  };
}

type Bpf = (command: number, attr: KernelBytes) => number;
type AddressOf = (bytes: KernelBytes) => bigint;

function progLoad(args: ProgLoadArgs, bpf: Bpf, address: AddressOf): number {
  const license = kernelText(args.license);
  const attr = packProgLoad(args, {
    insns: address(args.insns),
    license: address(license),
    log: args.log ? address(args.log) : 0n,
    funcInfo: args.debug && args.debug.funcInfo.length > 0 ? address(args.debug.funcInfo) : 0n,
    lineInfo: args.debug && args.debug.lineInfo.length > 0 ? address(args.debug.lineInfo) : 0n,
  });
  // -EAGAIN: the verifier saw a signal pending and wants to be asked again (bpf_check, Linux 5.0).
  let result = bpf(BpfCommand.PROG_LOAD, attr);
  for (let tries = 0; result === -Errno.EAGAIN && tries < 5; tries++) result = bpf(BpfCommand.PROG_LOAD, attr);
  return result;
}

function progTestRun(fd: number, args: TestRunArgs, bpf: Bpf, address: AddressOf): TestRunResult {
  const place = (bytes: KernelBytes | undefined): { address: bigint; size: number } =>
    bytes && bytes.length > 0 ? { address: address(bytes), size: bytes.length } : { address: 0n, size: 0 };
  const out: KernelBytes = new Uint8Array(args.dataOutBytes);
  const attr = packTestRun({
    progFd: fd,
    dataOut: place(out),
    context: place(args.context),
    data: place(args.data),
    repeat: args.repeat,
  });
  const status = bpf(BpfCommand.PROG_TEST_RUN, attr);
  const { returnValue, durationNs, dataOutBytes } = unpackTestRun(attr);
  const data = out.length === 0 ? undefined : out.subarray(0, Math.min(out.length, dataOutBytes));
  return { status, returnValue, durationNs, data };
}

interface MemoryRequest {
  readonly fd: number;
  readonly lengthBytes: number;
  readonly offsetBytes: number;
  readonly writable: boolean;
  /** Shared with the kernel, as rings are; the kernel's BTF can only be mapped privately. */
  readonly shared: boolean;
}

type MapMemory = (request: MemoryRequest) => Mapping | number;

function mapMemory(koffi: Koffi, call: Call, numbers: SyscallNumbers, request: MemoryRequest): Mapping | number {
  const PROT_READ = 1;
  const PROT_WRITE = 2;
  const MAP_SHARED = 1;
  const MAP_PRIVATE = 2;
  const { fd, lengthBytes, offsetBytes } = request;
  const protection = request.writable ? PROT_READ | PROT_WRITE : PROT_READ;
  const sharing = request.shared ? MAP_SHARED : MAP_PRIVATE;
  const start = call(numbers.mmap, 0, lengthBytes, protection, sharing, fd, offsetBytes);
  if (start < 0) return start;
  const buffer = koffi.view(BigInt(start), lengthBytes);
  let mapped = true;
  return {
    buffer,
    unmap() {
      if (!mapped) return;
      mapped = false;
      // Transferring it leaves every array over the buffer with length 0: reading one after munmap would be a
      // crash of the process.
      structuredClone(buffer, { transfer: [buffer] });
      call(numbers.munmap, start, lengthBytes);
    },
  };
}

// A poll handle that nothing refers to would be collected, and then never call back.
const liveHandles = new Set<object>();

function watchReadable(koffi: Koffi, fd: number, onReadable: () => void): Watch {
  let handle: InstanceType<Koffi["node"]["PollHandle"]> | undefined;
  let running = false;
  const stop = (): void => {
    if (running) handle?.stop();
    running = false;
  };
  const readable = (): void => {
    stop();
    // Promise jobs queued within libuv's poll callback run late, and what is thrown there stays hidden.
    setImmediate(() => {
      if (handle) onReadable();
    });
  };
  let closed = false;
  return {
    start() {
      if (running || closed) return;
      running = true;
      if (handle) return handle.start({ readable: true }, readable);
      handle = koffi.node.poll(fd, { readable: true }, readable);
      liveHandles.add(handle);
    },
    stop,
    close() {
      closed = true;
      if (!handle) return;
      stop();
      liveHandles.delete(handle);
      handle.close();
      handle = undefined;
    },
  };
}

function raiseMemlock(call: Call, numbers: SyscallNumbers, address: AddressOf): number {
  const RLIMIT_MEMLOCK = 8;
  const INFINITY = (1n << 64n) - 1n;
  const set = (soft: bigint, hard: bigint): number => {
    const limit = new ByteWriter(16).u64(soft).u64(hard).finish();
    return call(numbers.prlimit64, 0, RLIMIT_MEMLOCK, address(limit), 0);
  };
  const raised = set(INFINITY, INFINITY);
  if (raised === 0) return 0;
  // Without CAP_SYS_RESOURCE the soft limit can still go up to the hard one.
  const now: KernelBytes = new Uint8Array(16);
  if (call(numbers.prlimit64, 0, RLIMIT_MEMLOCK, 0, address(now)) === 0) {
    const hard = new ByteReader(now, "rlimit").u64(8);
    set(hard, hard);
  }
  return raised;
}

function readFile(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Linux 6.16 lets the file be mapped; before, sysfs gives it in more than a thousand reads of one page. The mapping
 * stays for the life of the process: it is the kernel's own memory, and costs this process none.
 */
function mapKernelBtf(map: MapMemory): Uint8Array | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(KERNEL_BTF_PATH, "r");
    const lengthBytes = fstatSync(fd).size;
    const mapping = map({ fd, lengthBytes, offsetBytes: 0, writable: false, shared: false });
    return typeof mapping === "number" ? readFileSync(fd) : new Uint8Array(mapping.buffer);
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Text with its NUL, in a buffer of its own. */
function kernelText(text: string): KernelBytes {
  const bytes = encodeText(text);
  const out: KernelBytes = new Uint8Array(bytes.length + 1);
  out.set(bytes);
  return out;
}
