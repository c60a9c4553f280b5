// What "tsbpf inspect" is tested on: a program with a map of records, a map with a value type, a CO-RE read, a global,
// a string and a function of its own.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct task_struct {
	int pid;
	struct task_struct *real_parent;
} __attribute__((preserve_access_index));

struct event {
	__u32 pid;
	__u32 parent : 24;
	__u32 flags : 8;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct event);
} seen SEC(".maps");

const volatile __u32 only_pid = 7;
__u64 count;

static __attribute__((noinline)) int parent_pid(struct task_struct *task)
{
	return BPF_CORE_READ(task, real_parent, pid);
}

SEC("raw_tracepoint/sched_process_exec")
int on_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct event event = {};

	event.pid = BPF_CORE_READ(task, pid);
	if (only_pid && event.pid != only_pid)
		return 0;
	event.parent = parent_pid(task);
	bpf_get_current_comm(event.comm, sizeof(event.comm));
	__sync_fetch_and_add(&count, 1);
	bpf_map_update_elem(&seen, &event.pid, &event, BPF_ANY);
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
