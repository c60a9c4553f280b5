// Memory of the live kernel whose address and content are ours: the value of an array map. A program tells its address,
// which only a privileged one may; what is written there by user space is what other programs read as kernel memory.

import { call, exit, jumpImm, ldImm64, mov64Imm, mov64Reg, alu64Imm, store } from "../bpf/builders.js";
import { encodeInsns } from "../bpf/isa.js";
import { loadSpec, programKinds } from "../loader/load-spec.js";
import type { ObjectSpec } from "../object/spec.js";
import { openKernel } from "../sys/linux.js";
import { assert } from "../util/assert.js";

const ARRAY = 2;
const arenaBytes = 1 << 15;

export interface Arena {
  readonly address: bigint;
  write(bytes: Uint8Array): void;
  close(): void;
}

interface BytesMap {
  get(key: number): Uint8Array | undefined;
  set(key: number, value: Uint8Array): void;
}

export function openArena(): Arena {
  const spec = arenaSpec();
  const loaded = loadSpec(openKernel(), spec, programKinds(spec, "arena"), undefined);
  const program = loaded.programs["where"];
  const map = loaded.maps["arena"] as unknown as BytesMap;
  assert(program, "the arena's program is missing");
  assert(program.testRun({ context: new Uint8Array(96) }).returnValue === 0, "the arena has no address");
  const value = map.get(0);
  assert(value, "the arena has no value");
  return {
    address: new DataView(value.buffer, value.byteOffset).getBigUint64(0, true),
    write(bytes) {
      assert(bytes.length <= arenaBytes, `the arena is too small for ${bytes.length} bytes`);
      const whole = new Uint8Array(arenaBytes);
      whole.set(bytes);
      map.set(0, whole);
    },
    close: () => loaded.close(),
  };
}

/** `*value = value`, for the value of entry 0. */
function arenaSpec(): ObjectSpec {
  const insns = [
    ...ldImm64(1, 0n),
    mov64Reg(2, 10),
    alu64Imm("ADD", 2, -4),
    mov64Imm(0, 0),
    store("W", 10, 0, -4),
    call(1),
    jumpImm("JEQ", 0, 0, 3),
    store("DW", 0, 0, 0),
    mov64Imm(0, 0),
    exit(),
    mov64Imm(0, 1),
    exit(),
  ];
  assert(encodeInsns(insns).length === 8 * insns.length, "an instruction has eight bytes");
  const where = {
    name: "where",
    section: "raw_tracepoint/sched_process_exec",
    insns,
    relocations: [{ kind: "map", insnIndex: 0, map: "arena" } as const],
    coreRelocations: [],
    funcTypeId: undefined,
    lines: [],
  };
  const arena = { name: "arena", type: ARRAY, keySize: 4, valueSize: arenaBytes, maxEntries: 1, flags: 0 };
  const untyped = { keyTypeId: undefined, valueTypeId: undefined, eventTypeId: undefined };
  return {
    license: "GPL",
    programs: [where],
    subprograms: [],
    maps: [{ ...arena, ...untyped }],
    data: [],
    btf: undefined,
    btfBytes: undefined,
  };
}
