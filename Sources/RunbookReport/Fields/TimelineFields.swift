import RunbookModel

extension TimelineFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("picture", .any) { .picture($0.picture) }.only(for: .people),
    .has("cuts") { TimelineDrawing($0.picture).isCut },
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
    .list("rows") { $0.shown }.only(for: .people),
    .list("rows") { $0.rows }.only(for: .tools),
  ]

  /// The rows that people read, folded where there are many.
  private var shown: [ShownRow] {
    let folding = TimelineFolding(rows)
    return folding.rows.enumerated().map { index, row in
      let leftOut = folding.leftOut.flatMap { $0.after == index + 1 ? $0.count : nil }
      return ShownRow(row: row, day: day, leftOutAfter: leftOut)
    }
  }
}

extension TimelineFacts.Row: Presented {
  static let fields: [Field<Self>] = [
    .text("at", .time) { $0.at },
    .text("text", .phrase) { $0.text },
    .text("source", .quote, or: .nothing) { $0.source },
    .text("reference", .reference) { $0.reference },
    .flag("is_damage") { $0.isDamage },
  ]
}

/// A row as people read it.
struct ShownRow: Sendable {
  let row: TimelineFolding.Row
  /// The report's day: a row of another says which.
  let day: String
  /// How many rows are left out after this one.
  let leftOutAfter: Int?

  fileprivate func clock(of time: Timestamp) -> String {
    (time.day == day ? "" : time.day + " ") + time.clock
  }
}

extension ShownRow: Presented {
  static let fields: [Field<Self>] = [
    .text("time", .words) { $0.clock(of: $0.row.first.at) },
    .text("text", .phrase) { $0.row.first.text },
    .text("source", .quote, or: .nothing) { $0.row.first.source },
    .text("reference", .reference) { $0.row.first.reference },
    .flag("is_damage") { $0.row.first.isDamage },
    .flag("is_folded") { $0.row.count > 1 },
    .text("count", .number) { $0.row.count },
    .text("last_time", .words) { $0.clock(of: $0.row.lastAt) },
    .text("left_out", .number, or: .nothing) { $0.leftOutAfter },
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
