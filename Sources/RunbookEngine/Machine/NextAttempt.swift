import RunbookModel

extension StepOptions.Retry {
  /// When the next attempt may start; nil when there may be none.
  ///
  /// - Parameters:
  ///   - last: when the last attempt ended.
  ///   - spent: how long it has taken from the start of the first attempt to the end of the last.
  ///   - count: the attempts that there were, 1 or more.
  ///   - key: the same for the same pause of the same run: the pause's jitter is made of it, so that a
  ///     resumed run waits as long as it would have.
  func nextStart(
    last: Timestamp, spent: Duration, after count: Int, key: String
  ) -> Timestamp? {
    guard attempts != nil || within != nil else { return nil }
    if let attempts, count >= attempts { return nil }
    let pause = pause(after: count, key: key)
    if let within, spent + pause > within { return nil }
    return last.adding(pause)
  }

  /// A day, beyond which a pause does not grow.
  private static let limit = Duration.seconds(86_400)

  private func pause(after count: Int, key: String) -> Duration {
    var pause = every
    if isExponential {
      for _ in 0..<min(max(count - 1, 0), 30) where pause < Self.limit { pause *= 2 }
    }
    if let longestPause { pause = min(pause, longestPause) }
    guard jitterPercent > 0 else { return pause }
    let digest = Digest.sha256(of: "\(key) \(count)").hex.prefixOfScalars(8)
    let share = Double(UInt32(digest, radix: 16) ?? 0) / Double(UInt32.max)
    return pause * (1 - share * Double(jitterPercent) / 100)
  }
}
