// The table of commands: what each one takes, what its help says, and the file that does it. A command's code is
// imported only when it runs, so that `tsbpf help` costs no more than starting Node.

import type { CommandSpec, ParsedArgs } from "./args.js";
import type { Io } from "./io.js";

/** Does the command's work; the result is the exit code. `table` is the table below, for the help texts. */
export type Run = (args: ParsedArgs, io: Io, table: readonly CommandSpec[]) => Promise<number>;

export interface Command extends CommandSpec {
  readonly load: () => Promise<Run>;
}

export const cpuVersions = ["v1", "v2", "v3", "v4"] as const;
export type CpuVersion = (typeof cpuVersions)[number];

const build: Command = {
  name: "build",
  summary: "compile a TypeScript BPF program to an object file",
  operand: {
    name: "FILE",
    required: true,
    help: "the TypeScript file with the programs and maps",
    cure: "name the TypeScript file to compile (tsbpf build sched.ts)",
  },
  options: [
    {
      name: "output",
      short: "o",
      value: "OUT",
      help: ["where to write the object; missing folders are made", "(default: FILE's name with .bpf.o, here)"],
    },
    {
      name: "cpu",
      value: "VERSION",
      choices: cpuVersions,
      help: [
        "instruction set: v1, v2, v3 or v4 (default: v3)",
        "v1 runs on every kernel, v3 needs Linux 5.1, v4 needs 6.6",
      ],
    },
    {
      name: "kernel",
      value: "VERSION",
      help: ["the oldest kernel that the object must run on (default: 5.10)", "below 5.3 loops are unrolled"],
    },
    {
      name: "dump",
      value: "NAME[,NAME]",
      list: true,
      help: [
        "also print what the compiler has after a stage:",
        "ir, asm, or the name of a pass (a wrong name lists them)",
      ],
    },
  ],
  details: [
    [
      "All errors are reported in one run, each with its place and what to write instead.",
      "A build that fails leaves an object from before as it was.",
    ],
    ["Exit code: 0 built, 1 errors in the program (or the object cannot be written),", "2 wrong command line."],
  ],
  examples: [
    { line: "tsbpf build bpf/sched.ts -o build/sched.bpf.o", comment: "compile" },
    { line: "tsbpf build bpf/sched.ts --cpu v1", comment: "for an old kernel; writes sched.bpf.o here" },
  ],
  load: async () => (await import("./build.js")).runBuild,
};

const inspect: Command = {
  name: "inspect",
  summary: "show what is inside an object file",
  operand: {
    name: "OBJECT",
    required: true,
    help: "an object that tsbpf, clang or gcc made",
    cure: "name the object file to look into (tsbpf inspect build/sched.bpf.o)",
  },
  options: [],
  details: [
    [
      "Prints sections, licence, programs (each instruction beside its source line, with its",
      "relocations and CO-RE records), maps, records, data and a summary of the types.",
    ],
    ["Needs no rights and no kernel: it only reads the file. Exit code: 0 shown, 1 not a BPF object."],
  ],
  examples: [
    { line: "tsbpf inspect build/sched.bpf.o", comment: "everything" },
    { line: "tsbpf inspect build/sched.bpf.o | less", comment: "page by page" },
  ],
  load: async () => (await import("./inspect.js")).runInspect,
};

const vmlinux: Command = {
  name: "vmlinux",
  summary: "write TypeScript views of a kernel's types",
  operand: {
    name: "NAME",
    required: false,
    many: true,
    help: "a struct, union, enum or typedef of the kernel (default: all of them)",
    cure: "name a type of the kernel (tsbpf vmlinux task_struct)",
  },
  options: [
    {
      name: "btf",
      value: "FILE",
      help: ["the kernel's BTF, as it is or in an object", "(default: /sys/kernel/btf/vmlinux, the running kernel)"],
    },
    {
      name: "depth",
      value: "N",
      help: ["only what is at most N pointers away from the named types", "(default: all that they lead to)"],
    },
    {
      name: "output",
      short: "o",
      value: "OUT",
      help: ["where to write the .d.ts file (default: to standard output)"],
    },
  ],
  details: [
    [
      "The views are what you would write by hand: an interface for each type, named as a program",
      "names it (task_struct is bpfCoreTaskStruct), with all of its fields. A program imports them:",
      '  import type { bpfCoreTaskStruct } from "./vmlinux.js";',
      "Offsets are still those of the kernel that a program is loaded on (CO-RE).",
    ],
    ["Needs no rights. Exit code: 0 written, 1 no BTF or no such type, 2 wrong command line."],
  ],
  examples: [
    { line: "tsbpf vmlinux task_struct --depth 1 -o bpf/vmlinux.d.ts", comment: "a task and what it points to" },
    { line: "tsbpf vmlinux -o bpf/vmlinux.d.ts", comment: "all types of the running kernel" },
  ],
  load: async () => (await import("./vmlinux.js")).runVmlinux,
};

const doctor: Command = {
  name: "doctor",
  summary: "check that this machine can compile and run BPF programs",
  operand: undefined,
  options: [],
  details: [
    [
      "Each line is ok, warning or failure; what is not ok comes with its cure.",
      "Run it the way you will run your program: with sudo, if that is how.",
    ],
    ["Exit code: 0 no failure, 1 at least one."],
  ],
  examples: [{ line: "sudo tsbpf doctor", comment: "as the user who will load the programs" }],
  load: async () => (await import("./doctor.js")).runDoctor,
};

const version: Command = {
  name: "version",
  summary: "print the versions of tsbpf, Node, typescript and koffi",
  operand: undefined,
  options: [],
  details: [],
  examples: [{ line: "tsbpf version", comment: "for a bug report" }],
  load: async () => (await import("./version.js")).runVersion,
};

const help: Command = {
  name: "help",
  summary: "explain a command",
  operand: { name: "COMMAND", required: false, help: "the command to explain", cure: "" },
  options: [],
  details: [],
  examples: [{ line: "tsbpf help build", comment: "the same as tsbpf build --help" }],
  load: async () => (await import("./help.js")).runHelp,
};

export const commands: readonly Command[] = [build, inspect, vmlinux, doctor, version, help];
