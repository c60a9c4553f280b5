// A small object that uses all that the writer can write. Tests take it apart again and the fuzzer damages it.

import { Alu, Class, Jmp, LD_IMM64, Mode, Size, Source } from "../bpf/isa.js";
import type { Insn } from "../bpf/isa.js";
import { BtfBuilder } from "../btf/encode.js";
import type { BtfTypeId } from "../btf/types.js";
import type { FunctionSpec, ObjectSpec } from "./spec.js";

export interface Sample {
  readonly spec: Omit<ObjectSpec, "btf" | "btfBytes">;
  readonly btf: BtfBuilder;
}

export function insn(opcode: number, dst = 0, src = 0, offset = 0, imm = 0): Insn {
  return { opcode, dst, src, offset, imm };
}

export const exitInsn = insn(Class.JMP | Jmp.EXIT);
export const secondSlot = insn(0);

export function movImm(dst: number, imm: number): Insn {
  return insn(Class.ALU64 | Alu.MOV | Source.K, dst, 0, 0, imm);
}

export function loadImm64(dst: number): Insn {
  return insn(LD_IMM64, dst);
}

export const unresolvedCall = insn(Class.JMP | Jmp.CALL, 0, 1, 0, -1);

export function sampleObject(): Sample {
  const btf = new BtfBuilder();
  const types = addTypes(btf);
  const base = { relocations: [], coreRelocations: [], lines: [] };
  const program = mainProgram(types);
  const second: FunctionSpec = {
    ...base,
    name: "second",
    section: program.section,
    insns: [movImm(0, 2), exitInsn],
    funcTypeId: types.second,
  };
  const other: FunctionSpec = {
    ...base,
    name: "other",
    section: "tracepoint/sched/sched_process_exec",
    insns: [loadImm64(1), secondSlot, movImm(0, 0), exitInsn],
    relocations: [{ kind: "map", insnIndex: 0, map: "counts" }],
    funcTypeId: types.other,
    lines: [line(0, 20)],
  };
  const small = (name: string, funcTypeId: BtfTypeId): FunctionSpec => {
    return { ...base, name, section: ".text", insns: [movImm(0, 0), exitInsn], funcTypeId, lines: [line(0, 30)] };
  };
  return {
    btf,
    spec: {
      license: "GPL",
      programs: [program, second, other],
      subprograms: [
        small("global_function", types.globalFunction),
        small("local_function", types.localFunction),
        small("callback", types.callback),
      ],
      maps: sampleMaps(types),
      data: [
        { section: ".rodata", bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), readOnly: true, typeId: types.rodata },
        { section: ".bss", bytes: new Uint8Array(16), readOnly: false, typeId: undefined },
      ],
    },
  };
}

/** A program with every kind of relocation. */
function mainProgram(types: SampleTypes): FunctionSpec {
  return {
    name: "on_switch",
    section: "raw_tracepoint/sched_switch",
    insns: [
      loadImm64(1),
      secondSlot,
      loadImm64(2),
      secondSlot,
      loadImm64(3),
      secondSlot,
      loadImm64(4),
      secondSlot,
      insn(Class.LDX | Mode.MEM | Size.W, 5, 1, 4),
      movImm(6, 1),
      unresolvedCall,
      unresolvedCall,
      exitInsn,
    ],
    relocations: [
      { kind: "map", insnIndex: 0, map: "events" },
      { kind: "data", insnIndex: 2, section: ".rodata", offset: 4 },
      { kind: "function", insnIndex: 4, target: "callback" },
      { kind: "data", insnIndex: 6, section: ".bss", offset: 8 },
      { kind: "call", insnIndex: 10, target: "local_function" },
      { kind: "call", insnIndex: 11, target: "global_function" },
    ],
    coreRelocations: [
      { insnIndex: 8, kind: "field_byte_offset", typeId: types.task, access: "0:1" },
      { insnIndex: 9, kind: "type_exists", typeId: types.task, access: "0" },
    ],
    funcTypeId: types.program,
    lines: [line(0, 10), line(8, 11)],
  };
}

function line(insnIndex: number, number: number): FunctionSpec["lines"][number] {
  return { insnIndex, file: "sample.ts", text: `line ${number}`, line: number, column: 3 };
}

interface SampleTypes {
  readonly u32: BtfTypeId;
  readonly task: BtfTypeId;
  readonly event: BtfTypeId;
  readonly program: BtfTypeId;
  readonly second: BtfTypeId;
  readonly other: BtfTypeId;
  readonly globalFunction: BtfTypeId;
  readonly localFunction: BtfTypeId;
  readonly callback: BtfTypeId;
  readonly rodata: BtfTypeId;
}

function addTypes(btf: BtfBuilder): SampleTypes {
  const u32 = btf.add({ kind: "int", name: "unsigned int", size: 4, bits: 32, offsetBits: 0, encoding: "unsigned" });
  const int = btf.add({ kind: "int", name: "int", size: 4, bits: 32, offsetBits: 0, encoding: "signed" });
  const task = btf.reserve();
  const pointer = btf.add({ kind: "ptr", type: task });
  const member = (
    name: string,
    type: BtfTypeId,
    offsetBits: number,
  ): { name: string; type: BtfTypeId; offsetBits: number; bitfieldSizeBits: number } => {
    return { name, type, offsetBits, bitfieldSizeBits: 0 };
  };
  btf.define(task, {
    kind: "struct",
    name: "task_struct",
    size: 16,
    members: [member("tgid", int, 0), member("pid", int, 32), member("parent", pointer, 64)],
  });
  const event = btf.add({ kind: "struct", name: "record", size: 4, members: [member("pid", u32, 0)] });
  const proto = btf.add({
    kind: "func_proto",
    returns: int,
    params: [{ name: "ctx", type: btf.add({ kind: "ptr", type: 0 }) }],
  });
  const fn = (name: string, linkage: "static" | "global"): BtfTypeId =>
    btf.add({ kind: "func", name, type: proto, linkage });
  const first = btf.add({ kind: "var", name: "first", type: u32, linkage: "static" });
  const second = btf.add({ kind: "var", name: "constant", type: u32, linkage: "global" });
  const vars = [
    { type: first, offset: 0, size: 4 },
    { type: second, offset: 4, size: 4 },
  ];
  return {
    u32,
    task,
    event,
    program: fn("on_switch", "global"),
    second: fn("second", "global"),
    other: fn("other", "global"),
    globalFunction: fn("global_function", "global"),
    localFunction: fn("local_function", "static"),
    callback: fn("callback", "static"),
    rodata: btf.add({ kind: "datasec", name: ".rodata", size: 8, vars }),
  };
}

function sampleMaps(types: SampleTypes): ObjectSpec["maps"] {
  const untyped = { flags: 0, keyTypeId: undefined, valueTypeId: undefined, eventTypeId: undefined };
  return [
    { ...untyped, name: "events", type: 4, keySize: 4, valueSize: 4, maxEntries: 0, eventTypeId: types.event },
    { ...untyped, name: "ring", type: 27, keySize: 0, valueSize: 0, maxEntries: 4096, eventTypeId: types.event },
    {
      ...untyped,
      name: "counts",
      type: 1,
      keySize: 4,
      valueSize: 4,
      maxEntries: 64,
      flags: 1,
      keyTypeId: types.u32,
      valueTypeId: types.event,
    },
  ];
}
