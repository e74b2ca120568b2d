import RunbookModel

extension StepOptions.Retry {
  /// When the next attempt may start; nil when there may be none.
  ///
  /// - Parameters:
  ///   - first: when the first attempt started.
  ///   - last: when the last attempt ended.
  ///   - count: the attempts that there were, 1 or more.
  ///   - key: the same for the same pause of the same run: the pause's jitter is made of it, so that a
  ///     resumed run waits as long as it would have.
  func nextStart(
    first: Timestamp, last: Timestamp, after count: Int, key: String
  ) -> Timestamp? {
    guard attempts != nil || within != nil,
      let next = last.adding(pause(after: count, key: key))
    else { return nil }
    if let attempts, count >= attempts { return nil }
    if let within, next.since(first) > within { return nil }
    return next
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
