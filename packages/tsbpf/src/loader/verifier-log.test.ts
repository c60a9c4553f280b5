import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { exit, mov64Imm } from "../bpf/builders.js";
import type { FunctionSpec } from "../object/spec.js";
import { testData } from "./live.test.support.js";
import { describeVerifierReport, parseVerifierLog } from "./verifier-log.js";

/** Log file: the failing instruction, the reason, and text that the advice must have. */
const logs: Readonly<Record<string, readonly [number | undefined, string, RegExp?]>> = {
  "null-value": [7, "R0 invalid mem access 'map_value_or_null'"],
  "unbounded-index": [13, "R7 unbounded memory access, make sure to bounds check any such access"],
  "scalar-pointer": [9, "R1 invalid mem access 'scalar'"],
  "null-in-subprogram": [10, "R1 invalid mem access 'map_value_or_null'"],
  "too-complex-tail": [15, "BPF program is too large. Processed 1000001 insn"],
  "unbounded-size": [15, "R2 unbounded memory access, use 'var &= const' or 'if (var < const)'"],
  "unknown-helper": [9, "program of this type cannot use helper bpf_redirect#23"],
  "unreadable-register": [0, "R2 !read_ok"],
  "stack-out-of-bounds": [0, "invalid write to stack R10 off=-520 size=8"],
  "reserved-field": [0, "BPF_MOV uses reserved fields"],
  "jump-out-of-range": [1, "jump out of range from insn 1 to 7"],
  unreachable: [2, "unreachable insn 2"],
  "no-exit": [undefined, "last insn is not an exit or jmp"],
  "unknown-opcode": [undefined, "unknown opcode ff"],
  "hand-made-4.19": [3, "invalid stack off=0 size=4"],
  "hand-made-5.10-scalar": [1, "R1 invalid mem access 'inv'"],
  "hand-made-7.3-unreadable": [0, "R2 !read_ok", /^Register Type Safety: Unread[^]*never given[^]*Give R2 a value/],
  "kernel-7.3-null-value": [
    7,
    "R0 invalid mem access 'map_value_or_null'",
    /Invalid deref[^]*may be NULL[^]*NULL check/,
  ],
  "kernel-7.3-null-in-subprogram": [10, "R1 invalid mem access 'map_value_or_null'", /Invalid dereference\nR1 may be/],
  "kernel-7.3-unknown-helper": [
    9,
    "program of this type cannot use helper bpf_redirect#23",
    /^Policy: Operation is not/,
  ],
  "kernel-5.10-null-value": [7, "R0 invalid mem access 'map_value_or_null'"],
  "kernel-5.10-null-in-subprogram": [10, "R1 invalid mem access 'map_value_or_null'"],
  "kernel-5.10-unbounded-index": [14, "R7 unbounded memory access, make sure to bounds check any such access"],
  "kernel-5.10-unbounded-size": [15, "R2 min value is negative, either use unsigned or 'var &= const'"],
  "kernel-5.10-scalar-pointer": [9, "R1 invalid mem access 'inv'"],
  "kernel-5.10-unreleased-reference": [16, "Unreleased reference id=3 alloc_insn=11"],
  "kernel-5.10-uninitialised-stack": [14, "invalid indirect read from stack R3 off -32+0 size 24"],
  "kernel-5.10-infinite-loop": [9, "infinite loop detected at insn 8"],
  "kernel-5.10-context-access": [8, "invalid bpf_context access off=5000 size=8"],
  "kernel-5.10-return-range": [
    1,
    "At program exit the register R0 has value (0x7; 0x0) should have been in (0x0; 0x1)",
  ],
  "kernel-6.18-unreleased-reference": [
    16,
    "Unreleased reference id=3 alloc_insn=11\nBPF_EXIT instruction in main prog would lead to reference leak",
  ],
  "kernel-6.18-infinite-loop": [9, "infinite loop detected at insn 8"],
  "kernel-6.18-context-access": [8, "invalid bpf_context access off=5000 size=8"],
  "kernel-6.18-return-range": [1, "At program exit the register R0 has smin=7 smax=7 should have been in [0, 1]"],
  "kernel-7.3-unbounded-index": [
    14,
    "R7 unbounded memory access, make sure to bounds check any such access",
    /^Memory Safety: Access outside bounds\n[^]*object_size is 24[^]*bounds check/,
  ],
  "kernel-7.3-unbounded-size": [15, "R2 min value is negative, either use unsigned or 'var &= const'"],
  "kernel-7.3-scalar-pointer": [9, "R1 invalid mem access 'scalar'", /Invalid dereference\nR1 is an integer scalar/],
  "kernel-7.3-unreleased-reference": [
    16,
    "Unreleased reference id=3 alloc_insn=11",
    /^Resource Lifetime Safety: Unreleased resource\n[^]*before the program exits\.$/,
  ],
  "kernel-7.3-infinite-loop": [9, "infinite loop detected at insn 8"],
  "kernel-7.3-context-access": [8, "invalid bpf_context access off=5000 size=8"],
  "kernel-7.3-return-range": [1, "At program exit the register R0 has smin=7 smax=7 should have been in [0, 1]"],
};

const read = (name: string): string => readFileSync(testData(`verifier-logs/${name}.log`), "utf8");

test("logs of the running kernel, and of older and newer ones", () => {
  const files = readdirSync(testData("verifier-logs")).map((file) => file.replace(/\.log$/, ""));
  assert.deepEqual(files.sort(), Object.keys(logs).sort(), "every log is checked");
  for (const [name, [insnIndex, reason, advice]] of Object.entries(logs)) {
    const report = parseVerifierLog(read(name), []);
    assert.equal(report.insnIndex, insnIndex, name);
    assert.equal(report.reason, reason, name);
    if (advice) assert.match(report.advice, advice, name);
    else assert.equal(report.advice, "", name);
  }
});

test("what the verifier says is told in plain words", () => {
  const told: Readonly<Record<string, RegExp>> = {
    "null-value": /^this may be missing/,
    "kernel-7.3-null-in-subprogram": /^this may be missing/,
    "unbounded-index": /check it right before its use/,
    "scalar-pointer": /plain number to the kernel/,
    "kernel-5.10-scalar-pointer": /plain number to the kernel/,
    "kernel-5.10-uninitialised-stack": /before all of it was written/,
    "kernel-7.3-unreleased-reference": /not given back on every way out/,
    "kernel-5.10-infinite-loop": /count with a variable/,
    "kernel-7.3-return-range": /only return certain values: \[0, 1\]/,
    "kernel-6.18-context-access": /that part of its context/,
    "too-complex-tail": /too many ways through the program/,
    "unknown-helper": /^the helper bpf_redirect#23 does not exist/,
    "unreadable-register": /was never set/,
    "stack-out-of-bounds": /512 bytes/,
    "hand-made-4.19": /512 bytes/,
    "no-exit": /--cpu v2/,
  };
  for (const [name, plain] of Object.entries(told))
    assert.match(parseVerifierLog(read(name), []).plain ?? "", plain, name);
  for (const name of Object.keys(logs)) assert.ok(parseVerifierLog(read(name), []).plain, `${name} has no plain words`);
  const others: readonly (readonly [string, RegExp])[] = [
    ["invalid access to map value, value_size=24 off=30 size=1", /the map's value of 24 bytes/],
    ["invalid access to packet, off=14 size=20, R2(id=0,off=14,r=14)", /packet may be shorter/],
    ["Unreleased reference id=2 alloc_insn=5", /given back/],
    ["At program exit the register R0 has smin=1 smax=1 should have been in [0, 0]", /certain values: \[0, 0\]/],
    ["R1 type=fp expected=map_ptr", /found fp where the call takes map_ptr/],
    ["cannot call GPL-restricted function from non-GPL compatible program", /GPL/],
  ];
  for (const [words, plain] of others)
    assert.match(parseVerifierLog(`0: (95) exit\n${words}\n`, []).plain ?? "", plain);
  assert.equal(parseVerifierLog("0: (95) exit\nsomething new\n", []).plain, undefined);
});

/** A function of ten instructions whose lines begin at instructions 0, 3 and 7. */
function lined(name: string): FunctionSpec {
  const line = (insnIndex: number, lineNumber: number, column: number): FunctionSpec["lines"][number] => ({
    insnIndex,
    file: `bpf/${name}.ts`,
    text: `\tline ${lineNumber};`,
    line: lineNumber,
    column,
  });
  return {
    name,
    section: ".text",
    insns: [...Array.from({ length: 9 }, () => mov64Imm(0, 0)), exit()],
    relocations: [],
    coreRelocations: [],
    funcTypeId: undefined,
    lines: [line(0, 10, 2), line(3, 11, 7), line(7, 12, 200)],
  };
}

test("an instruction is shown at its line in its own function", () => {
  const parts = [
    { startInsn: 0, spec: lined("main") },
    { startInsn: 10, spec: lined("helper") },
  ];
  const place = (insnIndex: number): string => {
    const report = parseVerifierLog(`${insnIndex}: (95) exit\nR0 !read_ok\n`, parts);
    return `${report.functionName} ${report.place?.file}:${report.place?.line}`;
  };
  assert.equal(place(0), "main bpf/main.ts:10");
  assert.equal(place(2), "main bpf/main.ts:10");
  assert.equal(place(6), "main bpf/main.ts:11");
  assert.equal(place(9), "main bpf/main.ts:12");
  assert.equal(place(10), "helper bpf/helper.ts:10");
  assert.equal(place(19), "helper bpf/helper.ts:12");
  assert.equal(place(20), "undefined undefined:undefined");
});

test("the message has the line with a caret, then the verifier's reason", () => {
  const parts = [{ startInsn: 0, spec: lined("main") }];
  const text = describeVerifierReport("main", parseVerifierLog("4: (95) exit\nR0 !read_ok\n", parts));
  assert.deepEqual(text.split("\n").slice(0, 6), [
    'load program "main": the verifier refused it at bpf/main.ts:11:7',
    "  11 |  line 11;",
    "     |       ^",
    "  a way through the program ends without a result",
    "  R0 !read_ok",
    "  at instruction 4: (95) exit",
  ]);
  // A column past the line's end does not push the caret away from it.
  const far = describeVerifierReport("main", parseVerifierLog("8: (95) exit\nR0 !read_ok\n", parts));
  assert.equal(far.split("\n")[2], "     |          ^");
});

test("a report alone, without the lines before it, is enough", () => {
  for (const [name, insnIndex, reason] of [
    ["kernel-7.3-null-in-subprogram", 10, "Register Type Safety: Invalid dereference"],
    ["hand-made-7.3-unreadable", 0, "Register Type Safety: Unreadable register"],
  ] as const) {
    const log = read(name);
    const report = parseVerifierLog(log.slice(log.indexOf("Verification failed:")), []);
    assert.deepEqual([report.insnIndex, report.reason], [insnIndex, reason]);
  }
});

test("no text whatever breaks the parser", () => {
  const strange = [
    "",
    "\n\n\n",
    "\0\0",
    "Verification failed:",
    "Verification failed: X\n\nAt:\n",
    "12345678901234567890: (95) exit",
    "0: (",
    "Reason:\n  x",
    ";;;;",
    "R0",
    "insn insn 5",
    "é: (95) exit",
  ];
  for (const log of strange) parseVerifierLog(log, [{ startInsn: 0, spec: lined("main") }]);
  // Every log cut at every length: the buffer may end anywhere.
  for (const name of ["null-value", "kernel-7.3-null-value", "no-exit"]) {
    const log = read(name);
    for (let end = 0; end < log.length; end++) {
      const report = parseVerifierLog(log.slice(0, end), []);
      assert.equal(typeof describeVerifierReport("x", report), "string");
    }
  }
});

test("where a relocation found nothing, the log says what to ask first", () => {
  const log = "51: (85) call unknown#195896080\ninvalid func unknown#195896080\nprocessed 38 insns\n";
  assert.match(parseVerifierLog(log, []).plain ?? "", /bpfCoreFieldExists\(task\.x\)/);
});
