import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { casesFolder } from "../compiler/run.test.support.js";
import { VmError } from "../vm/core.js";
import { emulate } from "./emulate.js";
import { EmulateError, KernelObjectError } from "./errors.js";
import type { EmulatedEvents, EmulateOptions, Emulator, RunOutcome } from "./types.js";
import type { UserArray, UserHashMap } from "../loader/types.js";

interface Opened {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly path: string;
}

const tracing = (options: EmulateOptions = {}): Promise<Emulator> =>
  emulate(`${casesFolder}emulate/tracing.ts`, options);

function run(machine: Emulator, program: string, context?: object): RunOutcome {
  return machine.programs[program]?.run(context) ?? assert.fail(program);
}

describe("tracing programs", () => {
  it("see the task, user memory and its text", async () => {
    const machine = await tracing({ task: { pid: 7, tgid: 7, comm: "cat", realParent: { pid: 1, tgid: 5 } } });
    const path = machine.userMemory("/etc/passwd");
    assert.equal(run(machine, "open", { args: [0n, path] }).returnValue, 0);
    const opened = machine.maps["opened"] as EmulatedEvents<Opened>;
    assert.deepEqual(opened.events, [{ pid: 7, parent: 5, name: "cat", path: "/etc/passwd" }]);
    assert.equal(run(machine, "open", { args: [0n, 0xdeadn] }).returnValue, 1);
    machine.task = { pid: 8, comm: "a name of more than sixteen".slice(0, 15) };
    run(machine, "open", { args: [0n, path] });
    assert.deepEqual(
      opened.take().map(({ pid, parent, name }) => [pid, parent, name]),
      [
        [7, 5, "cat"],
        [8, 0, "a name of more "],
      ],
    );
    assert.deepEqual(opened.events, []);
  });
  it("see the clock, and share maps with the test", async () => {
    const machine = await tracing({ task: { pid: 7 }, clockNs: 100n });
    const started = machine.maps["started"] as UserHashMap<number, bigint>;
    assert.equal(run(machine, "latency").returnValue, 1);
    assert.deepEqual([...started], [[7, 100n]]);
    machine.clockNs = 350n;
    assert.equal(run(machine, "latency").returnValue, 250);
    assert.equal(started.has(7), false);
    started.set(1, 1n).set(2, 2n);
    assert.equal(run(machine, "latency").returnValue, 2, "the map is full");
    assert.throws(() => started.set(3, 3n), /it is full, with 2 entries/);
    assert.equal(started.delete(1), true);
    assert.deepEqual([started.get(1), started.get(2), [...started.keys()]], [undefined, 2n, [2]]);
  });
  it("run on the CPU that the test says", async () => {
    const machine = await tracing({ cpuCount: 2, randomSeed: 5 });
    run(machine, "sample");
    machine.cpu = 1;
    run(machine, "sample");
    run(machine, "sample");
    const perCpu = machine.maps["perCpu"] as UserArray<readonly bigint[]>;
    assert.deepEqual(perCpu.get(0), [1n, 2n]);
    perCpu.set(0, [10n, 20n]);
    run(machine, "sample");
    assert.deepEqual(perCpu.get(0), [10n, 21n]);
    const samples = machine.maps["samples"] as EmulatedEvents<{ cpu: number; random: number }>;
    assert.deepEqual(
      samples.records.map(({ cpu, event }) => [cpu, event.cpu]),
      [
        [0, 0],
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    );
    const again = await tracing({ cpuCount: 2, randomSeed: 5 });
    run(again, "sample");
    const first = (again.maps["samples"] as typeof samples).events[0]?.random;
    assert.equal(first, samples.events[0]?.random);
    assert.throws(() => (machine.cpu = 2), /2 is not from 0 to 1/);
  });
  it("follow pointers of kernel objects, also in a circle, up to NULL", async () => {
    const init: Record<string, number | object> = { pid: 1 };
    init["real_parent"] = init;
    const machine = await tracing({ task: { pid: 3, real_parent: { pid: 2, real_parent: { pid: 1 } } } });
    assert.equal(run(machine, "parents").returnValue, 3);
    machine.task = init as never;
    assert.equal(run(machine, "parents").returnValue, 8);
    const old = await tracing({ task: { pid: 0 }, without: ["task_struct.tgid"] });
    assert.equal(run(old, "parents").returnValue, -1);
    assert.throws(
      () => run(old, "open", { args: [0n, 0n] }),
      /tracing\.ts:\d+:\d+\): the kernel's types have no struct task_struct\.tgid \(ask whether it exists before\)/,
    );
  });
  it("run on the types of a real kernel", async () => {
    const options = { btf: "/sys/kernel/btf/vmlinux", task: { pid: 7, comm: "cat", real_parent: { tgid: 5 } } };
    const machine = await tracing(options);
    run(machine, "open", { args: [0, machine.userMemory("x")] });
    const opened = machine.maps["opened"] as EmulatedEvents<Opened>;
    assert.deepEqual(opened.events, [{ pid: 7, parent: 5, name: "cat", path: "x" }]);
    await assert.rejects(
      tracing({ ...options, task: { pidd: 7 } }),
      /task_struct has no field "pidd" \(did you mean "pid"/,
    );
    await assert.rejects(tracing({ ...options, task: { pid: "seven" } }), /expected a whole number, got "seven"/);
    await assert.rejects(tracing({ ...options, task: { comm: "x".repeat(17) } }), KernelObjectError);
  });
  it("say which lines ran", async () => {
    const machine = await tracing({ task: { pid: 7 } });
    run(machine, "latency");
    run(machine, "latency");
    run(machine, "latency");
    const hits = (text: string): number | undefined =>
      machine.coverage().find((line) => line.text.includes(text) && line.file.endsWith("tracing.ts"))?.hits;
    assert.equal(hits("const since = started.get(pid)"), 3);
    assert.equal(hits("started.set(pid"), 2, "the lookup before it has decided the condition");
    assert.equal(hits("started.delete(pid)"), 1);
    assert.equal(hits("perCpu.ref(0)"), 0);
  });
  it("end with an error that names the source line", async () => {
    const machine = await tracing({ maxInstructions: 10, task: { pid: 1, realParent: { pid: 1 } } });
    assert.throws(
      () => run(machine, "parents"),
      (error) => {
        assert.ok(error instanceof VmError);
        assert.match(
          error.message,
          /run "parents": instruction \d+ \(.*tracing\.ts:\d+:\d+\): it has used up its budget/,
        );
        return true;
      },
    );
  });
  it("call helpers of the test's own", async () => {
    const machine = await tracing({ helpers: { bpfKtimeGetNs: () => 42n } });
    run(machine, "latency");
    assert.deepEqual([...(machine.maps["started"] as UserHashMap<number, bigint>)], [[1, 42n]]);
  });
});

describe("programs of every kind", () => {
  const open = (options: EmulateOptions = {}): Promise<Emulator> => emulate(`${casesFolder}emulate/kinds.ts`, options);
  const seen = (machine: Emulator): unknown => (machine.maps["seen"] as UserArray<bigint>).get(0);

  it("get arguments and results", async () => {
    const machine = await open();
    const task = machine.kernelObject("task_struct", { pid: 4, realParent: { pid: 9 } });
    run(machine, "onTpBtf", { args: [true, task] });
    assert.equal(seen(machine), 9n);
    run(machine, "onTpBtf", { args: [true, machine.kernelObject("task_struct", {})] });
    assert.equal(seen(machine), 0n, "a plain load through a NULL pointer gives 0");
    for (const [program, context, expected] of [
      ["onKprobe", { args: [1n, 2n, 33n] }, 33n],
      ["onKretprobe", { result: 77n }, 77n],
      ["onFentry", { args: [1n, 2n, 44n] }, 44n],
      ["onFexit", { args: [1n, 2n, 3n], result: -5n }, 2n ** 64n - 5n],
    ] as const) {
      run(machine, program, context);
      assert.equal(seen(machine), expected, program);
    }
    const init = machine.kernelObject("task_struct", { pid: 1 });
    assert.equal(run(machine, "onLsm", { args: [init, 0, 9] }).returnValue, -1);
    assert.equal(run(machine, "onLsm", { args: [init, 0, 15] }).returnValue, 0);
  });
  it("get kernel objects where the kernel's types say what the arguments are", async () => {
    const machine = await open({ btf: "/sys/kernel/btf/vmlinux" });
    run(machine, "onTpBtf", { args: [true, { real_parent: { pid: 12 } }] });
    assert.equal(seen(machine), 12n);
    assert.throws(() => run(machine, "onKprobe", { args: [{}] }), /kernelObject\("name"/);
  });
  it("get packets, and may change them", async () => {
    const machine = await open();
    const packet = Uint8Array.from({ length: 40 }, (_, at) => at);
    packet.set([8, 0], 12);
    packet.set([64, 17], 22);
    const outcome = run(machine, "onXdp", { packet, ingressIfindex: 1000 });
    assert.deepEqual([outcome.returnValue, outcome.packet?.[22], packet[22]], [1, 63, 64]);
    assert.equal(seen(machine), 1040n);
    assert.equal(run(machine, "onXdp", { packet: packet.subarray(0, 20) }).returnValue, 0);
    assert.equal(run(machine, "onXdp", { packet: packet.subarray(0, 13) }).returnValue, 2);
    assert.equal(run(machine, "onXdp").returnValue, 2);
    const tc = run(machine, "onTc", { packet, mark: 5 });
    assert.deepEqual([tc.returnValue, tc.context[8]], [0, 45]);
    packet.set([8, 6], 12);
    assert.equal(run(machine, "onTc", { packet }).returnValue, 2);
    assert.equal(run(machine, "onSocket", { packet: new Uint8Array(65) }).returnValue, 64);
    assert.throws(() => run(machine, "onTc", { marc: 5 }), /its context has no field "marc" \(did you mean "mark"/);
    assert.throws(() => run(machine, "onXdp", { packets: packet }), /no field "packets" \(did you mean "packet"/);
  });
  it("get fields of their context", async () => {
    const machine = await open();
    const port = (host: number): number => ((host & 255) << 8) | (host >> 8);
    assert.equal(run(machine, "onConnect", { userPort: port(25) }).returnValue, 0);
    const connect = run(machine, "onConnect", { userPort: port(80), userIp4: 1 });
    assert.deepEqual([connect.returnValue, connect.context[24], connect.context[25]], [1, 8080 >> 8, 8080 & 255]);
    run(machine, "onSample", { samplePeriod: 4000n });
    assert.equal(seen(machine), 4000n);
    const sum = run(machine, "onSyscall", Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    assert.equal(sum.context[8], 3);
    assert.throws(() => run(machine, "onSyscall"), /run "onSyscall", a syscall program: the object does not say/);
  });
});

describe("what is given to emulate", () => {
  const refused = async (options: object, message: RegExp): Promise<void> => {
    await assert.rejects(tracing(options), (error) => {
      assert.ok(error instanceof EmulateError);
      assert.match(error.message, message);
      return true;
    });
  };

  it("has names that there are", async () => {
    await refused({ clock: 3n }, /there is no option "clock" \(did you mean "clockNs"\?\): there are btf, /);
    await refused({ kernelStack: [1n] }, /"kernelStack" is no option: set it on the machine/);
    await refused({ helpers: { bpfKtimeGetN: () => 0n } }, /no helper "bpfKtimeGetN" \(did you mean "bpfKtimeGetNs"/);
    await refused({ task: { pidd: 1 } }, /no program reads a field "pidd" \(did you mean "pid"/);
    await refused({ task: { realParent: { tgidd: 1 } } }, /no program reads a field "tgidd" \(did you mean "tgid"/);
    const machine = await tracing({ task: { pid: 1, utime: 5 } });
    const slip = { pid: 2, com: "cat" };
    for (const _ of ["once", "again"]) {
      assert.throws(() => (machine.task = slip), /no program reads a field "com" \(did you mean "comm"/);
      assert.deepEqual(machine.task, { pid: 1, utime: 5 }, "a task that is refused changes nothing");
    }
    assert.throws(() => machine.kernelObject("nope", {}), EmulateError);
  });
  it("has values of the right kind", async () => {
    await refused({ cpuCount: 0 }, /option cpuCount is 0: expected a whole number from 1 on/);
    await refused({ clockNs: 5 }, /option clockNs is 5: expected a bigint/);
    const machine = await tracing();
    assert.throws(() => (machine.clockNs = 5 as never), /set clockNs: it is 5: expected a bigint/);
    assert.throws(() => (machine.userStack = [1] as never), /set userStack: expected an array of addresses/);
    assert.throws(() => (machine.cpu = 1.5), EmulateError);
    await refused({ cpu: 1 }, /option cpu is 1: expected "v1", .*machine\.cpu = 1/);
    await refused({ maxInstructions: 2 ** 40 }, /option maxInstructions is 1099511627776/);
    await refused({ without: "task_struct" }, /option without is "task_struct": expected an array/);
  });
});

describe("modules for newer kernels", () => {
  const open = (kernel?: string): Promise<Emulator> =>
    emulate(`${casesFolder}emulate/callbacks.ts`, kernel === undefined ? {} : { kernel });

  it("run what the kernel that is named has", async () => {
    const machine = await open("5.17");
    assert.equal(run(machine, "rounds", { args: [4n] }).returnValue, 6);
    assert.equal(run(machine, "entries").returnValue, 7);
  });
  it("are refused for the kernel that `tsbpf build` takes, and told of the option", async () => {
    await assert.rejects(open(), (error) => {
      assert.ok(error instanceof EmulateError);
      assert.match(error.message, /TSB9004[\s\S]*emulate\("…", \{ kernel: "5\.17" \}\)/);
      return true;
    });
  });
  it("name a release", async () => {
    await assert.rejects(open("new"), /option kernel is "new": expected a release such as "5\.17"/);
  });
});

describe("modules that cannot be emulated", () => {
  it("have errors", async () => {
    await assert.rejects(emulate(`${casesFolder}errors/numbers.ts`), (error) => {
      assert.ok(error instanceof EmulateError);
      assert.match(error.message, /numbers\.ts:\d+:\d+/);
      return true;
    });
  });
  it("are no objects", async () => {
    await assert.rejects(emulate(Uint8Array.of(1, 2, 3)), /object/);
    await assert.rejects(emulate("there/is/none.o"), /emulate there\/is\/none\.o: there is no such file \(relative/);
    await assert.rejects(emulate(casesFolder), /it is a folder: name a TypeScript module or an object/);
    await assert.rejects(emulate("bpf/sched.js"), /it is JavaScript: name its TypeScript source/);
    await assert.rejects(
      tracing({ btf: "/etc/hostname" }),
      /read option btf, \/etc\/hostname: it is no BTF: .*vmlinux/,
    );
    await assert.rejects(tracing({ btf: "there/is/none" }), /read option btf, there\/is\/none: there is no such file/);
  });
});
