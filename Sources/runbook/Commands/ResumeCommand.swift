import ArgumentParser
import RunbookEngine
import RunbookModel

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with a run that is held, or whose process died, from the exact step.",
    discussion: """
      What is done is never done again. A step that was in flight is settled first: by its receipt in the \
      database, by its 'settle:' probe, or, where it only reads, by running again. What nothing can say \
      holds the run (exit status 75) until a person says it with 'runbook resolve'.

      A runbook that was changed since is shown as a difference and refused, unless --accept-changes.
      """)

  @Argument(
    help:
      "The run, by its id or the start of one; the newest that is held or cut off when it is left out."
  )
  var run: String?

  @OptionGroup var options: ResumptionOptions

  func run() async throws {
    let held = try await HeldRun.open(run, options.state, unnamed: .newestWaiting)
    try held.refuseCarriedOut()
    try refuseWhatIsRefused(held)
    if case .held(let hold) = held.state.lifecycle, hold.cause == .failedStep,
      let subject = hold.subject, held.state.step(StepID(subject)).status == .failed,
      !held.state.step(StepID(subject)).isRetryWanted,
      // What nobody could look at is looked at first.
      !held.state.steps.values.contains(where: \.isWordUnlooked)
    {
      try held.refuse(
        "nothing was tried, as the run is held: \(hold.message)",
        hints: RunClosing.advice(hold, nil, held.commands), .held)
    }
    try await RunTakeUp(held: held, options: options).go()
  }

  /// A refusal stands until it is taken back; a safeguard that is refused is declined, and the run goes on.
  private func refuseWhatIsRefused(_ held: HeldRun) throws {
    guard !options.acceptChanges, case .held(let hold) = held.state.lifecycle,
      [.gate, .refusal].contains(hold.cause),
      let gate = hold.subject.flatMap({ held.state.gates[$0] }), let refusal = gate.refusal,
      gate.opened.isDeclinable != true
    else { return }
    try held.refuse(
      "the gate '\(gate.opened.gate)' was refused by \(refusal.actor.displayName)",
      hints: RunClosing.advice(hold, gate, held.commands), .refused)
  }
}

struct TakeoverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "takeover",
    abstract: "Go on with a run that another process still holds; that process is fenced off.",
    discussion: """
      For a process that hangs, or whose terminal is out of reach. From now on it can write nothing more \
      to the journal, nor commit a change to a database. What it had in flight is settled first.
      """)

  @Argument(
    help: "The run, by its id or the start of one; the only one that waits when it is left out.")
  var run: String?

  @Option(
    help: ArgumentHelp("Why it is taken over.", valueName: "text"), transform: SpokenReason.parse)
  var reason: String?

  @OptionGroup var options: ResumptionOptions

  func run() async throws {
    let held = try await HeldRun.open(run, options.state, unnamed: .onlyWaiting)
    try await RunTakeUp(held: held, options: options, reason: reason).go(force: true)
  }
}
