import assert from "node:assert/strict";
import { test } from "node:test";
import { reportHealth, formatFindings } from "./doctor.js";
import { diagnose } from "./doctor-checks.js";
import { machine } from "./doctor-source.js";
import type { DoctorSource } from "./doctor-source.js";
import { BtfBuilder } from "../btf/encode.js";
import { encodeText } from "../util/bytes.js";

type Files = Readonly<Record<string, string | Uint8Array | undefined>>;

function btfWith(...names: readonly string[]): Uint8Array {
  const builder = new BtfBuilder();
  for (const name of names) builder.add({ kind: "struct", name, size: 8, members: [] });
  return builder.finish();
}

const kernelBtf = btfWith("task_struct");
const emptyBtf = btfWith();

const goodFiles: Files = {
  "/proc/self/status": "Name:\tnode\nCapEff:\t000001ffffffffff\n",
  "/proc/self/limits":
    "Limit  Soft  Hard  Units\nMax locked memory         8388608              8388608              bytes\n",
  "/proc/sys/net/core/bpf_jit_enable": "1\n",
  "/proc/sys/kernel/perf_event_paranoid": "2\n",
  "/proc/sys/kernel/unprivileged_bpf_disabled": "2\n",
  "/sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
  "/sys/kernel/btf/vmlinux": kernelBtf,
};

interface Change extends Partial<Omit<DoctorSource, "readFile">> {
  readonly files?: Files;
  /** Files that give another error than ENOENT. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** A machine where all is well, but for the change. */
function pretend({ files, errors, ...change }: Change): DoctorSource {
  const all: Files = { ...goodFiles, ...files };
  return {
    platform: "linux",
    arch: "x64",
    endianness: "LE",
    nodeVersion: "20.20.2",
    kernelRelease: "6.12.3-amd64",
    readFile(path) {
      const error = errors?.[path];
      if (error !== undefined) return { error };
      const content = all[path];
      if (content === undefined) return { error: "ENOENT" };
      return { bytes: typeof content === "string" ? encodeText(content) : content };
    },
    koffi: async () => ({ version: "3.3.4" }),
    typescript: () => ({ version: "6.0.3" }),
    probe: async () => ({ kind: "loaded" }),
    ...change,
  };
}

const status = (capEff: string): Files => ({ "/proc/self/status": `CapEff:\t${capEff}\n` });
/** Capabilities by their bits: BPF 39, PERFMON 38, SYS_RESOURCE 24, SYS_ADMIN 21. */
const bpfAndPerfmon = status("000000c000000000");
const onlyBpf = status("0000008000000000");
const onlyPerfmon = status("0000004000000000");
const onlyAdmin = status("0000000000200000");
const noRights = status("0000000000000000");

/** Name of the case, what differs from a good machine, the findings that are not ok: level, subject, text, cure. */
const cases: readonly (readonly [name: string, change: Change, findings: readonly RegExp[]])[] = [
  ["all is well", {}, []],
  ["with the two capabilities alone", { files: bpfAndPerfmon }, []],
  ["with CAP_SYS_ADMIN alone", { files: onlyAdmin }, []],
  ["arm64", { arch: "arm64" }, []],
  ["Node 20.19.0", { nodeVersion: "20.19.0" }, []],
  ["Node 26", { nodeVersion: "26.1.0" }, []],

  ["Node 20.18", { nodeVersion: "20.18.3" }, [/^failure node: 20\.18\.3 is older than 20\.19 \| install Node 20\.19/]],
  ["Node 18", { nodeVersion: "18.20.0" }, [/^failure node: 18\.20\.0 is older/]],
  [
    "no typescript",
    { typescript: () => ({ error: "not installed" }) },
    [/^failure typescript: not installed: .* \| npm install/],
  ],
  [
    "typescript 7",
    { typescript: () => ({ version: "7.0.1" }) },
    [/^warning typescript: 7\.0\.1: .* \| npm install typescript@/],
  ],
  ["macOS", { platform: "darwin", arch: "arm64" }, [/^failure platform: darwin arm64: .* only Linux runs them \|/]],
  ["big-endian", { arch: "s390x", endianness: "BE" }, [/^failure platform: linux s390x is big-endian/]],
  ["32 bits", { arch: "arm" }, [/^failure platform: linux arm: the loader knows x64 and arm64/]],

  ["kernel 4.16", { kernelRelease: "4.16.0" }, [/^failure kernel: 4\.16\.0 is older than 4\.17/]],
  [
    "kernel 4.17",
    { kernelRelease: "4.17.0" },
    [
      /^warning kernel: 4\.17\.0 has raw tracepoints but not: global variables \(5\.2\), loops \(5\.3\), ring buffer and CAP_BPF \(5\.8\), no locked-memory limit \(5\.11\)/,
    ],
  ],
  [
    "kernel 5.10",
    { kernelRelease: "5.10.0-30-amd64" },
    [/^warning kernel: 5\.10\.0-30-amd64 .* not: no locked-memory limit \(5\.11\)/],
  ],
  ["kernel 5.11", { kernelRelease: "5.11.0" }, []],
  ["kernel 10.0", { kernelRelease: "10.0.0" }, []],
  ["a release nobody knows", { kernelRelease: "unknown" }, [/^warning kernel: release "unknown" is not understood/]],

  [
    "no kernel BTF",
    { files: { "/sys/kernel/btf/vmlinux": undefined } },
    [/^failure kernel types: no \/sys\/kernel\/btf\/vmlinux: .* \| boot a kernel built with CONFIG_DEBUG_INFO_BTF=y/],
  ],
  [
    "kernel BTF that nobody may read",
    { errors: { "/sys/kernel/btf/vmlinux": "EACCES" } },
    [/^failure kernel types: .*: permission denied \|/],
  ],
  [
    "kernel BTF of zeros",
    { files: { "/sys/kernel/btf/vmlinux": new Uint8Array(64) } },
    [/^failure kernel types: the kernel's BTF cannot be read: .*magic/],
  ],
  [
    "kernel BTF cut off",
    { files: { "/sys/kernel/btf/vmlinux": kernelBtf.subarray(0, 30) } },
    [/^failure kernel types: the kernel's BTF cannot be read: /],
  ],
  [
    "kernel BTF without task_struct",
    { files: { "/sys/kernel/btf/vmlinux": emptyBtf } },
    [/^failure kernel types: the kernel's BTF has no task_struct/],
  ],

  [
    "no rights",
    { files: noRights },
    [
      /^failure rights: missing CAP_BPF and CAP_PERFMON \| use sudo, or give only these: sudo setpriv/,
      /^warning perf events: perf_event_paranoid 2: /,
    ],
  ],
  ["only CAP_BPF", { files: onlyBpf }, [/^failure rights: missing CAP_PERFMON \|/, /^warning perf events: /]],
  ["only CAP_PERFMON", { files: onlyPerfmon }, [/^failure rights: missing CAP_BPF \|/]],
  [
    "the two capabilities before 5.8 mean nothing",
    { files: bpfAndPerfmon, kernelRelease: "5.4.0" },
    [
      /^warning kernel: /,
      /^failure rights: missing CAP_SYS_ADMIN \| use sudo/,
      /^warning locked memory: 8388608 bytes/,
      /^warning perf events/,
    ],
  ],
  [
    "no /proc",
    { files: { "/proc/self/status": undefined } },
    [/^warning rights: \/proc\/self\/status cannot be read \| mount \/proc/, /^warning perf events/],
  ],

  ["lockdown integrity", { files: { "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n" } }, []],
  [
    "lockdown confidentiality",
    { files: { "/sys/kernel/security/lockdown": "none integrity [confidentiality]\n" } },
    [/^failure lockdown: confidentiality: .* \| boot without lockdown=confidentiality/],
  ],
  ["no lockdown", { files: { "/sys/kernel/security/lockdown": undefined } }, []],
  ["lockdown that nobody may read", { errors: { "/sys/kernel/security/lockdown": "EACCES" } }, []],

  [
    "JIT off",
    { files: { "/proc/sys/net/core/bpf_jit_enable": "0\n" } },
    [/^warning jit: off: .* \| sudo sysctl net\.core\.bpf_jit_enable=1/],
  ],
  ["JIT debug", { files: { "/proc/sys/net/core/bpf_jit_enable": "2\n" } }, []],
  ["JIT not visible", { files: { "/proc/sys/net/core/bpf_jit_enable": undefined } }, []],
  ["JIT only for root", { errors: { "/proc/sys/net/core/bpf_jit_enable": "EACCES" } }, []],

  ["locked memory on 5.10 with CAP_SYS_RESOURCE", { kernelRelease: "5.10.0" }, [/^warning kernel/]],
  [
    "locked memory on 5.10 without it",
    { kernelRelease: "5.10.0", files: bpfAndPerfmon },
    [/^warning kernel/, /^warning locked memory: 8388608 bytes, .* \| use sudo, or raise it: ulimit -l unlimited/],
  ],
  [
    "locked memory on 5.10, unlimited",
    {
      kernelRelease: "5.10.0",
      files: { ...bpfAndPerfmon, "/proc/self/limits": "Max locked memory  unlimited  unlimited  bytes\n" },
    },
    [/^warning kernel/],
  ],
  [
    "locked memory on 5.10, large",
    {
      kernelRelease: "5.10.0",
      files: { ...bpfAndPerfmon, "/proc/self/limits": "Max locked memory  67108864  67108864  bytes\n" },
    },
    [/^warning kernel/],
  ],

  [
    "no perf events",
    { files: { "/proc/sys/kernel/perf_event_paranoid": undefined } },
    [/^failure perf events: this kernel has no perf events/],
  ],
  [
    "perf events for all",
    { files: { ...onlyBpf, "/proc/sys/kernel/perf_event_paranoid": "-1\n" } },
    [/^failure rights: missing CAP_PERFMON/],
  ],
  ["anyone may load", { files: { "/proc/sys/kernel/unprivileged_bpf_disabled": "0\n" } }, []],

  [
    "no koffi",
    { koffi: async () => ({ error: "Cannot find package 'koffi'\nimported from /x" }) },
    [/^failure koffi: does not load, .*: Cannot find package 'koffi' \| npm install koffi/],
  ],
  [
    "bpf(2) forbidden",
    { probe: async () => ({ kind: "errno", errno: 1 }) },
    [/^failure program load: refused \(EPERM\) in spite of the rights: .* \| run outside the container/],
  ],
  [
    "no bpf(2)",
    { probe: async () => ({ kind: "errno", errno: 38 }) },
    [/^failure program load: this kernel has no bpf\(2\)/],
  ],
  ["no memory", { probe: async () => ({ kind: "errno", errno: 12 }) }, [/^failure program load: not enough memory/]],
  [
    "another errno",
    { probe: async () => ({ kind: "errno", errno: 22 }) },
    [/^failure program load: refused with errno 22/],
  ],
  [
    "no way to try",
    { probe: async () => ({ kind: "unavailable", reason: "no koffi" }) },
    [/^failure program load: not possible: no koffi/],
  ],
];

test("each machine gives the findings that fit it", async () => {
  for (const [name, change, expected] of cases) {
    const findings = await diagnose(pretend(change));
    const actual = findings
      .filter((finding) => finding.level !== "ok")
      .map(({ level, subject, text, cure }) => `${level} ${subject}: ${text} | ${cure}`);
    assert.equal(actual.length, expected.length, `${name}: ${actual.join("\n")}`);
    expected.forEach((pattern, index) => assert.match(actual[index] ?? "", pattern, name));
  }
});

test("the exit code says whether there is a failure", async () => {
  for (const [name, change, expected] of cases) {
    let printed = "";
    const io = {
      stdout: (text: string) => void (printed += text),
      stderr: assert.fail,
      colorStdout: false,
      colorStderr: false,
      cwd: "/",
    };
    const failures = expected.filter((pattern) => pattern.source.startsWith("^failure")).length;
    assert.equal(await reportHealth(pretend(change), io), failures > 0 ? 1 : 0, name);
    assert.equal(printed.match(/^failure /gm)?.length ?? 0, failures, name);
    assert.equal(printed.match(/cure: /g)?.length ?? 0, expected.length, name);
    assert.ok(printed.includes("BPF programs can run here") === (failures === 0), name);
  }
});

test("without rights nothing is loaded", async () => {
  const probe = (): never => assert.fail("the kernel was asked");
  const findings = await diagnose(pretend({ files: noRights, probe }));
  assert.equal(findings.at(-1)?.text, "not tried: rights are missing, see above");
});

test("colour goes on the level only, and control characters of a foreign text never reach the terminal", () => {
  const findings = [{ level: "failure", subject: "koffi", text: "a\u001b[2Jb", cure: "c" }] as const;
  assert.equal(
    formatFindings(findings, true),
    "\u001b[31;1mfailure\u001b[0m  koffi  a\\x1b[2Jb\n                cure: c\n\n1 failure, 0 warnings\n",
  );
});

test("this very machine is examined without a crash", async () => {
  const findings = await diagnose(machine);
  assert.ok(findings.length >= 3);
  assert.equal(findings.find((finding) => finding.subject === "node")?.text, process.versions.node);
});

test("what a kernel has for programs to be attached to", async () => {
  const attachPoints: Files = {
    "/sys/bus/event_source/devices/kprobe/type": "8\n",
    "/sys/kernel/debug/tracing/available_events": "sched:sched_switch\n",
    "/sys/kernel/security/lsm": "capability,bpf\n",
  };
  const lsm = { ...attachPoints, "/sys/kernel/security/lsm": "capability,yama\n" };
  const expected: readonly (readonly [Files, RegExp])[] = [
    [attachPoints, /^kprobes, tracepoints and security hooks$/],
    [lsm, /^no security hooks \("bpf" is not in lsm=/],
    [{}, /^no kprobes \(CONFIG_KPROBE_EVENTS\); no tracepoints with a group \(tracefs/],
  ];
  for (const [files, text] of expected) {
    const findings = await diagnose(pretend({ files }));
    const finding = findings.find(({ subject }) => subject === "attaching");
    assert.equal(finding?.level, "ok");
    assert.match(finding.text, text);
  }
});
