// The tables against the running kernel: the verifier says for every helper and program kind whether the call is
// allowed, and the map system call whether sizes are. It needs the right to load programs.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Kernel, KernelBytes } from "../sys/kernel.js";
import { openKernel, unsupportedPlatform } from "../sys/linux.js";
import { ByteReader, decodeText } from "../util/bytes.js";
import { call, exit, load, mov64Imm, mov64Reg } from "./builders.js";
import type { HelperSpec } from "./helper-spec.js";
import { helpers, mayCall } from "./helpers.js";
import { encodeInsns, type Insn } from "./isa.js";
import { gplCompatibleLicenses } from "./license.js";
import { fitsSizeRule, mapKinds, type MapKindSpec, type SizeRule } from "./map-kinds.js";
import { programKindByName, programKinds, type ProgramKindSpec } from "./program-kinds.js";

const EPERM = 1;
const EINVAL = 22;

/** Kinds that an empty program of ours cannot be loaded as, and why; nothing can be asked about them. */
const unloadable: Readonly<Record<string, string>> = {
  freplace: "needs a loaded program to replace",
  "struct_ops.s": "needs a sleepable member of a kernel structure",
  struct_ops: "needs a member of a kernel structure",
  lirc_mode2: "needs CONFIG_BPF_LIRC_MODE2",
  lsm: "needs CONFIG_BPF_LSM and a hook",
  "lsm.s": "needs CONFIG_BPF_LSM and a hook",
  lsm_cgroup: "needs CONFIG_BPF_LSM and a hook",
  fentry: "needs a traceable function",
  "fentry.s": "needs a traceable function",
  fexit: "needs a traceable function",
  "fexit.s": "needs a traceable function",
  fmod_ret: "needs a traceable function",
  "fmod_ret.s": "needs a traceable function",
};

/** Helpers that a kernel may lack though its version has them, and why. */
const optionalHelpers: Readonly<Record<string, string>> = {
  bpf_probe_write_user: "refused where the kernel is locked down, and left out of some builds",
  bpf_override_return: "needs CONFIG_BPF_KPROBE_OVERRIDE",
};

const btfTargets: Readonly<Record<string, string>> = {
  tp_btf: "btf_trace_sched_process_exec",
  iter: "bpf_iter_task",
  "iter.s": "bpf_iter_task",
};

/** The kernel, or undefined after a loud skip; where CI is set a missing right is a failure. */
async function kernelFor(t: TestContext): Promise<Kernel | undefined> {
  const lack = unsupportedPlatform();
  const kernel = lack === undefined ? openKernel() : undefined;
  const status = kernel === undefined ? 0 : probe(kernel, emptyKind, [mov64Imm(0, 0), exit()], 0, "GPL").status;
  if (kernel !== undefined && status !== -EPERM) return kernel;
  const reason = lack ?? "loading programs needs root (CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN)";
  assert.ok(!process.env["CI"], reason);
  t.skip(`SKIPPED, NOT CHECKED: ${reason}`);
  return undefined;
}

const emptyKind: Pick<ProgramKindSpec, "progType" | "expectedAttachType" | "progFlags"> = {
  progType: 1,
  expectedAttachType: 0,
  progFlags: 0,
};
const log: KernelBytes = new Uint8Array(new ArrayBuffer(1 << 16));

interface Verdict {
  readonly status: number;
  readonly log: string;
}

function probe(
  kernel: Kernel,
  kind: Pick<ProgramKindSpec, "progType" | "expectedAttachType" | "progFlags">,
  insns: readonly Insn[],
  attachBtfId: number,
  license: string,
): Verdict {
  log[0] = 0;
  const { progType: type, expectedAttachType, progFlags: flags } = kind;
  const status = kernel.progLoad({
    type,
    expectedAttachType,
    flags,
    attachBtfId,
    insns: encodeInsns(insns),
    license,
    name: "probe",
    debug: undefined,
    log,
    logLevel: 1,
  });
  if (status >= 0) kernel.close(status);
  return { status, log: decodeText(log.subarray(0, log.indexOf(0))) };
}

/** What the verifier says when this kind of program cannot have the helper, whatever its arguments. */
const denial = new RegExp(
  "cannot use helper|unknown func|invalid func|might sleep|call is not allowed in probe|" +
    "not supported for program type|supported only for",
);

function allows(verdict: Verdict): boolean {
  return !denial.test(verdict.log);
}

function helperCall(helper: HelperSpec): readonly Insn[] {
  return [call(helper.id), mov64Imm(0, 0), exit()];
}

/** 618 for "6.18.44". */
function versionNumber(release: string): number {
  const match = /^(\d+)\.(\d+)/.exec(release);
  assert.ok(match, release);
  return Number(match[1]) * 100 + Number(match[2]);
}

interface LoadableKind {
  readonly kind: ProgramKindSpec;
  readonly attachBtfId: number;
}

/** Every kind that can be asked about; for any other there must be a reason. */
function loadableKinds(kernel: Kernel, version: number): LoadableKind[] {
  const typeIds = kernelTypeIds(kernel, new Set(Object.values(btfTargets)));
  const kinds: LoadableKind[] = [];
  for (const kind of programKinds) {
    if (versionNumber(kind.minKernel) > version) continue;
    const attachBtfId = typeIds.get(btfTargets[kind.name] ?? "") ?? 0;
    const loads = [0, 1].some(
      (result) => probe(kernel, kind, [mov64Imm(0, result), exit()], attachBtfId, "GPL").status >= 0,
    );
    if (loads) kinds.push({ kind, attachBtfId });
    else assert.ok(unloadable[kind.name] !== undefined, `an empty ${kind.name} program does not load`);
  }
  return kinds;
}

test("the verifier allows a helper exactly where the table does", async (t) => {
  const kernel = await kernelFor(t);
  if (kernel === undefined) return;
  const version = versionNumber(kernel.release());
  const kinds = loadableKinds(kernel, version);
  assert.ok(kinds.length > 30, `${kinds.length} kinds load`);
  const wrong: string[] = [];
  for (const { kind, attachBtfId } of kinds) {
    for (const helper of helpers) {
      const verdict = probe(kernel, kind, helperCall(helper), attachBtfId, "GPL");
      const inKernel = allows(verdict);
      const inTable = mayCall(helper, kind.name) && versionNumber(helper.since) <= version;
      if (inKernel === inTable) continue;
      // The table is that of Linux 6.18; an older kernel lets fewer kinds call some helpers.
      const excused = !inKernel && (version < 618 || optionalHelpers[helper.name] !== undefined);
      if (!excused) wrong.push(`${kind.name}, ${helper.name}: kernel ${inKernel}, table ${inTable}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("names and licences are those the verifier knows", async (t) => {
  const kernel = await kernelFor(t);
  if (kernel === undefined) return;
  const version = versionNumber(kernel.release());
  const kinds = loadableKinds(kernel, version);
  let licences = 0;
  for (const helper of helpers) {
    if (versionNumber(helper.since) > version) continue;
    // Reading r9, which nothing set, makes sure that the load fails and leaves a log with the helper's name.
    const { log } = probe(kernel, emptyKind, [call(helper.id), mov64Reg(0, 9), exit()], 0, "GPL");
    const named: RegExpExecArray | null = /\bbpf_\w+(?=#)/.exec(log);
    assert.equal(named?.[0], helper.name, `helper ${helper.id}`);
    for (const { kind, attachBtfId } of kinds) {
      if (!allows(probe(kernel, kind, helperCall(helper), attachBtfId, "GPL"))) continue;
      const verdict = probe(kernel, kind, helperCall(helper), attachBtfId, "Proprietary");
      assert.equal(/GPL-restricted/.test(verdict.log), helper.gplOnly, `${helper.name}: gplOnly`);
      licences++;
      break;
    }
  }
  assert.ok(licences > 150, `${licences} licences`);
});

test("the kernel takes exactly these texts for licences compatible with the GPL", async (t) => {
  const kernel = await kernelFor(t);
  if (kernel === undefined) return;
  const others = ["", "gpl", "GPL ", "GPL-2.0", "MIT", "GPL v3", "Proprietary"];
  for (const license of [...gplCompatibleLicenses, ...others]) {
    const gplOnly = helpers.find(({ name }) => name === "bpf_get_current_task");
    assert.ok(gplOnly?.gplOnly);
    const { status } = probe(kernel, emptyKind, helperCall(gplOnly), 0, license);
    assert.equal(status >= 0, gplCompatibleLicenses.includes(license), license);
  }
});

test("objects that the verifier knows are only for programs under the GPL, since 6.2", async (t) => {
  const kernel = await kernelFor(t);
  if (kernel === undefined) return;
  const kind = programKindByName("tp_btf");
  const attachBtfId = kernelTypeIds(kernel, new Set(["btf_trace_sched_process_exec"])).get(
    "btf_trace_sched_process_exec",
  );
  if (!kind || attachBtfId === undefined) return t.skip("the kernel has no BTF");
  const reads = [load("DW", 1, 1, 0), load("DW", 0, 1, 0), mov64Imm(0, 0), exit()];
  assert.ok(probe(kernel, kind, reads, attachBtfId, "GPL").status >= 0);
  const { status } = probe(kernel, kind, reads, attachBtfId, "MIT");
  assert.equal(status < 0, versionNumber(kernel.release()) >= 602);
});

/** Map types that cannot be created from sizes alone, and why. */
const uncreatable: Readonly<Record<string, string>> = {
  array_of_maps: "needs an inner map",
  hash_of_maps: "needs an inner map",
  struct_ops: "needs a kernel structure",
  sk_storage: "needs BTF",
  inode_storage: "needs BTF",
  task_storage: "needs BTF",
  cgrp_storage: "needs BTF",
};

const sizesToTry = [0, 1, 2, 4, 5, 6, 8, 12, 16, 24, 260, 261, 264, 300];

test("the kernel takes exactly the map sizes that the table takes", async (t) => {
  const kernel = await kernelFor(t);
  if (kernel === undefined) return;
  const version = versionNumber(kernel.release());
  const wrong: string[] = [];
  for (const kind of mapKinds) {
    if (versionNumber(kind.minKernel) > version || uncreatable[kind.name] !== undefined) continue;
    const key = fittingSize(kind.keySize);
    const value = fittingSize(kind.valueSize);
    for (const size of sizesToTry) {
      const pairs = [
        { key: size, value, fits: fitsSizeRule(kind.keySize, size) },
        { key, value: size, fits: fitsSizeRule(kind.valueSize, size) },
      ];
      for (const pair of pairs) {
        const status = createMap(kernel, kind, pair.key, pair.value);
        if (status >= 0 === pair.fits) continue;
        wrong.push(`${kind.name}, key ${pair.key}, value ${pair.value}: kernel ${status}, table ${pair.fits}`);
      }
    }
    assert.equal(createMap(kernel, { ...kind, type: 200 }, key, value), -EINVAL, "an unknown type is refused");
  }
  assert.deepEqual(wrong, []);
});

function fittingSize(rule: SizeRule): number {
  return sizesToTry.findLast((size) => size <= 16 && fitsSizeRule(rule, size)) ?? 0;
}

function createMap(kernel: Kernel, kind: MapKindSpec, keySize: number, valueSize: number): number {
  const rule = kind.maxEntries;
  const maxEntries = rule === "page_power_of_two" ? 65536 : rule === "positive" ? 1 : rule;
  const status = kernel.mapCreate({
    type: kind.type,
    keySize,
    valueSize,
    maxEntries,
    flags: kind.requiredFlags,
    name: "probe",
    btfFd: 0,
    keyTypeId: 0,
    valueTypeId: 0,
  });
  if (status >= 0) kernel.close(status);
  return status;
}

/** The ids of named types in the kernel's BTF (Documentation/bpf/btf.rst). */
function kernelTypeIds(kernel: Kernel, names: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  const bytes = kernel.readFile("/sys/kernel/btf/vmlinux");
  if (bytes === undefined) return found;
  const reader = new ByteReader(bytes, "vmlinux BTF");
  const types = reader.u32(4) + reader.u32(8);
  const strings = reader.u32(4) + reader.u32(16);
  // Bytes after the common header, by kind; struct, enum and the like count their members.
  const fixed = [0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0];
  const perMember = [0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12];
  const end = types + reader.u32(12);
  for (let at = types, id = 1; at < end; id++) {
    const info = reader.u32(at + 4);
    const kind = (info >>> 24) & 31;
    const name = reader.cString(strings + reader.u32(at));
    // A typedef (8) or a function (12).
    if ((kind === 8 || kind === 12) && names.has(name)) found.set(name, id);
    at += 12 + (fixed[kind] ?? 0) + (perMember[kind] ?? 0) * (info & 0xffff);
  }
  return found;
}
