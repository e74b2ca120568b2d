#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int runbook_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int runbook_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int runbook_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int runbook_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
}

int runbook_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void runbook_event_set(int descriptor) { (void)eventfd_write(descriptor, 1); }

static int add_files(
    posix_spawn_file_actions_t *actions, const char *folder, const int *descriptors, int count) {
  for (int number = 0; number < count; number += 1) {
    int status = posix_spawn_file_actions_adddup2(actions, descriptors[number], number);
    if (status != 0) return status;
  }
  int status = posix_spawn_file_actions_addclosefrom_np(actions, count);
  if (status == 0 && folder != NULL) {
    status = posix_spawn_file_actions_addchdir_np(actions, folder);
  }
  return status;
}

void runbook_share_heap(void) {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TOP_PAD, 1 << 20);
}

// What a program is started with, as far as memory has to be asked for.
struct start {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

static int prepare_start(
    struct start *start, const char *folder, const int *descriptors, int descriptor_count) {
  posix_spawn_file_actions_init(&start->actions);
  int status = add_files(&start->actions, folder, descriptors, descriptor_count);
  posix_spawnattr_init(&start->attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&start->attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&start->attributes, &signals);
  posix_spawnattr_setflags(
      &start->attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  return status;
}

static void discard_start(struct start *start) {
  posix_spawnattr_destroy(&start->attributes);
  posix_spawn_file_actions_destroy(&start->actions);
}

int runbook_spawn(
    int *pid, const char *path, char *const *arguments, char *const *environment,
    const char *folder, const int *descriptors, int descriptor_count) {
  struct start start;
  int status = prepare_start(&start, folder, descriptors, descriptor_count);
  pid_t started = 0;
  if (status == 0) {
    status =
        posix_spawn(&started, path, &start.actions, &start.attributes, arguments, environment);
  }
  *pid = started;
  discard_start(&start);
  return status;
}

static void report_to(int file, int kind, int value) {
  struct runbook_report report = {kind, value};
  // Whoever does not read it any more is gone, and the keeper stays for what is left all the same.
  if (write(file, &report, sizeof report) < 0) return;
}

// The life of a keeper. After fork(2) in a process with threads only what is async-signal-safe may be
// called: nothing here asks for memory or takes a lock.
static void keep(
    const struct start *start, const char *path, char *const *arguments,
    char *const *environment, int report, int mark, int lets_go, pid_t parent) {
  setsid();
  int status = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : errno;
  prctl(PR_SET_NAME, "runbook-keeper", 0, 0, 0);
  pid_t leader = 0;
  if (status == 0) {
    report_to(report, RUNBOOK_BEGINS, 0);
    status =
        posix_spawn(&leader, path, &start->actions, &start->attributes, arguments, environment);
  }
  // Whatever else the executor has open is not to be held open by its keeper: locks, pipes, sockets.
  dup2(report, 0);
  dup2(mark, 1);
  closefrom(2);
  if (chdir("/") != 0) {
    // Then it keeps a folder busy, and nothing else.
  }
  report_to(0, RUNBOOK_STARTED, status == 0 ? leader : -status);
  if (status != 0) _exit(0);
  for (;;) {
    int ending = 0;
    pid_t ended = waitpid(-1, &ending, __WALL);
    if (ended < 0 && errno == EINTR) continue;
    if (ended < 0) break;
    if (ended != leader) continue;
    report_to(0, RUNBOOK_ENDED, ending);
    if (lets_go && getppid() != parent) _exit(0);
  }
  _exit(0);
}

int runbook_keep(
    int *keeper, const char *path, char *const *arguments, char *const *environment,
    const char *folder, const int *descriptors, int descriptor_count, int report, int mark,
    int lets_go) {
  struct start start;
  int status = prepare_start(&start, folder, descriptors, descriptor_count);
  pid_t started = 0;
  if (status == 0) {
    pid_t parent = getpid();
    sigset_t all, former;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    started = fork();
    if (started == 0) {
      keep(&start, path, arguments, environment, report, mark, lets_go, parent);
      _exit(0);
    }
    status = started < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &former, NULL);
  }
  *keeper = started;
  discard_start(&start);
  return status;
}
