import RunbookModel

/// How a sandbox's server is reached over TCP: with a password, always.
package struct TCPAccess: Sendable, Hashable {
  /// Numeric, of this machine's own.
  package let address: String
  package let port: UInt16
  /// Hexadecimal digits, so that it needs no escapes.
  package let password: String

  package var url: String {
    let host = address.holds(":") ? "[\(address)]" : address
    return "postgresql://postgres:\(password)@\(host):\(port)/sandbox"
  }
}
