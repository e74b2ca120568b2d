public import RunbookModel

extension StoryTime {
  /// A span as a person reads it: `350 ms`, `4.2 s`, `3 min 12 s`, `1 h 2 min`.
  public var words: String {
    let milliseconds = rawValue.magnitude
    let sign = rawValue < 0 ? "-" : ""
    let seconds = milliseconds / 1000
    switch milliseconds {
    case 0: return "0 s"
    case ..<1000: return "\(sign)\(milliseconds) ms"
    case ..<10_000:
      let tenths = milliseconds % 1000 / 100
      return tenths == 0 ? "\(sign)\(seconds) s" : "\(sign)\(seconds).\(tenths) s"
    case ..<60_000: return "\(sign)\(seconds) s"
    case ..<3_600_000: return "\(sign)\(seconds / 60) min \(seconds % 60) s"
    default: return "\(sign)\(seconds / 3600) h \(seconds / 60 % 60) min"
    }
  }

  /// How long it was from then to here; none where the clock was set back in between.
  func since(_ earlier: StoryTime) -> StoryTime {
    StoryTime(rawValue: max(0, rawValue - earlier.rawValue))
  }
}
