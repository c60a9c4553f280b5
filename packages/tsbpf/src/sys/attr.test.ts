import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ByteReader } from "../util/bytes.js";
import {
  kernelObjectName,
  packBtfLoad,
  packEpollIn,
  packLinkCreate,
  packMapCreate,
  packMapElement,
  packPerfBpfOutput,
  packPerfProbe,
  packPerfSampling,
  packProgLoad,
  packRawTracepointOpen,
  packTestRun,
} from "./attr.js";
import type { MapCreateArgs, ProgLoadArgs } from "./kernel.js";

const mapArgs: MapCreateArgs = {
  type: 0x101,
  keySize: 0x102,
  valueSize: 0x103,
  maxEntries: 0x104,
  flags: 0x105,
  name: "m",
  btfFd: 0x106,
  keyTypeId: 0x107,
  valueTypeId: 0x108,
};
const progArgs: ProgLoadArgs = {
  type: 0x201,
  expectedAttachType: 0x202,
  flags: 0x203,
  attachBtfId: 0x204,
  insns: new Uint8Array(24),
  license: "GPL",
  name: "p",
  debug: { btfFd: 0x205, funcInfo: new Uint8Array(16), lineInfo: new Uint8Array(48) },
  log: new Uint8Array(0x206),
  logLevel: 7,
};
const addresses = { insns: 0x301n, license: 0x302n, log: 0x303n, funcInfo: 0x304n, lineInfo: 0x305n };

/** [C expression for the struct, its member, the attr, what must be there] */
const fields: readonly (readonly [string, string, Uint8Array, bigint | number])[] = [
  ...Object.entries({
    map_type: 0x101,
    key_size: 0x102,
    value_size: 0x103,
    max_entries: 0x104,
    map_flags: 0x105,
    map_name: 0x6d,
    btf_fd: 0x106,
    btf_key_type_id: 0x107,
    btf_value_type_id: 0x108,
  }).map(([member, value]) => ["union bpf_attr", member, packMapCreate(mapArgs), value] as const),
  ...Object.entries({
    prog_type: 0x201,
    insn_cnt: 3,
    insns: 0x301n,
    license: 0x302n,
    log_level: 7,
    log_size: 0x206,
    log_buf: 0x303n,
    prog_flags: 0x203,
    prog_name: 0x70,
    expected_attach_type: 0x202,
    prog_btf_fd: 0x205,
    func_info_rec_size: 8,
    func_info: 0x304n,
    func_info_cnt: 2,
    line_info_rec_size: 16,
    line_info: 0x305n,
    line_info_cnt: 3,
    attach_btf_id: 0x204,
  }).map(([member, value]) => ["union bpf_attr", member, packProgLoad(progArgs, addresses), value] as const),
  ...Object.entries({ map_fd: 1, key: 2n, value: 3n, flags: 4n }).map(
    ([member, value]) => ["union bpf_attr", member, packMapElement(1, 2n, 3n, 4n), value] as const,
  ),
  ...Object.entries({ btf: 1n, btf_log_buf: 3n, btf_size: 2, btf_log_size: 4, btf_log_level: 1 }).map(
    ([member, value]) => ["union bpf_attr", member, packBtfLoad(1n, 2, 3n, 4), value] as const,
  ),
  ...Object.entries({ "raw_tracepoint.name": 5n, "raw_tracepoint.prog_fd": 6 }).map(
    ([member, value]) => ["union bpf_attr", member, packRawTracepointOpen(5n, 6), value] as const,
  ),
  ...Object.entries({
    "test.prog_fd": 1,
    "test.data_size_in": 2,
    "test.data_in": 3n,
    "test.repeat": 4,
    "test.ctx_size_in": 5,
    "test.ctx_in": 6n,
    "test.data_size_out": 7,
    "test.data_out": 8n,
  }).map(([member, value]) => {
    const attr = packTestRun({
      progFd: 1,
      data: { size: 2, address: 3n },
      repeat: 4,
      context: { size: 5, address: 6n },
      dataOut: { size: 7, address: 8n },
    });
    return ["union bpf_attr", member, attr, value] as const;
  }),
  ...Object.entries({
    type: 1,
    size: 112,
    config: 10n,
    sample_period: 1n,
    sample_type: (1n << 10n) | (1n << 2n),
    read_format: 16n,
    wakeup_events: 9,
    clockid: 1,
  }).map(([member, value]) => {
    return ["struct perf_event_attr", member, packPerfBpfOutput({ wakeupEvents: 9, readLost: true }), value] as const;
  }),
  ...Object.entries({
    "link_create.prog_fd": 1,
    "link_create.target_fd": 2,
    "link_create.attach_type": 3,
    "link_create.flags": 4,
  }).map(([member, value]) => {
    const attr = packLinkCreate({ progFd: 1, target: 2, attachType: 3, flags: 4 });
    return ["union bpf_attr", member, attr, value] as const;
  }),
  ...Object.entries({ type: 8, size: 112, config: 1n, kprobe_func: 9n }).map(
    ([member, value]) => ["struct perf_event_attr", member, packPerfProbe(8, 1n, 9n), value] as const,
  ),
  ...Object.entries({ type: 1, size: 112, config: 2n, sample_freq: 99n }).map(([member, value]) => {
    const attr = packPerfSampling({ type: 1, config: 2n, frequency: 99 });
    return ["struct perf_event_attr", member, attr, value] as const;
  }),
  ["struct epoll_event", "events", packEpollIn(0x77, process.arch === "x64"), 1],
  ["struct epoll_event", "data", packEpollIn(0x77, process.arch === "x64"), 0x77],
];

/** A C program that prints the offset of each member: the headers themselves are what the packing is held to. */
function offsetsFromHeaders(): number[] {
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-attr-"));
  try {
    const prints = fields.map(([type, member]) => `printf("%zu\\n", offsetof(${type}, ${member}));`);
    const includes = ["linux/bpf.h", "linux/perf_event.h", "sys/epoll.h", "stddef.h", "stdio.h"];
    const source = `${includes.map((i) => `#include <${i}>`).join("\n")}\nint main(void) { ${prints.join("\n")} }\n`;
    writeFileSync(join(folder, "offsets.c"), source);
    execFileSync("cc", ["-o", join(folder, "offsets"), join(folder, "offsets.c")]);
    return execFileSync(join(folder, "offsets"), { encoding: "utf8" }).trim().split("\n").map(Number);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("every field stands where the kernel's headers have it", (t) => {
  if (spawnSync("cc", ["--version"]).status !== 0) {
    assert.ok(!process.env["CI"], "no C compiler");
    return t.skip("SKIPPED, NOT CHECKED: no C compiler (cc)");
  }
  const offsets = offsetsFromHeaders();
  for (const [index, [type, member, attr, expected]] of fields.entries()) {
    const reader = new ByteReader(attr, type);
    const at = offsets[index] ?? -1;
    const got = typeof expected === "bigint" ? reader.u64(at) : reader.u32(at);
    assert.equal(got, expected, `${type}.${member} at offset ${at}`);
  }
});

test("attrs end after the last field in use, for kernels that know no more", () => {
  const plain = { ...progArgs, debug: undefined, attachBtfId: 0, log: undefined };
  assert.equal(packProgLoad(plain, addresses).length, 72);
  assert.equal(packProgLoad({ ...progArgs, attachBtfId: 0 }, addresses).length, 112);
  assert.equal(packMapCreate({ ...mapArgs, btfFd: 0 }).length, 48);
  // Without a log neither its address nor its level may be set (bpf_vlog_init).
  const reader = new ByteReader(packProgLoad(plain, addresses), "attr");
  assert.deepEqual([reader.u32(24), reader.u32(28), reader.u64(32)], [0, 0, 0n]);
});

test("the perf event's flag bits are use_clockid alone", () => {
  const reader = new ByteReader(packPerfBpfOutput({ wakeupEvents: 1, readLost: false }), "perf_event_attr");
  assert.equal(reader.u64(40), 1n << 25n);
  assert.equal(reader.u64(32), 0n);
});

test("names fit the kernel's rules", () => {
  for (const [name, expected] of [
    ["events", "events"],
    [".rodata", ".rodata"],
    ["schedProcessExecEvent", "schedProcessExe"],
    ["ä$b", "__b"],
    ["", ""],
  ] as const) {
    assert.equal(kernelObjectName(name), expected);
  }
});
