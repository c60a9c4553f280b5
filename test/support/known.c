// Starts programs whose process ids are known, and prints "PID NUMBER-OF-ARGUMENT" for each.
//
//   known sequence PATH...   one after the other
//   known burst PATH...      all at once
//   known thread PATH...     each from a thread that is not the leader: the kernel gives it the leader's id

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *start(void *path) {
  char *arguments[] = {path, NULL}, *environment[] = {NULL};
  execve(path, arguments, environment);
  _exit(127);
}

static void start_from_thread(char *path) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, start, path)) _exit(126);
  for (;;) pause();
}

static void reap(void) {
  int status;
  if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status)) {
    fprintf(stderr, "a child failed: status %d\n", status);
    exit(1);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int burst = !strcmp(argv[1], "burst"), thread = !strcmp(argv[1], "thread");
  for (int i = 2; i < argc; i++) {
    pid_t child = fork();
    if (child < 0) return perror("fork"), 1;
    if (!child) thread ? start_from_thread(argv[i]) : (void)start(argv[i]);
    printf("%d %d\n", child, i - 2);
    fflush(stdout);
    if (!burst) reap();
  }
  for (int i = 2; burst && i < argc; i++) reap();
  return 0;
}
