import RunbookDocument
import RunbookModel

/// What was captured, with its content where the journal holds it.
struct EvidenceFacts: Sendable {
  /// What a file of evidence is today.
  enum Fault: Sendable {
    case missing, changed
  }

  struct Item: Sendable {
    let record: EvidenceRecord
    let step: StepID
    let content: Content
    /// What the journal holds of it; nil for a file.
    let value: Value?
    /// The folder beside the report for what the report does not show whole.
    let folder: String
    /// Nil also where its file was not looked at.
    var fault: Fault?

    /// What the journal holds of it, as it was hashed.
    var whole: String? { value.map { $0.stringValue ?? $0.json } }

    /// Lines or rows of one evidence that the report shows.
    static let limit = 40

    /// Characters of one line, and of one value in a row, that the report shows.
    static let lineLimit = 2_000
    static let cellLimit = 400

    /// In bytes, before anything was cut; nil where a public copy does not tell.
    var size: Int64? { record.size < 0 ? nil : record.size }

    /// Whether a line or a value that the report shows is longer than it shows of one.
    var hasLongLine: Bool {
      switch content {
      case .rows(let rows):
        rows.prefix(Self.limit).contains { row in
          row.pairs.contains { $0.value.displayText.isLonger(than: Self.cellLimit) }
        }
      case .text(let text, _):
        text.lines.prefix(Self.limit).contains { String($0).isLonger(than: Self.lineLimit) }
      case .empty, .file, .none: false
      }
    }

    /// How many lines or rows there are; nil where the report shows none.
    var length: (count: Int, noun: String)? {
      switch content {
      case .rows(let rows): (rows.count, "rows")
      case .text(let text, _): (text.lines.count, "lines")
      case .empty, .file, .none: nil
      }
    }

    /// A file beside the report, where the report does not show all of it.
    var fileBeside: String? { nameBeside.map { "\(folder)/\($0)" } }

    /// Its name in the folder.
    var nameBeside: String? {
      switch content {
      case .file(let path):
        let last = path.pieces(separatedBy: "/").last.map(String.init)
        return FileName.joined(record.id, last ?? "file")
      case .rows, .text:
        guard let length, length.count > Self.limit || hasLongLine else { return nil }
        return FileName.joined(record.id, suffix: value?.stringValue == nil ? ".json" : ".txt")
      case .empty, .none: return nil
      }
    }
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

  private(set) var items: [Item]

  /// Says of the items, by their numbers, what became of their files.
  mutating func mark(_ faults: [Int: Fault]) {
    for index in items.indices { items[index].fault = faults[index] }
  }

  /// Holds the files against what the journal has of them.
  func faults(_ digest: (String) -> Digest?) -> [Int: Fault] {
    var faults: [Int: Fault] = [:]
    for (index, item) in items.enumerated() {
      guard case .file(let path) = item.content else { continue }
      guard let found = digest(path) else {
        faults[index] = .missing
        continue
      }
      if found != item.record.digest { faults[index] = .changed }
    }
    return faults
  }

  init(_ history: RunHistory) {
    let folder = ReportName(history).stem + ".evidence"
    let attempts = history.finishedAttempts.map { step, finished in
      (finished.stamp.sequence, step.id, finished.payload.evidence, finished.payload.result)
    }
    // What probes gave, about attempts whose outcome was open.
    let settlements = history.steps.flatMap { step in
      step.attempts.flatMap(\.settlements).map { settled in
        (settled.stamp.sequence, step.id, settled.payload.evidence ?? [], settled.payload.result)
      }
    }
    items = (attempts + settlements).sorted { $0.0 < $1.0 }.flatMap { _, step, records, result in
      records.map { record in
        Item(
          record: record, step: step, content: Self.content(of: record, in: result),
          value: Self.value(record, in: result), folder: folder)
      }
    }
  }

  private static func value(_ record: EvidenceRecord, in result: Value) -> Value? {
    if case .result(let key) = record.content { result.mapValue?[key] } else { nil }
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

extension String {
  fileprivate func isLonger(than limit: Int) -> Bool {
    utf8.count > limit && unicodeScalars.count > limit
  }
}
