import RunbookModel

/// The story clock as a drawing's axis.
struct StoryAxis {
  private static let steps: [Int64] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 604_800,
  ]
  private static let tickWidth = 76.0

  private let end: StoryTime
  private let left: Double
  private let right: Double

  init(end: StoryTime, left: Double, right: Double) {
    self.end = StoryTime(rawValue: max(1000, end.rawValue))
    self.left = left
    self.right = right
  }

  func position(of time: StoryTime) -> Double {
    left + (right - left) * min(1, max(0, Double(time.rawValue) / Double(end.rawValue)))
  }

  /// Even times, as many as there is room for.
  var ticks: [StoryTime] {
    let seconds = end.rawValue / 1000
    let room = Int64((right - left) / Self.tickWidth)
    guard let step = Self.steps.first(where: { seconds / $0 <= room }) else {
      return [.start, end]
    }
    return stride(from: 0, through: seconds, by: Int64.Stride(step)).map {
      StoryTime(rawValue: $0 * 1000)
    }
  }
}
