// A program of test/cases/lang/globals.ts on libbpf: sets constants before it is loaded, runs it, and reads variables.
// Arguments: the value of `target`, then the first register of each run. Prints the results and what is left behind.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>
#include <bpf/bpf.h>

// The structs of the TypeScript module, as its types in BTF say.
struct Limits {
	__u32 low, high;
};
struct State {
	__u64 last;
	char name[8];
	__u32 seen[4];
};

#include "globals.skel.h"

int main(int argc, char **argv)
{
	struct globals *object = globals__open();
	if (!object || argc < 2)
		return 1;
	object->rodata->target = atoi(argv[1]);
	object->rodata->verbose = 1;
	object->rodata->limits.high = 50;
	memcpy((void *)object->rodata->suffix, "zzz", 4);
	object->bss->runs = 1000;
	object->data->level = 7;
	if (globals__load(object))
		return 2;
	for (int i = 2; i < argc; i++) {
		__u64 registers[12] = { strtoull(argv[i], NULL, 0) };
		LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = registers, .ctx_size_in = sizeof(registers));
		if (bpf_prog_test_run_opts(bpf_program__fd(object->progs.onExec), &run))
			return 3;
		printf("result %u\n", run.retval);
	}
	printf("runs %llu level %d last %llu name %s\n", (unsigned long long)object->bss->runs, object->data->level,
	       (unsigned long long)object->data->state.last, object->data->state.name);
	globals__destroy(object);
	return 0;
}
