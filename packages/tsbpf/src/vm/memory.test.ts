import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as b from "../bpf/builders.js";
import { PseudoLoad, type Insn } from "../bpf/isa.js";
import type { MapSpec } from "../object/spec.js";
import { VmError } from "./core.js";
import {
  addRegion,
  createMemory,
  killRegion,
  locate,
  REGION_LO,
  regionBytes,
  regionHi,
  releaseRetired,
} from "./memory.js";
import { runRaw, type RawProgram } from "./raw.js";

const array: MapSpec = {
  name: "counts",
  type: 2,
  keySize: 4,
  valueSize: 8,
  maxEntries: 4,
  flags: 0,
  keyTypeId: undefined,
  valueTypeId: undefined,
  eventTypeId: undefined,
};
const ring: MapSpec = { ...array, name: "events", type: 27, keySize: 0, valueSize: 0, maxEntries: 4096 };

/** The address of the array's element 1 in r0. */
const lookup = (): Insn[] => [
  b.storeImm("W", 10, -4, 1),
  ...b.ldImm64(1, 0n, PseudoLoad.MAP_FD),
  b.mov64Reg(2, 10),
  b.alu64Imm("ADD", 2, -4),
  b.call(1),
];
/** A record of 16 bytes in r0. */
const reserve = (): Insn[] => [
  ...b.ldImm64(1, 1n, PseudoLoad.MAP_FD),
  b.mov64Imm(2, 16),
  b.mov64Imm(3, 0),
  b.call(131),
];
const submit = (): Insn[] => [b.mov64Reg(1, 6), b.mov64Imm(2, 0), b.call(132)];

/** What the program does, and the end of the message: instruction and reason. */
const faults: readonly (readonly [string, Insn[], RegExp])[] = [
  [
    "past the context",
    [b.load("W", 0, 1, 14)],
    /instruction 0: load of 4 bytes at 0xff11\w+: it ends 2 bytes after the end of the context \(16 bytes\)/,
  ],
  ["before the context", [b.load("B", 0, 1, -1)], /it begins 1 byte before the context/],
  [
    "far outside",
    [b.alu64Imm("ADD", 1, 1000), b.load("DW", 0, 1, 0)],
    /instruction 1: .*begins 984 bytes after the end of the context/,
  ],
  ["a NULL pointer", [b.mov64Imm(2, 0), b.load("W", 0, 2, 8)], /a NULL pointer with offset 8/],
  [
    "no memory",
    [b.mov64Imm(2, -64), b.store("W", 2, 1, 0)],
    /store of 4 bytes at 0xffffffffffffffc0: there is no memory/,
  ],
  [
    "an unwritten stack byte",
    [b.storeImm("W", 10, -8, 1), b.load("DW", 0, 10, -8)],
    /read of the stack's byte at fp-4, which was never written/,
  ],
  ["the same by a pointer", [b.mov64Reg(2, 10), b.load("B", 0, 2, -1)], /fp-1, which was never written/],
  ["the stack's end", [b.store("DW", 10, 1, -4)], /it ends 4 bytes after the end of the stack/],
  ["below the stack", [b.store("B", 10, 1, -513)], /it begins 1 byte before the stack/],
  [
    "past a map's value",
    [...lookup(), b.load("DW", 0, 0, 4)],
    /instruction 6: .*it ends 4 bytes after the end of a value of map "counts" \(8 bytes\)/,
  ],
  [
    "an unwritten key",
    [...b.ldImm64(1, 0n, PseudoLoad.MAP_FD), b.mov64Reg(2, 10), b.alu64Imm("ADD", 2, -4), b.call(1)],
    /instruction 4: read of the stack's byte at fp-4/,
  ],
  [
    "read-only data",
    [...b.ldImm64(1, 0n, PseudoLoad.MAP_VALUE), b.storeImm("W", 1, 0, 1)],
    /store of 4 bytes: .rodata is read-only/,
  ],
  [
    "a record after its end",
    [...reserve(), b.mov64Reg(6, 0), b.store("DW", 6, 6, 0), ...submit(), b.store("W", 6, 6, 0)],
    /instruction 10: store of 4 bytes.*the record of ring buffer "events" is not there any more: it was freed/,
  ],
  [
    "a record ended twice",
    [...reserve(), b.mov64Reg(6, 0), ...submit(), ...submit()],
    /the record was submitted or discarded before/,
  ],
  [
    "a record left open",
    [...reserve()],
    /instruction 4: the record of ring buffer "events" reserved here is neither submitted nor discarded/,
  ],
  ["a record that is none", [b.mov64Reg(6, 1), ...submit()], /this is no record/],
  ["a loop without end", [b.ja(-1)], /instruction 0: it has used up its budget/],
  [
    "a fall from the end",
    [b.mov64Imm(0, 0), b.jumpImm("JEQ", 0, 0, 1)],
    /runs on behind its last instruction|jumps out/,
  ],
  [
    "a helper without a body",
    [b.call(46)],
    /helper bpfGetSocketCookie is not part of the virtual machine \(give one in the option helpers: \{ bpfGetSocketCookie: \(ctx\) => 0n \}\)/,
  ],
  ["an unresolved access", [b.call(0xbad2310)], /have no such type, member or value \(ask whether it exists before\)/],
  ["a crooked atomic", [b.mov64Imm(2, 1), b.atomic("W", 0, 1, 2, 2)], /the address is not aligned/],
  ["deep calls", [b.callBpf(1), b.exit(), b.callBpf(-1)], /more than 8 functions call each other/],
  [
    "another kind of map",
    [
      b.storeImm("W", 10, -4, 0),
      ...b.ldImm64(1, 1n, PseudoLoad.MAP_FD),
      b.mov64Reg(2, 10),
      b.alu64Imm("ADD", 2, -4),
      b.call(1),
    ],
    /map "events" is not of a kind/,
  ],
];

describe("what a program may not do ends its run", () => {
  for (const [name, insns, expected] of faults) {
    it(name, () => {
      for (const engine of ["translated", "reference"] as const) {
        const withExit = name.startsWith("a fall") ? insns : [...insns, b.mov64Imm(0, 0), b.exit()];
        const program: RawProgram = {
          insns: withExit,
          maps: [array, ring],
          data: [{ name: ".rodata", bytes: new Uint8Array(8), readOnly: true }],
          context: new Uint8Array(16),
          budget: 10_000,
          engine,
        };
        assert.throws(
          () => runRaw(program),
          (error) => {
            assert.ok(error instanceof VmError, String(error));
            assert.match(error.message, expected);
            return true;
          },
        );
      }
    });
  }
});

describe("memory", () => {
  it("grows, and keeps what is there", () => {
    const memory = createMemory();
    const ids = Array.from({ length: 600 }, (_, at) => {
      const id = addRegion(memory, "data", "some", 300);
      regionBytes(memory, id).fill(at);
      return id;
    });
    ids.forEach((id, at) => assert.deepEqual(regionBytes(memory, id), new Uint8Array(300).fill(at)));
  });
  it("uses freed memory again, zeroed, when no program runs", () => {
    const memory = createMemory();
    const id = addRegion(memory, "data", "some", 64);
    regionBytes(memory, id).fill(7);
    killRegion(memory, id);
    assert.equal(locate(memory, REGION_LO, regionHi(id), 1), -1);
    assert.notEqual(addRegion(memory, "data", "other", 64), id);
    releaseRetired(memory);
    const again = addRegion(memory, "data", "third", 64);
    assert.equal(again, id);
    assert.deepEqual(regionBytes(memory, again), new Uint8Array(64));
  });
});
