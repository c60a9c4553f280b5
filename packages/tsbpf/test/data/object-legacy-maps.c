// A map as it was defined before BTF.
struct bpf_map_def {
  unsigned int type, key_size, value_size, max_entries, map_flags;
};
struct bpf_map_def old __attribute__((section("maps"), used)) = {1, 4, 4, 10, 0};
__attribute__((section("tp/x"), used)) int program(void *ctx) { return (long)&old; }
