import assert from "node:assert/strict";
import { test } from "node:test";
import { helperById } from "../../bpf/helpers.js";
import type { Func, Inst } from "../ir/ir.js";
import { parseModule } from "../ir/parse.js";
import { effectsOf, escapedSlots, isPureCall, isStableCall, slotPlace } from "./effects.js";

function parse(body: string): Func {
  const text = `func @f(%0: ptr, %1: i64) -> void {\nbb0:\n  %2 = slot 32 align 8 "s"\n${body}\n  ret\n}\n`;
  const [func] = parseModule(text).functions;
  assert.ok(func);
  return func;
}

function lastInst(func: Func): Inst {
  const inst = func.blocks[0]?.insts.at(-1);
  assert.ok(inst);
  return inst;
}

/** The last instruction of a body and what it does: slot accesses as kind@offset+size, "other" for other memory. */
const cases: readonly (readonly [string, string])[] = [
  ["  %3 = load u32 i64 %2+4", "read@4+4"],
  ["  %3 = load u32 i64 %0+4", "reads other"],
  ["  store u16 %2+6, %1", "fill@6+2"],
  ["  store u16 %0+6, %1", "writes other"],
  ["  zero %2+8, 24 align 8", "fill@8+24"],
  ["  copy %2+0, %2+16, 16 align 8", "fill@0+16 read@16+16"],
  ["  copy %0+0, %2+16, 16 align 8", "read@16+16 writes other"],
  ["  kreadinto %2+1, %0, 3", "fill@1+3"],
  ["  %3 = const i64 8\n  %4 = add ptr %2, %3\n  store u64 %4+8, %1", "fill@16+8"],
  ["  %3 = add ptr %2, %1\n  store u64 %3+8, %1", "writes other"],
  ["  %3 = call ptr bpf_get_current_task#35()", ""],
  // A write that fills, with and without a known size; a write that may stop early; a read; a key of unknown size.
  ["  %3 = const i32 16\n  %4 = call i64 bpf_get_current_comm#16(%2, %3)", "fill text@0+16 reads other writes other"],
  ["  %3 = trunc i32 %1\n  %4 = call i64 bpf_get_current_comm#16(%2, %3)", "write@0+32 reads other writes other"],
  [
    "  %3 = const i32 16\n  %4 = call i64 bpf_probe_read_user_str#114(%2, %3, %0)",
    "write@0+16 reads other writes other",
  ],
  [
    "  %3 = const i64 16\n  %4 = call i64 bpf_perf_event_output#25(%0, %0, %1, %2, %3)",
    "send@0+16 reads other writes other",
  ],
  ["  %3 = call ptr bpf_map_lookup_elem#1(%0, %2)", "read@0+32 reads other writes other"],
  // Helpers that the table does not know, and slots where it expects something else.
  ["  %3 = call i64 helper#99999(%2)", "read write@0+32 reads other writes other"],
  ["  %3 = call i64 bpf_get_socket_cookie#46(%2)", "read write@0+32 reads other writes other"],
  ["  %3 = add i64 %1, %1", ""],
];

test("effects of instructions", () => {
  for (const [body, expected] of cases) {
    const { accesses, readsOther, writesOther } = effectsOf(lastInst(parse(body)));
    const shown = accesses.map(({ offset, size, reads, writes, fills, fillsText, sends }) => {
      const kind = [
        sends ? "send" : reads ? "read" : "",
        fills ? "fill" : fillsText ? "fill text" : writes ? "write" : "",
      ]
        .filter(Boolean)
        .join(" ");
      return `${kind}@${offset}+${size}`;
    });
    if (readsOther) shown.push("reads other");
    if (writesOther) shown.push("writes other");
    assert.equal(shown.join(" "), expected, body);
  }
});

const escapes: readonly (readonly [string, boolean])[] = [
  ["  store u64 %2+0, %1", false],
  ["  store u64 %0+0, %2", true],
  ["  %3 = const i64 8\n  %4 = add ptr %2, %3\n  zero %4+0, 8 align 8", false],
  ["  %3 = const i64 8\n  %4 = add ptr %2, %3\n  store u64 %0+0, %4", true],
  ["  %3 = add ptr %2, %1", true],
  ["  %3 = eq ptr %2, %0", true],
  ["  %3 = ptr2int i64 %2", true],
  ["  %3 = kread u64 i64 %2", true],
  ["  kreadinto %2+0, %0, 8", false],
  ["  kreadinto %0+0, %2, 8", true],
  ["  jump bb1(%2)\nbb1(%3: ptr):", true],
  ["  %3 = call i64 helper#99999(%2)", false],
];

test("slots whose address goes astray", () => {
  for (const [body, expected] of escapes) assert.equal(escapedSlots(parse(body)).size, expected ? 1 : 0, body);
});

test("places follow constant offsets, forwards and backwards", () => {
  const func = parse("  %3 = const i64 24\n  %4 = const i64 -8\n  %5 = add ptr %2, %3\n  %6 = add ptr %5, %4");
  assert.equal(slotPlace(lastInst(func), 4)?.offset, 20);
  assert.equal(slotPlace(func.blocks[0]?.params[0]), undefined);
});

test("the helpers that have no effect take nothing that they could change", () => {
  const pure = Array.from({ length: 300 }, (_, helper) => helper).filter((helper) => isPureCall(call(helper)));
  const names = pure.map((helper) => helperById(helper)?.name);
  assert.deepEqual(names, [
    "bpf_ktime_get_ns",
    "bpf_get_prandom_u32",
    "bpf_get_smp_processor_id",
    "bpf_get_current_pid_tgid",
    "bpf_get_current_uid_gid",
    "bpf_get_current_task",
    "bpf_get_numa_node_id",
    "bpf_get_current_cgroup_id",
    "bpf_ktime_get_boot_ns",
    "bpf_get_current_task_btf",
    "bpf_ktime_get_coarse_ns",
  ]);
  for (const helper of pure) assert.deepEqual(helperById(helper)?.args, []);
  const stable = pure.filter((helper) => isStableCall(call(helper))).map((helper) => helperById(helper)?.name ?? "");
  assert.ok(!stable.some((name) => /ktime|prandom/.test(name)), stable.join());
});

function call(helper: number): Inst & { op: "call" } {
  return { id: 0, op: "call", type: "i64", helper, args: [], span: undefined };
}
