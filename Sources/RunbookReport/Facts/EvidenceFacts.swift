import RunbookModel

/// What was captured, with its content where the journal holds it.
struct EvidenceFacts: Sendable {
  struct Item: Sendable {
    let record: EvidenceRecord
    let step: StepID
    let content: Content
    /// What the journal holds of it, whole; nil for a file.
    let whole: String?
  }

  enum Content: Sendable {
    case rows([ValueMap])
    case text(String, language: String)
    /// A list without anything in it.
    case empty
    case file(path: String)
    /// The journal does not hold it.
    case none
  }

  let items: [Item]

  init(_ history: RunHistory) {
    items = history.finishedAttempts.flatMap { step, finished in
      finished.payload.evidence.map { record in
        Item(
          record: record, step: step.id,
          content: Self.content(of: record, in: finished.payload.result),
          whole: Self.whole(record, in: finished.payload.result))
      }
    }
  }

  private static func whole(_ record: EvidenceRecord, in result: Value) -> String? {
    guard case .result(let key) = record.content, let value = result.mapValue?[key] else {
      return nil
    }
    return value.stringValue ?? value.json
  }

  /// Whether a row's values fit into the cells of a table.
  private static func isFlat(_ row: ValueMap) -> Bool {
    row.pairs.allSatisfy { pair in
      switch pair.value {
      case .map: false
      case .list(let values): values.allSatisfy { $0.mapValue == nil && $0.listValue == nil }
      default: true
      }
    }
  }

  private static func content(of record: EvidenceRecord, in result: Value) -> Content {
    switch record.content {
    case .file(let path): return .file(path: path)
    case .result(let key):
      guard let value = result.mapValue?[key] else { return .none }
      switch value {
      case .null: return .none
      case .string(let text): return .text(text, language: "text")
      case .list(let values) where values.isEmpty: return .empty
      case .list(let values):
        let rows = values.compactMap(\.mapValue)
        guard rows.count == values.count, rows.allSatisfy(isFlat) else {
          return .text(value.prettyJSON, language: "json")
        }
        return .rows(rows)
      default: return .text(value.prettyJSON, language: "json")
      }
    }
  }
}
