// Loads the two twins of a program side by side through libbpf and does what its standard input says, with both, in
// turns. One command a line, its words separated by blanks; bytes are atoms joined by "+": x00ff (hex), q-5 (a 64-bit
// number), @task (the current task_struct), @mem and @mem:16 (kernel memory that "mem" fills).
//
//   mem HEX                                   fill the memory behind @mem
//   set MAP KEY VALUE                         an entry (of each CPU)
//   tail MAP INDEX PROGRAM                    an entry of a program array
//   run PROGRAM CONTEXT DATA                  a test run; prints its result and the events that came
//   dump                                      prints every map
//   time PROGRAM ROUNDS CALLS REPEAT CONTEXT DATA   nanoseconds a run, net of an empty program
//
// Output is one fact a line, the twin's number (0 or 1) first: bench/codegen/run-twins.mjs reads it.

#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MAX_EVENT_MAPS 4
#define MAX_BYTES 8192

struct twin {
  int index;
  struct bpf_object *object;
  struct ring_buffer *rings[MAX_EVENT_MAPS];
  struct perf_buffer *perfs[MAX_EVENT_MAPS];
  int ring_count, perf_count;
};

struct source {
  struct twin *twin;
  const char *map;
};

static struct twin twins[2];
static struct bpf_object *own;
static unsigned long long task_address, memory_address;
static int cpus, quiet;

static void die(const char *format, ...) {
  va_list list;
  va_start(list, format);
  fprintf(stderr, "runner: ");
  vfprintf(stderr, format, list);
  fprintf(stderr, "\n");
  exit(1);
}

static void print_hex(const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  if (size == 0) printf("-");
  for (size_t i = 0; i < size; i++) printf("%02x", at[i]);
}

// ---- events ------------------------------------------------------------------------------------------------------

static int on_record(void *context, void *data, size_t size) {
  const struct source *source = context;
  if (quiet) return 0;
  printf("%d event %s ", source->twin->index, source->map);
  print_hex(data, size);
  printf("\n");
  return 0;
}

static void on_sample(void *context, int cpu, void *data, __u32 size) {
  (void)cpu;
  on_record(context, data, size);
}

static void open_events(struct twin *twin) {
  struct bpf_map *map;
  bpf_object__for_each_map(map, twin->object) {
    struct source *source = malloc(sizeof *source);
    *source = (struct source){twin, bpf_map__name(map)};
    if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF)
      twin->rings[twin->ring_count++] = ring_buffer__new(bpf_map__fd(map), on_record, source, NULL);
    if (bpf_map__type(map) == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
      twin->perfs[twin->perf_count++] = perf_buffer__new(bpf_map__fd(map), 64, on_sample, NULL, source, NULL);
  }
}

static void drain(struct twin *twin) {
  for (int i = 0; i < twin->ring_count; i++) ring_buffer__consume(twin->rings[i]);
  for (int i = 0; i < twin->perf_count; i++) perf_buffer__consume(twin->perfs[i]);
}

// ---- loading -----------------------------------------------------------------------------------------------------

static struct bpf_prog_info info_of(int fd) {
  struct bpf_prog_info info = {};
  __u32 size = sizeof info;
  if (bpf_obj_get_info_by_fd(fd, &info, &size)) die("no information on a program: %s", strerror(errno));
  return info;
}

// libbpf 1.1 does not know the sections of tcx.
static void name_types(struct bpf_object *object) {
  struct bpf_program *program;
  bpf_object__for_each_program(program, object) {
    const char *section = bpf_program__section_name(program);
    if (strncmp(section, "tcx/", 4) == 0) bpf_program__set_type(program, BPF_PROG_TYPE_SCHED_CLS);
  }
}

static void load(struct twin *twin, const char *path) {
  twin->object = bpf_object__open(path);
  if (!twin->object) {
    printf("%d failed %d\n", twin->index, errno);
    return;
  }
  name_types(twin->object);
  if (bpf_object__load(twin->object)) {
    printf("%d failed %d\n", twin->index, errno);
    bpf_object__close(twin->object);
    twin->object = NULL;
    return;
  }
  struct bpf_program *program;
  bpf_object__for_each_program(program, twin->object) {
    struct bpf_prog_info info = info_of(bpf_program__fd(program));
    printf("%d program %s %u %u %u %d\n", twin->index, bpf_program__name(program), info.verified_insns,
           info.xlated_prog_len / 8, info.jited_prog_len, bpf_program__type(program));
  }
  open_events(twin);
}

static int quiet_print(enum libbpf_print_level level, const char *format, va_list list) {
  return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, list);
}

static void find_addresses(const char *path) {
  own = bpf_object__open(path);
  if (!own || bpf_object__load(own)) die("cannot load %s", path);
  LIBBPF_OPTS(bpf_test_run_opts, opts);
  int fd = bpf_program__fd(bpf_object__find_program_by_name(own, "find_addresses"));
  if (bpf_prog_test_run_opts(fd, &opts) || opts.retval) die("cannot find addresses: %s", strerror(errno));
  unsigned long long out[2];
  __u32 zero = 0;
  if (bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(own, "addresses"), &zero, out)) die("no addresses");
  task_address = out[0];
  memory_address = out[1];
}

// ---- words -------------------------------------------------------------------------------------------------------

static size_t put_u64(unsigned char *out, unsigned long long value) {
  memcpy(out, &value, 8);
  return 8;
}

static size_t put_hex(unsigned char *out, const char *text) {
  size_t size = 0;
  for (unsigned byte; sscanf(text + 2 * size, "%2x", &byte) == 1; size++) {
    if (size == MAX_BYTES) die("too many bytes");
    out[size] = (unsigned char)byte;
  }
  return size;
}

// The bytes that a word stands for; 0 for "-".
static size_t bytes_of(char *word, unsigned char *out) {
  size_t size = 0;
  char *rest = NULL;
  for (char *atom = strtok_r(word, "+", &rest); atom; atom = strtok_r(NULL, "+", &rest)) {
    if (atom[0] == '-' && !atom[1]) continue;
    if (size > MAX_BYTES / 2) die("too many bytes");
    if (atom[0] == 'x') size += put_hex(out + size, atom + 1);
    else if (atom[0] == 'q') size += put_u64(out + size, strtoull(atom + 1, NULL, 0));
    else if (strcmp(atom, "@task") == 0) size += put_u64(out + size, task_address);
    else if (strncmp(atom, "@mem", 4) == 0)
      size += put_u64(out + size, memory_address + (atom[4] == ':' ? strtoull(atom + 5, NULL, 0) : 0));
    else die("unknown atom %s", atom);
  }
  return size;
}

static char *word(char **line) {
  char *found = strsep(line, " \n");
  if (!found || !*found) die("a word is missing");
  return found;
}

// ---- commands ----------------------------------------------------------------------------------------------------

static void fill_memory(char *line) {
  static unsigned char bytes[MAX_BYTES];
  size_t size = bytes_of(word(&line), bytes);
  if (size > 4096) die("too much memory");
  __u32 zero = 0;
  if (bpf_map_update_elem(bpf_object__find_map_fd_by_name(own, "memory"), &zero, bytes, 0)) die("mem");
}

static struct bpf_map *find_map(struct twin *twin, const char *name) {
  struct bpf_map *map = bpf_object__find_map_by_name(twin->object, name);
  if (!map) die("twin %d has no map %s", twin->index, name);
  return map;
}

static struct bpf_program *find_program(struct twin *twin, const char *name) {
  struct bpf_program *program = bpf_object__find_program_by_name(twin->object, name);
  if (!program) die("twin %d has no program %s", twin->index, name);
  return program;
}

static int is_per_cpu(const struct bpf_map *map) {
  enum bpf_map_type type = bpf_map__type(map);
  return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static size_t value_bytes(const struct bpf_map *map) {
  size_t size = bpf_map__value_size(map);
  return is_per_cpu(map) ? (size + 7) / 8 * 8 * cpus : size;
}

static void set_entry(char *line) {
  unsigned char key[MAX_BYTES], one[MAX_BYTES], value[MAX_BYTES];
  char *name = word(&line);
  bytes_of(word(&line), key);
  size_t size = bytes_of(word(&line), one);
  for (int i = 0; i < 2; i++) {
    struct bpf_map *map = find_map(&twins[i], name);
    size_t stride = is_per_cpu(map) ? value_bytes(map) / cpus : size;
    for (int cpu = 0; cpu < (is_per_cpu(map) ? cpus : 1); cpu++) memcpy(value + cpu * stride, one, size);
    int keyless = bpf_map__key_size(map) == 0;
    if (bpf_map_update_elem(bpf_map__fd(map), keyless ? NULL : key, value, 0)) die("set %s: %s", name, strerror(errno));
  }
}

static void set_tail(char *line) {
  char *name = word(&line);
  __u32 index = strtoul(word(&line), NULL, 0);
  char *program = word(&line);
  for (int i = 0; i < 2; i++) {
    int fd = bpf_program__fd(find_program(&twins[i], program));
    if (bpf_map_update_elem(bpf_map__fd(find_map(&twins[i], name)), &index, &fd, 0)) die("tail: %s", strerror(errno));
  }
}

struct input {
  unsigned char context[MAX_BYTES], data[MAX_BYTES];
  size_t context_bytes, data_bytes;
};

static void read_input(char *line, struct input *input) {
  input->context_bytes = bytes_of(word(&line), input->context);
  input->data_bytes = bytes_of(word(&line), input->data);
}

static int takes_packets(enum bpf_prog_type type) {
  return type == BPF_PROG_TYPE_XDP || type == BPF_PROG_TYPE_SCHED_CLS || type == BPF_PROG_TYPE_SOCKET_FILTER ||
         type == BPF_PROG_TYPE_CGROUP_SKB;
}

static struct bpf_test_run_opts options(const struct input *input) {
  LIBBPF_OPTS(bpf_test_run_opts, opts);
  if (input->context_bytes) opts.ctx_in = input->context, opts.ctx_size_in = input->context_bytes;
  if (input->data_bytes) opts.data_in = input->data, opts.data_size_in = input->data_bytes;
  return opts;
}

static void run_once(char *line) {
  static struct input input;
  static unsigned char data_out[MAX_BYTES], context_out[512];
  char *name = word(&line);
  read_input(line, &input);
  for (int i = 0; i < 2; i++) {
    struct bpf_program *program = find_program(&twins[i], name);
    struct bpf_test_run_opts opts = options(&input);
    enum bpf_prog_type type = bpf_program__type(program);
    if (takes_packets(type)) opts.data_out = data_out, opts.data_size_out = sizeof data_out;
    if (type == BPF_PROG_TYPE_SCHED_CLS) opts.ctx_out = context_out, opts.ctx_size_out = sizeof context_out;
    // A program of the type "syscall" writes to its context in place.
    int failed = bpf_prog_test_run_opts(bpf_program__fd(program), &opts);
    printf("%d run %s %d %u ", i, name, failed ? errno : 0, opts.retval);
    print_hex(data_out, failed ? 0 : opts.data_size_out);
    printf(" ");
    print_hex(context_out, failed ? 0 : opts.ctx_size_out);
    printf("\n");
    drain(&twins[i]);
  }
}

static void dump_map(struct twin *twin, struct bpf_map *map) {
  static unsigned char key[MAX_BYTES], next[MAX_BYTES], value[1 << 20];
  enum bpf_map_type type = bpf_map__type(map);
  int fd = bpf_map__fd(map);
  if (type == BPF_MAP_TYPE_QUEUE || type == BPF_MAP_TYPE_STACK) {
    while (bpf_map_lookup_and_delete_elem(fd, NULL, value) == 0) {
      printf("%d entry %s - ", twin->index, bpf_map__name(map));
      print_hex(value, value_bytes(map));
      printf("\n");
    }
    return;
  }
  for (void *from = NULL; bpf_map_get_next_key(fd, from, next) == 0; from = key) {
    memcpy(key, next, bpf_map__key_size(map));
    if (bpf_map_lookup_elem(fd, key, value)) continue;
    printf("%d entry %s ", twin->index, bpf_map__name(map));
    print_hex(key, bpf_map__key_size(map));
    printf(" ");
    print_hex(value, value_bytes(map));
    printf("\n");
  }
}

static int has_contents(const struct bpf_map *map) {
  switch (bpf_map__type(map)) {
    case BPF_MAP_TYPE_RINGBUF:
    case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
    case BPF_MAP_TYPE_PROG_ARRAY:
    case BPF_MAP_TYPE_STACK_TRACE:
    case BPF_MAP_TYPE_TASK_STORAGE:
      return 0;
    default:
      // The maps behind .rodata, .data and .bss have a layout of the compiler's own.
      return !bpf_map__is_internal(map) && value_bytes(map) <= 1 << 20;
  }
}

static void dump(void) {
  for (int i = 0; i < 2; i++) {
    struct bpf_map *map;
    bpf_object__for_each_map(map, twins[i].object) {
      if (has_contents(map)) dump_map(&twins[i], map);
    }
  }
}

// ---- time --------------------------------------------------------------------------------------------------------

static double wall_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

// Nanoseconds a run. With `repeat` the kernel loops, and the time is that of the whole system call; without, the
// kernel's statistics (BPF_ENABLE_STATS) say how long the program itself ran.
static double measure(struct twin *twin, int fd, const struct input *input, int calls, int repeat) {
  struct bpf_test_run_opts opts = options(input);
  if (repeat > 0) {
    opts.repeat = repeat;
    double from = wall_ns();
    if (bpf_prog_test_run_opts(fd, &opts)) die("time: %s", strerror(errno));
    return (wall_ns() - from) / repeat;
  }
  int statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
  struct bpf_prog_info before = info_of(fd);
  for (int call = 0; call < calls; call++) {
    opts = options(input);
    if (bpf_prog_test_run_opts(fd, &opts)) die("time: %s", strerror(errno));
    if (twin && call % 64 == 63) drain(twin);
  }
  struct bpf_prog_info after = info_of(fd);
  close(statistics);
  return (double)(after.run_time_ns - before.run_time_ns) / (double)(after.run_cnt - before.run_cnt);
}

static int by_number(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int empty_program(enum bpf_prog_type type) {
  const char *name = type == BPF_PROG_TYPE_XDP             ? "empty_xdp"
                     : type == BPF_PROG_TYPE_SCHED_CLS     ? "empty_tc"
                     : type == BPF_PROG_TYPE_SOCKET_FILTER ? "empty_socket"
                                                           : "empty_raw";
  return bpf_program__fd(bpf_object__find_program_by_name(own, name));
}

static void measure_all(char *line) {
  static struct input input;
  static const struct input none;
  double times[3][1000];
  char *name = word(&line);
  int rounds = atoi(word(&line)), calls = atoi(word(&line)), repeat = atoi(word(&line));
  if (rounds < 1 || rounds > 1000) die("rounds");
  read_input(line, &input);
  enum bpf_prog_type type = bpf_program__type(find_program(&twins[0], name));
  // An empty program on a raw tracepoint takes a context of any size; the others take the same packet.
  const struct input *empty_input = takes_packets(type) ? &input : &none;
  quiet = 1;
  for (int round = -1; round < rounds; round++) {
    for (int turn = 0; turn < 3; turn++) {
      int i = (turn + round + 3) % 3;
      int fd = i == 2 ? empty_program(type) : bpf_program__fd(find_program(&twins[i], name));
      double ns = measure(i == 2 ? NULL : &twins[i], fd, i == 2 ? empty_input : &input, calls, repeat);
      if (round >= 0) times[i][round] = ns;
    }
  }
  quiet = 0;
  for (int i = 0; i < 3; i++) qsort(times[i], rounds, sizeof times[i][0], by_number);
  double empty = times[2][rounds / 2];
  for (int i = 0; i < 2; i++)
    printf("%d time %s %.2f %.2f\n", i, name, times[i][rounds / 2] - empty, times[i][0] - times[2][0]);
}

int main(int argc, char **argv) {
  static char text[8 * MAX_BYTES];
  if (argc != 4) die("runner OWN.o FIRST.o SECOND.o < commands");
  libbpf_set_print(quiet_print);
  libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
  struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  sched_setaffinity(0, sizeof first, &first);
  cpus = libbpf_num_possible_cpus();
  find_addresses(argv[1]);
  for (int i = 0; i < 2; i++) {
    twins[i].index = i;
    fprintf(stderr, "twin %d\n", i);
    load(&twins[i], argv[2 + i]);
  }
  fflush(stdout);
  if (!twins[0].object || !twins[1].object) return 0;
  while (fgets(text, sizeof text, stdin)) {
    char *line = text;
    char *command = strsep(&line, " \n");
    if (strcmp(command, "mem") == 0) fill_memory(line);
    else if (strcmp(command, "set") == 0) set_entry(line);
    else if (strcmp(command, "tail") == 0) set_tail(line);
    else if (strcmp(command, "run") == 0) run_once(line);
    else if (strcmp(command, "dump") == 0) dump();
    else if (strcmp(command, "time") == 0) measure_all(line);
    else if (*command) die("unknown command %s", command);
  }
  return 0;
}
