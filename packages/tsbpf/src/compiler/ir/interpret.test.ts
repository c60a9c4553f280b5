import assert from "node:assert/strict";
import { test } from "node:test";
import { addRegion, createMemory, interpret, InterpretError, readMemory, writeMemory } from "./interpret.js";
import type { Machine, Memory } from "./interpret.js";
import type { Func } from "./ir.js";
import { parseModule } from "./parse.js";

function parse(header: string, body: string): Func {
  const [func] = parseModule(`func @f${header} {\nbb0:\n${body}\n}\n`).functions;
  assert.ok(func);
  return func;
}

function machine(memory: Memory = createMemory(), changes: Partial<Machine> = {}): Machine {
  return {
    memory,
    kernelRead: (address, size) => (address === 0n ? undefined : new Uint8Array(size).fill(Number(address & 0xffn))),
    call: (inst) => assert.fail(`call of ${inst.helper}`),
    mapAddress: () => 0x77n,
    ...changes,
  };
}

test("loops, parameters and both widths: the sum of squares below n", () => {
  const func = parse(
    "(%0: i64) -> i64",
    `  %1 = const i64 0
  %2 = const i64 1
  jump bb1(%1, %1)
bb1(%3: i64, %4: i64):
  %5 = ult i64 %3, %0
  br %5, bb2, bb3
bb2:
  %6 = mul i64 %3, %3
  %7 = add i64 %4, %6
  %8 = add i64 %3, %2
  jump bb1(%8, %7)
bb3:
  ret %4`,
  );
  assert.equal(interpret(func, [5n], machine()), 30n);
  assert.throws(() => interpret(func, [1n << 40n], machine(createMemory(), { stepLimit: 1000 })), /ran too long/);
});

test("arguments of an edge are read before any parameter changes", () => {
  const func = parse(
    "(%0: i32, %1: i64, %2: i64) -> i64",
    `  %3 = const i32 0
  jump bb1(%0, %1, %2)
bb1(%4: i32, %5: i64, %6: i64):
  br %4, bb1(%3, %6, %5), bb2
bb2:
  ret %5`,
  );
  assert.equal(interpret(func, [1n, 10n, 20n], machine()), 20n);
});

test("memory: slots, zero, copy, widths and signs", () => {
  const func = parse(
    "(%0: ptr) -> i64",
    `  %1 = slot 16 align 8 "s"
  zero %1+0, 16 align 8
  copy %1+2, %0+1, 4 align 1
  %2 = load i16 i64 %1+2
  %3 = load u64 i64 %1+0
  store u8 %1+15, %2
  %4 = load u8 i32 %1+15
  %5 = zext i64 %4
  %6 = add i64 %2, %3
  %7 = add i64 %6, %5
  ret %7`,
  );
  const memory = createMemory();
  const ctx = addRegion(memory, "ctx", Uint8Array.of(1, 0xfe, 0xff, 3, 4, 5));
  assert.equal(interpret(func, [ctx.base], machine(memory)), -2n + 0x0403_fffe_0000n + 0xfen);
  assert.equal(memory.regions.length, 1, "slots are gone after the call");
});

test("kernel reads: directly, into memory, by the helper, failing with zeros", () => {
  const func = parse(
    "(%0: ptr) -> i64",
    `  %1 = slot 16 align 8 "s"
  %2 = const i32 4
  %3 = const i64 4
  %4 = kread i8 i64 %0
  kreadinto %1+0, %0, 4
  %5 = add ptr %1, %3
  %6 = call i64 bpf_probe_read_kernel#113(%5, %2, %0)
  %7 = load u64 i64 %1+0
  %8 = add i64 %4, %7
  %9 = add i64 %8, %6
  ret %9`,
  );
  assert.equal(interpret(func, [0x80n], machine()), BigInt.asUintN(64, -128n + 0x8080_8080_8080_8080n));
  assert.equal(interpret(func, [0n], machine()), BigInt.asUintN(64, -14n));
});

test("calls, maps and CO-RE values come from the machine", () => {
  const func = parse(
    "(%0: ptr) -> i64",
    `  %1 = map "events"
  %2 = core i64 type_size "task" "0" = 5
  %3 = call i64 bpf_perf_event_output#25(%0, %1, %2)
  ret %3`,
  );
  const calls: unknown[] = [];
  const call: Machine["call"] = (inst, args) => {
    calls.push(inst.helper, ...args);
    return -1n;
  };
  assert.equal(interpret(func, [9n], machine(createMemory(), { call })), 0xffff_ffff_ffff_ffffn);
  assert.equal(
    interpret(func, [9n], machine(createMemory(), { call, core: (inst) => inst.value * 2n })),
    0xffff_ffff_ffff_ffffn,
  );
  assert.deepEqual(calls, [25, 9n, 0x77n, 5n, 25, 9n, 0x77n, 10n]);
});

test("what a void function leaves in r0", () => {
  assert.equal(interpret(parse("() -> void", "  ret"), [], machine()), 0n);
  assert.equal(interpret(parse('() -> void void "anything"', "  ret"), [], machine()), undefined);
});

/** Bodies in a function of (ptr) -> i64 that the verifier would refuse; the pointer is to 8 bytes. */
const faults: readonly (readonly [string, RegExp])[] = [
  ["  %1 = load u64 i64 %0+1\n  ret %1", /access to 8 bytes at 0x[0-9a-f]+, outside every region/],
  ["  %1 = load u64 i64 %0-1\n  ret %1", /outside every region/],
  ['  %1 = slot 8 align 8 "s"\n  store u32 %1+0, %2\n  %2 = load u64 i64 %1+0\n  ret %2', /used before it is defined/],
  ['  %1 = slot 8 align 8 "s"\n  %2 = load u64 i64 %1+0\n  ret %2', /read of slot "s"\+0, which was never written/],
  ['  %1 = slot 8 align 8 "s"\n  zero %1+0, 7 align 8\n  copy %0+0, %1+0, 8 align 8\n  unreachable', /slot "s"\+7/],
  ["  unreachable", /ran into unreachable/],
];

test("faults are errors", () => {
  for (const [body, message] of faults) {
    const memory = createMemory();
    const region = addRegion(memory, "ctx", new Uint8Array(8));
    const run = (): unknown => interpret(parse("(%0: ptr) -> i64", body), [region.base], machine(memory));
    assert.throws(run, (error) => error instanceof InterpretError && message.test(error.message), body);
    assert.equal(memory.regions.length, 1);
  }
});

test("regions keep their distance and know what was written", () => {
  const memory = createMemory();
  const first = addRegion(memory, "first", 4);
  const second = addRegion(memory, "second", 0x5000);
  assert.ok(second.base >= first.base + 4n + 0x100n);
  assert.throws(() => readMemory(memory, first.base, 4), /first\+0/);
  writeMemory(memory, first.base, Uint8Array.of(1, 2, 3, 4));
  assert.deepEqual([...readMemory(memory, first.base + 1n, 2)], [2, 3]);
  assert.throws(() => writeMemory(memory, first.base + 1n, new Uint8Array(4)), /outside every region/);
});

test("data, byte order, atomics and calls among functions", () => {
  const text = `
func @main(%0: i64) -> i64 {
bb0:
  %1 = data ".data"+8
  atomic add u64 void %1+0, %0
  %2 = atomic xchg u64 i64 %1+0, %0
  %3 = atomic cmpxchg u64 i64 %1+0, %2, %0
  %4 = atomic cmpxchg u64 i64 %1+0, %0, %0
  %5 = callfn i64 "swap"(%4)
  ret %5
}
func @swap(%0: i64) -> i64 {
bb0:
  %1 = trunc i32 %0
  %2 = bswap16 i32 %1
  %3 = zext i64 %2
  ret %3
}
`;
  const { functions } = parseModule(text);
  const memory = createMemory();
  const data = addRegion(memory, ".data", Uint8Array.of(...Array<number>(8).fill(0), 0x34, 0x12, 0, 0, 0, 0, 0, 0));
  const [main] = functions;
  assert.ok(main);
  const result = interpret(
    main,
    [0x10n],
    machine(memory, {
      dataAddress: () => data.base,
      functionNamed: (name) => functions.find((func) => func.name === name),
    }),
  );
  // 0x1234 + 0x10 was exchanged for 0x10, which was exchanged back; the last exchange found no 0x10.
  assert.equal(result, 0x4412n);
  assert.deepEqual([...readMemory(memory, data.base + 8n, 2)], [0x44, 0x12]);
  assert.throws(() => interpret(main, [1n], machine(memory)), /data that this machine does not have/);
});
