import CCurl
import RunbookModel

/// A URL as libcurl reads it, and so where a request goes.
///
/// Nobody else's reading counts: what stands before an `@`, behind a `\\` or beside a combining mark is
/// read in one way here, and in another by the next program.
package struct HTTPURL: Sendable {
  /// In libcurl's own spelling; what a request is made with.
  package let text: String
  package let origin: Origin

  /// Scheme, host and port: two requests with the same go to the same place.
  package struct Origin: Sendable, Hashable {
    /// In lower case.
    package let scheme: Bytes
    /// Letters of ASCII in lower case; with its zone, if it has one.
    package let host: Bytes
    package let port: Int

    /// Text that is compared by its bytes.
    package struct Bytes: Sendable, Hashable, CustomStringConvertible {
      package let utf8: [UInt8]
      package var description: String { String(decoding: utf8, as: UTF8.self) }

      package init(_ text: String) {
        utf8 = text.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }
      }
    }

    package var authority: String { "\(host):\(port)" }
  }

  package enum Problem: Error {
    /// Without libcurl nothing can be read, and nothing be asked.
    case noLibrary
    case notHTTP
  }

  /// - Parameter base: what a relative URL is relative to.
  package init(_ text: String, relativeTo base: String? = nil) throws(Problem) {
    guard !text.utf8.contains(0) else { throw .notHTTP }
    var read = runbook_url()
    let end = runbook_url_read(base, text, &read)
    defer { runbook_url_free(&read) }
    if end == RUNBOOK_URL_NO_LIBRARY { throw .noLibrary }
    guard end == RUNBOOK_URL_READ, let spelling = read.text, let scheme = read.scheme,
      let host = read.host
    else { throw .notHTTP }
    self.text = String(cString: spelling)
    let zone = read.zone.map { "%" + String(cString: $0) } ?? ""
    origin = Origin(
      scheme: .init(String(cString: scheme)), host: .init(String(cString: host) + zone),
      port: read.port)
    guard origin.scheme == .init("http") || origin.scheme == .init("https") else { throw .notHTTP }
  }
}

extension HTTPURL.Origin {
  /// Whether it is this machine by any of the forms that an address of its own can have.
  package var mayBeHere: Bool {
    let name = String(decoding: host.utf8, as: UTF8.self)
    return isLoopback || name.begins(with: "127.") || ["0", "0.0.0.0", "[::]"].contains(name)
      || name.begins(with: "[::ffff:") || name.lowercased().ends(with: "localhost")
      || name.lowercased().ends(with: "localhost.") || name.lowercased().begins(with: "localhost.")
  }

  /// Whether it is this machine for sure: an address of the loopback or `localhost`, which libcurl looks
  /// up nowhere.
  package var isLoopback: Bool {
    if host == .init("localhost") || host == .init("[::1]") { return true }
    let parts = host.utf8.split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0].elementsEqual("127".utf8)
      && parts.allSatisfy { part in
        part.allSatisfy { (48...57).contains($0) }
          && UInt8(String(decoding: part, as: UTF8.self)) != nil
      }
  }
}
