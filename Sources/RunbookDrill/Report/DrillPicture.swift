import RunbookDocument
import RunbookModel

/// A drill on the axis of its story clock, as SVG: what was told, what people said, what the run did.
struct DrillPicture {
  private static let width = 860.0
  private static let keyHeight = 15.0
  private static let laneHeight = 46.0
  private static let stripHeight = 22.0
  private static let axisHeight = 26.0

  private let events: DrillEvents
  private let axis: StoryAxis

  init(entries: [Entry]) {
    events = DrillEvents(entries: entries)
    axis = StoryAxis(end: events.end, left: 14, right: Self.width - 14)
  }

  var svg: String {
    let height = bottom + Self.axisHeight
    return """
      <svg class="timeline" viewBox="0 0 \(SVG.number(Self.width)) \(SVG.number(height))" \
      role="img" aria-labelledby="timeline-title timeline-text">
      <title id="timeline-title">Timeline of the drill on its story clock</title>
      <desc id="timeline-text">\(HTMLText.plain(description))</desc>
      \((strips + keyLines + drawnLanes + ticks).joined(separator: "\n"))
      </svg>
      """
  }

  /// Below the key times' labels, a row for each.
  private var top: Double { 6 + Double(events.keys.count) * Self.keyHeight }
  private var bottom: Double { top + Double(lanes.count) * Self.laneHeight }

  private struct Lane {
    let label: String
    let draw: (Double) -> [String]
  }

  private var lanes: [Lane] {
    var lanes = [
      Lane(label: label("Told", events.injects.count, "inject")) { y in
        events.injects.map { mark($0, y) }
      },
      Lane(label: "Said: \(events.words.count) answers, decisions and hints") { y in
        events.words.map { mark($0, y) }
      },
    ]
    if !events.attempts.isEmpty {
      lanes.append(
        Lane(label: label("Done", events.attempts.count, "attempt")) { y in
          events.attempts.map { bar($0, y) }
        })
    }
    if !events.gates.isEmpty {
      lanes.append(
        Lane(label: "Gates and holds") { y in
          events.waits.map { wait($0, y) } + events.gates.map { mark($0, y) }
        })
    }
    return lanes
  }

  private func label(_ name: String, _ count: Int, _ noun: String) -> String {
    "\(name): \(AfterActionFacts.count(count, noun))"
  }

  private var strips: [String] {
    lanes.indices.map { index in
      SVG.rectangle(
        x: 0, y: top + Double(index) * Self.laneHeight + 17, width: Self.width,
        height: Self.stripHeight, style: "lane")
    }
  }

  private var drawnLanes: [String] {
    lanes.enumerated().flatMap { index, lane -> [String] in
      let top = top + Double(index) * Self.laneHeight
      return lane.draw(top + 17 + Self.stripHeight / 2)
        + [SVG.text(lane.label, x: 4, y: top + 12, style: "label")]
    }
  }

  private func mark(_ event: DrillEvents.Mark, _ y: Double) -> String {
    let x = axis.position(of: event.at)
    let title = "\(event.at): \(event.title) (entry \(event.sequence))"
    return switch event.sign {
    case .inject: SVG.circle(x, y, style: "event", title: title)
    case .answer: SVG.square(x, y, style: "event", title: title)
    case .decision, .approval: SVG.diamond(x, y, style: "sign", title: title)
    case .gate: SVG.diamond(x, y, style: "sign open", title: title)
    case .hint: SVG.circle(x, y, style: "sign warning", title: title)
    case .hold: SVG.square(x, y, style: "sign warning", title: title)
    }
  }

  private func bar(_ span: DrillSpan, _ y: Double) -> String {
    guard case .attempt(let step, let number, let outcome) = span.sort else { return "" }
    let (left, right) = (axis.position(of: span.start), axis.position(of: span.end))
    let verdict = outcome?.rawValue ?? "not ended"
    let style =
      switch outcome {
      case .succeeded: "bar"
      case .failed: "bar failed"
      default: "bar open"
      }
    return SVG.rectangle(
      x: left, y: y - 7, width: max(3, right - left), height: 14, style: style,
      title: "\(span.start): \(step), attempt \(number): \(verdict), \(span.length.words)")
  }

  private func wait(_ span: DrillSpan, _ y: Double) -> String {
    let (left, right) = (axis.position(of: span.start), axis.position(of: span.end))
    return SVG.rectangle(
      x: left, y: y - 2, width: max(1, right - left), height: 4, style: "wait",
      title: "waited \(span.length.words)")
  }

  private var keyLines: [String] {
    events.keys.enumerated().flatMap { index, key -> [String] in
      let x = axis.position(of: key.at)
      let y = Double(index + 1) * Self.keyHeight
      let isLeft = x > Self.width * 0.75
      return [
        SVG.line(x, y - 11, x, bottom, style: "edge"),
        SVG.text(
          "\(key.title) \(key.at)", x: isLeft ? x - 5 : x + 5, y: y, style: "key",
          anchor: isLeft ? "end" : "start"),
      ]
    }
  }

  private var ticks: [String] {
    let y = bottom
    return [SVG.line(0, y, Self.width, y, style: "axis")]
      + axis.ticks.flatMap { time -> [String] in
        let x = axis.position(of: time)
        return [
          SVG.line(x, y, x, y + 5, style: "axis"),
          SVG.text(
            "\(time)", x: x, y: y + 18, style: "tick",
            anchor: x < 30 ? "start" : x > Self.width - 30 ? "end" : "middle"),
        ]
      }
  }

  private var description: String {
    let keys = events.keys.map { "\($0.title) at \($0.at)" }
    return (lanes.map(\.label) + keys).joined(separator: "; ")
      + ". The table below has every event."
  }
}
