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

extension LogFormat {
  /// What a log looks like that is not understood as the format that was named; nil where it looks like that, or like
  /// nothing that is known.
  ///
  /// - Parameter start: the log's beginning as it is in the file.
  package static func found(in start: [UInt8], insteadOf grammar: any LogGrammar) -> LogFormat? {
    // Its author says how its lines are.
    guard !(grammar is PatternGrammar) else { return nil }
    var found: LogFormat?
    start.withUnsafeBufferPointer { bytes in
      // The first line that says something.
      bytes.eachLine { line in
        found = Self.of(line: line)
        return line.isEmpty
      }
    }
    guard let found, !found.isFormat(of: grammar) else { return nil }
    return found
  }

  private static func of(line: LogBytes) -> LogFormat? {
    let text = String(decoding: line.prefix(4096), as: UTF8.self)
    if text.begins(with: "{") { return text.holds("\"error_severity\"") ? .jsonlog : .jsonl }
    // A time in the midst of a line is of what it tells.
    guard let first = line.first, first.isDigit || first == UInt8(ascii: "["),
      LogTime(in: line) != nil
    else { return nil }
    let commas = line.reduce(0) { $0 + ($1 == UInt8(ascii: ",") ? 1 : 0) }
    if commas >= 20 { return .csvlog }
    // Half a record of it, as likely.
    if commas >= 8 { return nil }
    let levels = [" LOG:  ", " ERROR:  ", " FATAL:  ", " WARNING:  ", " STATEMENT:  ", " PANIC:  "]
    return levels.contains { text.holds($0) } ? .postgres : .iso8601
  }

  private func isFormat(of grammar: any LogGrammar) -> Bool {
    switch self {
    case .postgres: grammar is PostgresGrammar
    case .csvlog: grammar is CSVLogGrammar
    case .jsonlog: grammar is JSONLogGrammar
    case .iso8601: grammar is DatedLineGrammar
    case .pattern: grammar is PatternGrammar
    case .jsonl: grammar is JSONLinesGrammar
    }
  }
}
