import Dispatch
package import RunbookModel
import Synchronization

/// Bytes from one thread to another, of which few are on their way at a time.
package final class ByteChannel: Sendable {
  private struct State {
    var chunks: [[UInt8]] = []
    var isClosed = false
    var end: Result<Void, StepFailure>?
  }

  private static let room = 16

  private let state = Mutex(State())
  private let free = DispatchSemaphore(value: ByteChannel.room)
  private let filled = DispatchSemaphore(value: 0)

  /// Waits until there is room; nothing is kept any more once the reader has closed.
  package func push(_ bytes: [UInt8]) {
    free.wait()
    let isClosed = state.withLock { state in
      if !state.isClosed { state.chunks.append(bytes) }
      return state.isClosed
    }
    if isClosed { free.signal() } else { filled.signal() }
  }

  /// Nothing more comes; after a failure the reader throws it.
  package func finish(_ end: Result<Void, StepFailure>) {
    state.withLock { $0.end = end }
    filled.signal()
  }

  /// - Returns: what came next, nil at the end.
  package func next() throws(StepFailure) -> [UInt8]? {
    filled.wait()
    let (chunk, end) = state.withLock { state in
      (state.chunks.isEmpty ? nil : state.chunks.removeFirst(), state.end)
    }
    if let chunk {
      free.signal()
      return chunk
    }
    filled.signal()
    if let end { try end.get() }
    return nil
  }

  /// The reader wants no more.
  package func close() {
    state.withLock { state in
      state.isClosed = true
      state.chunks = []
    }
    free.signal()
  }
}
