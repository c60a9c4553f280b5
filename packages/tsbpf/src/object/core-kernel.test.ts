import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Class, decodeInsns, Jmp } from "../bpf/isa.js";
import { applyCore, resolveCore } from "../btf/core.js";
import { decodeBtf } from "../btf/decode.js";
import { BtfBuilder, builderFrom } from "../btf/encode.js";
import { coreRelocKinds } from "../btf/types.js";
import type { Btf, CoreRelocKind } from "../btf/types.js";
import { readObject } from "./read.js";
import { exitInsn, movImm } from "./sample.js";
import type { FunctionSpec, ObjectSpec } from "./spec.js";
import { compileFixture, haveKernel, haveTools, inTempDir, KERNEL_BTF, loadAll, run } from "./tools.test.helper.js";
import { writeObject } from "./write.js";

for (const fixture of ["object-basic", "core-kernel"]) {
  test(`clang's ${fixture} relocated against its own types stays as it is`, (t) => {
    if (!haveTools(t, "clang-19")) return;
    // A type and its flavour in one target would be ambiguous.
    const object = readObject(compileFixture(fixture, ["-g", "-DNO_FLAVOURS"]));
    const btf = required(object.btf);
    const seen = new Set<CoreRelocKind>();
    for (const fn of [...object.programs, ...object.subprograms]) {
      const resolutions = resolveCore(btf, fn.coreRelocations, btf);
      for (const { outcome, reloc, text } of resolutions) {
        seen.add(reloc.kind);
        assert.equal(outcome.kind, "value", `${fn.name}: ${text}`);
      }
      // Type ids are not compared, nor what to load for a bit-field: compilers may choose another width than loaders.
      if (resolutions.some(({ outcome }) => outcome.kind === "value" && !outcome.checkLocal)) continue;
      assert.deepEqual(applyCore(fn.insns, resolutions), fn.insns, fn.name);
    }
    if (fixture === "core-kernel") assert.deepEqual([...seen].sort(), [...coreRelocKinds].sort());
  });
}

test("on the running kernel's types we compute what libbpf computes", (t) => {
  if (!haveTools(t, "clang-19") || !haveKernel(t)) return;
  const bytes = compileFixture("core-kernel");
  const object = readObject(bytes);
  const [local, target] = [required(object.btf), decodeBtf(readFileSync(KERNEL_BTF))];
  loadAll(bytes, (pinDir) => {
    for (const fn of object.programs) {
      const ours = applyCore(fn.insns, resolveCore(local, fn.coreRelocations, target));
      const theirs = loadedInsns(join(pinDir, fn.name));
      if (fn.name === "guarded") {
        assert.ok(
          ours.some((insn) => insn.opcode === (Class.JMP | Jmp.CALL)),
          "the access to the absent field is poisoned",
        );
        continue;
      }
      assert.deepEqual(theirs, ours, fn.name);
    }
  });
});

test("the kernel takes what we relocated, poisoned instructions that are never reached included", (t) => {
  if (!haveTools(t, "clang-19") || !haveKernel(t)) return;
  const object = readObject(compileFixture("core-kernel"));
  const [local, target] = [required(object.btf), decodeBtf(readFileSync(KERNEL_BTF))];
  const programs = object.programs.map((fn): FunctionSpec => {
    return { ...fn, insns: applyCore(fn.insns, resolveCore(local, fn.coreRelocations, target)), coreRelocations: [] };
  });
  const { license, subprograms, maps, data } = object;
  const bytes = writeObject({ license, subprograms, maps, data, programs }, builderFrom(local));
  loadAll(bytes, (pinDir) => assert.equal(readdirSync(pinDir).length, programs.length));
});

test("the kernel takes relocations that we wrote, through libbpf", (t) => {
  if (!haveKernel(t)) return;
  const kernel = decodeBtf(readFileSync(KERNEL_BTF));
  const bytes = coreObject();
  const object = readObject(bytes);
  const local = required(object.btf);
  const [program] = object.programs;
  assert.ok(program);
  const relocated = applyCore(program.insns, resolveCore(local, program.coreRelocations, kernel));
  loadAll(bytes, (pinDir) => assert.deepEqual(loadedInsns(join(pinDir, program.name)), relocated));
});

/** r0 = offset of task_struct.pid; r0 += size of comm, with types as a compiler would write them. */
function coreObject(): Uint8Array {
  const btf = new BtfBuilder();
  const int = btf.add({ kind: "int", name: "int", size: 4, bits: 32, offsetBits: 0, encoding: "signed" });
  const char = btf.add({ kind: "int", name: "char", size: 1, bits: 8, offsetBits: 0, encoding: "signed" });
  const comm = btf.add({ kind: "array", element: char, index: int, length: 4 });
  const members = [
    { name: "pid", type: int, offsetBits: 0, bitfieldSizeBits: 0 },
    { name: "comm", type: comm, offsetBits: 32, bitfieldSizeBits: 0 },
  ];
  const task = btf.add({ kind: "struct", name: "task_struct___ours", size: 8, members });
  const context = { name: "ctx", type: btf.add({ kind: "ptr", type: 0 }) };
  const proto = btf.add({ kind: "func_proto", returns: int, params: [context] });
  const program: FunctionSpec = {
    name: "offsets",
    section: "raw_tracepoint/sched_switch",
    insns: [movImm(0, 0), { opcode: 0x07, dst: 0, src: 0, offset: 0, imm: 4 }, exitInsn],
    relocations: [],
    coreRelocations: [
      { insnIndex: 0, kind: "field_byte_offset", typeId: task, access: "0:0" },
      { insnIndex: 1, kind: "field_byte_size", typeId: task, access: "0:1" },
    ],
    funcTypeId: btf.add({ kind: "func", name: "offsets", type: proto, linkage: "global" }),
    lines: [{ insnIndex: 0, file: "offsets.ts", text: "return offset + size;", line: 1, column: 1 }],
  };
  const spec: Omit<ObjectSpec, "btf" | "btfBytes"> = {
    license: "GPL",
    programs: [program],
    subprograms: [],
    maps: [],
    data: [],
  };
  return writeObject(spec, btf);
}

function loadedInsns(pin: string): ReturnType<typeof decodeInsns> {
  return inTempDir((dir) => {
    const file = join(dir, "insns");
    run("bpftool", ["prog", "dump", "xlated", "pinned", pin, "file", file]);
    return decodeInsns(new Uint8Array(readFileSync(file)), "dump");
  });
}

function required(btf: Btf | undefined): Btf {
  assert.ok(btf !== undefined);
  return btf;
}
