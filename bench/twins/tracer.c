// The exec tracer's user half in C on libbpf: loads sched.bpf.o (argument 1), attaches it, prints one line an event.

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>

struct event {
  unsigned pid, tgid;
  char comm[16];
};

static volatile sig_atomic_t stopped;
static unsigned long long lost;

static void stop(int signal) {
  (void)signal;
  stopped = 1;
}

static void on_event(void *context, int cpu, void *data, unsigned size) {
  const struct event *event = data;
  (void)context;
  (void)cpu;
  if (size >= sizeof *event) printf("pid=%u tgid=%u comm=%s\n", event->pid, event->tgid, event->comm);
}

static void on_lost(void *context, int cpu, unsigned long long count) {
  (void)context;
  (void)cpu;
  lost += count;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  libbpf_set_print(NULL);
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
  if (!object || bpf_object__load(object)) return perror("load"), 1;
  struct bpf_program *program = bpf_object__find_program_by_name(object, "schedProcessExec");
  int map = bpf_object__find_map_fd_by_name(object, "events");
  struct perf_buffer *buffer = perf_buffer__new(map, 64, on_event, on_lost, NULL, NULL);
  if (!buffer || !bpf_program__attach(program)) return perror("attach"), 1;
  fprintf(stderr, "attached\n");
  while (!stopped) {
    int result = perf_buffer__poll(buffer, 100);
    if (result < 0 && result != -EINTR) return 1;
    fflush(stdout);
  }
  fprintf(stderr, "lost %llu\n", lost);
  return 0;
}
