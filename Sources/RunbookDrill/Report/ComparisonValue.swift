import RunbookModel

extension DrillComparison {
  /// For a report.
  ///
  /// - Parameter entry: of the journal, that says so.
  func value(entry: Int64?) -> Value {
    [
      "words": .string(words), "trouble": .text(trouble), "entry": entry.map { .int($0) } ?? .null,
      "is_whole": .bool(isWhole), "is_compared": .bool(trouble == nil),
      "objects": .int(Int64(objects)), "equal_objects": .int(Int64(equalObjects)),
      "rows_before": .int(rowsBefore), "rows_lost": .int(rowsLost), "rows_new": .int(rowsNew),
      "lists": .list(
        [
          Self.list("Missing", missing, missingCount), Self.list("Changed", changed, changedCount),
          Self.list("Moved to another place in their table", moved, movedCount),
          Self.list("New", added, addedCount),
        ].compactMap(\.self)),
      "has_tables": .bool(!tables.isEmpty),
      "tables": .list(
        tables.map {
          [
            "table": .string($0.table), "before": .int($0.before), "now": .int($0.now),
            "lost": .int($0.lost), "new": .int($0.new), "is_lost": .bool($0.lost > 0),
          ]
        }),
    ]
  }

  /// Whether everything that was there is there, as it was.
  private var isWhole: Bool {
    trouble == nil && equalObjects == objects && rowsLost == 0 && addedCount == 0
  }

  private static func list(_ name: String, _ items: [String], _ count: Int) -> Value? {
    guard count > 0 else { return nil }
    let more = count - items.count
    return [
      "name": .string(name), "count": .int(Int64(count)),
      "items": .list(items.map(Value.string)),
      "more": more > 0 ? .string("and \(more) more") : .null,
    ]
  }
}
