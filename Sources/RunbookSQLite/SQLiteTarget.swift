import RunbookModel

/// The file that a connection leads to, as read from its URL.
///
/// It reads SQLAlchemy's form: `sqlite:////srv/app.db` is absolute, `sqlite:///app.db` lies in the runbook's folder, and
/// `sqlite+pysqlite:///…` is the same. What follows the three slashes is a path, percent-encoded:
/// https://docs.sqlalchemy.org/en/20/core/engines.html#sqlite
struct SQLiteTarget: Sendable, Hashable {
  /// Absolute.
  let path: String

  /// - Parameter folder: where a relative path starts.
  init(url: String, in folder: String) throws(StepFailure) {
    let text = String(url.trimming { $0.isWhitespace })
    guard let (scheme, rest) = text.halves(at: ":///"), Self.isScheme(scheme) else {
      throw Self.refusal("the connection's url is not one of a SQLite file")
    }
    let written = String(rest)
    guard !written.isEmpty, written != ":memory:" else {
      throw Self.refusal("the connection's url names no file: a database in memory holds nothing")
    }
    guard !written.holds("?"), !written.holds("#") else {
      throw Self.refusal(
        "the connection's url has parameters, and none are read",
        hint: "write a `?` of the path as %3F, and a `#` as %23")
    }
    guard let bytes = Self.decoded(written), !bytes.contains(0),
      let path = String(validating: bytes, as: UTF8.self)
    else {
      throw Self.refusal(
        "the connection's path is not UTF-8, or not percent-encoded as it should be")
    }
    guard !path.begins(with: "file:") else {
      throw Self.refusal("the connection's url holds a URI of SQLite's own, and a path is read")
    }
    self.path = path.resolved(in: folder)
  }

  /// The same place, wherever this program was started.
  var url: String {
    let safe = path.utf8.map { byte -> String in
      switch byte {
      case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        48...57, 65...90, 97...122:
        String(decoding: [byte], as: UTF8.self)
      default: "%" + Self.hex(byte >> 4) + Self.hex(byte & 15)
      }
    }
    return "sqlite:///" + safe.joined()
  }

  private static func isScheme(_ scheme: Substring) -> Bool {
    let parts = scheme.lowercased().pieces(separatedBy: "+", omittingEmptySubsequences: false)
    return parts.first == "sqlite" && parts.count <= 2
  }

  private static func decoded(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return bytes
  }

  private static func hex(_ digit: UInt8) -> String { String(digit, radix: 16).uppercased() }

  private static func refusal(_ message: String, hint: String? = nil) -> StepFailure {
    StepFailure(
      .invalid, message,
      hint: hint
        ?? "give sqlite:////absolute/path.db, or sqlite:///path.db from the runbook's folder")
  }
}
