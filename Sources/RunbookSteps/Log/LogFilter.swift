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

  /// A pattern that events are held against, as the step calls it.
  enum Pattern: String, Sendable {
    case match, damage
  }

  func expression(_ pattern: Pattern) -> RegularExpression? {
    switch pattern {
    case .match: match
    case .damage: damage
    }
  }
}
