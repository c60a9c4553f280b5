// The programs that are compiled both ways, and what each twin is given to do: see runner.c for the commands.
//
//   steps   commands before the maps are compared; every `run` is compared as well
//   time    the run that is timed, after the same steps; absent where a test run cannot reach the program
//   differ  what may differ because it holds a time or a random number, by map: "sum" (only the sum of all 32-bit
//           words counts), "keys" (only the keys), or [offset, length] of each part that does not count
//   refused this kind of program cannot be loaded on every kernel; where C's twin is refused, so must ours be

const q = (...numbers) => numbers.map((number) => `q${number}`).join("+");
const run = (program, context = "-", data = "-") => `run ${program} ${context} ${data}`;
const rawTime = (program, context, steps = []) => ({ program, context, steps });

/** Numbers that look random and are the same in every run (a linear congruential generator). */
function pseudoRandom(seed) {
  let state = BigInt(seed);
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 33n);
  };
}

function bytesOf(seed, count) {
  const next = pseudoRandom(seed);
  return Buffer.from(Array.from({ length: count }, () => next() & 0xff));
}

/** Kernel memory full of noise, of pointers to itself, and of small numbers. */
const noise = (seed) => `mem x${bytesOf(seed, 4096).toString("hex")}`;
const selfPointers = `mem ${Array.from({ length: 512 }, () => "@mem").join("+")}`;
const zeros = `mem x${"00".repeat(4096)}`;

const signalContexts = [9, 15, 1, 64, 11, 9].map((signal) => q(signal, 0) + `+@task+${q(1, signal & 1)}`);
const faultContexts = [6, 4, 20, 7, 0].map((code, index) => q(0x7f0000001000 - index * 4096, 0, code));
const twoTasks = "q1+@task+@task";

const tracing = [
  {
    name: "exec",
    steps: [noise(1), run("onExec", "@task+q77+@mem"), run("onExec", "@mem+q4294967295+@mem")],
    time: rawTime("onExec", "@task+q77+@mem"),
  },
  { name: "exit", steps: [run("onExit"), run("onExit")], differ: { events: [[16, 8]] }, time: rawTime("onExit", "-") },
  {
    name: "fork",
    steps: [noise(2), run("onFork", "@task+@task"), run("onFork", "@mem+@mem:64"), run("onFork", "@mem+@task")],
    differ: { events: [[48, 8]] },
    time: rawTime("onFork", "@task+@task"),
  },
  {
    name: "open",
    steps: [noise(3), ...[257, 437, 2, 257].flatMap((id) => [run("onEnter", `@mem+q${id}`), run("onExit", "@mem+q3")])],
    time: rawTime("onEnter", "@mem+q257"),
  },
  {
    name: "unlink",
    steps: [noise(4), ...[87, 263, 82, 316, 0, 264].map((id) => run("onEnter", `@mem+q${id}`))],
    time: rawTime("onEnter", "@mem+q316"),
  },
  {
    name: "tcp-connect",
    // A socket of family 2 wherever it is looked for: skc_family is a 16-bit field.
    steps: [
      `mem x${"0200".repeat(2048)}`,
      ...[
        [0, 2],
        [2, 1],
        [1, 4],
        [0, 2],
        [2, 7],
        [7, 1],
      ].map(([from, to]) => run("onState", `@mem+${q(from, to)}`)),
      zeros,
      run("onState", `@mem+${q(0, 2)}`),
    ],
    differ: { events: [[0, 8]], starts: [[0, 8]] },
    time: rawTime("onState", `@mem+${q(1, 4)}`),
  },
  {
    name: "block-latency",
    steps: [
      selfPointers,
      ...[0, 8, 16, 8].flatMap((offset) => [run("onIssue", `@mem:${offset}`), run("onComplete", `@mem:${offset}`)]),
      run("onComplete", "@mem:24"),
      zeros,
      ...[0, 64].flatMap((offset) => [run("onIssue", `@mem:${offset}`), run("onComplete", `@mem:${offset}`)]),
    ],
    // The slot depends on how long it took; `count` does not.
    differ: { histograms: [[0, 108]], starts: "keys" },
    time: rawTime("onComplete", "@mem:4000"),
  },
  {
    name: "run-queue",
    steps: [
      noise(5),
      run("onWakeup", "@task"),
      run("onWakeupNew", "@mem"),
      run("onSwitch", twoTasks),
      run("onSwitch", "q1+@mem+@mem"),
      zeros,
      run("onWakeup", "@mem"),
      run("onSwitch", "q0+@mem+@task"),
    ],
    differ: { queued: "keys", histogram: "sum" },
    time: rawTime("onSwitch", twoTasks),
  },
  {
    name: "off-cpu",
    steps: [
      noise(6),
      run("onSwitch", "q1+@mem+@task"),
      run("onSwitch", "q1+@task+@mem"),
      run("onSwitch", "q1+@mem+@task"),
    ],
    differ: { outSince: "keys", totals: [[0, 16]] },
    time: rawTime("onSwitch", "q1+@task+@mem"),
  },
  {
    name: "syscall-count",
    steps: [0, 1, 257, 511, 512, 4294967295, 1].map((id) => run("onEnter", `q0+q${id}`)),
    time: rawTime("onEnter", "q0+q257"),
  },
  {
    name: "syscall-latency",
    steps: [0, 1, 257, 1, 1].flatMap((id) => [run("onEnter", `q0+q${id}`), run("onExit", `q0+q${id === 1 ? -2 : 3}`)]),
    differ: { pending: [[8, 8]], stats: [[16, 24]] },
    time: rawTime("onEnter", "q0+q257"),
  },
  {
    name: "signals",
    steps: [
      ...signalContexts.map((context) => run("onSignal", context)),
      noise(7),
      run("onSignal", q(9, 0) + "+@mem+q1+q0"),
    ],
    time: rawTime("onSignal", signalContexts[0]),
  },
  {
    name: "page-faults",
    steps: faultContexts.map((context) => run("onFault", context)),
    time: rawTime("onFault", faultContexts[0]),
  },
  {
    name: "softirq",
    steps: [0, 1, 9, 10, 3].flatMap((vector) => [
      run("onEntry", `q${vector}`),
      run("onExit", `q${vector}`),
      run("onExit", `q${vector}`),
    ]),
    differ: {
      entered: "keys",
      stats: [
        [0, 8],
        [16, 72],
      ],
    },
    time: rawTime("onExit", "q3"),
  },
];

export const cases = [...tracing];
