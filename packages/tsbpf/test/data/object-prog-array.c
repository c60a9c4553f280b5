// Initial values of a map are relocations of section .maps.
int other(void *ctx);
struct {
  int (*type)[3];
  int (*max_entries)[1];
  int (*key_size)[4];
  int (*values[])(void *);
} programs __attribute__((section(".maps"), used)) = {.values = {[0] = other}};
__attribute__((section("tp/x"), used)) int other(void *ctx) { return (long)&programs; }
