package import RunbookModel

/// How a log is written.
package enum LogFormat: String, Sendable, CaseIterable {
  /// PostgreSQL's to standard error, with a time in its `log_line_prefix`.
  case postgres
  /// PostgreSQL's `csvlog`.
  case csvlog
  /// PostgreSQL's `jsonlog`.
  case jsonlog
  /// Lines with a time near their start; lines without one belong to the line before.
  case iso8601
  /// Lines that a pattern of the author's takes apart.
  case pattern
  /// A JSON object a line.
  case jsonl

  /// Where its events come from, for a reader of the timeline.
  package var source: String {
    switch self {
    case .postgres, .csvlog, .jsonlog: "PostgreSQL log"
    case .iso8601, .pattern, .jsonl: "application log"
    }
  }
}

extension LogGrammar {
  /// What must be in the file's bytes where an event matches, as far as that can be told.
  package func prefilter(_ match: RegularExpression?) -> LogPrefilter? {
    let added = addedWords
    let literals = match?.requiredLiterals { byte in
      // What stands between words, and what is doubled or escaped in quotes.
      byte <= 32 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
        || (!added.isEmpty && byte == UInt8(ascii: ":"))
    } where: { literal in
      !added.contains { $0.utf8.map { $0 | 0x20 }.contains(literal.map { $0 | 0x20 }) }
    }
    return literals.flatMap { LogPrefilter($0) }
  }
}
