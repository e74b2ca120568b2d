import RunbookDocument
import RunbookModel

/// The attempts of a phase's steps as bars from start to end; where there are many, those that succeeded
/// run together.
struct DrawnBars {
  private static let maximum = 120
  private static let columnWidth = 3.0

  private let bars: [TimelinePicture.Bar]
  private let y: Double
  private let height: Double
  private let position: (Timestamp) -> Double

  init(
    _ bars: [TimelinePicture.Bar], y: Double, height: Double,
    at position: @escaping (Timestamp) -> Double
  ) {
    self.bars = bars
    self.y = y
    self.height = height
    self.position = position
  }

  var shapes: [String] { bars.count <= Self.maximum ? bars.flatMap { single($0) } : counted }

  private func single(_ bar: TimelinePicture.Bar) -> [String] {
    let (left, width) = extent(of: bar)
    let shape = SVG.rectangle(
      x: left, y: y + 2, width: width, height: height - 4, style: style(of: bar),
      title: title(of: bar))
    let name = bar.step.rawValue
    let sign = bar.outcome == .failed ? "✗ " : ""
    guard width > Double(name.unicodeScalars.count + 4) * 6.6 else {
      return [shape] + (sign.isEmpty ? [] : [cross(at: left + width / 2)])
    }
    return [shape, SVG.text(sign + name, x: left + 6, y: y + height - 6, style: "name")]
  }

  private var counted: [String] {
    var good: Set<Int> = []
    var bad: Set<Int> = []
    for bar in bars {
      let (left, width) = extent(of: bar)
      let columns = Int(left / Self.columnWidth)...Int((left + width) / Self.columnWidth)
      if bar.outcome == .succeeded {
        good.formUnion(columns)
      } else {
        bad.insert(columns.upperBound)
      }
    }
    let title = "\(bars.count) attempts"
    let run = good.sorted().map { column in
      "M\(SVG.number(Double(column) * Self.columnWidth)) \(SVG.number(y + 2))"
        + "h\(SVG.number(Self.columnWidth))v\(SVG.number(height - 4))"
        + "h-\(SVG.number(Self.columnWidth))z"
    }
    return [SVG.path(run.joined(), style: "bar succeeded", title: title)]
      + bad.sorted().map { cross(at: Double($0) * Self.columnWidth) }
  }

  private func extent(of bar: TimelinePicture.Bar) -> (left: Double, width: Double) {
    let left = position(bar.start)
    return (left, max(3, position(bar.end ?? bar.start) - left))
  }

  private func cross(at x: Double) -> String {
    SVG.text("✗", x: x, y: y + height - 5, style: "cross", anchor: "middle")
  }

  private func style(of bar: TimelinePicture.Bar) -> String {
    switch bar.outcome {
    case .succeeded: "bar succeeded"
    case .failed: "bar failed"
    case .skipped, .unknown, nil: "bar open"
    }
  }

  private func title(of bar: TimelinePicture.Bar) -> String {
    let took = bar.end.map { " in " + $0.since(bar.start).reportText } ?? ""
    let outcome = bar.outcome?.rawValue ?? "without an outcome"
    let attempt = bar.attempt > 1 ? ", attempt \(bar.attempt)" : ""
    return "\(bar.step): \(bar.title)\(attempt), \(outcome)\(took), \(bar.start.clock) UTC"
  }
}
