package import RunbookModel

/// Which events of a log are wanted.
package struct LogFilter: Sendable {
  package let match: RegularExpression?
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
  package enum Pattern: String, Sendable {
    case match, damage
  }

  package func expression(_ pattern: Pattern) -> RegularExpression? {
    switch pattern {
    case .match: match
    case .damage: damage
    }
  }
}
