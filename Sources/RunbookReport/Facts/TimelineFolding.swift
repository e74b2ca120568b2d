import RunbookModel

/// Makes a long group of the timeline readable: events of a source that differ only in their numbers
/// become one row, and of what is still too long the middle is left out. Damage becomes one row only where
/// its text is the same.
///
/// A short group stays as it is; the run's own rows are never folded. The JSON has every row.
struct TimelineFolding {
  /// A group with more rows is folded, and never shows more.
  static let limit = 200

  struct Row: Sendable {
    let first: TimelineFacts.Row
    /// How many events the row stands for.
    var count = 1
    /// When the last of them was.
    var lastAt: Timestamp
  }

  private(set) var rows: [Row]
  /// How many rows are not shown, and after which of those that are.
  private(set) var leftOut: (count: Int, after: Int)?

  init(_ all: [TimelineFacts.Row]) {
    guard all.count > Self.limit else {
      rows = all.map { Row(first: $0, lastAt: $0.at) }
      return
    }
    rows = Self.folded(all)
    guard rows.count > Self.limit else { return }
    let half = Self.limit / 2
    leftOut = (rows.count - Self.limit, half)
    rows = Array(rows.prefix(half) + rows.suffix(half))
  }

  private struct Likeness: Hashable {
    let source: String
    let text: String
    let isDamage: Bool
  }

  private static func folded(_ all: [TimelineFacts.Row]) -> [Row] {
    var rows: [Row] = []
    var places: [Likeness: Int] = [:]
    for row in all {
      guard let source = row.source else {
        rows.append(Row(first: row, lastAt: row.at))
        continue
      }
      let likeness = Likeness(
        source: source,
        text: row.isDamage ? row.text.plainText : withoutNumbers(row.text.plainText),
        isDamage: row.isDamage)
      if let place = places[likeness] {
        rows[place].count += 1
        rows[place].lastAt = row.at
      } else {
        places[likeness] = rows.count
        rows.append(Row(first: row, lastAt: row.at))
      }
    }
    return rows
  }

  private static func withoutNumbers(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      if !isDigit { bytes.append(byte) } else if bytes.last != 0 { bytes.append(0) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
