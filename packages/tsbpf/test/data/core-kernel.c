// One program for each CO-RE relocation, on types every kernel with BTF has. Each returns the relocated number alone,
// so that what libbpf makes of it can be compared with what we make of it.
#define SEC(name) __attribute__((section(name), used))
#define PROG(name, value) SEC("raw_tracepoint/sched_switch") long name(void *ctx) { return (long)(value); }
#define OFFSET(type, field) __builtin_preserve_field_info(((type *)0)->field, 0)
#define FIELD(type, field, kind) __builtin_preserve_field_info(((type *)0)->field, kind)
#define TYPE(type, kind) __builtin_preserve_type_info(*(typeof(type) *)0, kind)
#define TYPE_ID(type, kind) __builtin_btf_type_id(*(typeof(type) *)0, kind)
#define ENUMVAL(type, value, kind) __builtin_preserve_enum_value(*(typeof(type) *)value, kind)
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef _Bool bool;
struct list_head {
  struct list_head *next, *prev;
};
struct mm_struct {
  unsigned long start_code;
};
struct task_struct {
  int tgid;
  int pid;
  char comm[16];
  unsigned int flags;
  struct task_struct *group_leader;
  struct list_head tasks;
  struct mm_struct *mm;
  unsigned sched_reset_on_fork : 1;
  unsigned in_execve : 1;
  long no_such_field;
};
#ifndef NO_FLAVOURS
struct task_struct___flavour {
  long no_such_field;
  int pid;
};
enum bpf_map_type___two { BPF_MAP_TYPE_ARRAY___two = 5 };
#endif
struct no_such_struct {
  int a;
};
enum bpf_map_type {
  BPF_MAP_TYPE_UNSPEC = 70,
  BPF_MAP_TYPE_HASH = 71,
  BPF_MAP_TYPE_NOT_THERE = 72,
};
typedef int pid_t;
typedef int no_such_typedef;
struct sk_buff {
  union {
    struct {
      struct sk_buff *next;
      struct sk_buff *prev;
    };
  };
  unsigned int len;
  unsigned char pkt_type : 3;
};
struct sock_common {
  unsigned short skc_family;
};
struct sock {
  struct sock_common __sk_common;
};
#pragma clang attribute pop

PROG(off_pid, OFFSET(struct task_struct, pid))
PROG(off_tgid, OFFSET(struct task_struct, tgid))
PROG(off_comm, OFFSET(struct task_struct, comm))
PROG(off_comm_at, OFFSET(struct task_struct, comm[3]))
PROG(off_prev, OFFSET(struct task_struct, tasks.prev))
PROG(off_skb_len, OFFSET(struct sk_buff, len))
PROG(off_skb_prev, OFFSET(struct sk_buff, prev))
PROG(off_family, OFFSET(struct sock, __sk_common.skc_family))
PROG(off_bits, OFFSET(struct task_struct, in_execve))
PROG(size_bits, FIELD(struct task_struct, in_execve, 1))
PROG(size_comm, FIELD(struct task_struct, comm, 1))
PROG(size_flags, FIELD(struct task_struct, flags, 1))
PROG(exists_mm, FIELD(struct task_struct, mm, 2))
PROG(exists_not, FIELD(struct task_struct, no_such_field, 2))
PROG(exists_not_type, FIELD(struct no_such_struct, a, 2))
PROG(signed_pid, FIELD(struct task_struct, pid, 3))
PROG(signed_flags, FIELD(struct task_struct, flags, 3))
PROG(lshift_bits, FIELD(struct task_struct, sched_reset_on_fork, 4))
PROG(rshift_bits, FIELD(struct task_struct, sched_reset_on_fork, 5))
PROG(lshift_flags, FIELD(struct task_struct, flags, 4))
PROG(rshift_flags, FIELD(struct task_struct, flags, 5))
PROG(lshift_type, FIELD(struct sk_buff, pkt_type, 4))
PROG(id_local, TYPE_ID(struct task_struct, 0))
PROG(id_target, TYPE_ID(struct task_struct, 1))
PROG(id_target_not, TYPE_ID(struct no_such_struct, 1))
PROG(type_exists, TYPE(struct mm_struct, 0))
PROG(type_exists_typedef, TYPE(pid_t, 0))
PROG(type_exists_not, TYPE(struct no_such_struct, 0))
PROG(type_exists_not_typedef, TYPE(no_such_typedef, 0))
PROG(type_size, TYPE(struct list_head, 1))
PROG(type_size_task, TYPE(struct task_struct, 1))
PROG(type_size_not, TYPE(struct no_such_struct, 1))
PROG(type_matches, TYPE(struct list_head, 2))
PROG(type_matches_not, TYPE(struct task_struct, 2))
PROG(type_matches_part, TYPE(struct sock_common, 2))
PROG(enum_exists, ENUMVAL(enum bpf_map_type, BPF_MAP_TYPE_HASH, 0))
PROG(enum_exists_not, ENUMVAL(enum bpf_map_type, BPF_MAP_TYPE_NOT_THERE, 0))
PROG(enum_value, ENUMVAL(enum bpf_map_type, BPF_MAP_TYPE_HASH, 1))
#ifndef NO_FLAVOURS
PROG(off_flavour, OFFSET(struct task_struct___flavour, pid))
PROG(enum_value_two, ENUMVAL(enum bpf_map_type___two, BPF_MAP_TYPE_ARRAY___two, 1))
#endif

// The access after the check is poisoned, and must not keep the program from loading.
SEC("raw_tracepoint/sched_switch") long guarded(void *ctx) {
  if (FIELD(struct task_struct, no_such_field, 2)) return OFFSET(struct task_struct, no_such_field);
  return 7;
}

char LICENSE[] SEC("license") = "GPL";
