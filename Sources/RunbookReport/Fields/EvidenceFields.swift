import RunbookDocument
import RunbookModel

extension EvidenceFacts: Presented {
  static let fields: [Field<Self>] = [
    .has("items") { !$0.items.isEmpty },
    .list("items") { $0.items },
  ]
}

extension EvidenceFacts.Item: Presented {
  static let fields: [Field<Self>] = [
    .text("id", .prose) { $0.record.id.utf8.contains(10) ? "E" : $0.record.id },
    .text("link", .reference) { .evidence($0.record.id) }.only(for: .people),
    .text("anchor", .words) { Reference.evidence($0.record.id).anchor }.only(for: .people),
    .text("what", .quote) { $0.record.what },
    .text("what_html", .any) { .htmlText($0.record.what) }.only(for: .people),
    .text("step", .code) { $0.step.rawValue },
    .text("source", .quote) { $0.record.source },
    .text("captured", .time) { $0.record.capturedAt },
    .text("size", .size, or: .words("left out")) { $0.size },
    .text("sha256", .digest) { $0.record.digest },
    .text("sha256_short", .shortDigest) { $0.record.digest }.only(for: .people),
    .flag("is_cut") { $0.record.isCut },
    .text("content", Form(.value) { $0 }, or: .nothing) { content(of: $0) },
    .text("cut_note", .words, or: .nothing) { cutNote(of: $0) },
    .text("file_beside", .code, or: .nothing) { $0.fileBeside },
    .text("file", .code, or: .nothing) { item in
      if case .file(let path) = item.content { path } else { nil }
    },
    .text("file_fault", .words, or: .nothing) { item in
      switch item.fault {
      case nil: nil
      case .missing:
        "The file in the run's folder cannot be read any more: what it held, nobody can look up"
      case .changed:
        "The file in the run's folder is not what was captured: its SHA-256 is another one now"
      }
    },
  ]

  private static func content(of item: Self) -> Content? {
    switch item.content {
    case .rows(let rows): .table(Array(rows.prefix(limit)))
    case .text(let text, let language):
      .listing(
        text.lines.prefix(limit).map { String($0).shortened(to: lineLimit) }
          .joined(separator: "\n"), language: language)
    case .empty: .table([])
    case .file, .none: nil
    }
  }

  private static func cutNote(of item: Self) -> String? {
    guard let length = item.length, length.count > limit || item.hasLongLine else { return nil }
    var parts: [String] = []
    if length.count > limit { parts.append("the first \(limit) of \(length.count) \(length.noun)") }
    if item.hasLongLine {
      parts.append(
        length.noun == "rows"
          ? "of each value at most \(cellLimit) characters"
          : "of each line at most \(lineLimit) characters")
    }
    return parts.joined(separator: ", ") + "; " + journals(item, length)
  }

  /// What the journal has of it, which may itself be less than there was.
  private static func journals(_ item: Self, _ length: (count: Int, noun: String)) -> String {
    guard item.record.isCut else { return "the journal has them all" }
    let whole = "the journal has \(length.count) \(length.noun), which are not all"
    // The number of all stands at the end of what it is.
    guard let start = item.record.what.range(ofFirst: ", the first ")?.upperBound else {
      return whole
    }
    return "\(whole): the first \(item.record.what[start...])"
  }
}
