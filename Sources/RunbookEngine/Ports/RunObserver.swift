public import RunbookModel

/// Is told what happens, for people to see. It must not block.
public protocol RunObserver: Sendable {
  /// Durable entries, in order, as stored (redacted).
  func observe(_ entry: Entry)
  /// A line that a step printed, redacted.
  func observe(_ line: OutputLine, of step: StepID)
  /// Work outside of any step: "Starting a throwaway PostgreSQL".
  func observe(progress: String)
  /// A gate that an earlier process opened, that waits, and that is as it was: redacted.
  func observe(waiting gate: GateOpened)
  /// What happened and is about to be stored, redacted; empty once it is, or is known not to be.
  func observe(storing events: [Event])
  /// What happened and could not be stored, redacted: nobody will know of it but by this.
  func observe(unstored events: [Event])
}

extension RunObserver {
  public func observe(storing events: [Event]) {}
  public func observe(waiting gate: GateOpened) {}
}
