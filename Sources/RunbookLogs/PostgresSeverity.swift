import RunbookModel

/// The words with which PostgreSQL begins a message, when it writes English (`lc_messages`).
package enum PostgresSeverity {
  /// What begins a message.
  package static let primary: Set<String> = [
    "LOG", "ERROR", "FATAL", "PANIC", "WARNING", "NOTICE", "INFO", "DEBUG", "DEBUG1", "DEBUG2",
    "DEBUG3", "DEBUG4", "DEBUG5",
  ]
  /// What adds to a message.
  package static let additions: Set<String> = [
    "DETAIL", "HINT", "QUERY", "CONTEXT", "LOCATION", "STATEMENT", "BACKTRACE",
  ]

  /// A severity, and whether it adds to the message before.
  package struct Found: Hashable {
    package let isAddition: Bool
  }

  /// Reads `LOG:  ` at a place.
  ///
  /// - Parameter takesAny: whether any word will do, as of a server that speaks another language.
  package static func read(_ line: LogBytes, at start: Int, takesAny: Bool = false) -> Found? {
    var end = start
    while end < line.count, end - start < 32, isWord(line[end], any: takesAny) { end += 1 }
    guard end > start, line.hasPrefix(colon, at: end) else { return nil }
    let word = line.part(start..<end).text
    if additions.contains(word) { return Found(isAddition: true) }
    if primary.contains(word) { return Found(isAddition: false) }
    return takesAny && line.hasPrefix(wholeColon, at: end) ? Found(isAddition: false) : nil
  }

  /// What collects logs may make one blank of the two that the server writes.
  private static let colon = Array(": ".utf8)
  private static let wholeColon = Array(":  ".utf8)

  private static func isWord(_ byte: UInt8, any: Bool) -> Bool {
    (65...90).contains(byte) || byte.isDigit || (any && byte >= 128)
  }
}
