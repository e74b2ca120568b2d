/// What an entry says happened. The cases' payloads are in files of their own.
public enum Event: Sendable, Hashable {
  /// The first entry: what is to run, with what, for whom.
  case runStarted(RunStarted)
  /// The throwaway database's folder is about to be made.
  case sandboxCreated(SandboxCreated)
  /// The throwaway database stands, and is broken.
  case sandboxPrepared(SandboxPrepared)
  /// The throwaway database was started again.
  case sandboxRestarted(SandboxRestarted)
  /// A connection leads where it says; when it leads elsewhere than before, a gate asks.
  case connectionIdentified(ConnectionIdentified)
  /// A database could not be looked at that holds what the run has done.
  case connectionUnseen(ConnectionUnseen)
  /// The intent: it is durable before anything is performed.
  case attemptStarted(AttemptStarted)
  case attemptFinished(AttemptFinished)
  case stepSkipped(StepSkipped)
  /// What a step has shown counts no more.
  case stepReopened(StepReopened)
  case gateOpened(GateOpened)
  case gateDecided(GateDecided)
  /// What was found out about an attempt without an outcome.
  case attemptSettled(AttemptSettled)
  /// What an earlier process left was ended, as a person wanted.
  case processesEnded(ProcessesEnded)
  case retryRequested(RetryRequested)
  case runHeld(RunHeld)
  case runResumed(RunResumed)
  case noteAdded(NoteAdded)
  case reportEdited(ReportEdited)
  case runEnded(RunEnded)
  /// Of a run that is a drill.
  case drill(DrillEvent)
}

extension Event {
  /// The event with every text in it transformed, but for names.
  ///
  /// Nothing lists what is transformed: each string that the event stores is, unless its type is one of
  /// `StoredName`, or the key under which it is stored is one of `StoredTexts.names`. So a field that is
  /// new is transformed too.
  public func mapTexts(_ transform: (String) -> String) -> Event {
    StoredTexts.map(self, transform) { $0.mapStrings(transform) }
  }

  /// - Parameter values: transforms what results, captures, inputs and parameters hold.
  public func mapTexts(
    _ transform: (String) -> String, values: (Value) -> Value
  ) -> Event {
    StoredTexts.map(self, transform, values)
  }
}
