// Work that one program queues and another does, the oldest first; what is done twice waits on a stack.
import { hashMap, queue, rawTracepoint, type RawTracepointContext, stack, struct, u32, u64, type Value } from "tsbpf";

const Job = struct({ id: u32, kind: u32, cost: u64 });
export const waiting = queue(Job, { maxEntries: 64 });
export const repeats = stack(Job, { maxEntries: 16 });
export const done = hashMap(u32, u64, { maxEntries: 64 });

export const submit = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32, u32, u64]>) => {
  const job = Job({ id: ctx.args[0], kind: ctx.args[1], cost: ctx.args[2] });
  return waiting.push(job) ? 0 : 1;
});

function perform(job: Value<typeof Job>): u64 {
  if (job.kind === 2) {
    job.kind = 1;
    repeats.push(job);
  }
  const total = done.ref(job.kind);
  if (total) total.value += job.cost;
  else done.set(job.kind, job.cost);
  return job.cost;
}

export const work = rawTracepoint("sys_enter", () => {
  let spent: u64 = 0n;
  for (let i = 0; i < 4; i++) {
    const job = waiting.pop();
    if (job) {
      spent = u64(spent + perform(job));
      continue;
    }
    const again = repeats.pop();
    if (!again) break;
    spent = u64(spent + perform(again));
  }
  return u32(spent);
});
