public import RunbookModel

extension RunState {
  public enum Lifecycle: Sendable, Hashable {
    case notStarted
    case running
    case held(RunHeld)
    case ended(RunEnded)
  }
}

extension RunState.Lifecycle {
  /// Which entries may follow:
  ///
  /// | lifecycle  | runStarted | noteAdded, reportEdited | gateDecided | runResumed, runEnded, decisions | others |
  /// | ---------- | ---------- | ----------------------- | ----------- | ------------------------------- | ------ |
  /// | notStarted | yes        | no                      | no          | no                              | no     |
  /// | running    | no         | yes                     | yes         | yes                             | yes    |
  /// | held       | no         | yes                     | yes         | yes                             | no     |
  /// | ended      | no         | yes                     | yes         | no                              | no     |
  ///
  /// A decision on a gate that was never opened is refused in all of them.
  ///
  /// People decide by stepSkipped, retryRequested, processesEnded and attemptSettled, with the lease; by gateDecided
  /// without it, so that it may come when the run has just ended. Who gives a run up has its databases looked at before:
  /// connectionIdentified and connectionUnseen count as decisions.
  func accepts(_ event: Event, inDrill isDrill: Bool) -> Bool {
    switch (self, event) {
    case (.notStarted, .runStarted): true
    case (.notStarted, _), (_, .runStarted): false
    case (_, .noteAdded), (_, .reportEdited), (.ended, .gateDecided): true
    // A drill is judged, and its hot wash held, when the run has ended.
    case (_, .drill): isDrill
    case (.ended, _): false
    case (.held, .runResumed), (.held, .gateDecided), (.held, .stepSkipped), (.held, .runEnded),
      (.held, .retryRequested), (.held, .attemptSettled), (.held, .processesEnded),
      (.held, .connectionIdentified), (.held, .connectionUnseen):
      true
    case (.held, _): false
    case (.running, _): true
    }
  }
}
