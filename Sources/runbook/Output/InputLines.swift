import Dispatch
import Glibc
import RunbookModel
import Synchronization

/// Lines of standard input, each awaited for a while: what comes between them goes on.
///
/// Bytes are read here and not by the C library, whose buffer would hide lines from `poll`.
final class InputLines: Sendable {
  enum Next: Sendable, Equatable {
    case line(String)
    /// None came in time.
    case none
    case end
  }

  private struct Buffer {
    var bytes: [UInt8] = []
    var isAtEnd = false
  }

  private let buffer = Mutex(Buffer())
  private let queue = DispatchQueue(label: "runbook.input")

  /// - Parameter milliseconds: how long it is waited for.
  func next(within milliseconds: Int32) async -> Next {
    await withCheckedContinuation { continuation in
      // It waits on a thread of its own: not on one of the cooperative pool.
      queue.async { continuation.resume(returning: self.awaited(milliseconds)) }
    }
  }

  private func awaited(_ milliseconds: Int32) -> Next {
    if let line = taken() { return line }
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&input, 1, milliseconds) > 0 else { return .none }
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = read(STDIN_FILENO, &chunk, chunk.count)
    buffer.withLock { buffer in
      if count > 0 {
        buffer.bytes += chunk.prefix(count)
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        buffer.isAtEnd = true
      }
    }
    return taken() ?? .none
  }

  private func taken() -> Next? {
    buffer.withLock { buffer in
      guard let end = buffer.bytes.firstIndex(of: UInt8(ascii: "\n")) else {
        guard buffer.isAtEnd else { return nil }
        guard !buffer.bytes.isEmpty else { return .end }
        defer { buffer.bytes = [] }
        return .line(String(decoding: buffer.bytes, as: UTF8.self))
      }
      let line = String(
        String(decoding: buffer.bytes[...end], as: UTF8.self).withoutFinalLineBreak)
      buffer.bytes.removeFirst(end + 1)
      return .line(line)
    }
  }
}
