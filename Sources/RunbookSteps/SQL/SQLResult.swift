import RunbookEngine
import RunbookModel

extension [SQLCompletion] {
  var affected: Int64 {
    reduce(0) { sum, completion in
      let (total, overflow) = sum.addingReportingOverflow(completion.affected)
      return overflow ? .max : total
    }
  }

  /// Of the last statement that gave rows.
  var lastRows: ResultSet? { last { $0.resultSet != nil }?.resultSet }
}

/// What an attempt brought back, as a step's result.
struct SQLResult {
  /// What is stored of the rows at most; all of them go to a file then.
  static let storedRows = 1000
  static let storedBytes = 256 << 10

  private let request: SQLRequest
  private let completions: [SQLCompletion]
  private let notices: [String]

  init(_ request: SQLRequest, _ completions: [SQLCompletion], _ notices: [String]) {
    self.request = request
    self.completions = completions
    self.notices = notices
  }

  func stepResult() -> StepResult {
    for notice in notices { request.context.output(OutputLine(.notice, notice)) }
    var values = ValueMap()
    let set = completions.lastRows
    let keys = set?.columns.map { Value.string($0) } ?? []
    let rows = (set?.rows ?? []).map { row -> Value in
      var map = ValueMap()
      for (key, value) in zip(keys, row) { map[key] = value }
      return .map(map)
    }
    values["rows"] = .list(rows)
    values["row_count"] = .int(Int64(rows.count))
    values["affected"] = .int(completions.affected)
    values["columns"] = .list(keys)
    var result = StepResult(values: values, notices: notices)
    result.storedLimits["rows"] = StoredLimit(items: Self.storedRows, bytes: Self.storedBytes)
    result.timeline = timeline(rows)
    if set != nil { addEvidence(to: &result, rows) }
    return result
  }

  /// All rows go to a file where the engine may store less of them.
  private func addEvidence(to result: inout StepResult, _ rows: [Value]) {
    let source = request.activity.source.name
    let size = Value.list(rows).jsonSize(upTo: Self.storedBytes)
    result.evidence = [EvidenceDraft(what: "rows", source: source, content: .result("rows"))]
    guard rows.count > Self.storedRows || size > Self.storedBytes / 2 else { return }
    let lines = rows.map { $0.mapStrings(request.context.redact).json + "\n" }.joined()
    let name = "rows.jsonl"
    if EvidenceFile.write(lines, named: name, in: request.context.evidenceFolder) {
      result.evidence.append(
        EvidenceDraft(what: "all \(rows.count) rows", source: source, content: .file(name)))
    } else {
      // The work is done, perhaps committed: this must not make it a failure.
      result.notices.append("not all \(rows.count) rows were kept: \(name) cannot be written")
    }
  }

  /// In the timeline phase rows with `at` and `event` are its rows.
  private func timeline(_ rows: [Value]) -> [TimelineRow] {
    guard request.activity.step.phase == .timeline else { return [] }
    return rows.compactMap { row in
      guard let row = row.mapValue, case .timestamp(let at)? = row["at"],
        let event = row["event"]?.stringValue
      else { return nil }
      return TimelineRow(
        at: at, text: event, source: "database \(request.activity.source.name)",
        isDamage: row["damage"]?.boolValue ?? false)
    }
  }
}
