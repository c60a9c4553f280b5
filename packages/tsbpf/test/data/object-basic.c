// Everything an object can refer to: maps, data of each kind, static and global functions, a callback, CO-RE.
typedef unsigned int u32;
typedef unsigned long long u64;
#define SEC(name) __attribute__((section(name), used))
#define __noinline __attribute__((noinline))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name

struct task {
  int pid;
  u64 start;
} __attribute__((preserve_access_index));

struct value {
  int a;
};

struct record {
  u32 pid;
  char comm[16];
};

struct {
  __uint(type, 4);
  __uint(key_size, 4);
  __uint(value_size, 4);
} events SEC(".maps") __attribute__((btf_decl_tag("tsbpf:event=record")));

struct {
  __uint(type, 1);
  __type(key, u32);
  __type(value, struct value);
  __uint(max_entries, 128);
  __uint(map_flags, 1);
  __uint(pinning, 1);
} counts SEC(".maps");

static void *(*lookup)(void *, const void *) = (void *)1;
static long (*loop)(u32, void *, void *, u64) = (void *)181;

struct record unused_record;
int counter;
static int hidden_counter;
const volatile int factor = 3;
int initial = 5;
int in_custom SEC(".data.custom") = 9;

static __noinline int start_of(struct task *t) { return t->start + hidden_counter; }

static int callback(u32 index, void *context) {
  hidden_counter += index;
  return 0;
}

__noinline int scale(int a) { return a * factor; }

__attribute__((visibility("hidden"))) __noinline int hidden_scale(int a) { return scale(a) + in_custom; }

SEC("raw_tracepoint/sched_switch") int first(struct task *t) {
  u32 key = 0;
  struct value *value = lookup(&counts, &key);
  if (value) counter += value->a;
  loop(3, callback, 0, 0);
  return start_of(t) + hidden_scale(initial) + (long)&events;
}

SEC("raw_tracepoint/sched_switch") int second(struct task *t) { return t->pid; }

SEC("tp/other") int third(void *ctx) { return scale(1); }

char LICENSE[] SEC("license") = "GPL";
