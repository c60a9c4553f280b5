// What attaching says and does for each kind, on a kernel that answers as the case wants.

import assert from "node:assert/strict";
import { test } from "node:test";
import { programKindByName } from "../../bpf/program-kinds.js";
import { ByteWriter } from "../../util/bytes.js";
import { fakeKernel, type FakeOptions } from "../fake-kernel.test.support.js";
import type { OpenProgram } from "../loaded-program.js";
import type { AttachOptions } from "../types.js";
import { attachProgram } from "./attach.js";
import { createLink } from "./link.js";

interface Case {
  readonly kind: string;
  readonly target?: string;
  readonly options?: AttachOptions;
  readonly kernel?: FakeOptions;
  /** The calls until it is attached, and what detaches it; or the error. */
  readonly expected: readonly string[] | RegExp;
}

const net = { "/sys/class/net/eth0/ifindex": "3\n", "/proc/net/dev": "Inter-|\n face |\n    lo: 0\n  eth0: 0\n" };
const kprobes = {
  "/sys/bus/event_source/devices/kprobe/type": "8\n",
  "/sys/bus/event_source/devices/kprobe/format/retprobe": "config:2\n",
  "/proc/kallsyms": "0 T vfs_read\n0 t vfs_write\n0 d vfs_data\n",
};
const tracefs = {
  "/sys/kernel/tracing/events/sched/sched_switch/id": "317\n",
  "/sys/kernel/tracing/available_events": "sched:sched_switch\nsched:sched_wakeup\n",
};
const fails = (errno: number) => (): number => -errno;

/** What the kernel echoes: a new filter with handle 1 and priority 49152. */
const echo = new ByteWriter(64)
  .u32(36)
  .u16(44)
  .u16(0)
  .u32(1)
  .u32(0)
  .u32(0)
  .u32(3)
  .u32(1)
  .u32(0)
  .u32(0xc000_0300)
  .finish();

const cases: readonly Case[] = [
  { kind: "tp_btf", target: "sched_switch", expected: ["rawTracepointOpen", "close 101"] },
  { kind: "fexit", target: "vfs_read", kernel: { rawTracepointOpen: fails(524) }, expected: /may be inlined/ },
  { kind: "fentry", target: "vfs_read", kernel: { rawTracepointOpen: fails(1) }, expected: /EPERM/ },
  {
    kind: "lsm",
    target: "file_open",
    kernel: { files: { "/sys/kernel/security/lsm": "capability,yama" } },
    expected: /"bpf" is not among them \(boot it with lsm=yama,bpf\)/,
  },
  {
    kind: "lsm",
    target: "file_open",
    kernel: { files: { "/sys/kernel/security/lsm": "capability,bpf\n" } },
    expected: ["rawTracepointOpen", "close 101"],
  },
  {
    kind: "kprobe",
    target: "vfs_read",
    kernel: { files: kprobes },
    expected: ["perfProbeOpen vfs_read 0", "ioctl", "ioctl", "close 101"],
  },
  {
    kind: "kretprobe",
    target: "vfs_read",
    kernel: { files: kprobes },
    expected: ["perfProbeOpen vfs_read 4", "ioctl", "ioctl", "close 101"],
  },
  { kind: "kprobe", target: "vfs_read", expected: /this kernel has no kprobes/ },
  {
    kind: "kprobe",
    target: "vfs_reed",
    kernel: { files: kprobes, perfProbeOpen: fails(2) },
    expected: /no such function \(did you mean "vfs_read"\?\)/,
  },
  {
    kind: "kprobe",
    target: "vfs_read",
    kernel: { files: kprobes, perfProbeOpen: fails(22) },
    expected: /the kernel allows no probe there/,
  },
  {
    kind: "kprobe",
    target: "vfs_read",
    kernel: { files: kprobes, ioctl: fails(17) },
    expected: /EEXIST/,
  },
  {
    kind: "tracepoint",
    target: "sched/sched_switch",
    kernel: { files: tracefs },
    expected: ["perfEventOpen 0", "ioctl", "ioctl", "close 101"],
  },
  { kind: "tracepoint", target: "sched/sched_swich", kernel: { files: tracefs }, expected: /"sched\/sched_switch"\?/ },
  { kind: "tracepoint", target: "sched/sched_switch", expected: /mount -t tracefs/ },
  {
    kind: "perf_event",
    // The online CPUs of this kernel are 0 and 2.
    expected: ["perfEventOpen 0", "perfEventOpen 2", "ioctl", "ioctl", "ioctl", "ioctl", "close 101", "close 102"],
  },
  {
    kind: "perf_event",
    options: { event: "cpu-cycles", period: 1000, cpu: 2 },
    kernel: { perfEventOpen: fails(2) },
    expected: /this machine does not count such events/,
  },
  { kind: "xdp", expected: /need an interface: attach\(\{ interface: "eth0" \}\)/ },
  { kind: "xdp", options: { interface: "eth1" }, kernel: { files: net }, expected: /did you mean "eth0"\?/ },
  { kind: "xdp", options: { interface: "wlan" }, kernel: { files: net }, expected: /there are lo, eth0/ },
  {
    kind: "xdp",
    options: { interface: "eth0" },
    kernel: { files: net },
    expected: ["linkCreate 37 on 3", "close 101"],
  },
  { kind: "xdp", options: { interface: 3 }, kernel: { linkCreate: fails(16) }, expected: /an xdp program on this/ },
  {
    kind: "xdp",
    options: { interface: 3 },
    kernel: { linkCreate: fails(22), kernelRelease: "5.4.0" },
    expected: /5\.9/,
  },
  { kind: "tcx/ingress", options: { interface: 3 }, expected: ["linkCreate 46 on 3", "close 101"] },
  {
    kind: "tcx/egress",
    options: { interface: 3 },
    kernel: { kernelRelease: "6.1.0" },
    expected: ["netlink", "netlink", "netlink"],
  },
  {
    kind: "tcx/egress",
    options: { interface: 3 },
    kernel: { linkCreate: fails(22), netlink: () => ({ status: 0, messages: echo }) },
    expected: [],
  },
  {
    kind: "tcx/egress",
    options: { interface: 3 },
    kernel: { kernelRelease: "6.1.0", netlink: () => ({ status: -2, messages: new Uint8Array(0) }) },
    expected: /sch_ingress and cls_bpf are needed/,
  },
  { kind: "tc", options: { interface: 3 }, expected: /neither tcx\/ingress nor tcx\/egress/ },
  { kind: "cgroup/connect4", expected: /need a control group/ },
  {
    kind: "cgroup/connect4",
    options: { cgroup: "/g" },
    expected: ["openFolder /g", "linkCreate 10 on 101", "close 101", "close 102"],
  },
  { kind: "cgroup/connect6", options: { cgroup: "/g" }, kernel: { linkCreate: fails(9) }, expected: /cgroup2 file/ },
  { kind: "cgroup/connect6", options: { cgroup: "/g" }, kernel: { openFolder: fails(2) }, expected: /ENOENT/ },
  { kind: "socket", expected: /need a socket's descriptor/ },
  { kind: "socket", options: { socket: 9 }, expected: ["socketOption 9 50 77", "socketOption 9 27 0"] },
  { kind: "syscall", expected: /syscall programs are run, not attached/ },
  { kind: "sk_msg", expected: /attaching sk_msg programs is not supported yet/ },
];

for (const { kind, target = "", options = {}, kernel: answers = {}, expected } of cases) {
  const outcome = expected instanceof RegExp ? String(expected) : "is attached and detached";
  test(`attach ${kind} ${target} ${JSON.stringify(options)} ${outcome}`, () => {
    const spec = programKindByName(kind);
    assert.ok(spec);
    const kernel = fakeKernel(answers);
    const program: OpenProgram = { name: "p", section: kind, fd: 77, kind: spec, target, usedMaps: [] };
    if (expected instanceof RegExp) {
      assert.throws(() => attachProgram(kernel, program, options), expected);
    } else {
      const link = createLink(attachProgram(kernel, program, options), () => undefined);
      link.close();
      link.close();
      assert.deepEqual(kernel.calls, expected);
    }
    assert.equal(kernel.openFds.size, 0, "a descriptor stays open");
  });
}
