import RunbookDocument
import RunbookModel

/// Values over time as an SVG of a line with a dot for each; the axis begins at zero.
struct LinePlot {
  struct Point {
    let at: Timestamp
    let value: Double
    let title: String
  }

  private static let width = 300.0
  private static let height = 150.0
  private static let left = 52.0
  private static let right = 286.0
  private static let top = 14.0
  private static let bottom = 122.0

  private let points: [Point]
  private let title: String
  private let labels: [(value: Double, text: String)]
  private let shown: [String]
  private let greatest: Double
  private let first: Timestamp
  private let last: Timestamp

  /// - Parameters:
  ///   - points: the earliest first, and not none.
  ///   - limit: where the axis ends; nil is with the greatest value.
  ///   - start: where the dates begin; nil is with the first point, as `end` is with the last.
  ///   - label: a value as people read it.
  init(
    _ points: [Point], title: String, upTo limit: Double? = nil, from start: Timestamp? = nil,
    until end: Timestamp? = nil, label: (Double) -> String
  ) {
    self.points = points
    self.title = title
    let greatest = limit ?? max(1, points.map(\.value).max() ?? 1)
    self.greatest = greatest
    first = start ?? points.first?.at ?? .epoch
    last = end ?? points.last?.at ?? first
    labels = [0, greatest / 2, greatest].map { ($0, label($0)) }
    shown = points.map { label($0.value) }
  }

  var svg: String {
    let places = points.map { (x: x($0.at), y: y($0.value)) }
    let dots = zip(zip(points, shown), places).map { item, place in
      SVG.circle(
        place.x, place.y, style: "event",
        title: "\(day(item.0.at)): \(item.1) (\(item.0.title))")
    }
    let line = places.count > 1 ? [SVG.polyline(places, style: "line")] : []
    let text = zip(points, shown).map { "\(day($0.at)): \($1)" }.joined(separator: "; ")
    return """
      <svg class="trend" viewBox="0 0 \(SVG.number(Self.width)) \(SVG.number(Self.height))" \
      role="img" aria-label="\(HTMLText.plain("\(title). \(text)"))">
      \((grid + line + dots + days).joined(separator: "\n"))
      </svg>
      """
  }

  private func x(_ time: Timestamp) -> Double {
    guard last > first else { return (Self.left + Self.right) / 2 }
    let share = seconds(time.since(first)) / seconds(last.since(first))
    return Self.left + 8 + (Self.right - Self.left - 16) * share
  }

  private func seconds(_ span: Duration) -> Double { Double(StoryTime(span).rawValue) }

  private func y(_ value: Double) -> Double {
    Self.bottom - (Self.bottom - Self.top) * value / greatest
  }

  private func day(_ time: Timestamp) -> String { String(time.description.prefixOfScalars(10)) }

  private var grid: [String] {
    labels.flatMap { value, text in
      [
        SVG.line(Self.left, y(value), Self.right, y(value), style: "grid"),
        SVG.text(text, x: Self.left - 6, y: y(value) + 4, style: "tick", anchor: "end"),
      ]
    }
  }

  private var days: [String] {
    let y = Self.height - 8
    guard day(first) != day(last) else {
      return [
        SVG.text(
          day(first), x: (Self.left + Self.right) / 2, y: y, style: "tick", anchor: "middle")
      ]
    }
    return [
      SVG.text(day(first), x: Self.left, y: y, style: "tick"),
      SVG.text(day(last), x: Self.right, y: y, style: "tick", anchor: "end"),
    ]
  }
}
