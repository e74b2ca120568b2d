import RunbookModel

extension StepOptions.Retry {
  /// When the next attempt may start; nil when there may be none.
  ///
  /// - Parameters:
  ///   - first: when the first attempt started.
  ///   - last: when the last attempt ended.
  ///   - count: the attempts that there were.
  func nextStart(first: Timestamp, last: Timestamp, after count: Int) -> Timestamp? {
    guard attempts != nil || within != nil, let next = last.adding(every) else { return nil }
    if let attempts, count >= attempts { return nil }
    if let within, next.since(first) > within { return nil }
    return next
  }
}
