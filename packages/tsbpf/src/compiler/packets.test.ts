// Packet programs mean in the kernel what they mean in JavaScript: each is run on the same packets as JavaScript, in
// the IR interpreter and in the live kernel, which must agree on answer, packet and map.

import assert from "node:assert/strict";
import { test } from "node:test";
import { contextOfKind } from "../bpf/contexts.js";
import { packetOf } from "../lang/packets.js";
import { load } from "../loader/load.js";
import type { UserHashMap } from "../loader/types.js";
import { lowerModule } from "./frontend/lower.js";
import type { ProgramDeclaration } from "./frontend/operands.js";
import { openProgram } from "./frontend/program.js";
import { addRegion, interpret, type Region } from "./ir/interpret.js";
import { defaultKernel } from "./frontend/target.js";
import { runPasses } from "./passes/pipeline.js";
import { mapMachine } from "./map-machine.test.support.js";
import { casesFolder, importCase, mayLoad, objectOf } from "./run.test.support.js";

const file = `${casesFolder}lang/packets.ts`;

interface Outcome {
  readonly answer: number;
  readonly packet: string;
}
type Outcomes = ReadonlyMap<string, readonly Outcome[]>;

/** Ethernet and IPv4 headers with one thing or another changed, cut at every length that matters. */
function packets(): readonly Uint8Array[] {
  let state = 0x2545f491n;
  const next = (): number => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 33n) & 0xff;
  };
  return Array.from({ length: 200 }, (_, round) => {
    const bytes = Uint8Array.from({ length: 90 }, next);
    const isIp = round % 4 !== 0;
    if (isIp) bytes.set([8, 0], 12);
    bytes[14] = 0x40 | (round % 16);
    if (round % 5 === 0) bytes.set([0, 81], 14 + (round % 16) * 4 + 2);
    return bytes.subarray(0, 14 + (next() % 77));
  });
}

const inputs = packets();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const outcome = (answer: number | bigint, packet: Uint8Array): Outcome => ({
  answer: Number(BigInt.asUintN(32, BigInt(answer))),
  packet: hex(packet),
});

type Handler = (ctx: object) => number;

async function inJavaScript(): Promise<Outcomes> {
  const module = await importCase(file);
  const programs = Object.entries(module).filter(([, value]) => Object.hasOwn(value as object, "programKind"));
  const run = ({ handler }: { readonly handler: Handler }): readonly Outcome[] =>
    inputs.map((input) => {
      const bytes = input.slice();
      const ctx = { packet: packetOf(bytes), mark: 0, cb: [0, 0, 0, 0, 0], len: bytes.length, priority: 0, tstamp: 0n };
      return outcome(handler(ctx), bytes);
    });
  return new Map(programs.map(([name, program]) => [name, run(program as { readonly handler: Handler })]));
}

/** A context has 32 bits for a pointer, which is enough for the interpreter's. */
function inInterpreter(passes: "all" | "none"): Outcomes {
  const source = openProgram(file);
  assert.ok(source);
  const lowered = lowerModule(source, { cpu: "v3", kernel: defaultKernel });
  runPasses(lowered.ir, { verify: true, passes });
  const entries: Region[] = [];
  const machine = mapMachine(lowered.maps, entries);
  const run = ({ name, kind }: ProgramDeclaration): readonly Outcome[] =>
    inputs.map((input) => {
      const func = lowered.ir.functions.find((one) => one.name === name);
      const place = contextOfKind(kind, process.arch)?.packet;
      assert.ok(func && place);
      machine.memory.regions.splice(0, Infinity, ...entries);
      const packet = addRegion(machine.memory, "packet", input.slice());
      const context = new DataView(new ArrayBuffer(192));
      context.setUint32(0, input.length, true);
      context.setUint32(place.dataOffset, Number(packet.base), true);
      context.setUint32(place.dataEndOffset, Number(packet.base) + input.length, true);
      const { base } = addRegion(machine.memory, "context", new Uint8Array(context.buffer));
      return outcome(interpret(func, [base], machine) ?? 0n, packet.bytes);
    });
  return new Map(lowered.programs.map((program) => [program.name, run(program)]));
}

test("packets in JavaScript and in the interpreter", async () => {
  const expected = await inJavaScript();
  assert.deepEqual(new Set(expected.get("countPorts")?.map(({ answer }) => answer)), new Set([0, 1, 2]));
  for (const passes of ["none", "all"] as const) assert.deepEqual(inInterpreter(passes), expected, passes);
});

test("packets in JavaScript and in the kernel", async (t) => {
  if (!mayLoad(t)) return;
  const expected = await inJavaScript();
  for (const passes of ["none", "all"] as const) {
    for (const cpu of ["v1", "v2", "v3", "v4"] as const) {
      await using object = await load(objectOf(file, passes, cpu));
      for (const [name, outcomes] of expected) {
        // A socket buffer that says IPv4 must have its header (bpf_prog_test_run_skb).
        const isWhole = (data: Uint8Array): boolean => name !== "mark" || data.length >= 34 || data[12] !== 8;
        const results = inputs.filter(isWhole).map((data) => {
          const run = object.programs[name]?.testRun({ data });
          return outcome(run?.returnValue ?? -1, run?.data ?? new Uint8Array(0));
        });
        const expectedHere = outcomes.filter((_, index) => isWhole(inputs[index] ?? new Uint8Array(0)));
        assert.deepEqual(results, expectedHere, `${name}, passes ${passes}, cpu ${cpu}`);
      }
      const ports = [...(object.maps["bytesByPort"] as unknown as UserHashMap<number, bigint>).keys()];
      assert.ok(ports.includes(81), "nothing was counted");
    }
  }
});
