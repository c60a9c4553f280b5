// What is said when the tracer cannot go on.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { symptom } from "./symptoms.js";

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

const cases: readonly (readonly [unknown, string])[] = [
  [new Error("open object"), "open object"],
  [coded("ERR_OBJECT", "read a.o: it is no ELF file"), "read a.o: it is no ELF file"],
  [coded("ERR_KERNEL_BTF", "find BTF: none"), "find BTF: none\ngive the kernel's BTF with --btf FILE"],
  [coded("ERR_KERNEL_BTF", "find BTF: none (use --btf)"), "find BTF: none (use --btf)"],
  [
    coded("ERR_PERMISSION", "load program: CAP_BPF is missing"),
    "load program: CAP_BPF is missing\nit needs CAP_BPF and CAP_PERFMON (or root): run it with sudo",
  ],
  [
    coded("ERR_NOT_SUPPORTED", "attach: raw tracepoints need Linux 4.17"),
    "attach: raw tracepoints need Linux 4.17\n`tsbpf doctor` says what this machine lacks",
  ],
  ["text", "text"],
];

describe("symptoms", () => {
  for (const [error, expected] of cases) {
    it(String(error), () => assert.equal(symptom(error), expected));
  }
  it("shows the stack of a mistake of ours", () => {
    assert.match(
      symptom(new TypeError("undefined is not a function")),
      /^TypeError: undefined is not a function\n +at /,
    );
  });
});
