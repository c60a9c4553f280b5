// The context table against the kernel's own types: names, offsets and widths.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeBtf } from "../btf/decode.js";
import { contextOfKind, packetMovingHelpers, registersOf } from "./contexts.js";
import { helpers } from "./helpers.js";

const kinds = ["xdp", "tcx/ingress", "tcx/egress", "socket", "cgroup/connect4", "cgroup/connect6", "perf_event"];

test("every field is where the kernel's BTF has it", (t) => {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync("/sys/kernel/btf/vmlinux");
  } catch (error) {
    assert.ok(!process.env["CI"], String(error));
    return t.skip("SKIPPED, NOT CHECKED: this kernel shows no BTF");
  }
  const btf = decodeBtf(bytes, "vmlinux");
  for (const kind of kinds) {
    const context = contextOfKind(kind, process.arch);
    assert.ok(context, kind);
    const id = btf.idsByEssentialName(context.struct).find((one) => btf.type(one).kind === "struct");
    const struct = id === undefined ? undefined : btf.type(id);
    assert.ok(struct?.kind === "struct", context.struct);
    for (const field of context.fields) {
      const member: { readonly offsetBits: number } | undefined = struct.members.find((one) => one.name === field.name);
      assert.equal(member?.offsetBits, field.offset * 8, `${context.struct}.${field.name}`);
    }
    if (!context.packet) continue;
    const packet = { data: context.packet.dataOffset, data_end: context.packet.dataEndOffset };
    for (const [name, offset] of Object.entries(packet)) {
      assert.equal(
        struct.members.find((one) => one.name === name)?.offsetBits,
        offset * 8,
        `${context.struct}.${name}`,
      );
    }
  }
});

test("registers are where the kernel's pt_regs has them", (t) => {
  if (process.arch !== "x64") return t.skip("SKIPPED, NOT CHECKED: only x86-64's names are known here");
  const btf = decodeBtf(readFileSync("/sys/kernel/btf/vmlinux"), "vmlinux");
  const id = btf.idsByEssentialName("pt_regs").find((one) => btf.type(one).kind === "struct");
  const struct = id === undefined ? undefined : btf.type(id);
  assert.ok(struct?.kind === "struct" && registersOf["x64"]);
  const offsets = ["di", "si", "dx", "cx", "r8", "r9"].map((name) => {
    const member = struct.members.find((one) => one.name === name);
    return member && member.offsetBits / 8;
  });
  assert.deepEqual(offsets, registersOf["x64"].arguments);
  assert.equal(struct.members.find(({ name }) => name === "ax")?.offsetBits, registersOf["x64"].result * 8);
  assert.equal(struct.size, registersOf["x64"].sizeBytes);
});

test("what moves a packet is a helper", () => {
  const names = new Set(helpers.map(({ name }) => name));
  for (const name of packetMovingHelpers) assert.ok(names.has(name), name);
});
