import Dispatch
import Glibc
import Synchronization

/// Writes to a file on a thread of its own, in order, while more is made ready: taking secrets out and writing take about
/// as long.
///
/// So many pieces wait at most; who brings one more waits until one is written.
final class FileBehind: Sendable {
  private static let mostWaiting = 16

  private let descriptor: CInt
  private let queue = DispatchQueue(label: "runbook.evidence")
  private let places = DispatchSemaphore(value: FileBehind.mostWaiting)
  /// Once something could not be written nothing is written any more.
  private let hasFailed = Atomic(false)

  init(_ descriptor: CInt) { self.descriptor = descriptor }

  /// - Returns: false when something was not written by now.
  func write(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard !hasFailed.load(ordering: .relaxed) else { return false }
    guard !bytes.isEmpty else { return true }
    places.wait()
    queue.async { [self] in
      if !hasFailed.load(ordering: .relaxed), !put(bytes) {
        hasFailed.store(true, ordering: .relaxed)
      }
      places.signal()
    }
    return true
  }

  /// To be called once, after all is written.
  ///
  /// - Returns: false when the system says that something was not.
  func close() -> Bool {
    queue.sync { Glibc.close(descriptor) == 0 } && !hasFailed.load(ordering: .relaxed)
  }

  private func put(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var start = 0
      while start < buffer.count {
        let count = Glibc.write(
          descriptor, buffer.baseAddress?.advanced(by: start), buffer.count - start)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        start += count
      }
      return true
    }
  }
}
