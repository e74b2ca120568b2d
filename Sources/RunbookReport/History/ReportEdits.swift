import RunbookModel

/// What people put into the report, field by field.
struct ReportEdits: Sendable {
  /// How far a report is.
  enum Status: String, Sendable {
    case draft, review, closed

    var title: String { self == .review ? "in review" : rawValue }
  }

  private struct Said: Sendable {
    let edit: ReportEdited.Edit
    let stamp: Stamp

    var text: AuthoredText { AuthoredText(edit.text, saidIn: stamp) }
  }

  private let edits: [Said]

  init(_ history: RunHistory) {
    edits = history.edits.flatMap { entry in
      entry.payload.edits.map { Said(edit: $0, stamp: entry.stamp) }
    }
  }

  var status: Status {
    edits.last { $0.edit.field == ReportField.status }.flatMap { Status(rawValue: $0.edit.text) }
      ?? .draft
  }

  /// A field as it stands after people's edits.
  func applied(to authored: AuthoredBlock?, at field: String) -> AuthoredBlock? {
    edits.filter { $0.edit.field == field }.reduce(authored) { block, said in
      switch said.edit.operation {
      case .clear: nil
      case .set: .text(said.text)
      case .add: block.map { .list($0.items + [.text(said.text)]) } ?? .text(said.text)
      }
    }
  }

  /// A time that somebody gave.
  func time(_ field: ReportField.Time) -> (at: Timestamp, stamp: Stamp)? {
    guard let said = edits.last(where: { $0.edit.field == field.rawValue }),
      let at = Timestamp(rfc3339: said.edit.text)
    else { return nil }
    return (at, said.stamp)
  }

  /// Action items with what people said of them, and those that they added.
  func applied(to authored: [ActionItem]) -> [ActionItem] {
    edits.reduce(authored) { items, said in
      if said.edit.field == ReportField.action { return items + [Self.added(said, to: items)] }
      let parts = said.edit.field.pieces(separatedBy: ".", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == ReportField.action[...],
        let cell = ActionItem.Cell(rawValue: String(parts[2])),
        let index = items.firstIndex(where: { $0.id == parts[1] })
      else { return items }
      var items = items
      items[index][cell] = said.edit.operation == .clear ? nil : said.text
      return items
    }
  }

  private static func added(_ said: Said, to items: [ActionItem]) -> ActionItem {
    var number = items.count + 1
    while items.contains(where: { $0.id == "A\(number)" }) { number += 1 }
    var item = ActionItem(id: "A\(number)")
    item[.action] = said.text
    return item
  }
}

extension AuthoredReport {
  /// A time that a person gave, or that the runbook's `report:` has from an input.
  func given(
    _ field: ReportField.Time
  ) -> (at: Timestamp, basis: Phrase, reference: Reference?)? {
    if let time = edits.time(field) {
      return (
        time.at, "given by \(quote: time.stamp.actor.displayName)", Reference(time.stamp)
      )
    }
    guard case .text(let text)? = block("times", field.rawValue),
      let at = Timestamp(rfc3339: text.plainText.trimmed)
    else { return nil }
    return (at, "given to the run", nil)
  }
}

extension AuthoredText {
  /// Without names, times and what was not there.
  var plainText: String {
    segments.reduce(into: "") { result, segment in
      switch segment {
      case .words(let text), .value(let text): result += text
      case .undefined, .unseen, .failed, .said: break
      }
    }
  }
}
