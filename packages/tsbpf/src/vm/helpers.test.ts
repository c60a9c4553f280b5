import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as b from "../bpf/builders.js";
import { helpers } from "../bpf/helpers.js";
import { type Insn, PseudoLoad } from "../bpf/isa.js";
import type { MapSpec } from "../object/spec.js";
import { encodeText } from "../util/bytes.js";
import { runRaw, type RawOutcome, type RawProgram } from "./raw.js";

function id(name: string): number {
  return helpers.find((helper) => helper.name === `bpf_${name}`)?.id ?? assert.fail(name);
}
const call = (name: string): Insn => b.call(id(name));
const spec = (name: string, type: number, more: Partial<MapSpec> = {}): MapSpec => ({
  name,
  type,
  keySize: 4,
  valueSize: 8,
  maxEntries: 8,
  flags: 0,
  keyTypeId: undefined,
  valueTypeId: undefined,
  eventTypeId: undefined,
  ...more,
});
const map = (register: number, index: number): Insn[] => b.ldImm64(register, BigInt(index), PseudoLoad.MAP_FD);
const data = (register: number, index: number, offset = 0): Insn[] =>
  b.ldImm64(register, BigInt(index) | (BigInt(offset) << 32n), PseudoLoad.MAP_VALUE);
/** register = the stack at fp + offset. */
const stack = (register: number, offset: number): Insn[] => [
  b.mov64Reg(register, 10),
  b.alu64Imm("ADD", register, offset),
];

/** Both engines, which must agree. */
function run(program: Omit<RawProgram, "context" | "engine"> & { readonly context?: Uint8Array }): RawOutcome {
  const context = program.context ?? new Uint8Array(64);
  const [first, second] = (["translated", "reference"] as const).map((engine) =>
    runRaw({ ...program, context, engine }),
  );
  assert.deepEqual(first, second);
  return first ?? assert.fail();
}

const errno = (value: number): bigint => BigInt.asUintN(64, BigInt(value));

describe("helpers of the virtual machine", () => {
  it("tell what the test has set", () => {
    const world = { pid: 7, tgid: 5, uid: 1000, gid: 100, cpu: 1, clockNs: 12345678901n, random: 1, task: 99n };
    const ask = (name: string): bigint => run({ insns: [call(name), b.exit()], world, cpuCount: 2 }).r0;
    assert.equal(ask("get_current_pid_tgid"), (5n << 32n) | 7n);
    assert.equal(ask("get_current_uid_gid"), (100n << 32n) | 1000n);
    assert.equal(ask("get_smp_processor_id"), 1n);
    assert.equal(ask("ktime_get_ns"), 12345678901n);
    assert.equal(ask("get_current_task"), 99n);
    assert.equal(ask("get_prandom_u32"), ask("get_prandom_u32"));
  });
  it("read user memory, its text, and give zeros where there is none", () => {
    const user = [{ address: 0x7000n, bytes: new Uint8Array([104, 105, 0, 1]) }];
    const read = (name: string, from: number, size: number): RawOutcome =>
      run({
        insns: [
          b.storeImm("DW", 10, -8, -1),
          ...stack(1, -8),
          b.mov64Imm(2, size),
          b.mov64Imm(3, from),
          b.mov64Reg(6, 1),
          call(name),
          b.load("DW", 1, 10, -8),
          ...data(2, 0),
          b.store("DW", 2, 1, 0),
          b.exit(),
        ],
        data: [{ name: ".data", bytes: new Uint8Array(8), readOnly: false }],
        world: { user },
      });
    assert.deepEqual(
      [read("probe_read_user", 0x7000, 4).r0, read("probe_read_user", 0x7000, 4).data],
      [0n, ["68690001ffffffff"]],
    );
    assert.deepEqual(
      [read("probe_read_user", 0x7001, 4).r0, read("probe_read_user", 0x7001, 4).data],
      [errno(-14), ["00000000ffffffff"]],
    );
    assert.deepEqual(
      [read("probe_read_user_str", 0x7000, 8).r0, read("probe_read_user_str", 0x7000, 8).data],
      [3n, ["686900ffffffffff"]],
    );
    assert.deepEqual(
      [read("probe_read_user_str", 0x7000, 2).r0, read("probe_read_user_str", 0x7000, 2).data],
      [2n, ["6800ffffffffffff"]],
    );
    assert.equal(read("probe_read_kernel", 0x7000, 4).r0, errno(-14));
  });
  it("print", () => {
    const text = (format: string, ...values: bigint[]): readonly string[] => {
      const bytes = encodeText(`${format}\0`);
      const args = values.flatMap((value, at) => b.ldImm64(3 + at, value));
      const insns = [...data(1, 0), b.mov64Imm(2, bytes.length), ...args, call("trace_printk"), b.exit()];
      return run({ insns, data: [{ name: ".rodata", bytes, readOnly: true }] }).printed;
    };
    assert.deepEqual(text("exec %d %u %llx%%", -3n, -3n, 255n), ["exec -3 4294967293 ff%"]);
    assert.deepEqual(text("[%5d] [%-5d] [%05d]", 42n, 42n, -42n), ["[   42] [42   ] [-0042]"]);
    assert.deepEqual(text("%s", 0n), [""]);
    assert.deepEqual(text("%f", 0n), []);
  });
  it("send events", () => {
    const events = spec("events", 4, { valueSize: 4, maxEntries: 0 });
    const send = (flags: bigint): RawOutcome =>
      run({
        insns: [
          b.storeImm("DW", 10, -8, 7),
          ...map(2, 0),
          ...b.ldImm64(3, flags),
          ...stack(4, -8),
          b.mov64Imm(5, 8),
          call("perf_event_output"),
          b.exit(),
        ],
        maps: [events],
        packet: Uint8Array.of(1, 2, 3),
      });
    assert.deepEqual([send(0xffffffffn).r0, send(0xffffffffn).records], [0n, [["0700000000000000"]]]);
    assert.deepEqual(send(0n).records, [["0700000000000000"]]);
    assert.deepEqual(send(0x2ffffffffn).records, [["07000000000000000102"]]);
    assert.equal(send(0x9ffffffffn).r0, errno(-14));
    assert.equal(send(5n).r0, errno(-7));
  });
  it("fill ring buffers until there is no room", () => {
    const ring = spec("ring", 27, { keySize: 0, valueSize: 0, maxEntries: 4096 });
    const insns = [
      b.mov64Imm(6, 0),
      ...map(1, 0),
      b.mov64Imm(2, 1000),
      b.mov64Imm(3, 0),
      call("ringbuf_reserve"),
      b.jumpImm("JEQ", 0, 0, 7),
      b.store("DW", 0, 6, 0),
      b.mov64Reg(1, 0),
      b.mov64Imm(2, 0),
      b.jumpImm("JSET", 6, 1, 1),
      call("ringbuf_submit"),
      // Record 1 would be left open: it is discarded.
      b.alu64Imm("ADD", 6, 1),
      b.ja(-13),
      b.mov64Reg(0, 6),
      b.exit(),
    ];
    assert.throws(() => run({ insns, maps: [ring] }), /neither submitted nor discarded/);
    const all = insns.map((insn) => (insn.opcode === b.jumpImm("JSET", 6, 1, 1).opcode ? b.mov64Imm(3, 0) : insn));
    const outcome = run({ insns: all, maps: [ring] });
    assert.equal(outcome.r0, 4n);
    assert.deepEqual(
      outcome.records[0]?.map((record) => record.slice(0, 2)),
      ["00", "01", "02", "03"],
    );
    // What a program does not set is not zero.
    assert.equal(outcome.records[0]?.[0]?.slice(16, 18), "a5");
  });
  it("call functions: loops and entries", () => {
    const insns = [
      b.storeImm("DW", 10, -8, 0),
      b.mov64Imm(1, 10),
      ...b.ldImm64(2, 0n, PseudoLoad.FUNC),
      ...stack(3, -8),
      b.mov64Imm(4, 0),
      call("loop"),
      b.mov64Reg(6, 0),
      b.load("DW", 0, 10, -8),
      b.alu64Imm("LSH", 6, 8),
      b.alu64Reg("OR", 0, 6),
      b.exit(),
      // (index, ctx): adds the index, stops after 6.
      b.load("DW", 3, 2, 0),
      b.alu64Reg("ADD", 3, 1),
      b.store("DW", 2, 3, 0),
      b.mov64Imm(0, 0),
      b.jumpImm("JLT", 1, 6, 1),
      b.mov64Imm(0, 1),
      b.exit(),
    ];
    const at = insns.findIndex((insn) => insn.opcode === 0x18);
    const callback = insns.findIndex((insn, index) => insn.opcode === 0x95 && index > at) + 1;
    const linked = insns.map((insn, index) => (index === at ? { ...insn, imm: callback - at - 1 } : insn));
    assert.equal(run({ insns: linked }).r0, (7n << 8n) | 21n);
    const each = linked.map((insn) => (insn.opcode === 0x85 ? call("for_each_map_elem") : insn));
    // callback(map, key, value, ctx): adds the value.
    const body = [b.load("DW", 3, 3, 0), b.load("DW", 1, 4, 0), b.alu64Reg("ADD", 3, 1), b.store("DW", 4, 3, 0)];
    const walk = [...each.slice(0, callback), ...body, b.mov64Imm(0, 0), b.exit()].flatMap((insn) =>
      insn.opcode === 0xb7 && insn.dst === 1 && insn.imm === 10 ? map(1, 0) : [insn],
    );
    const moved = walk.map((insn, index) =>
      insn.src === PseudoLoad.FUNC && insn.opcode === 0x18 ? { ...insn, imm: walk.length - 6 - index - 1 } : insn,
    );
    const key = (one: number): Uint8Array => Uint8Array.of(one, 0, 0, 0);
    const value = (one: number): Uint8Array => Uint8Array.of(one, 0, 0, 0, 0, 0, 0, 0);
    const outcome = run({
      insns: moved,
      maps: [spec("m", 1)],
      entries: [
        [0, key(1), value(5)],
        [0, key(9), value(6)],
      ],
    });
    assert.equal(outcome.r0, (2n << 8n) | 11n);
  });
  it("are a test's own when it gives one", () => {
    const helpers = { bpfGetCgroupClassid: (ctx: bigint) => (ctx > 0n ? -5 : 0) };
    assert.equal(run({ insns: [call("get_cgroup_classid"), b.exit()], helpers }).r0, errno(-5));
  });
  it("keep stacks, equal ones once", () => {
    const stacks = spec("stacks", 7, { valueSize: 80, maxEntries: 64 });
    const insns = [
      b.mov64Reg(6, 1),
      ...map(2, 0),
      b.mov64Imm(3, 0),
      call("get_stackid"),
      b.mov64Reg(7, 0),
      b.mov64Reg(1, 6),
      ...map(2, 0),
      b.mov64Imm(3, 0),
      call("get_stackid"),
      b.alu64Reg("SUB", 0, 7),
      b.exit(),
    ];
    assert.equal(run({ insns, maps: [stacks], world: { kernelStack: [1n, 2n, 3n] } }).r0, 0n);
    const user = [...map(2, 0), b.mov64Imm(3, 0x100), call("get_stackid"), b.exit()];
    assert.equal(run({ insns: user, maps: [stacks] }).r0, errno(-14));
  });
  it("load packets as classic filters do", () => {
    const packet = Uint8Array.of(1, 2, 3, 4, 5);
    const load = (opcode: number, imm: number): bigint =>
      run({ insns: [b.mov64Reg(6, 1), b.mov64Imm(7, 1), { opcode, dst: 0, src: 7, offset: 0, imm }, b.exit()], packet })
        .r0;
    assert.deepEqual(
      [load(0x20, 0), load(0x28, 1), load(0x30, 4), load(0x40, 0)],
      [0x01020304n, 0x0203n, 5n, 0x02030405n],
    );
    assert.deepEqual([load(0x20, 2), load(0x30, -1)], [0n, 0n]);
  });
});
