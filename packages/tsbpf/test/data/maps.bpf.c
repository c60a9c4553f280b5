// Maps of every type that user space reads by key, data sections, a callback and a call, for the loader's tests.
// WITHOUT_CALLBACK: for kernels before bpf_loop (5.17).

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

struct key {
	__u32 a;
	__s16 b;
	char text[6];
};

struct inner {
	__s64 wide;
	_Bool flag;
};

struct value {
	__u8 u8;
	__s8 i8;
	__u16 u16;
	__s16 i16;
	__u32 u32;
	__s32 i32;
	__u64 u64;
	__s64 i64;
	_Bool flag;
	char text[5];
	__u8 raw[3];
	__u32 numbers[2];
	struct inner inners[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct key);
	__type(value, struct value);
	__uint(max_entries, 4);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 3);
} totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 2);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 2);
} per_cpu_table SEC(".maps");

const volatile __u64 step = 7;
__u64 calls;

static __noinline __u64 twice(__u64 x)
{
	return x * 2 + step;
}

#ifndef WITHOUT_CALLBACK
static long add_one(__u32 index, void *ctx)
{
	*(__u64 *)ctx += 1;
	return 0;
}
#endif

SEC("raw_tracepoint/sched_process_fork")
int count(void *ctx)
{
	__u32 zero = 0;
	__u64 sum = 0;
	__u64 *total = bpf_map_lookup_elem(&totals, &zero);
	__u32 *mine = bpf_map_lookup_elem(&per_cpu, &zero);

#ifdef WITHOUT_CALLBACK
	sum = 5;
#else
	bpf_loop(5, add_one, &sum, 0);
#endif
	if (total)
		*total += twice(sum);
	if (mine)
		*mine += 1;
	calls++;
	return calls;
}

char license_text[] SEC("license") = "GPL";
