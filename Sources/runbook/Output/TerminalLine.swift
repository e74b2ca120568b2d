import Dispatch
import Glibc
import Synchronization

/// A line that is awaited from the terminal, until it comes or nobody waits for it any more.
///
/// Only a line that is there is read: a thread that were left in `readLine` would hold the lock of
/// standard input, which the end of the program may wait for.
final class TerminalLine: Sendable {
  private let isGivenUp = Atomic(false)

  /// - Returns: nil at the end of input, and once the task is cancelled.
  static func next() async -> String? {
    let line = TerminalLine()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // It waits on a thread: not on one of the cooperative pool.
        DispatchQueue.global().async { continuation.resume(returning: line.awaited()) }
      }
    } onCancel: {
      line.isGivenUp.store(true, ordering: .relaxed)
    }
  }

  private func awaited() -> String? {
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    while !isGivenUp.load(ordering: .relaxed) {
      if poll(&input, 1, 100) > 0 { return readLine() }
    }
    return nil
  }
}
