/// What a person said in place of what could be found out: it lets a run go on, and proves nothing.
public struct PersonsWord: Sendable, Hashable {
  public let actor: Actor
  /// Why, as the person gave it.
  public let reason: String

  public init(actor: Actor, reason: String) {
    self.actor = actor
    self.reason = reason
  }
}

extension RunHeld {
  /// How the run stands once a person has said what became of the step that holds it; nil where it is as
  /// it was.
  public func decided(by settled: AttemptSettled, _ actor: Actor) -> RunHeld? {
    guard subject.map({ StepID($0) }) == settled.step, settled.means == .word else { return nil }
    let verdict =
      switch settled.settlement {
      case .done: "counts as done"
      case .notDone: "counts as not done"
      case .unknown: "stays unknown"
      }
    return RunHeld(
      cause: .decided, subject: subject,
      message: "step '\(settled.step)' \(verdict), on the word of \(actor.displayName): "
        + settled.detail)
  }
}
