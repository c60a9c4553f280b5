// Block requests from issue to completion: a histogram of microseconds in powers of two for each device, and a total.
// kernel: 5.15 (request_queue.disk)
import {
  array,
  bpfCoreAddressOf,
  bpfKtimeGetNs,
  hashMap,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  struct,
  u32,
  u64,
} from "tsbpf";

interface bpfCoreGendisk {
  readonly major: u32;
  readonly first_minor: u32;
}
interface bpfCoreRequestQueue {
  readonly disk: Ptr<bpfCoreGendisk> | null;
}
interface bpfCoreRequest {
  readonly q: Ptr<bpfCoreRequestQueue>;
  readonly __data_len: u32;
}

type Args = RawTracepointContext<[Ptr<bpfCoreRequest>]>;

const Histogram = struct({ slots: array(u32, 27), count: u64, bytes: u64 });
export const starts = hashMap(u64, u64, { maxEntries: 10240 });
export const histograms = hashMap(u32, Histogram, { maxEntries: 256 });

function log2(value: u64): number {
  let rest = value;
  let result = 0;
  if (rest >= 1n << 16n) {
    rest = u64(rest >> 16n);
    result += 16;
  }
  if (rest >= 1n << 8n) {
    rest = u64(rest >> 8n);
    result += 8;
  }
  if (rest >= 1n << 4n) {
    rest = u64(rest >> 4n);
    result += 4;
  }
  if (rest >= 1n << 2n) {
    rest = u64(rest >> 2n);
    result += 2;
  }
  if (rest >= 2n) result += 1;
  return result;
}

export const onIssue = rawTracepoint("block_rq_issue", (ctx: Args) => {
  starts.set(bpfCoreAddressOf(ctx.args[0]), bpfKtimeGetNs());
});

export const onComplete = rawTracepoint("block_rq_complete", (ctx: Args) => {
  const request = ctx.args[0];
  const key = bpfCoreAddressOf(request);
  const start = starts.get(key);
  if (start === undefined) return;
  const took = u64(bpfKtimeGetNs() - start);
  const disk = request.q.disk;
  const device = disk === null ? u32(0) : u32((disk.major << 20) | disk.first_minor);
  let histogram = histograms.get(device);
  if (!histogram) {
    histograms.set(device, Histogram());
    histogram = histograms.get(device);
  }
  if (histogram) {
    const slot = Math.min(log2(u64(took / 1000n)), 26);
    histogram.slots[slot] += 1;
    histogram.count += 1n;
    histogram.bytes += u64(request.__data_len);
  }
  starts.delete(key);
});
