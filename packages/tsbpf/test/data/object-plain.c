// Needs no BTF: compiled without -g.
__attribute__((section("tp/x"), used)) int program(void *ctx) { return 3; }
char LICENSE[] __attribute__((section("license"), used)) = "Dual MIT/GPL";
