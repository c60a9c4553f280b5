import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { helpersFile, refreshCommand, renderHelpers, writtenByHand } from "./generate-helpers.js";
import { helpers } from "./helpers.js";

const rendered = renderHelpers();

test("lang/helpers.ts is what the table renders to", () => {
  const stale = `src/lang/helpers.ts is not what bpf/helpers.ts says; refresh it with: ${refreshCommand}`;
  assert.ok(readFileSync(helpersFile, "utf8") === rendered, stale);
});

test("declarations have the types a program needs", () => {
  const expected: readonly string[] = [
    "export function bpfGetCurrentPidTgid(): u64 {",
    "export function bpfGetCurrentComm(buf: Memory): i64 {",
    "export function bpfGetCurrentTask<T = KernelAddress>(): T {",
    "export function bpfProbeReadKernel(dst: Memory, unsafePtr: KernelAddress): i64 {",
    "export function bpfProbeReadUserStr(dst: Memory, unsafePtr: UserAddress): i64 {",
    "export function bpfPerfEventOutput(ctx: ContextPointer, map: AnyMap, flags: u64, data: Memory | string): i64 {",
    "export function bpfMapLookupElem(map: AnyMap, key: Memory | number | bigint): Memory | undefined {",
    "export function bpfTailCall(ctx: ContextPointer, progArrayMap: AnyMap, index: u32): void {",
    'export function bpfSkRelease(sock: TrustedObject<"struct bpf_sock">): i64 {',
    'export function bpfGetCurrentTaskBtf<T = KernelObject<"struct task_struct">>(): T {',
    "export function bpfRingbufReserve(ringbuf: AnyMap, size: u64, flags: u64): Memory | undefined {",
    "export function bpfGetLocalStorage(map: AnyMap, flags: u64): Memory {",
  ];
  for (const line of expected) assert.ok(rendered.includes(`${line}\n`), line);
  for (const { tsName } of helpers) {
    const isThere = new RegExp(`^export function ${tsName}[(<]`, "m").test(rendered);
    assert.equal(isThere, !writtenByHand.has(tsName), tsName);
  }
});

test("lines stay within 120 columns", () => {
  for (const line of rendered.split("\n")) assert.ok(line.length <= 120, line);
});
