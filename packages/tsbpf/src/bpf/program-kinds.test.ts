import assert from "node:assert/strict";
import { test } from "node:test";
import { F_SLEEPABLE, programKindByName, programKindOfSection, programKinds, ProgType } from "./program-kinds.js";

test("section names give kind and target", () => {
  const cases: readonly [section: string, kind: string | undefined, target: string][] = [
    ["raw_tracepoint/sched_process_exec", "raw_tracepoint", "sched_process_exec"],
    ["raw_tp/sched_switch", "raw_tracepoint", "sched_switch"],
    ["raw_tp", "raw_tracepoint", ""],
    ["raw_tracepoint.w/x", "raw_tracepoint.w", "x"],
    ["tp/sched/sched_switch", "tracepoint", "sched/sched_switch"],
    ["tp_btf/sched_switch", "tp_btf", "sched_switch"],
    ["kprobe/do_nanosleep+0x10", "kprobe", "do_nanosleep+0x10"],
    ["kprobe.multi/tcp_*", "kprobe.multi", "tcp_*"],
    ["uprobe//bin/bash:readline", "uprobe", "/bin/bash:readline"],
    ["uprobe.s/x", "uprobe.s", "x"],
    ["xdp", "xdp", ""],
    ["xdp/lan", "xdp", "lan"],
    ["xdp/devmap", "xdp/devmap", ""],
    ["xdp/devmap/eth0", "xdp/devmap", "eth0"],
    ["tc", "tc", ""],
    ["classifier/x", "tc", "x"],
    ["tc/ingress", "tcx/ingress", ""],
    ["tcx/egress", "tcx/egress", ""],
    ["cgroup/connect4", "cgroup/connect4", ""],
    ["cgroup_skb/egress", "cgroup_skb/egress", ""],
    ["sk_skb/stream_verdict", "sk_skb/stream_verdict", ""],
    ["iter.s/task", "iter.s", "task"],
    ["struct_ops/init", "struct_ops", "init"],
    ["cgroup/unknown", undefined, ""],
    ["kprobes/x", undefined, ""],
    [".text", undefined, ""],
    ["/", undefined, ""],
    ["", undefined, ""],
  ];
  for (const [section, kind, target] of cases) {
    const found = programKindOfSection(section);
    assert.equal(found?.kind.name, kind, section);
    if (kind !== undefined) assert.equal(found?.target, target, section);
  }
});

test("names and prefixes are unique, and every program type has a kind", () => {
  const prefixes = programKinds.flatMap((kind) => kind.prefixes);
  assert.equal(new Set(prefixes).size, prefixes.length);
  assert.equal(new Set(programKinds.map((kind) => kind.name)).size, programKinds.length);
  const types = new Set(programKinds.map((kind) => kind.progType));
  for (const [name, type] of Object.entries(ProgType)) assert.ok(types.has(type), name);
  for (const kind of programKinds) assert.equal(programKindByName(kind.name), kind);
});

test("what the rows say of each other holds", () => {
  for (const kind of programKinds) {
    assert.match(kind.minKernel, /^[3-7]\.\d+$/, kind.name);
    assert.equal(kind.name.endsWith(".s") || kind.name === "syscall", (kind.progFlags & F_SLEEPABLE) !== 0, kind.name);
    if (kind.btfTargetPrefix !== undefined) assert.ok(kind.needsAttachTarget, kind.name);
  }
  const ignored = programKinds.filter((kind) => kind.returnValue === "ignored").map((kind) => kind.name);
  assert.deepEqual(ignored, ["raw_tracepoint", "raw_tracepoint.w", "tp_btf"]);
});
