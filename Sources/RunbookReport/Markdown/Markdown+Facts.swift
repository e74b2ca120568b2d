import RunbookModel

extension Markdown {
  static func phrase(_ phrase: Phrase) -> String {
    phrase.pieces.map { piece in
      switch piece {
      case .words(let text): text
      case .name(let text): code(text)
      case .quote(let text): quote(text)
      }
    }
    .joined()
  }

  /// `[E4](#e4)` for evidence, whose heading is in the appendix; `[J12]` for an entry of the journal.
  static func reference(_ reference: Reference) -> String {
    switch reference {
    case .evidence(let id):
      let isPlain = id.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
      return isPlain ? "[\(id)](#\(id.lowercased()))" : code(id)
    case .entry(let sequence): return "[J\(sequence)]"
    }
  }

  static func time(_ time: Timestamp) -> String { "\(time.day) \(time.clock) UTC" }

  static func duration(_ duration: Duration) -> String { duration.reportText }

  static func size(_ bytes: Int64) -> String { bytes == 1 ? "1 byte" : "\(bytes) bytes" }

  static func status(_ status: StepHistory.Status) -> String {
    switch status {
    case .pending: "⏭️ not run"
    case .inFlight: "⏳ no outcome yet"
    case .succeeded: "✅ succeeded"
    case .failed: "❌ failed"
    case .unknown: "❓ unknown"
    case .skipped: "⏭️ skipped"
    }
  }

  /// A table of rows as maps, with the columns of all rows in the order in which they come.
  static func table(_ rows: [ValueMap]) -> String {
    var columns: [Value] = []
    for row in rows { columns += row.keys.filter { !columns.contains($0) } }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let head = line(columns.map { prose($0.displayText) })
    let rule = line(columns.map { _ in "---" })
    let body = rows.map { row in
      line(columns.map { column in row[column].map { cell($0) } ?? "" })
    }
    return ([head, rule] + body).joined(separator: "\n")
  }

  private static func cell(_ value: Value) -> String {
    switch value {
    case .null: "*null*"
    case .string(let text) where text.isEmpty: "*empty*"
    default: quote(value.displayText)
    }
  }
}
