import RunbookModel

extension TimelineFacts: Presented {
  static let fields: [Field<Self>] = [
    .list("groups") { $0.groups },
    .has("clock_offsets") { !$0.clockOffsets.isEmpty },
    .list("clock_offsets") { $0.clockOffsets },
    .has("corrections") { !$0.corrections.isEmpty },
    .list("corrections") { $0.corrections },
  ]
}

extension TimelineFacts.Group: Presented {
  static let fields: [Field<Self>] = [
    .text("heading", .words) { $0.heading },
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
    .text("at", .time) { $0.row.at },
    .text("time", .words) { dated in
      (dated.isOtherDay ? dated.row.at.day + " " : "") + dated.row.at.clock
    }.only(for: .people),
    .text("text", .phrase) { $0.row.text },
    .text("source", .quote, or: .nothing) { $0.row.source },
    .text("reference", .reference) { $0.row.reference },
    .flag("is_damage") { $0.row.isDamage },
  ]
}

extension TimelineFacts.ClockOffset: Presented {
  static let fields: [Field<Self>] = [
    .text("connection", .code) { $0.name }.only(for: .people),
    .text("source", .quote) { $0.name },
    .text("offset", .duration) { $0.offset },
    .text("reference", .reference) { $0.reference },
  ]
}
