public import RunbookModel

/// Why there is no report.
public enum ReportError: Error, Sendable, Hashable {
  /// There is not one entry.
  case emptyJournal
  /// The entries are not a run's history; the text says why, the number is the entry's.
  case damagedJournal(sequence: Int64, reason: String)
  /// The template cannot be used.
  case template(Diagnostics)
}
