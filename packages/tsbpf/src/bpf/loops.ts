// The helper that calls a function in a loop.

/** With more rounds bpf_loop does nothing but give -E2BIG: BPF_MAX_LOOPS, include/linux/bpf_verifier.h. */
export const LOOP_ROUNDS_MAX = 8 * 1024 * 1024;
