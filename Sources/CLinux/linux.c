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
#include <sys/syscall.h>
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

int runbook_spawn(
    int *pid, const char *path, char *const *arguments, char *const *environment,
    const char *folder, const int *descriptors, int descriptor_count) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  int status = add_files(&actions, folder, descriptors, descriptor_count);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  pid_t started = 0;
  if (status == 0) {
    status = posix_spawn(&started, path, &actions, &attributes, arguments, environment);
  }
  *pid = started;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return status;
}
