// What the runner itself needs in the kernel: addresses that stand for the kernel's objects in a test's arguments,
// and programs that do nothing, whose time is what a test run costs.

#include "twin.h"

struct Addresses {
  u64 task;
  u64 memory;
};
struct Memory {
  u8 bytes[4096];
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct Memory);
} memory SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct Addresses);
} addresses SEC(".maps");

SEC("raw_tp/sys_enter")
int find_addresses(void *ctx) {
  u32 zero = 0;
  struct Memory *value = bpf_map_lookup_elem(&memory, &zero);
  struct Addresses *out = bpf_map_lookup_elem(&addresses, &zero);
  if (!value || !out) return 1;
  out->task = bpf_get_current_task();
  out->memory = (u64)value;
  return 0;
}

SEC("raw_tp/sys_enter")
int empty_raw(void *ctx) {
  return 0;
}

SEC("xdp")
int empty_xdp(struct xdp_md *ctx) {
  return XDP_PASS;
}

SEC("tc")
int empty_tc(struct __sk_buff *skb) {
  return 0;
}

SEC("socket")
int empty_socket(struct __sk_buff *skb) {
  return 0;
}

char _license[] SEC("license") = "GPL";
