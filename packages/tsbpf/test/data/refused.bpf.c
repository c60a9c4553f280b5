// Programs that the verifier refuses, one for each value of CASE, for the tests of its log. The line that is at
// fault is marked with FAULT.

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct value {
	__u64 count;
	__u32 numbers[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, struct value);
	__uint(max_entries, 1);
} values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

static __noinline __u64 read_count(struct value *value)
{
	return value->count; /* FAULT 3 */
}

SEC("raw_tracepoint/sched_process_exec")
int refused(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 zero = 0;
	struct value *value = bpf_map_lookup_elem(&values, &zero);

#if CASE == 0
	return value->count; /* FAULT 0 */
#elif CASE == 1
	__u32 index = bpf_get_prandom_u32();
	if (!value)
		return 0;
	return value->numbers[index]; /* FAULT 1 */
#elif CASE == 2
	return *(__u64 *)ctx->args[0]; /* FAULT 2 */
#elif CASE == 3
	return read_count(value);
#elif CASE == 4
	__u64 sum = 0;
	__u64 limit = bpf_get_prandom_u32();
	for (__u64 i = 0; i < limit; i++) { /* FAULT 4 */
		asm volatile("" : "+r"(i));
		sum += i;
	}
	return sum;
#elif CASE == 5
	char text[8];
	bpf_probe_read_kernel(text, zero + (int)bpf_get_prandom_u32(), ctx); /* FAULT 5 */
	return text[0];
#elif CASE == 6
	bpf_redirect(1, 0); /* FAULT 6 */
	return 0;
#elif CASE == 7
	__u64 *record = bpf_ringbuf_reserve(&ring, 8, 0); /* FAULT 7 */
	return record != 0;
#elif CASE == 8
	struct value unset;
	return bpf_map_update_elem(&values, &zero, &unset, 0); /* FAULT 8 */
#elif CASE == 9
	for (;;) /* FAULT 9 */
		asm volatile("" : "+r"(zero));
#elif CASE == 10
	return *(__u64 *)((char *)ctx + 5000); /* FAULT 10 */
#else
	return 0;
#endif
}

#if CASE == 11
SEC("cgroup/connect4")
int wrong_return(struct bpf_sock_addr *ctx)
{
	return 7; /* FAULT 11 */
}
#endif

char license_text[] SEC("license") = "GPL";
