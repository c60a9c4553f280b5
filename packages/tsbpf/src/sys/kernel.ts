// What the loader needs from the kernel: the few system calls it makes, as typed methods. linux.ts makes them
// for real; tests pass a fake. A method that returns a number gives what the call gave, or the negated errno.

/** A buffer the kernel reads or writes: it owns its whole ArrayBuffer, so that its address stays what it is. */
export type KernelBytes = Uint8Array<ArrayBuffer>;

export interface MapCreateArgs {
  /** enum bpf_map_type. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** At most 15 bytes, letters, digits, `_` and `.`; "" for none. */
  readonly name: string;
  /** 0: no BTF. */
  readonly btfFd: number;
  readonly keyTypeId: number;
  readonly valueTypeId: number;
}

/** BTF, func info and line info of a program, in the kernel's records (struct bpf_func_info, bpf_line_info). */
export interface ProgramDebugInfo {
  readonly btfFd: number;
  readonly funcInfo: KernelBytes;
  readonly lineInfo: KernelBytes;
}

export interface ProgLoadArgs {
  /** enum bpf_prog_type. */
  readonly type: number;
  /** enum bpf_attach_type; 0 where the type has none. */
  readonly expectedAttachType: number;
  /** BPF_F_SLEEPABLE and so on. */
  readonly flags: number;
  /** The kernel's BTF id of the function or tracepoint it is for; 0 for most types. */
  readonly attachBtfId: number;
  readonly insns: KernelBytes;
  readonly license: string;
  /** At most 15 bytes. */
  readonly name: string;
  readonly debug: ProgramDebugInfo | undefined;
  /** Where the verifier writes its log; undefined for no log, which is faster. */
  readonly log: KernelBytes | undefined;
  readonly logLevel: number;
}

export interface TestRunArgs {
  readonly context: KernelBytes | undefined;
  readonly data: KernelBytes | undefined;
  readonly repeat: number;
  /** Room for the packet as the program leaves it; 0 for programs that take none. */
  readonly dataOutBytes: number;
}

export interface TestRunResult {
  /** 0, or the negated errno. */
  readonly status: number;
  readonly returnValue: number;
  readonly durationNs: number;
  /** The packet afterwards; undefined when there was no room for one. */
  readonly data: Uint8Array | undefined;
}

export interface LinkCreateArgs {
  readonly progFd: number;
  /** A descriptor, or the index of a network interface. */
  readonly target: number;
  /** enum bpf_attach_type. */
  readonly attachType: number;
  readonly flags: number;
}

/** A probe on a kernel function, as a perf event. */
export interface PerfProbeArgs {
  /** What /sys/bus/event_source/devices/kprobe/type says. */
  readonly type: number;
  /** Bits of perf_event_attr.config. */
  readonly config: bigint;
  readonly functionName: string;
}

/** What the kernel answered to a netlink request. */
export interface NetlinkReply {
  /** 0, or the negated errno. */
  readonly status: number;
  /** The messages before the acknowledgement. */
  readonly messages: Uint8Array;
}

/** Memory shared with the kernel. After `unmap` the arrays over `buffer` have length 0: they cannot be touched. */
export interface Mapping {
  readonly buffer: ArrayBuffer;
  unmap(): void;
}

/** Tells when a file descriptor can be read. It starts stopped. */
export interface Watch {
  /** Calls back once when the descriptor is readable, then is stopped again. Keeps the process alive meanwhile. */
  start(): void;
  stop(): void;
  /** Never calls back afterwards. Before the descriptor is closed. */
  close(): void;
}

export interface Kernel {
  mapCreate(args: MapCreateArgs): number;
  /** Without a key: the next value of a queue or a stack, which stays. */
  mapLookup(fd: number, key: KernelBytes | undefined, value: KernelBytes): number;
  /** Linux 4.20: the next value of a queue or a stack, which is taken out. */
  mapTake(fd: number, value: KernelBytes): number;
  /** `flags`: BPF_ANY and so on. */
  mapUpdate(fd: number, key: KernelBytes | undefined, value: KernelBytes, flags: bigint): number;
  mapDelete(fd: number, key: KernelBytes): number;
  /** The first key when `key` is undefined. -ENOENT after the last. */
  mapNextKey(fd: number, key: KernelBytes | undefined, next: KernelBytes): number;
  /** Linux 5.2: no more changes from user space, so that the verifier knows the values. */
  mapFreeze(fd: number): number;
  progLoad(args: ProgLoadArgs): number;
  progTestRun(fd: number, args: TestRunArgs): TestRunResult;
  btfLoad(btf: KernelBytes, log?: KernelBytes): number;
  /** Without a name for programs that were loaded for one target: tp_btf, fentry, lsm. */
  rawTracepointOpen(name: string | undefined, progFd: number): number;
  /** Linux 5.7. */
  linkCreate(args: LinkCreateArgs): number;
  /** perf_event_open of a kprobe, on all CPUs. */
  perfProbeOpen(args: PerfProbeArgs): number;
  /** A descriptor of a folder, as cgroups are named by. */
  openFolder(path: string): number;
  /** setsockopt with an integer at level SOL_SOCKET. */
  socketOption(fd: number, option: number, value: number): number;
  /** One request to NETLINK_ROUTE, and the answer up to its acknowledgement. */
  netlink(request: KernelBytes): NetlinkReply;
  /** struct perf_event_attr; any process, on one CPU, close-on-exec. */
  perfEventOpen(attr: KernelBytes, cpu: number): number;
  /** Linux 5.3: a descriptor of a process. */
  pidfdOpen(pid: number): number;
  ioctl(fd: number, request: number, argument: number): number;
  read(fd: number, into: KernelBytes): number;
  /** MAP_SHARED. */
  mmap(fd: number, lengthBytes: number, offsetBytes: number, writable: boolean): Mapping | number;
  close(fd: number): number;
  epollCreate(): number;
  /** Watches `fd` for reading. */
  epollAdd(epollFd: number, fd: number): number;
  watch(fd: number, onReadable: () => void): Watch;
  /** Raises RLIMIT_MEMLOCK as far as this process may; 0 when it is now unlimited. */
  raiseMemlock(): number;
  /** A file of /proc or /sys (or any other); undefined when it cannot be read. */
  readFile(path: string): Uint8Array | undefined;
  /** The kernel's own BTF, always the same array; undefined when the kernel does not show it. */
  kernelBtf(): Uint8Array | undefined;
  /** uname's release: "6.1.0-13-amd64". */
  release(): string;
}
