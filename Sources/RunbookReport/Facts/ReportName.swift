import RunbookDocument
import RunbookModel

/// What a run's report is called as a file: it sorts by day, and is unique by run.
struct ReportName {
  /// `2025-10-18-auth-tables-dropped-RUN`.
  let stem: String

  init(_ history: RunHistory) {
    stem = FileName.joined(
      history.started.at.day, history.runbook.name, history.started.payload.run.rawValue)
  }
}
