import RunbookDocument
import RunbookModel

/// The events of a source: each by itself, or counted by place where there are many.
struct DrawnEvents {
  /// More than that are counted.
  private static let maximum = 60
  private static let columnWidth = 4.0

  private let rows: [TimelineFacts.Row]
  private let y: Double
  private let height: Double
  private let position: (Timestamp) -> Double

  init(
    _ rows: [TimelineFacts.Row], y: Double, height: Double,
    at position: @escaping (Timestamp) -> Double
  ) {
    self.rows = rows
    self.y = y
    self.height = height
    self.position = position
  }

  var shapes: [String] { rows.count <= Self.maximum ? single : counted }

  private var single: [String] {
    rows.map { row in
      let x = position(row.at)
      let title = "\(row.at.clock) UTC: \(row.text.plainText)"
      return row.isDamage
        ? SVG.path(
          SVG.triangle(x, y + height - 3, size: height - 6), style: "damage",
          title: "damage, " + title)
        : SVG.path(SVG.circle(x, y + height / 2, size: 4), style: "event", title: title)
    }
  }

  private var counted: [String] {
    var columns: [Int: (count: Int, damage: Int)] = [:]
    for row in rows {
      let column = Int(position(row.at) / Self.columnWidth)
      columns[column, default: (0, 0)].count += 1
      if row.isDamage { columns[column, default: (0, 0)].damage += 1 }
    }
    let most = Double(columns.values.map(\.count).max() ?? 1)
    var events = ""
    var damage = ""
    for (column, counts) in columns.sorted(by: { $0.key < $1.key }) {
      let left = Double(column) * Self.columnWidth
      // By the root, so that one event beside thousands is seen.
      let tall = max(3, (height - 2) * (Double(counts.count) / most).squareRoot())
      events +=
        "M\(SVG.number(left)) \(SVG.number(y + height - 1))v-\(SVG.number(tall))"
        + "h\(SVG.number(Self.columnWidth - 1))v\(SVG.number(tall))z"
      if counts.damage > 0 {
        damage += SVG.triangle(left + Self.columnWidth / 2, y + height - 3, size: height - 6)
      }
    }
    let title = "\(rows.count) events, at most \(Int(most)) in one column"
    return [SVG.path(events, style: "event", title: title)]
      + (damage.isEmpty ? [] : [SVG.path(damage, style: "damage", title: "damage")])
  }
}
