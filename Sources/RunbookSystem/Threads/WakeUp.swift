private import Glibc

/// A file descriptor that becomes readable when something happens.
package final class WakeUp: Sendable {
  /// To be polled for reading.
  package let descriptor: Int32
  private let writer: Int32

  package init() {
    var ends: [Int32] = [-1, -1]
    let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    _ = socketpair(AF_UNIX, flags, 0, &ends)
    descriptor = ends[0]
    writer = ends[1]
    // A full socket has been signalled already: writing must not wait for a reader.
    _ = fcntl(writer, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  package func signal() {
    var byte: UInt8 = 1
    _ = write(writer, &byte, 1)
  }

  /// Waits for a signal and takes back what was given.
  package func wait() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
      _ = read(descriptor, buffer.baseAddress, 64)
    }
  }
}
