import RunbookModel

/// How a sandbox's server is reached over TCP: with a password, always.
struct TCPAccess: Sendable, Hashable {
  /// Numeric, of this machine's own.
  let address: String
  let port: UInt16
  /// Hexadecimal digits, so that it needs no escapes.
  let password: String

  var url: String {
    let host = address.holds(":") ? "[\(address)]" : address
    return "postgresql://postgres:\(password)@\(host):\(port)/sandbox"
  }
}
