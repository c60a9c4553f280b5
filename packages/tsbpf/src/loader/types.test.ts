// The types of the user half: this file only has to compile, and what must not compile is marked.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ArrayMap, HashMap, PerCpuArray, PerfEventArray, RingBuffer } from "../lang/map-types.js";
import type { Program, u32 } from "../lang/types.js";
import type { EventStream, LoadedObject, LoadedProgram, UserArray, UserHashMap, UserPerCpuArray } from "./types.js";

interface Event {
  readonly pid: number;
  readonly comm: string;
}

/** What `typeof import("../bpf/sched.js")` looks like. */
interface Module {
  readonly license: "Dual MIT/GPL";
  readonly ExecEvent: { readonly layout: unknown };
  readonly events: PerfEventArray<{ pid: u32 }, Event>;
  readonly ring: RingBuffer<{ pid: u32 }, Event>;
  readonly counts: HashMap<u32, { n: u32 }, number, { readonly n: number }>;
  readonly totals: ArrayMap<bigint, bigint>;
  readonly perCpu: PerCpuArray<u32, number>;
  readonly onExec: Program<"raw_tracepoint">;
  readonly firewall: Program<"xdp">;
  helper(x: number): number;
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Loaded = LoadedObject<Module>;

/** Each line is an error of the compiler unless both types are the same. */
const checks: readonly true[] = [
  true satisfies Same<Loaded["maps"]["events"], EventStream<Event>>,
  true satisfies Same<Loaded["maps"]["ring"], EventStream<Event>>,
  true satisfies Same<Loaded["maps"]["counts"], UserHashMap<number, { readonly n: number }>>,
  true satisfies Same<Loaded["maps"]["totals"], UserArray<bigint>>,
  true satisfies Same<Loaded["maps"]["perCpu"], UserPerCpuArray<number>>,
  true satisfies Same<Loaded["programs"]["onExec"], LoadedProgram<"raw_tracepoint">>,
  true satisfies Same<keyof Loaded["programs"], "onExec" | "firewall">,
  true satisfies Same<keyof Loaded["maps"], "events" | "ring" | "counts" | "totals" | "perCpu">,
  true satisfies Same<LoadedObject["programs"], Readonly<Record<string, LoadedProgram>>>,
];

test("the user half's types follow from the kernel half's", () => {
  assert.ok(checks.every(Boolean));
});

export function mustNotCompile(object: Loaded): void {
  // @ts-expect-error There is no such program.
  object.programs.onExce.attach();
  // @ts-expect-error A map is no program.
  object.programs.events.attach();
  // @ts-expect-error An xdp program needs an interface.
  object.programs.firewall.attach();
  // @ts-expect-error A raw tracepoint is named already.
  object.programs.onExec.attach({ interface: "lo" });
  // @ts-expect-error The value may be missing.
  void object.maps.counts.get(1).n;
  // @ts-expect-error A key has its type.
  object.maps.counts.get("1");
}
