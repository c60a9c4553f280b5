// Loading on a fake kernel: what is asked of it, what an old or a strict one leads to, and what is given back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeInsns, type Insn } from "../bpf/isa.js";
import { Atomic, atomic, call, callBpf, exit, ldImm64, mov64Imm } from "../bpf/builders.js";
import type { FunctionSpec, MapSpec, ObjectSpec } from "../object/spec.js";
import type { ProgLoadArgs } from "../sys/kernel.js";
import { Errno } from "../sys/errno.js";
import { encodeText } from "../util/bytes.js";
import { LoaderError, NotSupportedError, ObjectError, PermissionError, VerifierError } from "./errors.js";
import { fakeKernel, type FakeKernel, type FakeOptions } from "./fake-kernel.test.support.js";
import { loadSpec, programKinds } from "./load-spec.js";
import type { EventStream, LoadedObject, LoadedProgram } from "./types.js";

function func(name: string, insns: readonly Insn[], rest: Partial<FunctionSpec> = {}): FunctionSpec {
  return {
    name,
    section: "raw_tracepoint/sched_process_exec",
    insns,
    relocations: [],
    coreRelocations: [],
    funcTypeId: undefined,
    lines: [],
    ...rest,
  };
}

function map(name: string, type: number, rest: Partial<MapSpec> = {}): MapSpec {
  return {
    name,
    type,
    keySize: 4,
    valueSize: 4,
    maxEntries: 8,
    flags: 0,
    keyTypeId: undefined,
    valueTypeId: undefined,
    eventTypeId: undefined,
    ...rest,
  };
}

const events = map("events", 4, { maxEntries: 0 });
const load: readonly Insn[] = [...ldImm64(1, 0n), mov64Imm(0, 0), exit()];
const onExec = func("onExec", load, { relocations: [{ kind: "map", insnIndex: 0, map: "events" }] });

function object(rest: Partial<ObjectSpec> = {}): ObjectSpec {
  return {
    license: "GPL",
    programs: [onExec],
    subprograms: [],
    maps: [events],
    data: [],
    btf: undefined,
    btfBytes: undefined,
    ...rest,
  };
}

function loadOn(kernel: FakeKernel, spec: ObjectSpec = object()): LoadedObject {
  return loadSpec(kernel, spec, programKinds(spec, "test.o"), undefined);
}

function program(loaded: LoadedObject, name = "onExec"): LoadedProgram {
  const found = loaded.programs[name];
  assert.ok(found);
  return found;
}

/** The error that loading on this kernel gives; nothing may be left open. */
function failure(options: FakeOptions, spec?: ObjectSpec): unknown {
  const kernel = fakeKernel(options);
  let thrown: unknown;
  assert.throws(
    () => loadOn(kernel, spec),
    (error) => {
      thrown = error;
      return true;
    },
  );
  assert.deepEqual([...kernel.openFds], [], "every descriptor is closed after an error");
  return thrown;
}

test("loads, attaches, and gives everything back once", () => {
  const kernel = fakeKernel();
  const loaded = loadOn(kernel);
  const link = program(loaded).attach();
  assert.deepEqual(
    kernel.calls.filter((one) => /^(map|prog|raw|perf)[A-Z]\w+ /.test(one) || /^rawT/.test(one)),
    [
      "mapCreate events",
      "progLoad onExec",
      "perfEventOpen 0",
      "perfEventOpen 2",
      "rawTracepointOpen sched_process_exec",
    ],
  );
  assert.equal(kernel.mapped.size, 2);
  link.close();
  link.close();
  loaded.close();
  const closes = kernel.calls.length;
  loaded.close();
  loaded[Symbol.dispose]();
  assert.equal(kernel.calls.length, closes, "closing twice does nothing more");
  assert.deepEqual([...kernel.openFds], []);
  assert.equal(kernel.mapped.size, 0);
  assert.throws(() => program(loaded).attach(), { code: "ERR_CLOSED" });
});

test("an attached program is detached before its ring is unmapped and its map closed", () => {
  const kernel = fakeKernel();
  const loaded = loadOn(kernel);
  const link = program(loaded).attach();
  loaded.close();
  const at = (call: string): number => kernel.calls.lastIndexOf(call);
  assert.ok(at(`close ${link.fd}`) < at("mapDelete"), "detached first");
  assert.ok(at("watch close") < at("munmap"), "nobody waits for a ring that is gone");
  assert.ok(at("mapDelete") < at("munmap"), "the map gives up the event before its ring goes");
  assert.ok(at("munmap") < at("close 101"), "the map's descriptor goes last");
});

test("map descriptors, calls and callbacks are patched into one piece", () => {
  let loaded: Insn[] = [];
  const progLoad = (args: ProgLoadArgs): number => {
    loaded = decodeInsns(args.insns, "program");
    return 500;
  };
  const kernel = fakeKernel({ progLoad });
  const main = func("main", [callBpf(-1), ...ldImm64(2, 0n), ...ldImm64(1, 0n), exit()], {
    relocations: [
      { kind: "call", insnIndex: 0, target: "helper" },
      { kind: "function", insnIndex: 1, target: "callback" },
      { kind: "data", insnIndex: 3, section: ".rodata", offset: 24 },
    ],
  });
  const helper = func("helper", [callBpf(-1), exit()], {
    section: ".text",
    relocations: [{ kind: "call", insnIndex: 0, target: "deep" }],
  });
  const leaf = (name: string): FunctionSpec => func(name, [mov64Imm(0, 1), exit()], { section: ".text" });
  const data = [{ section: ".rodata", bytes: encodeText("x".repeat(32)), readOnly: true, typeId: undefined }];
  const subprograms = [leaf("unused"), leaf("deep"), helper, leaf("callback")];
  loadOn(kernel, object({ programs: [main], subprograms, data })).close();
  // main 0-5, helper 6-7, callback 8-9, deep 10-11.
  assert.equal(loaded.length, 12);
  assert.deepEqual([loaded[0]?.src, loaded[0]?.imm], [1, 5]);
  assert.deepEqual([loaded[1]?.src, loaded[1]?.imm, loaded[2]?.imm], [4, 6, 0]);
  assert.deepEqual([loaded[3]?.src, loaded[4]?.imm], [2, 24]);
  assert.deepEqual([loaded[6]?.src, loaded[6]?.imm], [1, 3]);
  const dataFd = loaded[3]?.imm;
  assert.ok(kernel.calls.includes(`mapFreeze ${dataFd}`), "read-only data is frozen");
});

test("a perf event array has an entry for every possible CPU id", () => {
  const entries: number[] = [];
  const kernel = fakeKernel({
    files: { "/sys/devices/system/cpu/possible": "0-2,7\n" },
    mapCreate: (args) => entries.push(args.maxEntries) + 200,
  });
  loadOn(kernel).close();
  assert.deepEqual(entries, [8]);
});

test("locked memory is raised only before 5.11, only after a refusal, and once", () => {
  for (const { release, refusals, raises, loads } of [
    { release: "6.1.0", refusals: 0, raises: 0, loads: true },
    { release: "5.10.0", refusals: 0, raises: 0, loads: true },
    { release: "5.10.0-27-amd64", refusals: 1, raises: 1, loads: true },
    { release: "4.19.0", refusals: 1, raises: 1, loads: true },
    { release: "5.10.0", refusals: 99, raises: 1, loads: false },
    { release: "5.11.0", refusals: 1, raises: 0, loads: false },
  ]) {
    let left = refusals;
    const base = fakeKernel({ kernelRelease: release });
    const kernel: FakeKernel = { ...base, mapCreate: (args) => (left-- > 0 ? -Errno.EPERM : base.mapCreate(args)) };
    if (loads) loadOn(kernel).close();
    else assert.throws(() => loadOn(kernel), { code: "ERR_PERMISSION" });
    assert.equal(base.calls.filter((one) => one === "raiseMemlock").length, raises, release);
    assert.deepEqual([...base.openFds], [], release);
  }
});

test("a missing right is named", () => {
  const status = (caps: bigint): string => `CapEff:\t${caps.toString(16).padStart(16, "0")}\n`;
  const [admin, perfmon, bpf] = [1n << 21n, 1n << 38n, 1n << 39n];
  for (const [caps, release, missing, text] of [
    [
      0n,
      "6.1.0",
      ["CAP_BPF", "CAP_PERFMON"],
      /needs CAP_BPF and CAP_PERFMON \(or root\), and CAP_BPF and CAP_PERFMON are missing/,
    ],
    [perfmon, "6.1.0", ["CAP_BPF"], /and CAP_BPF is missing/],
    [bpf, "6.1.0", ["CAP_PERFMON"], /and CAP_PERFMON is missing/],
    [0n, "5.4.0", ["CAP_SYS_ADMIN"], /needs CAP_SYS_ADMIN .*before Linux 5.8/],
    [bpf | perfmon, "6.1.0", [], /the capabilities are there/],
    [admin, "6.1.0", [], /the capabilities are there/],
    [admin, "5.4.0", [], /limit on locked memory/],
  ] as const) {
    const files = { "/proc/self/status": status(caps) };
    const error = failure({ files, kernelRelease: release, progLoad: () => -Errno.EPERM });
    assert.ok(error instanceof LoaderError);
    assert.equal(error.code, "ERR_PERMISSION");
    assert.match(error.message, text);
    if (error instanceof PermissionError) assert.deepEqual(error.missing, missing);
  }
});

test("bpf_probe_read_kernel becomes bpf_probe_read where the kernel lacks it", () => {
  const calls = [call(112), call(113), call(114), call(115), call(14), exit()];
  for (const { has, expected } of [
    { has: true, expected: [112, 113, 114, 115, 14] },
    { has: false, expected: [4, 4, 45, 45, 14] },
  ]) {
    let loaded: number[] = [];
    const kernel = fakeKernel({
      kernelRelease: "5.4.0",
      progLoad(args) {
        if (args.name === "probe") return has ? 300 : -Errno.EINVAL;
        loaded = decodeInsns(args.insns, "program")
          .filter((insn) => insn.opcode === 0x85)
          .map((insn) => insn.imm);
        return 301;
      },
    });
    loadOn(kernel, object({ programs: [func("p", calls)], maps: [] })).close();
    assert.deepEqual(loaded, expected);
  }
});

test("the verifier's log is asked for only after a refusal, and grows", () => {
  const sizes: (number | undefined)[] = [];
  const text = "3: (95) exit\nR0 !read_ok\n";
  const refuse = (args: ProgLoadArgs): number => {
    sizes.push(args.log?.length);
    if (args.log && args.log.length < 1 << 20) return -Errno.ENOSPC;
    args.log?.set(encodeText(text));
    return -Errno.EACCES;
  };
  const spec = object();
  const error = failure({ kernelRelease: "5.10.0", progLoad: refuse }, spec);
  assert.ok(error instanceof VerifierError);
  assert.equal(error.log, text);
  assert.equal(error.report.reason, "R0 !read_ok");
  assert.deepEqual(sizes, [undefined, 1 << 16, 1 << 20]);
});

test("refusals that are no verifier's", () => {
  const [tooOld, unknown] = [
    failure({ kernelRelease: "4.14.0", progLoad: () => -Errno.EINVAL }),
    failure({ kernelRelease: "6.1.0", progLoad: () => -Errno.EINVAL }),
  ];
  assert.ok(tooOld instanceof NotSupportedError);
  assert.equal(tooOld.minKernel, "4.17");
  assert.ok(unknown instanceof LoaderError);
  assert.equal(unknown.code, "ERR_SYSTEM");
  const callback = func("p", load, { relocations: [{ kind: "function", insnIndex: 0, target: "f" }] });
  const spec = object({ programs: [callback], subprograms: [func("f", [exit()], { section: ".text" })] });
  const noCallbacks = failure({ kernelRelease: "5.10.0", progLoad: () => -Errno.EINVAL }, spec);
  assert.ok(noCallbacks instanceof NotSupportedError);
  assert.equal(noCallbacks.minKernel, "5.13");
  const fetching = func("p", [mov64Imm(0, 0), atomic("DW", Atomic.XCHG, 10, 0, -8), exit()]);
  const noAtomics = failure(
    { kernelRelease: "5.10.0", progLoad: () => -Errno.EINVAL },
    object({ programs: [fetching] }),
  );
  assert.ok(noAtomics instanceof NotSupportedError);
  assert.equal(noAtomics.minKernel, "5.12");
  const ring = object({ programs: [], maps: [map("ring", 27, { keySize: 0, valueSize: 0, maxEntries: 4096 })] });
  const noRing = failure({ kernelRelease: "5.4.0", mapCreate: () => -Errno.EINVAL }, ring);
  assert.ok(noRing instanceof NotSupportedError);
  assert.equal(noRing.minKernel, "5.8");
});

test("nothing stays open wherever a load or an attach fails", () => {
  const spec = object({ maps: [events, map("table", 1)] });
  for (const fail of ["mapCreate", "progLoad"] as const) {
    for (let allowed = 0; allowed < 2; allowed++) {
      const base = fakeKernel();
      let calls = 0;
      const kernel: FakeKernel = {
        ...base,
        mapCreate: (args) => (fail === "mapCreate" && calls++ >= allowed ? -Errno.ENOMEM : base.mapCreate(args)),
        progLoad: (args) => (fail === "progLoad" ? -Errno.ENOMEM : base.progLoad(args)),
      };
      assert.throws(() => loadOn(kernel, spec), { code: fail === "mapCreate" ? "ERR_MAP" : "ERR_SYSTEM" });
      assert.deepEqual([...base.openFds], []);
    }
  }
  const methods = ["mmap", "mapUpdate", "epollCreate", "epollAdd", "rawTracepointOpen"] as const;
  for (const method of methods) {
    const base = fakeKernel();
    let calls = 0;
    const failing = { [method]: () => -Errno.ENOMEM };
    const second = {
      mmap: (...args: Parameters<FakeKernel["mmap"]>) => (calls++ > 0 ? -Errno.ENOMEM : base.mmap(...args)),
    };
    const loaded = loadOn({ ...base, ...(method === "mmap" ? second : failing) }, object());
    assert.throws(() => program(loaded).attach(), LoaderError, method);
    loaded.close();
    assert.deepEqual([...base.openFds], [], method);
    assert.equal(base.mapped.size, 0, method);
  }
});

test("a name the object does not have is an error with the names it has", () => {
  const loaded = loadOn(fakeKernel());
  assert.throws(() => loaded.programs["onExce"], {
    code: "ERR_UNKNOWN_NAME",
    message: 'find program "onExce": the object has no program of this name (did you mean "onExec"? it has "onExec")',
  });
  assert.throws(() => loaded.maps["zzz"], { message: /no map of this name \(it has "events"\)/ });
  assert.deepEqual(Object.keys(loaded.maps), ["events"]);
  assert.equal(JSON.stringify(Object.keys(loaded.programs)), '["onExec"]');
  const stream = loaded.maps["events"] as EventStream<unknown>;
  assert.equal(stream.name, "events");
});

test("a kernel that lets only root open perf events is told from a missing capability", () => {
  for (const [paranoid, text] of [
    ["3\n", /on CPU 0: EACCES.*\(kernel\.perf_event_paranoid is 3/],
    ["2\n", /on CPU 0: EACCES.*\(the capabilities are there/],
  ] as const) {
    const files = { "/proc/sys/kernel/perf_event_paranoid": paranoid };
    const loaded = loadOn(fakeKernel({ files, perfEventOpen: () => -Errno.EACCES }));
    assert.throws(() => program(loaded).attach(), { code: "ERR_PERMISSION", message: text });
  }
});

test("objects that cannot be loaded say what is wrong with them", () => {
  const wrong: readonly (readonly [ObjectSpec, RegExp])[] = [
    [
      object({ programs: [func("p", load, { section: "rwa_tp/x" })] }),
      /"p" of test\.o: its section "rwa_tp\/x" names no/,
    ],
    [object({ maps: [] }), /uses map "events", which it does not have/],
    [
      object({
        programs: [func("p", [callBpf(0), exit()], { relocations: [{ kind: "call", insnIndex: 0, target: "q" }] })],
      }),
      /"p" calls "q", which is not in the object/,
    ],
    [
      object({ programs: [func("p", load, { relocations: [{ kind: "map", insnIndex: 2, map: "events" }] })] }),
      /instruction 2 is not the 64-bit load/,
    ],
    [
      object({ programs: [func("p", load, { relocations: [{ kind: "map", insnIndex: 9, map: "events" }] })] }),
      /names instruction 9/,
    ],
    [object({ maps: [map("events", 1, { keySize: 0 })] }), /a hash map cannot have a key size of 0/],
    [
      object({ maps: [map("events", 27, { keySize: 0, valueSize: 0, maxEntries: 100 })] }),
      /a ringbuf map cannot have a size/,
    ],
  ];
  for (const [spec, text] of wrong) {
    const error = failure({}, spec);
    assert.ok(error instanceof ObjectError, String(error));
    assert.match(error.message, text);
  }
});
