// The exec tracer of the loader's tests: what the compiler makes from TypeScript, written in C. Built by clang.
// EXEC_RINGBUF: through a ring buffer. EVENTS_PER_EXEC: how many events an exec sends.

#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#ifndef EVENTS_PER_EXEC
#define EVENTS_PER_EXEC 1
#endif
#ifndef RING_BYTES
#define RING_BYTES (1 << 18)
#endif

struct task_struct {
	int pid;
	int tgid;
} __attribute__((preserve_access_index));

struct exec_event {
	__u32 pid;
	__u32 tgid;
	char comm[16];
};

struct {
#ifdef EXEC_RINGBUF
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
#else
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
#endif
} events SEC(".maps") __attribute__((btf_decl_tag("tsbpf:event=exec_event")));

static __noinline void send(void *ctx, struct exec_event *event)
{
#ifdef EXEC_RINGBUF
	bpf_ringbuf_output(&events, event, sizeof(*event), 0);
#else
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, event, sizeof(*event));
#endif
}

SEC("raw_tracepoint/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct exec_event event = {};

	event.pid = BPF_CORE_READ(task, pid);
	if (bpf_core_field_exists(task->tgid))
		event.tgid = BPF_CORE_READ(task, tgid);
	bpf_get_current_comm(event.comm, sizeof(event.comm));
	for (int i = 0; i < EVENTS_PER_EXEC; i++)
		send(ctx, &event);
	return 0;
}

char license_text[] SEC("license") = "GPL";
// Keeps the record's type in the object's BTF.
struct exec_event *unused_exec_event __attribute__((unused));
