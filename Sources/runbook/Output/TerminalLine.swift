import Dispatch
import Glibc
import Synchronization

/// A line that is awaited from the terminal, until it comes or nobody waits for it any more.
///
/// Only a line that is there is read: a thread that were left in `readLine` would hold the lock of
/// standard input, which the end of the program may wait for.
final class TerminalLine: Sendable {
  private let isGivenUp = Atomic(false)

  /// How often it is looked whether a question still stands.
  private static let pause = Duration.seconds(1)

  /// - Parameter isOver: looked at every second: whether nobody waits for the line any more.
  /// - Returns: nil at the end of input, and once the task is cancelled or it is over.
  static func next(unless isOver: (@Sendable () async -> Bool)?) async -> String? {
    guard let isOver else { return await next() }
    return await withTaskGroup(of: String?.self) { group in
      group.addTask { await next() }
      group.addTask {
        while !Task.isCancelled {
          // A cancelled pause ends the loop.
          try? await Task.sleep(for: pause)
          if !Task.isCancelled, await isOver() { return nil }
        }
        return nil
      }
      let line = await group.next() ?? nil
      group.cancelAll()
      return line
    }
  }

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
