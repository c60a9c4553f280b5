// CO-RE programs that check themselves, in the virtual machine: on made-up kernels whose types differ in every way that
// CO-RE bridges, and on the running kernel's types.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { BtfBuilder } from "../btf/encode.js";
import type { BtfMember, BtfTypeId } from "../btf/types.js";
import { casesFolder, objectOf } from "../compiler/run.test.support.js";
import { emulate } from "./emulate.js";
import type { KernelObjectInit } from "./types.js";

interface Target {
  readonly what: string;
  /** Offsets in bits, of bit-fields too. */
  readonly offsets: Readonly<Record<string, number>>;
  readonly sizeBytes: number;
  readonly busy: number;
  readonly high: bigint;
  readonly hasExtra: boolean;
}

const targets: readonly Target[] = [
  {
    what: "as it was",
    offsets: {
      id: 0,
      delta: 32,
      kind: 64,
      bias: 69,
      flag: 73,
      state: 96,
      inside: 128,
      pairs: 192,
      name: 448,
      next: 512,
    },
    sizeBytes: 72,
    busy: 4,
    high: 2n,
    hasExtra: false,
  },
  {
    what: "all moved, with fields between and other values",
    offsets: {
      next: 64,
      name: 192,
      pairs: 320,
      inside: 640,
      state: 736,
      flag: 799,
      bias: 785,
      kind: 768,
      delta: 832,
      id: 896,
    },
    sizeBytes: 136,
    busy: 0x7fffffff,
    high: 0xfedc_ba98_7654_3210n,
    hasExtra: true,
  },
];

function kernelTypes(target: Target): Uint8Array {
  const btf = new BtfBuilder();
  const int = (name: string, size: number, encoding: "signed" | "unsigned" | "char" | "bool"): BtfTypeId =>
    btf.add({ kind: "int", name, size, bits: 8 * size, offsetBits: 0, encoding });
  const [u8, u32, s32] = [int("char", 1, "char"), int("unsigned int", 4, "unsigned"), int("int", 4, "signed")];
  const u64 = int("unsigned long", 8, "unsigned");
  const bool = int("_Bool", 1, "bool");
  const array = (element: BtfTypeId, length: number): BtfTypeId =>
    btf.add({ kind: "array", element, index: u32, length });
  const member = (name: string, type: BtfTypeId, offsetBits: number, bitfieldSizeBits = 0): BtfMember => {
    return { name, type, offsetBits, bitfieldSizeBits };
  };
  const states = Object.entries({ IDLE: 0n, BUSY: BigInt(target.busy) }).map(([name, value]) => ({ name, value }));
  const state = btf.add({ kind: "enum", name: "device_state", size: 4, signed: false, values: states });
  const masks = Object.entries({ LOW: 1n, HIGH: target.high }).map(([name, value]) => ({ name, value }));
  btf.add({ kind: "enum64", name: "device_mask", size: 8, signed: false, values: masks });
  const pair = btf.add({ kind: "struct", name: "pair", size: 8, members: [member("a", u32, 0), member("b", u32, 32)] });
  const both = btf.add({ kind: "union", name: "", size: 8, members: [member("wide", u64, 0), member("low", u32, 0)] });
  const inside = btf.add({ kind: "struct", name: "", size: 8, members: [member("", both, 0)] });
  const device = btf.reserve();
  const next = btf.add({ kind: "ptr", type: device });
  const types: Readonly<Record<string, readonly [BtfTypeId, number?]>> = {
    id: [u32],
    delta: [s32],
    kind: [u32, 5],
    bias: [s32, 4],
    flag: [bool, 1],
    state: [state],
    inside: [inside],
    pairs: [array(pair, 4)],
    name: [array(u8, 8)],
    next: [next],
  };
  const members = Object.entries(target.offsets).map(([name, at]) => {
    const [type = u32, bits] = types[name] ?? [];
    return member(name === "inside" ? "" : name, type, at, bits);
  });
  if (target.hasExtra) members.unshift(member("extra", u64, 0));
  btf.define(device, { kind: "struct", name: "device", size: target.sizeBytes, members });
  btf.add({ kind: "struct", name: "task_struct", size: 8, members: [member("pid", s32, 0)] });
  const data = btf.add({ kind: "ptr", type: 0 });
  const params = [data, next, u32, u32, u32, u64, u32].map((type) => ({ name: "", type }));
  const proto = btf.add({ kind: "func_proto", returns: 0, params });
  btf.add({ kind: "typedef", name: "btf_trace_sched_switch", type: btf.add({ kind: "ptr", type: proto }) });
  return btf.finish();
}

function deviceObject(hasExtra: boolean): KernelObjectInit {
  const self: Record<string, unknown> = {
    id: 7,
    delta: -3,
    kind: 21,
    bias: -5,
    flag: true,
    state: "BUSY",
    wide: 0x123456789abcdefn,
    name: "abc",
    pairs: [{ a: 1 }, { a: 2 }, { a: 3, b: 9 }, { a: 4 }],
    ...(hasExtra && { extra: 77n }),
  };
  self["next"] = { id: 8, next: self };
  return self as KernelObjectInit;
}

for (const target of targets) {
  for (const cpu of ["v1", "v3", "v4"] as const) {
    for (const passes of ["none", "all"] as const) {
      test(`a device, ${target.what}: ${cpu}, passes ${passes}`, async () => {
        const machine = await emulate(objectOf(`${casesFolder}core/device.ts`, passes, cpu), {
          btf: kernelTypes(target),
        });
        const { offsets, sizeBytes, busy, high, hasExtra } = target;
        const object = { ...deviceObject(hasExtra), state: busy };
        const args = [object, (offsets["id"] ?? 0) / 8, sizeBytes, busy, high, hasExtra ? 1 : 0];
        for (const name of ["reads", "questions"]) {
          assert.equal(machine.programs[name]?.run({ args }).returnValue, 0, name);
        }
      });
    }
  }
}

test("the kernel's own types", async (t) => {
  const btf = "/sys/kernel/btf/vmlinux";
  if (!existsSync(btf)) return t.skip("SKIPPED, NOT CHECKED: this kernel does not show its types");
  for (const passes of ["none", "all"] as const) {
    const task = { pid: 7, tgid: 7, comm: "cat" };
    const machine = await emulate(objectOf(`${casesFolder}lang/core-kinds.ts`, passes, "v3"), { btf, task });
    for (const name of ["fields", "types", "enums"]) {
      assert.equal(machine.programs[name]?.run({}).returnValue, 0, `${name}, passes ${passes}`);
    }
  }
});
