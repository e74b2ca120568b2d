private import CLibPQ
import RunbookModel

/// libpq's own reading of connection strings.
package enum ConnectionString {
  package struct Option: Sendable, Hashable {
    package let keyword: String
    /// The variable of the environment that stands for it, such as `PGHOST`.
    package let variable: String?
    let value: String
  }

  /// - Returns: the options that are set, or nil when libpq cannot read the text. libpq's message is
  ///   withheld: it may repeat the text, and with it the password.
  /// - Precondition: `LibPQ.isInstalled`.
  package static func options(of text: String) -> [Option]? {
    var message: UnsafeMutablePointer<CChar>?
    guard let first = PQconninfoParse(text, &message) else {
      if let message { PQfreemem(message) }
      return nil
    }
    defer { PQconninfoFree(first) }
    var options: [Option] = []
    var next = first
    while let keyword = next.pointee.keyword {
      if let value = next.pointee.val {
        options.append(
          Option(
            keyword: String(cString: keyword),
            variable: next.pointee.envvar.map { String(cString: $0) },
            value: String(cString: value)))
      }
      next += 1
    }
    return options
  }
}
