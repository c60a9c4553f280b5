// The cases of programs on raw tracepoints of the scheduler, of files, of the network and of interrupts.

import { noise, q, rawTime, run, selfPointers, zeros } from "./script.mjs";

const signalContexts = [9, 15, 1, 64, 11, 9].map((signal) => q(signal, 0) + `+@task+${q(1, signal & 1)}`);
const faultContexts = [6, 4, 20, 7, 0].map((code, index) => q(0x7f0000001000 - index * 4096, 0, code));
const twoTasks = "q1+@task+@task";

export const tracing = [
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
    time: rawTime("onState", `@mem+${q(0, 2)}`, [`mem x${"0200".repeat(2048)}`]),
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
    time: rawTime("onIssue", "@mem"),
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
  {
    name: "timers",
    steps: [
      noise(8),
      ...[0, 1].flatMap((late) =>
        [0, 64, 0].map((at) => run("onTimer", `@mem:${at}+q${late * Number.MAX_SAFE_INTEGER}`)),
      ),
      ...[0, 12, -1, 12].map((line) => run("onInterrupt", q(line))),
      run("onTick"),
      run("onTick"),
    ],
    differ: { ticks: [[0, 16]] },
    time: rawTime("onTimer", "@mem+q7"),
  },
  {
    name: "tcp-life",
    steps: [noise(9), ...[2, 1, 4, 7, 7, 8, 5, 7, 2].map((state) => run("onState", `@mem+q0+q${state}`))],
    differ: { born: [[0, 8]], events: [[0, 8]] },
    time: rawTime("onState", "@mem+q0+q1"),
  },
  {
    name: "tcp-retransmit",
    steps: [noise(10), ...[0, 64, 0, 128, 0].map((at) => run("onRetransmit", `@mem:${at}+q0`))],
    time: rawTime("onRetransmit", "@mem+q0"),
  },
  {
    name: "oom",
    steps: [
      run("onVictim", "@task+q7"),
      noise(11),
      run("onVictim", "@mem+q8"),
      selfPointers,
      run("onVictim", "@mem+q9"),
    ],
    time: rawTime("onVictim", "@task+q7"),
  },
  // No test run reaches these: they are loaded only.
  ...["btf-switch", "udp-senders", "profile"].map((name) => ({ name, steps: [] })),
  ...["fexit-read", "lsm-open", "lsm-kill"].map((name) => ({ name, steps: [], refused: true })),
];
