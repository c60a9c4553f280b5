#include "twin.h"

struct Histogram {
  u32 slots[27];
  u64 count;
  u64 bytes;
};
HASH_MAP(starts, u64, u64, 10240);
HASH_MAP(histograms, u32, struct Histogram, 256);
static const struct Histogram none;

inline_always u32 log2_of(u64 rest) {
  u32 result = 0;
  if (rest >= 1 << 16) {
    rest >>= 16;
    result += 16;
  }
  if (rest >= 1 << 8) {
    rest >>= 8;
    result += 8;
  }
  if (rest >= 1 << 4) {
    rest >>= 4;
    result += 4;
  }
  if (rest >= 1 << 2) {
    rest >>= 2;
    result += 2;
  }
  if (rest >= 2) result += 1;
  return result;
}

SEC("raw_tp/block_rq_issue")
int onIssue(struct bpf_raw_tracepoint_args *ctx) {
  u64 key = ctx->args[0], now = bpf_ktime_get_ns();
  bpf_map_update_elem(&starts, &key, &now, BPF_ANY);
  return 0;
}

SEC("raw_tp/block_rq_complete")
int onComplete(struct bpf_raw_tracepoint_args *ctx) {
  struct request *request = (void *)ctx->args[0];
  u64 key = (u64)request;
  u64 *start = bpf_map_lookup_elem(&starts, &key);
  if (!start) return 0;
  u64 took = bpf_ktime_get_ns() - *start;
  struct gendisk *disk = BPF_CORE_READ(request, q, disk);
  u32 device = disk ? BPF_CORE_READ(disk, major) << 20 | BPF_CORE_READ(disk, first_minor) : 0;
  struct Histogram *histogram = bpf_map_lookup_elem(&histograms, &device);
  if (!histogram) {
    bpf_map_update_elem(&histograms, &device, &none, BPF_ANY);
    histogram = bpf_map_lookup_elem(&histograms, &device);
  }
  if (histogram) {
    u32 slot = log2_of(took / 1000);
    if (slot > 26) slot = 26;
    histogram->slots[slot] += 1;
    histogram->count += 1;
    histogram->bytes += BPF_CORE_READ(request, __data_len);
  }
  bpf_map_delete_elem(&starts, &key);
  return 0;
}

GPL;
