import RunbookModel

/// How a log is written: where its records begin, and what they say.
///
/// A record is a line that has a head, and the lines after it that belong to it.
package protocol LogGrammar: Sendable {
  /// What a line begins with; nil when it belongs to the lines before it.
  func head(of line: LogBytes) -> LogHead?

  /// What a record says, from its first line to the end of its last.
  func read(_ record: LogBytes, _ head: LogHead) -> LogReading

  /// Whether nothing of the record is missing, as far as its bytes can tell.
  func isWhole(_ record: LogBytes) -> Bool

  /// The time of a record's first line, for finding one's way in a file.
  func stamp(of line: LogBytes) -> LogStamp?

  /// What finding records may cost for a byte of the log, in steps of a pattern.
  var workOfByte: Int { get }

  /// How its lines may be wrapped by what collects them.
  var wrapping: LogWrapping { get }

  /// Whether its author has said what lines begin with.
  var isExact: Bool { get }

  /// Whether a line that says no time is a record's first, and can have a time put in front of it.
  func takesTime(inFrontOf line: LogBytes) -> Bool

  /// Words that stand in what patterns are held against, but not in the file.
  var addedWords: [String] { get }
}

extension LogGrammar {
  package func isWhole(_ record: LogBytes) -> Bool { true }

  package func stamp(of line: LogBytes) -> LogStamp? { head(of: line)?.stamp }

  package var workOfByte: Int { 0 }

  package var addedWords: [String] { [] }

  package var isExact: Bool { false }

  package func takesTime(inFrontOf line: LogBytes) -> Bool { false }
}

package enum LogReading: Sendable {
  case event(LogEvent)
  /// A record that cannot be used, and why.
  case unusable(String)
}
