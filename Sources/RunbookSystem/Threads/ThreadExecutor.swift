import Dispatch
import Synchronization

/// Runs an actor's jobs on a thread of its own, so that they may block.
///
/// The thread ends after the executor is gone and its last job has run.
package final class ThreadExecutor: SerialExecutor {
  private let queue = Queue()

  package init() {
    let queue = queue
    BackgroundThread.start { queue.run() }
  }

  deinit { queue.stop() }

  package func enqueue(_ job: consuming ExecutorJob) {
    queue.add(UnownedJob(job), on: asUnownedSerialExecutor())
  }

  private final class Queue: Sendable {
    private struct State {
      var jobs: [(job: UnownedJob, executor: UnownedSerialExecutor)] = []
      var isStopped = false
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)

    func add(_ job: UnownedJob, on executor: UnownedSerialExecutor) {
      state.withLock { $0.jobs.append((job, executor)) }
      available.signal()
    }

    func stop() {
      state.withLock { $0.isStopped = true }
      available.signal()
    }

    func run() {
      while true {
        available.wait()
        let taken = state.withLock { state in
          let taken = state
          state.jobs.removeAll(keepingCapacity: true)
          return taken
        }
        for (job, executor) in taken.jobs { job.runSynchronously(on: executor) }
        if taken.isStopped { return }
      }
    }
  }
}
