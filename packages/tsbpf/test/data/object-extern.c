// A call of a function that only the kernel has.
extern int kernel_function(int a) __attribute__((section(".ksyms")));
__attribute__((section("tp/x"), used)) int program(void *ctx) { return kernel_function(1); }
