import RunbookEngine
package import RunbookModel

extension [SQLCompletion] {
  package var affected: Int64 {
    reduce(0) { sum, completion in
      let (total, overflow) = sum.addingReportingOverflow(completion.affected)
      return overflow ? .max : total
    }
  }
}

extension [SQLCompletion] {
  /// Of the last statement whose rows were collected.
  package var lastRows: ResultSet? { last { $0.resultSet != nil }?.resultSet }
}

/// What an attempt brought back, as a step's result.
package struct SQLResult {
  private let request: SQLRequest
  private let completions: [SQLCompletion]
  private let rows: StepRows
  private let notices: [String]

  package init(
    _ request: SQLRequest, _ completions: [SQLCompletion], _ rows: StepRows, _ notices: [String]
  ) {
    self.request = request
    self.completions = completions
    self.rows = rows
    self.notices = notices
  }

  /// - Throws: `invalid` where two columns have one name: a row is a map by their names.
  package func stepResult() throws(StepFailure) -> StepResult {
    for notice in notices { request.context.output(OutputLine(.notice, notice)) }
    let isWhole = rows.finish()
    let columns = rows.columns ?? []
    guard rows.doubledColumns.isEmpty else { throw .doubled(rows.doubledColumns) }
    var result = StepResult(
      values: ValueMap([
        ("rows", .list(rows.held)), ("row_count", .int(rows.count)),
        ("affected", .int(completions.affected)), ("columns", .list(columns.map { .string($0) })),
      ]), notices: notices)
    result.storedLimits["rows"] = StepRows.storedLimit
    if let incomplete = rows.incomplete { result.incomplete["rows"] = incomplete }
    result.timeline = timeline
    if let notice = timelessNotice {
      request.context.output(OutputLine(.notice, notice))
      result.notices.append(notice)
    }
    if rows.columns != nil { addEvidence(to: &result, isFileWhole: isWhole) }
    if request.activity.step.phase == .timeline, let incomplete = rows.incomplete {
      result.notices.append("the timeline was made of the first \(incomplete)")
    }
    return result
  }

  private func addEvidence(to result: inout StepResult, isFileWhole: Bool) {
    let source = request.activity.source.name
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
    guard request.activity.step.phase == .timeline else { return nil }
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
      + "(timestamptz)"
  }

  /// In the timeline phase rows with `at` and `event` are its rows.
  private var timeline: [TimelineRow] {
    guard request.activity.step.phase == .timeline else { return [] }
    return rows.held.compactMap { row in
      guard let row = row.mapValue, case .timestamp(let at)? = row["at"],
        let event = row["event"]?.stringValue
      else { return nil }
      return TimelineRow(
        at: at, text: event, source: "database \(request.activity.source.name)",
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
