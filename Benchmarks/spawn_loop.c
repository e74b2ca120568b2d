// spawn_loop COUNT FILE: the floor of a shell step. Spawns `sh -c /bin/true` with two pipes, reads both to their
// end, waits, appends a record to the file and forces it. Prints the microseconds of one round.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void drain(int out, int err) {
  struct pollfd ends[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  char buffer[4096];
  int open_ends = 2;
  while (open_ends > 0) {
    if (poll(ends, 2, -1) < 0) exit(1);
    for (int i = 0; i < 2; i++)
      if (ends[i].revents != 0 && read(ends[i].fd, buffer, sizeof buffer) <= 0) {
        close(ends[i].fd);
        ends[i].fd = -1;
        open_ends--;
      }
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 64;
  int count = atoi(argv[1]);
  int file = open(argv[2], O_CREAT | O_TRUNC | O_WRONLY, 0600);
  char *command[] = {"sh", "-c", "/bin/true", NULL};
  char record[4096] = {0};
  double start = now_us();
  for (int i = 0; i < count; i++) {
    int out[2], err[2], status;
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) return 1;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    pid_t child;
    if (posix_spawn(&child, "/bin/sh", &actions, NULL, command, environ) != 0) return 1;
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    close(err[1]);
    drain(out[0], err[0]);
    if (waitpid(child, &status, 0) != child || status != 0) return 1;
    if (write(file, record, sizeof record) != sizeof record || fdatasync(file) != 0) return 1;
  }
  printf("%.1f\n", (now_us() - start) / count);
  return 0;
}
