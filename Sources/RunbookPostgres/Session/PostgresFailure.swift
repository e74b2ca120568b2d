import RunbookEngine
package import RunbookModel

extension StepFailure {
  /// What the server refused.
  ///
  /// - Parameters:
  ///   - place: of the statement, or of what in it the server points at.
  ///   - holders: who held the locks when it last waited for some.
  ///   - mayChange: whether the phase lets a step change something.
  package init(
    _ error: ServerError, at place: Place? = nil, holders: [LockHolder] = [],
    mayChange: Bool = false
  ) {
    var detail = [error.detail, error.context.map { "context: \($0)" }].compactMap { $0 }
    if error.isLockTimeout || error.isCancelled {
      detail += holders.map { "the lock is held by \($0.description)" }
    }
    let cause: FailureRecord.Cause =
      error.isLockTimeout ? .lock : error.isCancelled ? .timeout : .refused
    self.init(
      cause, error.message + (place.map { " (\($0))" } ?? ""),
      detail: detail.isEmpty ? nil : detail.joined(separator: "\n"),
      hint: error.hint ?? Self.hint(for: error.code, mayChange),
      code: error.code, mayRetryHelp: error.mayRetryHelp)
  }

  private static func hint(for code: String, _ mayChange: Bool) -> String? {
    switch code {
    case "42P18": "say the value's type: :name::text"
    case "25006" where mayChange:
      "a step that only reads by its text runs READ ONLY: where a view, an operator or a cast is "
        + "meant to change something, it says `effect: mutating`. Else the server takes no changes, "
        + "as a replica, on which a step says `transaction: none` (and its connection "
        + "`receipts: none`), or the step has made its session read-only"
    case "25006": "only recovery and safeguards may change anything"
    default: nil
    }
  }

  /// A request without an answer.
  ///
  /// - Parameters:
  ///   - mayHaveCommitted: whether what it asked for may be there for good all the same.
  ///   - isGuarded: whether a transaction guards all of it, as far as is known.
  package init(
    link error: LinkError, mayHaveCommitted: Bool, isGuarded: Bool = true,
    holders: [LockHolder] = []
  ) {
    let detail = holders.map { "the lock is held by \($0.description)" }
    let joined = detail.isEmpty ? nil : detail.joined(separator: "\n")
    switch error {
    case .elsewhere(let failure): self = failure
    case .lost(let reason) where mayHaveCommitted:
      self.init(
        .lost, "the connection was lost; whether the work took effect is not known", detail: reason)
    case .lost(let reason):
      self.init(
        .unreachable,
        isGuarded
          ? "the connection was lost; nothing of the work took effect"
          : "the connection was lost; nothing that its transaction guards took effect",
        detail: reason, mayRetryHelp: true)
    case .deadline where mayHaveCommitted:
      self.init(
        .lost, "it took too long; whether the work took effect is not known", detail: joined)
    case .deadline:
      self.init(.timeout, "it took too long, and was cancelled", detail: joined, mayRetryHelp: true)
    case .interrupted where mayHaveCommitted:
      self.init(.lost, "interrupted; whether the work took effect is not known", detail: joined)
    case .interrupted:
      self.init(
        .interrupted,
        isGuarded
          ? "interrupted, and rolled back"
          : "interrupted, and what its transaction guards was rolled back")
    }
  }
}

extension StepFailure {
  /// - Parameter need: what of a session is needed, as `SQLActivity.sessionNeed` says it.
  package static func pooled(_ need: String, connection: String) -> StepFailure {
    StepFailure(
      .refused,
      "\(need) needs a session of its own, and connection '\(connection)' leads through a "
        + "connection pooler",
      detail:
        "a pooler may give each transaction another session of the server, and what is set or "
        + "locked in one stays there for whoever is given it next",
      hint:
        "give the address of the server itself, or that of a pool in session mode that shows the "
        + "server's own process")
  }
}
