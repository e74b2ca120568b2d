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

/// What a keeper reports: RUNBOOK_BEGINS right before it starts the program, which may do anything from then on,
/// the keeper's end included.
struct runbook_report {
  int kind;
  /// RUNBOOK_STARTED: the program's number, or an error number with its sign changed. RUNBOOK_ENDED: its
  /// status, as waitpid(2) gives it.
  int value;
};

enum { RUNBOOK_STARTED = 1, RUNBOOK_ENDED = 2, RUNBOOK_BEGINS = 3 };

/// Starts a program as runbook_spawn does, below a keeper: a copy of this process that does nothing but
/// wait. It is the subreaper (PR_SET_CHILD_SUBREAPER, prctl(2)) of all that the program starts, so that a
/// process of the program's stays below it whatever session, environment or user it has, and it ends once
/// nothing is below it any more, whether or not this process is still there.
///
/// `report` is a pipe's end to which the keeper writes what it sees, once each, in the order BEGINS,
/// STARTED, ENDED. `mark` is a
/// descriptor that it holds as its number 1, by which it is found; it has no others. Both must be
/// `descriptor_count` or more. With `lets_go` it also ends with the program where this process is gone by
/// then. It takes no signal but KILL. Returns 0, else an error number.
int runbook_keep(
    int *keeper, const char *path, char *const *arguments, char *const *environment,
    const char *folder, const int *descriptors, int descriptor_count, int report, int mark,
    int lets_go);

#endif
