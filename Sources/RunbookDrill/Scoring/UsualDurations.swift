public import RunbookModel

/// How long each step of a runbook usually takes: the median of its attempts that succeeded, over earlier
/// runs and drills in which it was really carried out.
public struct UsualDurations: Sendable {
  private var lengths: [StepID: [Int64]] = [:]

  public init() {}

  /// Takes in how long an attempt took that succeeded.
  public mutating func take(_ microseconds: Int64, of step: StepID) {
    lengths[step, default: []].append(microseconds)
  }

  /// Nil for a step of which none did.
  public func duration(of step: StepID) -> Duration? {
    guard let sorted = lengths[step]?.sorted(), !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    let isEven = sorted.count.isMultiple(of: 2)
    // Half of the difference: the sum of two may not fit.
    let median =
      isEven
      ? sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2 : sorted[middle]
    return .microseconds(median)
  }
}
