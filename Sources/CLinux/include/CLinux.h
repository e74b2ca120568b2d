// System calls that Swift cannot call as C declares them, or that its Glibc module lacks.
// No system header is included here: its types would be declared a second time.
#ifndef RUNBOOK_LINUX_H
#define RUNBOOK_LINUX_H

/// A descriptor of a process that is readable once it has ended; closed on exec. pidfd_open(2).
int runbook_pidfd_open(int pid);

/// Never reaches another process that took over the number. pidfd_send_signal(2).
int runbook_pidfd_send_signal(int pidfd, int signal);

/// A file in memory, closed on exec. memfd_create(2).
int runbook_memory_file(const char *name);

/// A pipe whose ends are closed on exec and whose first, the reading one, does not block. pipe2(2).
///
/// Returns 0, else an error number.
int runbook_pipe(int ends[2]);

/// A counter that is readable once something was added to it; closed on exec. eventfd(2).
int runbook_event(void);
void runbook_event_set(int descriptor);

/// Lets all threads share one heap that grows by a mebibyte at a time; to be called before there are any.
/// A heap for each thread grows by a page at a time, and asks the system each time. mallopt(3).
void runbook_share_heap(void);

/// Starts a program as the leader of a session of its own, with all signals as they are by default.
///
/// `descriptors` are what the program has as 0, 1, 2, …; it has no others, and each must be
/// `descriptor_count` or more here. `folder` may be null. Returns 0, else an error number.
int runbook_spawn(
    int *pid, const char *path, char *const *arguments, char *const *environment,
    const char *folder, const int *descriptors, int descriptor_count);

#endif
