// Modules of any length for measuring the compiler: units of about fifty lines, each with a struct, maps, functions, a
// view of a kernel type and two programs with branches, loops, map operations and reads of kernel memory.

const head = `// Generated: see bench/codegen/generate.mjs.
import {
  array, bpfGetCurrentPidTgid, bpfGetCurrentTask, bpfKtimeGetNs, hashMap, perCpuArray, perfEventArray, rawTracepoint,
  struct, u32, u64, u8, chars, type Chars, type i32, type Ptr, type RawTracepointContext,
} from "tsbpf";

`;

const unit = (n) => `
const limit${n} = ${16 + (n % 16)};

export const Event${n} = struct({ pid: u32, tgid: u32, at: u64, wait: u64, comm: chars(16), counts: array(u32, 8) });
const Total${n} = struct({ count: u64, sum: u64, buckets: array(u32, 16) });

export const events${n} = perfEventArray(Event${n});
export const started${n} = hashMap(u32, u64, { maxEntries: 1024 });
export const totals${n} = perCpuArray(Total${n}, { maxEntries: 4 });

interface bpfCoreTaskStruct___${n} {
  readonly pid: i32;
  readonly tgid: i32;
  readonly comm: Chars<16>;
  readonly real_parent: Ptr<bpfCoreTaskStruct___${n}>;
}

function bucketOf${n}(value: u64): u32 {
  let bucket: u32 = 0;
  for (let i = 0; i < limit${n}; i++) {
    if (value >> u64(i) === 0n) break;
    bucket = u32(i);
  }
  return bucket;
}

function mix${n}(a: u32, b: u32): u32 {
  const sum = u32(Math.imul(a, 31) + b);
  return sum > ${1000 + n} ? u32(sum ^ (sum >>> 7)) : u32(sum + ${n});
}

export const begin${n} = rawTracepoint("sched_process_exec", () => {
  started${n}.set(u32(bpfGetCurrentPidTgid() & 0xffffffffn), bpfKtimeGetNs());
});

export const end${n} = rawTracepoint("sched_process_exit", (ctx: RawTracepointContext<[Ptr<bpfCoreTaskStruct___${n}>]>) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct___${n}>();
  const pid = u32(task.pid);
  const began = started${n}.get(pid);
  if (began === undefined) return;
  started${n}.delete(pid);
  const event = Event${n}({ pid, tgid: u32(task.real_parent.tgid), at: bpfKtimeGetNs() });
  event.wait = event.at - began;
  event.comm = ctx.args[0].comm;
  let hash: u32 = pid;
  for (let i = 0; i < 8; i++) {
    hash = mix${n}(hash, u32(event.comm[i]));
    event.counts[i] = hash;
  }
  const total = totals${n}.get(hash & 3);
  if (total) {
    total.count += 1n;
    total.sum += event.wait;
    total.buckets[bucketOf${n}(event.wait) & 15]++;
  }
  events${n}.output(ctx, event);
});
`;

/** The text of a module with at least so many lines. */
export function moduleOf(lines) {
  let text = head;
  let count = text.split("\n").length;
  for (let n = 0; count < lines; n += 1) {
    const next = unit(n);
    text += next;
    count += next.split("\n").length - 1;
  }
  return text;
}
