import RunbookDocument
import RunbookModel

/// Draws a timeline as SVG: a lane for each source, one for each phase, one for what people did.
///
/// Its size is bounded: where a lane has more events than can be told apart, they are counted by place,
/// and a column's height says how many there are.
struct TimelineDrawing {
  static let width = 860.0
  /// A lane's label, then its strip.
  private static let labelHeight = 17.0
  private static let stripHeight = 20.0
  private static let laneGap = 7.0
  private static let top = 26.0
  private static let axisHeight = 58.0
  /// The sources that have a lane of their own; the rest share one.
  private static let maximumSources = 6

  private let picture: TimelinePicture
  private let origin: Timestamp
  private let scale: TimeScale
  private let lanes: [Lane]

  private struct Lane {
    enum Content {
      case events([TimelineFacts.Row])
      case bars([TimelinePicture.Bar])
      case signs([TimelinePicture.Sign])
    }

    let label: String
    let content: Content
  }

  init(_ picture: TimelinePicture) {
    self.picture = picture
    var instants = picture.rows.map(\.at) + picture.signs.map(\.at)
    for bar in picture.bars { instants += [bar.start, bar.end ?? bar.start] }
    instants.sort()
    let first = instants.first ?? picture.runStart
    origin = first
    scale = TimeScale(
      times: instants.isEmpty ? [0] : instants.map { $0.since(first).wholeSeconds },
      runStart: picture.runStart.since(first).wholeSeconds, left: 0, right: Self.width)
    lanes = Self.lanes(of: picture)
  }

  var svg: String {
    let height = Self.top + lanesHeight + Self.axisHeight
    return """
      <svg class="timeline" viewBox="0 0 \(SVG.number(Self.width)) \(SVG.number(height))" \
      role="img" aria-labelledby="timeline-title timeline-text">
      <title id="timeline-title">Timeline of the incident and the run</title>
      <desc id="timeline-text">\(HTMLText.plain(description))</desc>
      <defs><pattern id="undetected" width="8" height="8" patternUnits="userSpaceOnUse" \
      patternTransform="rotate(45)"><rect class="hatch" width="3" height="8"/></pattern>\
      <pattern id="held" width="6" height="6" patternUnits="userSpaceOnUse">\
      <circle class="dots" cx="2" cy="2" r="1.1"/></pattern></defs>
      \((grounds + bands + drawnLanes + cuts + axis).joined(separator: "\n"))
      </svg>
      """
  }

  /// Whether the axis leaves time out.
  var isCut: Bool { scale.parts.count > 1 }

  private var lanesHeight: Double {
    Double(lanes.count) * (Self.labelHeight + Self.stripHeight + Self.laneGap)
  }

  private func x(_ time: Timestamp) -> Double {
    scale.position(of: time.since(origin).wholeSeconds)
  }

  private static func lanes(of picture: TimelinePicture) -> [Lane] {
    var names: [String] = []
    var events: [String: [TimelineFacts.Row]] = [:]
    for row in picture.rows {
      let name = row.source ?? "sandbox"
      if events[name] == nil { names.append(name) }
      events[name, default: []].append(row)
    }
    var lanes = names.prefix(maximumSources).map { name in
      Lane(label: name, content: .events(events[name] ?? []))
    }
    let others = names.dropFirst(maximumSources).flatMap { events[$0] ?? [] }
    if !others.isEmpty {
      lanes.append(Lane(label: "other sources", content: .events(others.sorted { $0.at < $1.at })))
    }
    for phase in Phase.allCases {
      let bars = picture.bars.filter { $0.phase == phase }
      if !bars.isEmpty { lanes.append(Lane(label: "Run: \(phase.rawValue)", content: .bars(bars))) }
    }
    lanes.append(Lane(label: "Run: gates, holds and notes", content: .signs(picture.signs)))
    return lanes
  }

  /// Where a lane's strip begins.
  private func strip(_ index: Int) -> Double {
    Self.top + Self.labelHeight
      + Double(index) * (Self.labelHeight + Self.stripHeight + Self.laneGap)
  }

  private var grounds: [String] {
    lanes.indices.map { index in
      SVG.rectangle(
        x: 0, y: strip(index), width: Self.width, height: Self.stripHeight, style: "lane")
    }
  }

  private var drawnLanes: [String] {
    lanes.enumerated().flatMap { index, lane -> [String] in
      let y = strip(index)
      let label = SVG.text(lane.label + count(of: lane), x: 4, y: y - 5, style: "label")
      return content(of: lane, y: y) + [label]
    }
  }

  private func count(of lane: Lane) -> String {
    switch lane.content {
    case .events(let rows): rows.count == 1 ? ", 1 event" : ", \(rows.count) events"
    case .bars(let bars): bars.count == 1 ? ", 1 attempt" : ", \(bars.count) attempts"
    case .signs: ""
    }
  }

  private func content(of lane: Lane, y: Double) -> [String] {
    switch lane.content {
    case .events(let rows): DrawnEvents(rows, y: y, height: Self.stripHeight, at: x).shapes
    case .bars(let bars): DrawnBars(bars, y: y, height: Self.stripHeight, at: x).shapes
    case .signs(let signs): DrawnSigns(signs, y: y + Self.stripHeight / 2, at: x).shapes
    }
  }

  private var bands: [String] {
    var shapes: [String] = []
    let height = lanesHeight + 4
    for hold in picture.holds {
      let (left, right) = (x(hold.start), x(hold.end))
      let length = hold.end.since(hold.start).reportText
      shapes.append(
        SVG.rectangle(
          x: left, y: Self.top, width: max(2, right - left), height: height, style: "held",
          title: "held for \(length)"))
      if right - left > 90 {
        shapes.append(
          SVG.text(
            "held \(length)", x: (left + right) / 2, y: Self.top + lanesHeight - 2,
            style: "band", anchor: "middle"))
      }
    }
    guard let band = picture.undetected else { return shapes }
    let (left, right) = (x(band.start), x(band.end))
    shapes.append(
      SVG.rectangle(
        x: left, y: Self.top - 6, width: max(2, right - left), height: height + 6,
        style: "undetected"))
    shapes += [left, right].map {
      SVG.line($0, Self.top - 10, $0, Self.top + height, style: "edge")
    }
    let label = "undetected for \(band.end.since(band.start).reportText)"
    let middle = min(max((left + right) / 2, 110), Self.width - 110)
    shapes.append(SVG.text(label, x: middle, y: 12, style: "undetected-label", anchor: "middle"))
    return shapes
  }

  private var cuts: [String] {
    zip(scale.parts, scale.parts.dropFirst()).flatMap { before, after -> [String] in
      let middle = (before.right + after.left) / 2
      let bottom = Self.top + lanesHeight + 4
      let zigzag = stride(from: Self.top, to: bottom, by: 12).map { _ in "l4 6l-8 0l4 6" }.joined()
      let left =
        before.end >= after.start ? "" : Duration.seconds(after.start - before.end).reportText
      return [
        SVG.rectangle(
          x: middle - 6, y: Self.top - 6, width: 12, height: bottom - Self.top + 12, style: "gap"),
        SVG.path("M\(SVG.number(middle)) \(SVG.number(Self.top))\(zigzag)", style: "cut"),
        SVG.text(
          left.isEmpty ? "other scale" : "// \(left)", x: middle, y: bottom + 46,
          style: "cut-label",
          anchor: "middle"),
      ]
    }
  }

  private var axis: [String] {
    let y = Self.top + lanesHeight + 4
    let lines = scale.parts.map { SVG.line($0.left, y, $0.right, y, style: "axis") }
    return lines
      + TimeTicks(scale, origin: origin).ticks.flatMap { tick -> [String] in
        let middle = min(max(tick.position, 34), Self.width - 34)
        let day = tick.day.map {
          SVG.text($0, x: middle, y: y + 32, style: "day", anchor: "middle")
        }
        return [
          SVG.line(tick.position, y, tick.position, y + 5, style: "axis"),
          SVG.text(tick.label, x: middle, y: y + 18, style: "tick", anchor: "middle"),
        ] + (day.map { [$0] } ?? [])
      }
  }

  /// What the picture shows, for those who cannot see it.
  private var description: String {
    let damage = picture.rows.filter(\.isDamage)
    var parts = [
      "All times are UTC. \(picture.rows.count) events of sources; the run began "
        + "\(picture.runStart.reportText) and made \(picture.bars.count) attempts at steps."
    ]
    if let first = damage.first {
      parts.append("\(damage.count) of the events did damage, the first \(first.at.reportText).")
    }
    if let band = picture.undetected {
      parts.append("It was undetected for \(band.end.since(band.start).reportText).")
    }
    let held = picture.holds.map { $0.end.since($0.start).reportText }
    if !held.isEmpty { parts.append("The run was held for \(held.joined(separator: ", ")).") }
    if isCut {
      parts.append(
        "The axis is in \(scale.parts.count) parts of different scale; time between is left out.")
    }
    return parts.joined(separator: " ") + " The rows of the timeline follow as text."
  }
}
