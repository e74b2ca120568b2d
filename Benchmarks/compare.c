// compare ROUNDS COMMAND... -- COMMAND...: runs the commands in turn, and prints for each, on a line of its
// own, the median of the wall time in microseconds and the greatest resident size in KiB.
// Their standard output goes to /dev/null. A command that fails ends it.
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most_commands = 8 };
extern char **environ;

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double timed(char **command, long *kib) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t child;
  int status;
  struct rusage usage;
  double start = now_us();
  int error = posix_spawnp(&child, command[0], &actions, NULL, command, environ);
  if (error != 0) {
    fprintf(stderr, "%s: %s\n", command[0], strerror(error));
    exit(1);
  }
  if (wait4(child, &status, 0, &usage) != child) exit(1);
  double elapsed = now_us() - start;
  posix_spawn_file_actions_destroy(&actions);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fprintf(stderr, "%s failed (status %d)\n", command[0], status);
    exit(1);
  }
  if (usage.ru_maxrss > *kib) *kib = usage.ru_maxrss;
  return elapsed;
}

int main(int argc, char **argv) {
  if (argc < 3) return 64;
  int rounds = atoi(argv[1]), count = 0;
  char **commands[most_commands];
  commands[count++] = argv + 2;
  for (int i = 2; i < argc; i++)
    if (strcmp(argv[i], "--") == 0) {
      argv[i] = NULL;
      if (count == most_commands) return 64;
      commands[count++] = argv + i + 1;
    }
  double *times = calloc((size_t)rounds * count, sizeof *times);
  long kib[most_commands] = {0};
  for (int round = 0; round < rounds; round++)
    for (int i = 0; i < count; i++) times[i * rounds + round] = timed(commands[i], &kib[i]);
  for (int i = 0; i < count; i++) {
    qsort(times + i * rounds, rounds, sizeof *times, by_value);
    printf("%.0f %ld\n", times[i * rounds + rounds / 2], kib[i]);
  }
  return 0;
}
