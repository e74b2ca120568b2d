package import RunbookModel

/// What an attempt's statements brought back, as a step's result.
package struct RowsResult {
  private let phase: Phase
  private let source: String
  private let affected: Int64
  private let rows: StepRows
  private let notices: [String]
  private let timeHint: String
  private let output: @Sendable (OutputLine) -> Void

  /// - Parameters:
  ///   - source: the connection's name.
  ///   - affected: rows that were inserted, updated or deleted, in all.
  ///   - timeHint: what in this database is a point in time.
  package init(
    of step: Step, on source: String, _ context: AttemptContext, affected: Int64,
    _ rows: StepRows, _ notices: [String], timeHint: String
  ) {
    phase = step.phase
    self.source = source
    self.affected = affected
    self.rows = rows
    self.notices = notices
    self.timeHint = timeHint
    output = context.output
  }

  /// - Throws: `invalid` where two columns have one name: a row is a map by their names.
  package func stepResult() throws(StepFailure) -> StepResult {
    for notice in notices { output(OutputLine(.notice, notice)) }
    let isWhole = rows.finish()
    let columns = rows.columns ?? []
    guard rows.doubledColumns.isEmpty else { throw .doubled(rows.doubledColumns) }
    var result = StepResult(
      values: ValueMap([
        ("rows", .list(rows.held)), ("row_count", .int(rows.count)),
        ("affected", .int(affected)), ("columns", .list(columns.map { .string($0) })),
      ]), notices: notices)
    result.storedLimits["rows"] = StepRows.storedLimit
    if let incomplete = rows.incomplete { result.incomplete["rows"] = incomplete }
    result.timeline = timeline
    if let notice = timelessNotice {
      output(OutputLine(.notice, notice))
      result.notices.append(notice)
    }
    if rows.columns != nil { addEvidence(to: &result, isFileWhole: isWhole) }
    if phase == .timeline, let incomplete = rows.incomplete {
      result.notices.append("the timeline was made of the first \(incomplete)")
    }
    return result
  }

  private func addEvidence(to result: inout StepResult, isFileWhole: Bool) {
    result.evidence = [
      EvidenceDraft(
        what: "rows", source: source, content: .result("rows"),
        uncutSize: rows.incomplete == nil ? nil : rows.size)
    ]
    guard rows.hasFile else { return }
    result.evidence.append(
      EvidenceDraft(
        what: isFileWhole ? "all \(rows.count) rows" : "rows, as far as they could be written",
        source: source, content: .file(StepRows.fileName),
        uncutSize: isFileWhole ? nil : rows.size))
    // The work is done, perhaps committed: this must not make it a failure.
    if !isFileWhole {
      result.notices.append(
        "not all \(rows.count) rows were kept: \(StepRows.fileName) cannot be written whole")
    }
  }

  /// Of rows that would be the timeline's, had they a point in time.
  private var timelessNotice: String? {
    guard phase == .timeline else { return nil }
    let count = rows.held.count { row in
      guard let row = row.mapValue, let at = row["at"], row["event"]?.stringValue != nil else {
        return false
      }
      if case .timestamp = at { return false }
      return true
    }
    guard count > 0 else { return nil }
    return
      "\(count) \(count == 1 ? "row is" : "rows are") not in the timeline: `at` is no time with a zone there "
      + "(\(timeHint))"
  }

  /// In the timeline phase rows with `at` and `event` are its rows.
  private var timeline: [TimelineRow] {
    guard phase == .timeline else { return [] }
    return rows.held.compactMap { row in
      guard let row = row.mapValue, case .timestamp(let at)? = row["at"],
        let event = row["event"]?.stringValue
      else { return nil }
      return TimelineRow(
        at: at, text: event, source: "database \(source)",
        isDamage: row["damage"]?.boolValue ?? false)
    }
  }
}

extension StepFailure {
  /// Columns that have a name more than once: a row is a map by their names.
  package static func doubled(_ names: [String], at place: Place? = nil) -> StepFailure {
    let list = names.map { "'\($0)'" }.joined(separator: ", ")
    return StepFailure(
      .invalid,
      "more than one column of the rows is named \(list)" + (place.map { " (\($0))" } ?? ""),
      hint: "give each column a name of its own: SELECT a.id AS a_id, b.id AS b_id")
  }
}
