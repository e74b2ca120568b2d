import RunbookModel

extension EvidenceFacts: Presented {
  static let fields: [Field<Self>] = [
    .flag("has_items") { !$0.items.isEmpty },
    .list("items") { $0.items },
  ]
}

extension EvidenceFacts.Item: Presented {
  /// Lines or rows of one evidence that the report shows.
  static let limit = 40

  static let fields: [Field<Self>] = [
    .text("id") { $0.record.id.utf8.allSatisfy { $0 != 10 } ? Markdown.prose($0.record.id) : "E" },
    .text("link") { Markdown.reference(.evidence($0.record.id)) },
    .text("what") { Markdown.quote($0.record.what) },
    .text("what_html") { Markdown.html($0.record.what) },
    .text("step") { Markdown.code($0.step.rawValue) },
    .text("source") { Markdown.quote($0.record.source) },
    .text("captured") { Markdown.time($0.record.capturedAt) },
    .text("size") { Markdown.size($0.record.size) },
    .text("sha256") { Markdown.code($0.record.digest.hex) },
    .text("sha256_short") { Markdown.code($0.record.digest.short) },
    .flag("is_cut") { $0.record.isCut },
    .text("content") { content(of: $0) },
    .text("cut_note") { cutNote(of: $0) },
    .text("file") { item in
      if case .file(let path) = item.content { Markdown.code(path) } else { nil }
    },
  ]

  private static func content(of item: Self) -> String? {
    switch item.content {
    case .rows(let rows): Markdown.table(Array(rows.prefix(limit)))
    case .text(let text, let language):
      Markdown.fence(text.lines.prefix(limit).joined(separator: "\n"), language: language)
    case .empty: "Nothing: no rows."
    case .file, .none: nil
    }
  }

  private static func cutNote(of item: Self) -> String? {
    let count: Int
    let noun: String
    switch item.content {
    case .rows(let rows):
      count = rows.count
      noun = "rows"
    case .text(let text, _):
      count = text.lines.count
      noun = "lines"
    case .empty, .file, .none: return nil
    }
    return count > limit ? "the first \(limit) of \(count) \(noun); the journal has them all" : nil
  }
}
