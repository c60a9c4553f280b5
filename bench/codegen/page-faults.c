#include "twin.h"

struct Name {
  char comm[16];
};
struct Faults {
  u64 reads;
  u64 writes;
  u64 fetches;
  u64 protection;
  u64 lowest;
};
HASH_MAP(faults, struct Name, struct Faults, 4096);

// arch/x86/include/asm/trap_pf.h
#define PRESENT 1
#define WRITE 2
#define FETCH 16

SEC("raw_tp/page_fault_user")
int onFault(struct bpf_raw_tracepoint_args *ctx) {
  u64 address = ctx->args[0];
  u64 code = ctx->args[2];
  struct Name name = {};
  bpf_get_current_comm(name.comm, sizeof name.comm);
  struct Faults *entry = bpf_map_lookup_elem(&faults, &name);
  if (!entry) {
    struct Faults first = {.lowest = address};
    bpf_map_update_elem(&faults, &name, &first, BPF_ANY);
    entry = bpf_map_lookup_elem(&faults, &name);
    if (!entry) return 0;
  }
  if (code & FETCH) entry->fetches += 1;
  else if (code & WRITE) entry->writes += 1;
  else entry->reads += 1;
  if (code & PRESENT) entry->protection += 1;
  if (address < entry->lowest) entry->lowest = address;
  return 0;
}

GPL;
