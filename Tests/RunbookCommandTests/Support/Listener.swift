import Foundation
import Testing

/// A port of this machine that nobody should connect to.
final class Listener {
  private let server: CInt
  let port: UInt16

  init() throws {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(server, $0, size) == 0 && listen(server, 8) == 0
          && getsockname(server, $0, &size) == 0
      }
    }
    try #require(isListening)
    self.server = server
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(server) }

  /// Whether somebody connected until now; the kernel has accepted it then, whoever it was.
  var wasReached: Bool {
    var connection = pollfd(fd: server, events: Int16(POLLIN), revents: 0)
    return poll(&connection, 1, 0) != 0
  }
}
