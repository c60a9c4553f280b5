import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { programKindByName, type ProgramKindSpec } from "../bpf/program-kinds.js";
import { decodeBtf } from "../btf/decode.js";
import { BtfBuilder } from "../btf/encode.js";
import type { Btf, BtfMember } from "../btf/types.js";
import { createMemory, locate, type Memory, REGION_HI, regionBytes } from "../vm/memory.js";
import { buildContext, type ContextHost, valueSize } from "./contexts.js";
import { type KernelObjects, placeNamedStruct, placeStruct } from "./kernel-objects.js";
import { ownTypes, withoutNames } from "./target-types.js";
import type { KernelObjectInit } from "./types.js";

const member = (name: string, type: number, offsetBits: number, bitfieldSizeBits = 0): BtfMember => ({
  name,
  type,
  offsetBits,
  bitfieldSizeBits,
});

function sampleTypes(): Btf {
  const btf = new BtfBuilder();
  const int = (name: string, size: number): number =>
    btf.add({ kind: "int", name, size, bits: 8 * size, offsetBits: 0, encoding: "unsigned" });
  const [u8, u32, u64] = [int("u8", 1), int("u32", 4), int("u64", 8)];
  const text = btf.add({ kind: "array", element: u8, index: u32, length: 8 });
  const pointer = btf.add({ kind: "ptr", type: u8 });
  const values = ["IDLE", "BUSY"].map((name, at) => ({ name, value: BigInt(at) }));
  const state = btf.add({ kind: "enum", name: "state", size: 4, signed: false, values });
  const union = btf.add({ kind: "union", name: "", size: 8, members: [member("wide", u64, 0), member("low", u32, 0)] });
  const inner = btf.add({
    kind: "struct",
    name: "inner",
    size: 8,
    members: [member("a", u32, 0), member("b", u32, 32)],
  });
  const pair = btf.add({ kind: "array", element: inner, index: u32, length: 2 });
  const device = btf.reserve();
  const self = btf.add({ kind: "ptr", type: device });
  btf.define(device, {
    kind: "struct",
    name: "device",
    size: 80,
    members: [
      member("name", text, 0),
      member("flag", u32, 64, 1),
      member("kind", u32, 65, 5),
      member("state", state, 96),
      member("", union, 128),
      member("pair", pair, 192),
      member("label", pointer, 320),
      member("next_device", self, 384),
      member("bytes", text, 448),
    ],
  });
  btf.add({ kind: "struct", name: "device___old", size: 8, members: [member("name", text, 0)] });
  const extra = [member("state", state, 0), member("extra", u64, 64)];
  btf.add({ kind: "struct", name: "device___new", size: 16, members: extra });
  const fields = [member("common", u64, 0), member("prev_pid", u32, 64), member("__data_loc_filename", u32, 96)];
  btf.add({ kind: "struct", name: "trace_event_raw_some", size: 16, members: fields });
  return decodeBtf(btf.finish(), "sample");
}

function objects(btf = sampleTypes(), lenient = false): KernelObjects & { readonly memory: Memory } {
  return { memory: createMemory(), btf, lenient, known: new Map() };
}

function bytesAt(memory: Memory, address: bigint): Uint8Array {
  return regionBytes(memory, (Number(BigInt.asIntN(32, address >> 32n)) - REGION_HI) | 0);
}

describe("kernel objects from plain data", () => {
  it("are laid out as the types say", () => {
    const all = objects();
    const init: KernelObjectInit = {
      name: "eth0",
      flag: true,
      kind: 0x15,
      state: "BUSY",
      low: 0x01020304,
      pair: [{ a: 1 }, { b: 2 }],
      label: "x",
      bytes: Uint8Array.of(9, 8),
    };
    const bytes = bytesAt(all.memory, placeStruct(all, "device", init));
    const view = Buffer.from(bytes);
    assert.equal(view.toString("latin1", 0, 5), "eth0\0");
    assert.equal(bytes[8], 1 | (0x15 << 1));
    assert.equal(view.readUInt32LE(12), 1);
    assert.equal(view.readBigUInt64LE(16), 0x01020304n);
    assert.deepEqual(
      [24, 28, 32, 36].map((at) => view.readUInt32LE(at)),
      [1, 0, 0, 2],
    );
    const label = view.readBigUInt64LE(40);
    assert.deepEqual([...bytesAt(all.memory, label)], [120, 0]);
    assert.equal(locate(all.memory, Number(label & 0xffffffffn) | 0, Number(BigInt.asIntN(32, label >> 32n)), 3), -1);
    assert.deepEqual([...bytes.subarray(56, 59)], [9, 8, 0]);
  });
  it("may lead back to themselves, by names in either spelling", () => {
    const all = objects();
    const init: { nextDevice?: KernelObjectInit } = {};
    init.nextDevice = init as KernelObjectInit;
    const address = placeStruct(all, "device", init as KernelObjectInit);
    assert.equal(Buffer.from(bytesAt(all.memory, address)).readBigUInt64LE(48), address);
    assert.equal(placeStruct(all, "device", init as KernelObjectInit), address);
  });
  it("refuse what does not fit", () => {
    const place = (init: KernelObjectInit) => () => placeStruct(objects(), "device", init);
    assert.throws(place({ nam: "x" }), /device has no field "nam" \(did you mean "name"\?\)/);
    assert.throws(place({ name: "longer than eight" }), /device\.name: expected at most 8 elements/);
    assert.throws(place({ state: "GONE" }), /device\.state: expected a whole number, got "GONE"/);
    assert.throws(place({ kind: 1.5 }), /device\.kind: expected a whole number, got 1\.5/);
    assert.throws(place({ pair: [1] }), /device\.pair\[0\]: expected an object, got 1/);
    assert.throws(() => placeStruct(objects(), "devise", {}), /no struct "devise"/);
  });
  it("may have fields that no program reads, but none that look like a slip", () => {
    const place = (struct: string, init: KernelObjectInit) => () =>
      placeStruct(objects(sampleTypes(), true), struct, init);
    assert.doesNotThrow(place("devise", { naem: "x" }));
    assert.doesNotThrow(place("device", { irq: 1 }));
    assert.throws(place("device", { naem: "x" }), /device: no program reads a field "naem" \(did you mean "name"\?/);
    assert.throws(place("device", { nextDevise: {} }), /no program reads a field "nextDevise" .*"next_device"/);
    assert.doesNotThrow(place("device", { naem: "x", name: "y" }), "the one that it looks like is given too");
    assert.throws(place("task_struct", { pidd: 1 }), /task_struct: no program reads a field "pidd" .*"pid"/);
    assert.doesNotThrow(place("task_struct", { pid: 1, tgid: 1, comm: "x" }));
  });
  it("are of a struct that there is, where a test names it", () => {
    const place = (struct: string) => () => placeNamedStruct(objects(sampleTypes(), true), struct, {});
    assert.doesNotThrow(place("device"));
    assert.throws(place("devise"), /the programs name no struct "devise" \(did you mean "device"\?\).*the option btf/);
    assert.throws(place("nope"), /no struct "nope" \(there are inner, device, trace_event_raw_some;/);
  });
});

describe("the types that a module names", () => {
  it("have the members of all flavours", () => {
    const btf = ownTypes(sampleTypes());
    const [id, ...others] = btf.idsByEssentialName("device");
    assert.deepEqual(others, []);
    const type = btf.type(id ?? 0);
    assert.ok(type.kind === "struct");
    assert.equal(type.members.at(-1)?.name, "extra");
    assert.equal(type.members.filter(({ name }) => name === "state").length, 1);
    assert.ok((type.members.at(-1)?.offsetBits ?? 0) + 64 <= 8 * type.size);
  });
  it("lack what the test says", () => {
    const btf = withoutNames(sampleTypes(), ["inner", "device.state", "state.IDLE"]);
    assert.deepEqual(btf.idsByEssentialName("inner"), []);
    const find = (name: string) => btf.type(btf.idsByEssentialName(name)[0] ?? 0);
    const [device, state] = [find("device"), find("state")];
    assert.ok(device.kind === "struct" && state.kind === "enum");
    assert.equal(
      device.members.some(({ name }) => name === "state"),
      false,
    );
    assert.deepEqual(
      state.values.map(({ name }) => name),
      ["BUSY"],
    );
  });
});

describe("contexts", () => {
  const kind = (name: string): ProgramKindSpec => programKindByName(name) ?? assert.fail(name);
  const hostOf = (name: string, target: string): ContextHost => {
    return { objects: objects(), program: "some", kind: kind(name), target, readTypes: [], valueBytes: undefined };
  };

  it("of tracepoints have their text behind the record", () => {
    const host = hostOf("tracepoint", "group/some");
    const { bytes } = buildContext(host, { prev_pid: 7, __data_loc_filename: "/bin/ls" });
    const view = Buffer.from(bytes);
    assert.deepEqual([view.readUInt32LE(8), view.readUInt32LE(12)], [7, 16 | (8 << 16)]);
    assert.equal(view.toString("latin1", 16), "/bin/ls\0");
    const other = { ...host, target: "group/another", readTypes: ["trace_event_raw_some"] };
    assert.equal(buildContext(other, { prev_pid: 1 }).bytes[8], 1);
    assert.throws(
      () => buildContext({ ...other, objects: objects(sampleTypes(), true) }, { prevPidd: 1 }),
      /"prev_pid"/,
    );
    assert.throws(() => buildContext({ ...other, readTypes: [] }, {}), /no struct "trace_event_raw_another"/);
  });
  it("of functions end with their result", () => {
    const host = hostOf("fexit", "f");
    const words = (input: object): bigint[] => [...new BigUint64Array(buildContext(host, input).bytes.slice().buffer)];
    assert.deepEqual(words({ args: [1, 2n, true], result: -1 }), [1n, 2n, 1n, 2n ** 64n - 1n]);
    assert.throws(() => words({ args: [{}] }), /no type says what argument 0 points to/);
    assert.throws(() => words({ args: [1, 1.5] }), /argument 1 is 1\.5: expected a whole number/);
    assert.throws(() => words({ args: ["abc"] }), /argument 0 is "abc": expected a whole number/);
    assert.throws(() => words({ arg: [1] }), /its context has no "arg" \(did you mean "args"\?\)/);
  });
  it("of syscall programs are bytes, and zeros where the object says how many", () => {
    const host = hostOf("syscall", "");
    assert.deepEqual(buildContext({ ...host, valueBytes: 24 }, undefined).bytes, new Uint8Array(24));
    assert.throws(() => buildContext(host, undefined), /does not say how large its value is .*new Uint8Array\(SIZE\)/);
    assert.throws(() => buildContext({ ...host, valueBytes: 8 }, { a: 1 }), /its value is bytes .*Uint8Array\(8\)/);
  });
  it("of syscall programs are as large as what their parameter points to", () => {
    const btf = new BtfBuilder();
    const u64 = btf.add({ kind: "int", name: "u64", size: 8, bits: 64, offsetBits: 0, encoding: "unsigned" });
    const sum = btf.add({ kind: "struct", name: "sum", size: 16, members: [member("a", u64, 0)] });
    const func = (parameter: number): number => {
      const params = [{ name: "ctx", type: btf.add({ kind: "ptr", type: parameter }) }];
      const type = btf.add({ kind: "func_proto", returns: u64, params });
      return btf.add({ kind: "func", name: "add", type, linkage: "global" });
    };
    const [typed, untyped] = [func(sum), func(0)];
    const types = decodeBtf(btf.finish(), "sample");
    assert.deepEqual(
      [typed, untyped, undefined].map((funcTypeId) => valueSize(types, funcTypeId)),
      [16, undefined, undefined],
    );
  });
});
