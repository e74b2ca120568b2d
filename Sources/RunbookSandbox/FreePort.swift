import Glibc
import RunbookEngine
package import RunbookModel
import RunbookSystem
import SystemPackage

/// A TCP port that nothing on this machine listens on, kept until it is released.
///
/// It is bound, but not listened on: with `SO_REUSEADDR`, which PostgreSQL sets as well, Linux lets
/// the server bind and listen meanwhile (socket(7)), and gives the number to nobody who asks for
/// just any port.
package struct FreePort: Sendable {
  package let number: UInt16
  private let descriptor: CInt

  /// - Throws: `unreachable` when there is none.
  package init() throws(StepFailure) {
    // One number for both families; a machine without IPv6 has only the other.
    guard let taken = Self.takeDual() ?? Self.takeIPv4() else {
      throw StepFailure(
        .unreachable, "no TCP port is free for the sandbox: \(Errno.last.description)")
    }
    (descriptor, number) = taken
  }

  /// Gives the port up, which is done once.
  package func release() { close(descriptor) }

  private static func takeDual() -> (CInt, UInt16)? {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    return take(&address, AF_INET6, port: \.sin6_port)
  }

  private static func takeIPv4() -> (CInt, UInt16)? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    return take(&address, AF_INET, port: \.sin_port)
  }

  private static func take<Address>(
    _ address: inout Address, _ family: CInt, port: KeyPath<Address, in_port_t>
  ) -> (CInt, UInt16)? {
    let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(family, type, 0)
    guard descriptor >= 0 else { return nil }
    var (yes, no) = (CInt(1), CInt(0))
    let flagSize = socklen_t(MemoryLayout<CInt>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, flagSize)
    if family == AF_INET6 {
      setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &no, flagSize)
    }
    var size = socklen_t(MemoryLayout<Address>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isBound else {
      close(descriptor)
      return nil
    }
    return (descriptor, UInt16(bigEndian: address[keyPath: port]))
  }
}
