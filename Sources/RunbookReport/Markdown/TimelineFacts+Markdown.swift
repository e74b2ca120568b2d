import RunbookModel

extension TimelineFacts: Presented {
  static let fields: [Field<Self>] = [
    .list("groups") { $0.groups },
    .flag("has_clock_offsets") { !$0.clockOffsets.isEmpty },
    .list("clock_offsets") { $0.clockOffsets },
    .flag("has_corrections") { !$0.corrections.isEmpty },
    .list("corrections") { $0.corrections },
  ]
}

extension TimelineFacts.Group: Presented {
  static let fields: [Field<Self>] = [
    .text("heading") { $0.heading },
    .list("rows") { group in
      group.rows.map { DatedRow(row: $0, isOtherDay: $0.at.day != group.day) }
    },
  ]
}

/// A row with the day where it is not the report's.
struct DatedRow: Sendable {
  let row: TimelineFacts.Row
  let isOtherDay: Bool
}

extension DatedRow: Presented {
  static let fields: [Field<Self>] = [
    .text("time") { $0.isOtherDay ? "\($0.row.at.day) \($0.row.at.clock)" : $0.row.at.clock },
    .text("text") { Markdown.phrase($0.row.text) },
    .text("source") { $0.row.source.map { Markdown.quote($0) } },
    .text("reference") { Markdown.reference($0.row.reference) },
    .flag("is_damage") { $0.row.isDamage },
  ]
}

extension TimelineFacts.ClockOffset: Presented {
  static let fields: [Field<Self>] = [
    .text("connection") { Markdown.code($0.name) },
    .text("source") { Markdown.quote($0.name) },
    .text("offset") { Markdown.duration($0.offset) },
    .text("reference") { Markdown.reference($0.reference) },
  ]
}
