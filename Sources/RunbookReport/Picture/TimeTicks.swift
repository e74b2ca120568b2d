import RunbookDocument
import RunbookModel

/// The labels of an axis: even times of the clock, as many as there is room for.
struct TimeTicks {
  struct Tick {
    let position: Double
    let label: String
    /// The day, where it is not that of the tick before.
    let day: String?
  }

  private static let steps: [Double] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600,
    7_200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000, 31_536_000,
  ]
  private static let labelWidth = 76.0

  let ticks: [Tick]

  init(_ scale: TimeScale, origin: Timestamp) {
    var ticks: [Tick] = []
    var day = ""
    for part in scale.parts {
      for (time, hasFraction) in Self.times(of: part, origin: origin) {
        let position = scale.position(of: time)
        if let last = ticks.last, position - last.position < Self.labelWidth { continue }
        guard let instant = origin.adding(.seconds(time)) else { continue }
        let label =
          hasFraction
          ? String(instant.description.dropFirstScalars(11).dropLastScalars()) : instant.clock
        ticks.append(
          Tick(
            position: position, label: String(label.prefixOfScalars(11)),
            day: instant.day == day ? nil : instant.day))
        day = instant.day
      }
    }
    self.ticks = ticks
  }

  private static func times(
    of part: TimeScale.Part, origin: Timestamp
  ) -> [(time: Double, hasFraction: Bool)] {
    let room = max(1, ((part.right - part.left) / labelWidth).rounded(.down))
    let length = part.end - part.start
    guard length > 0, let step = steps.first(where: { length / $0 <= room }) else {
      return [(part.start, false)]
    }
    // Even times of the clock, not of the drawing.
    let offset = Double(origin.seconds % 31_536_000) + Double(origin.nanoseconds) / 1e9
    let first = ((part.start + offset) / step).rounded(.up)
    let last = ((part.end + offset) / step).rounded(.down)
    guard first <= last else { return [(part.start, false)] }
    return stride(from: first, through: last, by: 1).map { ($0 * step - offset, step < 1) }
  }
}
