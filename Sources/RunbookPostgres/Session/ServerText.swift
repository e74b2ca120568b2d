/// Text of ours for a column of the server, whose encoding may lack signs that it has.
///
/// What is lacking is written as JSON writes it, `\u0141`, so that a name never keeps a receipt from being
/// written; the journal holds the real one.
package enum ServerText {
  /// - Parameter encoding: the server's, as PostgreSQL names it.
  package static func escaped(_ text: String, for encoding: String) -> String {
    switch encoding {
    // SQL_ASCII takes any bytes: https://www.postgresql.org/docs/current/multibyte.html
    case "UTF8", "SQL_ASCII": text
    case "LATIN1": escaped(text) { $0.value <= 0xFF }
    default: escaped(text) { $0.isASCII }
    }
  }

  /// For what the server keeps in ASCII only, such as `application_name`.
  package static func ascii(_ text: String) -> String { escaped(text) { $0.isASCII } }

  private static func escaped(_ text: String, _ isThere: (Unicode.Scalar) -> Bool) -> String {
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if isThere(scalar) {
        kept.append(scalar)
      } else {
        for unit in scalar.utf16 {
          let digits = String(unit, radix: 16)
          let zeros = String(repeating: "0", count: 4 - digits.utf8.count)
          kept.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
        }
      }
    }
    return String(kept)
  }
}
