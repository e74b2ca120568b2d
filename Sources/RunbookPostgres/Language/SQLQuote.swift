/// Text as PostgreSQL's SQL takes it. Nothing else in the program writes a name or a literal into SQL.
///
/// It works on bytes: all signs that the server looks for are ASCII, whatever stands beside them.
/// https://www.postgresql.org/docs/current/sql-syntax-lexical.html
package enum SQLQuote {
  /// What a name takes at most, in bytes; the server cuts a longer one, and with it means another thing.
  package static let longestIdentifier = 63

  package static func identifier(_ name: String) -> String { doubled(name, UInt8(ascii: "\"")) }

  /// One string literal, which is read the same whatever `standard_conforming_strings` is.
  package static func literal(_ text: String) -> String {
    let quoted = doubled(text, UInt8(ascii: "'"))
    guard quoted.utf8.contains(UInt8(ascii: "\\")) else { return quoted }
    var bytes = Array("E".utf8)
    for byte in quoted.utf8 {
      if byte == UInt8(ascii: "\\") { bytes.append(byte) }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What a quoted name or a plain literal says, both of which double their own mark.
  package static func unquoted(_ token: some StringProtocol) -> String {
    guard let mark = token.utf8.first, token.utf8.count >= 2 else { return String(token) }
    var bytes: [UInt8] = []
    var wasMark = false
    for byte in token.utf8.dropFirst().dropLast() {
      if byte == mark, wasMark {
        wasMark = false
        continue
      }
      wasMark = byte == mark
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func doubled(_ text: String, _ mark: UInt8) -> String {
    var bytes = [mark]
    bytes.reserveCapacity(text.utf8.count + 2)
    for byte in text.utf8 {
      if byte == mark { bytes.append(mark) }
      bytes.append(byte)
    }
    bytes.append(mark)
    return String(decoding: bytes, as: UTF8.self)
  }
}
