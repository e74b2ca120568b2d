import RunbookModel

/// Which events of a log are wanted.
struct LogFilter: Sendable {
  let match: RegularExpression?
  let damage: RegularExpression?
  /// By the executor's clock.
  let since: Timestamp?
  let until: Timestamp?

  /// - Parameter time: by the executor's clock.
  func takes(_ time: Timestamp) -> Bool {
    if let since, time < since { return false }
    if let until, time > until { return false }
    return true
  }

  func takes(_ event: LogEvent) -> Bool { event.matches(match) ?? true }

  func isDamage(_ event: LogEvent) -> Bool { event.matches(damage) ?? false }
}

extension LogEvent {
  /// - Returns: nil without a pattern.
  fileprivate func matches(_ pattern: RegularExpression?) -> Bool? {
    guard let pattern else { return nil }
    return whole.withUnsafeBufferPointer { pattern.matches(utf8: $0) }
  }
}
