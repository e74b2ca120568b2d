import Foundation
import Synchronization

/// The two sides of one connection through a proxy.
final class CommitLink: Sendable {
  let client: Int32
  let server: Int32
  /// Whether the answer to a COMMIT is the one that is struck.
  let isAwaited = Mutex(false)

  init(client: Int32, server: Int32) {
    self.client = client
    self.server = server
  }

  deinit {
    Glibc.close(client)
    Glibc.close(server)
  }

  func send(_ bytes: [UInt8], to descriptor: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  func close() {
    shutdown(client, Int32(SHUT_RDWR))
    shutdown(server, Int32(SHUT_RDWR))
  }
}
