// One program from raw instructions, in a machine of its own: for tests that compare this machine with others. The same
// input always gives the same outcome.

import type { Insn } from "../bpf/isa.js";
import type { MapSpec } from "../object/spec.js";
import { regionBytes } from "./memory.js";
import type { World } from "./world.js";
import { addData, addMap, addProgram, createVm, runProgram, type Vm, type VmOptions } from "./vm.js";
import { assert } from "../util/assert.js";

export interface RawProgram extends VmOptions {
  /**
   * Linked: a 64-bit load with source MAP_FD names a map by its place in `maps`; one with MAP_VALUE names a data
   * section by its place in `data`, and the offset in its second half.
   */
  readonly insns: readonly Insn[];
  readonly maps?: readonly MapSpec[];
  readonly data?: readonly { readonly name: string; readonly bytes: Uint8Array; readonly readOnly: boolean }[];
  /** Entries to begin with: in the map of this number, key and value. */
  readonly entries?: readonly (readonly [map: number, key: Uint8Array, value: Uint8Array])[];
  readonly context: Uint8Array;
  readonly packet?: Uint8Array;
  readonly world?: Partial<World>;
  readonly budget?: number;
}

export interface RawOutcome {
  readonly r0: bigint;
  readonly insnCount: number;
  readonly context: Uint8Array;
  readonly packet: Uint8Array | undefined;
  /** Of each map: entries as hexadecimal key and value (all CPUs' one after the other), sorted by key. */
  readonly maps: readonly (readonly (readonly [string, string])[])[];
  /** Of each map: the records it was sent. */
  readonly records: readonly (readonly string[])[];
  readonly data: readonly string[];
  readonly printed: readonly string[];
}

/** Throws VmError. */
export function runRaw(program: RawProgram): RawOutcome {
  const vm = createVm(program);
  Object.assign(vm.machine.world, program.world);
  for (const spec of program.maps ?? []) assert(addMap(vm, spec), `map type ${spec.type} is not part of the machine`);
  const regions = (program.data ?? []).map(({ name, bytes, readOnly }) => addData(vm, name, bytes, readOnly));
  for (const [map, key, value] of program.entries ?? []) {
    vm.machine.maps[map]?.entries?.update(key, 0, value, 0, 0);
  }
  const insns = program.insns.map((insn) => withRegion(insn, regions));
  const loaded = addProgram(vm, { name: "raw", insns });
  const { context, packet, budget } = program;
  const output = runProgram(vm, loaded, { context, packet, ...(budget !== undefined && { budget }) });
  return {
    r0: output.r0,
    insnCount: output.insnCount,
    context: output.context,
    packet: output.packet,
    maps: vm.machine.maps.map((_, index) => entriesOf(vm, index)),
    records: vm.machine.maps.map(({ stream }) => (stream?.records ?? []).map(({ bytes }) => hex(bytes))),
    data: regions.map((region) => hex(regionBytes(vm.machine.memory, region))),
    printed: vm.machine.world.printed,
  };
}

function withRegion(insn: Insn, regions: readonly number[]): Insn {
  const LOAD_OF_VALUE = 2;
  const region = insn.opcode === 0x18 && insn.src === LOAD_OF_VALUE ? regions[insn.imm] : undefined;
  return region === undefined ? insn : { ...insn, imm: region };
}

function entriesOf({ machine }: Vm, index: number): (readonly [string, string])[] {
  const entries = machine.maps[index]?.entries;
  if (!entries) return [];
  const found = entries.keys().map((key): readonly [string, string] => {
    const regions = entries.regions(key, 0) ?? [];
    return [hex(key), regions.map((region) => hex(regionBytes(machine.memory, region))).join("")];
  });
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
