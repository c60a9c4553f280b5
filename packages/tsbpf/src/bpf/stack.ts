// The stack of a program, which the verifier measures and the kernel allocates.

/** Bytes of all frames that one call chain has together: MAX_BPF_STACK, include/linux/filter.h. */
export const STACK_BYTES = 512;

/** Functions that may call each other, the program included: MAX_CALL_FRAMES, include/linux/bpf_verifier.h. */
export const MAX_FRAMES = 8;
