// The twin of test/cases/lang/core-twins.ts: the same accesses to the same types, as a C programmer writes them.
#define SEC(name) __attribute__((section(name), used))
#define PROG(name) SEC("raw_tracepoint/sched_switch") int name(void *ctx)
#define FIELD(expression, kind) __builtin_preserve_field_info(expression, kind)
#define TYPE(type, kind) __builtin_preserve_type_info(*(typeof(type) *)0, kind)
#define TYPE_ID(type, kind) __builtin_btf_type_id(*(typeof(type) *)0, kind)
#define ENUMVAL(type, value, kind) __builtin_preserve_enum_value(*(typeof(type) *)value, kind)
#define ADDRESS(expression) __builtin_preserve_access_index(&(expression))
#define READ(value, expression) probe_read_kernel(&(value), sizeof(value), ADDRESS(expression))
enum { BYTE_OFFSET, BYTE_SIZE, EXISTS, SIGNED, LSHIFT, RSHIFT };

static long (*const probe_read_kernel)(void *, unsigned, const void *) = (void *)113;
static void *(*const get_current_task)(void) = (void *)35;
static void *(*const get_current_task_btf)(void) = (void *)158;
char licence[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct list_head {
  struct list_head *next, *prev;
};
typedef struct {
  int counter;
} atomic_t;
struct refcount_struct {
  atomic_t refs;
};
struct upid {
  int nr;
};
struct pid {
  unsigned level;
  struct upid numbers[4];
};
struct signal_struct {
  struct pid *pids[4];
};
struct task_struct {
  int pid;
  int tgid;
  unsigned in_execve : 1;
  unsigned sched_remote_wakeup : 1;
  char comm[16];
  struct refcount_struct usage;
  struct list_head tasks;
  struct signal_struct *signal;
  unsigned flags;
  int no_such_field;
};
struct task_struct___flavour {
  int pid;
};
struct no_such_struct {
  int a;
};
union bpf_attr {
  unsigned map_type;
};
enum bpf_map_type { BPF_MAP_TYPE_HASH = 71, BPF_MAP_TYPE_NOT_THERE = 72 };
enum perf_callchain_context {
  PERF_CONTEXT_KERNEL = 0x100000000003ULL,
  PERF_CONTEXT_NOT_THERE = 0x100000000004ULL,
};
struct bpf_map {
  enum bpf_map_type map_type;
  unsigned key_size;
};
#pragma clang attribute pop

PROG(offsets) {
  struct task_struct *task = get_current_task();
  struct signal_struct *signal;
  struct pid *pids;
  int pid, counter, nr;
  char letter;
  READ(pid, task->pid);
  READ(letter, task->comm[3]);
  READ(counter, task->usage.refs.counter);
  READ(signal, task->signal);
  READ(pids, signal->pids[1]);
  READ(nr, pids->numbers[0].nr);
  return pid + letter + counter + nr;
}

PROG(sizes) {
  struct task_struct *task = get_current_task();
  return FIELD(task->comm, BYTE_SIZE) + FIELD(task->tasks, BYTE_SIZE) + FIELD(task->tasks.prev, BYTE_OFFSET);
}

PROG(exists) {
  struct task_struct *task = get_current_task();
  return (FIELD(task->flags, EXISTS) ? 1 : 0) + (FIELD(task->no_such_field, EXISTS) ? 2 : 0);
}

PROG(signs) {
  struct task_struct *task = get_current_task();
  return (FIELD(task->pid, SIGNED) ? 1 : 0) + (FIELD(task->flags, SIGNED) ? 2 : 0);
}

#define READ_BITS(value, task, field)                                                                                \
  do {                                                                                                               \
    probe_read_kernel(&(value), FIELD((task)->field, BYTE_SIZE), (char *)(task) + FIELD((task)->field, BYTE_OFFSET)); \
    (value) = (value) << FIELD((task)->field, LSHIFT) >> FIELD((task)->field, RSHIFT);                               \
  } while (0)

PROG(bits) {
  struct task_struct *task = get_current_task();
  unsigned long long in_execve = 0, wakeup = 0;
  READ_BITS(in_execve, task, in_execve);
  READ_BITS(wakeup, task, sched_remote_wakeup);
  return in_execve + wakeup;
}

PROG(trustedPid) {
  struct task_struct *task = get_current_task_btf();
  return task->pid;
}

PROG(types) {
  int sum = TYPE(struct task_struct, 1) + TYPE(atomic_t, 1);
  if (TYPE(struct task_struct___flavour, 0)) sum += 1;
  if (TYPE(struct no_such_struct, 0)) sum += 2;
  if (TYPE(union bpf_attr, 0)) sum += 4;
  if (TYPE(struct list_head, 2)) sum += 8;
  if (TYPE(struct no_such_struct, 2)) sum += 16;
  if (TYPE(enum bpf_map_type, 0)) sum += 32;
  return sum;
}

PROG(ids) { return TYPE_ID(struct list_head, 0) + TYPE_ID(struct list_head, 1); }

PROG(enums) {
  int sum = ENUMVAL(enum bpf_map_type, BPF_MAP_TYPE_HASH, 1);
  if (ENUMVAL(enum bpf_map_type, BPF_MAP_TYPE_NOT_THERE, 0)) sum += 1;
  if (ENUMVAL(enum bpf_map_type, BPF_MAP_TYPE_HASH, 0)) sum += 2;
  return sum;
}

PROG(wideEnums) {
  unsigned long long sum = ENUMVAL(enum perf_callchain_context, PERF_CONTEXT_KERNEL, 1);
  if (ENUMVAL(enum perf_callchain_context, PERF_CONTEXT_NOT_THERE, 0)) sum += 1;
  return sum & 0xff;
}

PROG(enumFields) {
  struct bpf_map *map = get_current_task();
  enum bpf_map_type type;
  unsigned size;
  READ(type, map->map_type);
  READ(size, map->key_size);
  return type + size;
}
