// A kernel for tests: it accepts everything, and remembers which descriptors are open and which calls were made.
// A test replaces the methods that are to behave otherwise.

import type { Kernel } from "../sys/kernel.js";
import { encodeText } from "../util/bytes.js";

export interface FakeKernel extends Kernel {
  readonly openFds: Set<number>;
  /** Names of the calls, in order; a call with a descriptor has it: "close 5". */
  readonly calls: string[];
  /** Ranges now mapped. */
  readonly mapped: Set<ArrayBuffer>;
}

export interface FakeOptions extends Partial<Kernel> {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly kernelRelease?: string;
}

const defaultFiles: Readonly<Record<string, string>> = {
  "/sys/devices/system/cpu/possible": "0-3\n",
  "/sys/devices/system/cpu/online": "0,2\n",
  "/proc/self/status": "Name:\tnode\nCapEff:\t000001ffffffffff\n",
};

function fakeElements(
  done: (call: string) => number,
): Pick<Kernel, "mapLookup" | "mapTake" | "mapUpdate" | "mapDelete" | "mapNextKey" | "mapFreeze"> {
  return {
    mapLookup: () => done("mapLookup"),
    mapTake: () => done("mapTake"),
    mapUpdate: () => done("mapUpdate"),
    mapDelete: () => done("mapDelete"),
    mapNextKey: () => -2,
    mapFreeze: (fd) => done(`mapFreeze ${fd}`),
  };
}

export function fakeKernel(options: FakeOptions = {}): FakeKernel {
  const openFds = new Set<number>();
  const calls: string[] = [];
  const mapped = new Set<ArrayBuffer>();
  let nextFd = 100;
  const open = (call: string): number => {
    calls.push(call);
    openFds.add(++nextFd);
    return nextFd;
  };
  const done = (call: string): number => {
    calls.push(call);
    return 0;
  };
  const { files, kernelRelease, ...replaced } = options;
  const kernel: Kernel = {
    mapCreate: (args) => open(`mapCreate ${args.name}`),
    ...fakeElements(done),
    progLoad: (args) => open(`progLoad ${args.name}`),
    progTestRun: () => ({ status: 0, returnValue: 0, durationNs: 0, data: undefined }),
    btfLoad: () => open("btfLoad"),
    rawTracepointOpen: (name) => open(`rawTracepointOpen ${name ?? ""}`.trim()),
    linkCreate: ({ target, attachType }) => open(`linkCreate ${attachType} on ${target}`),
    perfProbeOpen: ({ functionName, config }) => open(`perfProbeOpen ${functionName} ${config}`),
    openFolder: (path) => open(`openFolder ${path}`),
    socketOption: (fd, option, value) => done(`socketOption ${fd} ${option} ${value}`),
    netlink() {
      calls.push("netlink");
      return { status: 0, messages: new Uint8Array(0) };
    },
    perfEventOpen: (_attr, cpu) => open(`perfEventOpen ${cpu}`),
    pidfdOpen: (pid) => open(`pidfdOpen ${pid}`),
    ioctl: () => done("ioctl"),
    read: () => -22,
    mmap(_fd, lengthBytes) {
      const buffer = new ArrayBuffer(lengthBytes);
      mapped.add(buffer);
      calls.push("mmap");
      return {
        buffer,
        unmap() {
          if (mapped.delete(buffer)) calls.push("munmap");
        },
      };
    },
    close(fd) {
      calls.push(`close ${fd}`);
      return openFds.delete(fd) ? 0 : -9;
    },
    epollCreate: () => open("epollCreate"),
    epollAdd: () => done("epollAdd"),
    watch: () => ({
      start: () => void calls.push("watch start"),
      stop: () => void calls.push("watch stop"),
      close: () => void calls.push("watch close"),
    }),
    raiseMemlock: () => done("raiseMemlock"),
    readFile(path) {
      const content = { ...defaultFiles, ...files }[path];
      return typeof content === "string" ? encodeText(content) : content;
    },
    kernelBtf: () => undefined,
    release: () => kernelRelease ?? "6.12.0",
  };
  return { ...kernel, ...replaced, openFds, calls, mapped };
}
