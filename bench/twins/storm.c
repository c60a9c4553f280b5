// The load: starts a program (argument 2) N times (argument 1), one after the other, and prints the nanoseconds
// that took.

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  char *arguments[] = {argv[2], NULL}, *environment[] = {NULL};
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (int left = atoi(argv[1]); left > 0; left--) {
    pid_t child;
    int status;
    if (posix_spawn(&child, argv[2], NULL, NULL, arguments, environment)) return 1;
    if (waitpid(child, &status, 0) != child || status) return 1;
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("%lld\n", (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec);
  return 0;
}
