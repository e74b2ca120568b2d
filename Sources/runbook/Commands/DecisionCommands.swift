import ArgumentParser
import RunbookEngine
import RunbookModel
import RunbookStore

struct RetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Try a failed step again, and go on with the run.",
    discussion: "A step with a 'settle:' probe is settled first: what is done is not done again.")

  @Argument(
    help:
      "The run, by its id or the start of one; the newest that is held or cut off when it is left out."
  )
  var run: String?

  @Option(help: ArgumentHelp("The step; the one that holds the run unless given.", valueName: "id"))
  var step: String?

  @Option(
    help: ArgumentHelp("Why it should pass now.", valueName: "text"), transform: SpokenReason.parse)
  var reason: String?

  @OptionGroup var options: ResumptionOptions

  func run() async throws {
    let held = try await HeldRun.open(run, options.state, unnamed: .newestWaiting)
    try held.refuseCarriedOut()
    let step = try held.step(step)
    guard held.state.step(step.id).status == .failed else {
      try held.refuse(
        "step '\(step.id)' is not tried again: it is \(held.words(of: step.id))",
        hints: held.cutOffHint)
    }
    if held.state.step(step.id).isEffectDone, let failure = held.state.step(step.id).failure {
      held.console.printError("Step '\(step.id)' is performed once more: \(failure.message)")
    }
    try await RunTakeUp(held: held, options: options)
      .go(decisions: [.retryRequested(RetryRequested(step: step.id, reason: reason))])
  }
}

struct SkipCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "skip", abstract: "Leave a failed or unknown step out, and go on with the run.",
    discussion: """
      What comes after it is shown first. The reason stands in the report. What its last attempt left is ended \
      or waited for before, and its receipt is looked for: what is done is not skipped. A run whose \
      verification was skipped ends unverified; a safeguard that was skipped before it was tried is listed \
      as declined. What a step came to before it was left out stays said.
      """)

  @Argument(
    help:
      "The run, by its id or the start of one; the newest that is held or cut off when it is left out."
  )
  var run: String?

  @Option(help: ArgumentHelp("The step; the one that holds the run unless given.", valueName: "id"))
  var step: String?

  @Option(
    help: ArgumentHelp("Why it can be left out.", valueName: "text"), transform: SpokenReason.parse)
  var reason: String

  @Flag(help: "Do not ask once more.")
  var yes = false

  @OptionGroup var fence: FenceOptions
  @OptionGroup var options: ResumptionOptions

  func run() async throws {
    let held = try await HeldRun.open(run, options.state, unnamed: .newestWaiting)
    try held.refuseCarriedOut()
    let step = try held.step(step)
    let status = held.state.step(step.id).status
    guard [.failed, .unknown, .pending].contains(status) else {
      try held.refuse(
        "step '\(step.id)' cannot be skipped: it is \(held.words(of: step.id))",
        hints: status == .running ? held.cutOffHint : [])
    }
    let one = held.state.step(step.id)
    if step.phase == .verification, status == .failed, !one.isWithoutAnswer {
      try held.refuse(
        "step '\(step.id)' was carried out, and found that it is not so: what was found is not skipped",
        hints: ["to look again: \(held.commands(.retry, "--step \(step.id)"))"])
    }
    showRest(without: step, held)
    try held.requireConsent(
      to: "skip step '\(step.id)'", isGiven: yes, else: "nothing was skipped")
    try await RunTakeUp(held: held, options: options, isUnreachable: fence.unreachable)
      .go(
        decisions: [
          .stepSkipped(StepSkipped(step: step.id, cause: .decision, reason: reason))
        ])
  }

  /// All that is still to come: a step may be left out that is not the next.
  private func showRest(without step: StepRecord, _ held: HeldRun) {
    let console = held.console
    let failed = held.state.verification.failed.filter { $0 != step.id }
    let rest = (held.state.runbook?.steps ?? []).filter {
      $0.id != step.id && held.state.isToCome($0, endsBehindVerification: !failed.isEmpty)
    }
    if !failed.isEmpty {
      let names = failed.map { "'\($0)'" }.joined(separator: ", ")
      console.print(
        "The run ends failed, with or without '\(step.id)' (\(step.title)), as was found by \(names)"
          + (rest.isEmpty ? "." : "; before that comes:"))
    } else {
      console.print("Without '\(step.id)' (\(step.title)) the run goes on with:")
    }
    for next in rest { console.print("  \(next.phase.rawValue)  \(next.id)  \(next.title)") }
    if rest.isEmpty, failed.isEmpty { console.print("  nothing: it ends there") }
    if !step.captures.isEmpty {
      console.print(
        "It would have captured \(step.captures.joined(separator: ", ")), which later steps may need."
      )
    }
  }
}

struct ResolveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve",
    abstract: "Say whether a step that nothing could settle took effect.",
    usage: "runbook resolve [<run>] <step> (--done | --not-done) --reason <text> [<options>]",
    discussion: """
      Look first: at the database, the host, the other side. Your word and your reason stand in the \
      journal and in the report, as a word and not as a fact. It is taken where nothing else can tell: not \
      of a step that only reads, which runs again, nor before 'runbook resume' has looked for its receipt, \
      its 'settle:' probe and what it left; where these cannot be looked at now, --unreachable says that they never \
      will, and what is found by a later 'resume' all the same counts. Then 'runbook resume' goes on: after --done with \
      the next step, after --not-done with this one. --not-done takes a --done back, as long as no later step has begun.
      """)

  @Argument(
    help: ArgumentHelp(
      "The run, by its id or the start of one; the only one that waits when it is left out.",
      valueName: "run"))
  var first: String

  @Argument(help: ArgumentHelp("The step.", valueName: "step"))
  var second: String?

  @Flag(help: "It took effect.")
  var done = false

  @Flag(help: "It did not.")
  var notDone = false

  @Option(help: ArgumentHelp("How you know.", valueName: "text"), transform: SpokenReason.parse)
  var reason: String

  @OptionGroup var fence: FenceOptions
  @OptionGroup var actor: ActorOptions
  @OptionGroup var state: StateOptions

  func validate() throws {
    if done == notDone { throw ValidationError("say either --done or --not-done") }
  }

  func run() async throws {
    let words = try HeldRun.split((first, second), "step", state)
    let held = try await HeldRun.open(
      words.run, state, unnamed: .onlyWaiting, actsForOwner: true)
    let step = try held.step(words.other)
    let lease = try held.takeLease(as: actor.name).lease
    defer { lease.release() }
    // As it is once nobody else can decide anything: what it was before may have been settled since.
    let now = try await held.renewed()
    let word = done ? Settlement.done : .notDone
    if let refusal = now.state.refusal(ofWordOn: step, saying: word) {
      try refuse(refusal, step, now)
    }
    let finding = try await looked(at: step.id, now, lease)
    if let found = finding.settled.first, found.settlement != word {
      try held.refuse(
        "step '\(step.id)' is \(found.settlement == .done ? "done" : "not done"): \(found.detail)",
        hints: [
          found.settlement == .done
            ? "to take it as done and go on: \(held.commands(.resume))"
            : "to perform it and go on: \(held.commands(.resume))"
        ])
    }
    var settled = finding.settled
    // What is found out to be done needs nobody's word. That it is not done is said behind what was found.
    let isProven = done && !settled.isEmpty
    if !isProven {
      settled.append(
        AttemptSettled(
          step: step.id, attempt: now.state.step(step.id).attempts, settlement: word, means: .word,
          detail: finding.reason(reason), isUnlooked: finding.isUnlooked))
    }
    try await held.add(settled.map(Event.attemptSettled), as: actor.name)
    held.console.print(
      isProven
        ? "Step '\(step.id)' is done: \(settled[0].detail). To go on: \(held.commands(.resume))"
        : "Step '\(step.id)' counts as \(done ? "done" : "not done"), on your word. "
          + "To go on: \(held.commands(.resume))")
    await held.writeReport()
  }

  /// What is recorded as not done must not take effect afterwards, nor have done so; and a word that it is done does
  /// not stand against what can be looked for, and is not there.
  private func looked(
    at step: StepID, _ held: HeldRun, _ lease: Lease
  ) async throws -> RunFence.Finding {
    let way = held.state.step(step).settledBy
    guard notDone || way == .receipt || way == .probe else { return RunFence.Finding() }
    return try await RunFence(
      held: held, lease: lease, name: actor.name, isUnreachable: fence.unreachable
    ).look(at: [step], held.entries, for: "nothing was recorded")
  }

  private func refuse(
    _ refusal: RunState.WordRefusal, _ step: StepRecord, _ held: HeldRun
  ) throws -> Never {
    let again = held.commands(.resume)
    switch refusal {
    case .known(let status):
      try held.refuse(
        "step '\(step.id)' is not unknown: it is \(held.words(of: step.id))",
        hints: status == .running ? held.cutOffHint : [])
    case .declared:
      try held.refuse(
        "step '\(step.id)' is \(held.words(of: step.id)) already",
        hints: [
          "to take that back: \(held.commands(.resolve, "\(step.id) --not-done --reason TEXT"))"
        ])
    case .goneOn(_, let since):
      try held.refuse(
        "step '\(step.id)' is \(held.words(of: step.id)), and that cannot be taken back any more: step "
          + "'\(since)' was begun since, on that word",
        hints: [
          "to have it in the report: \(held.commands(.note, "TEXT"))",
          "to give the run up: \(held.commands(.abandon, "--reason TEXT"))",
        ])
    case .repeatable:
      try held.refuse(
        "step '\(step.id)' changes nothing: nobody's word is needed, as it runs again",
        hints: ["to run it again: \(again)"])
    case .notLookedFor(let way):
      let what =
        switch way {
        case .receipt: "its receipt was not looked for since"
        case .probe: "its 'settle:' probe was not asked since"
        case .word: "what it left was not looked for since"
        case .repeatable, nil: "nothing has tried to settle it since"
        }
      try held.refuse(
        "step '\(step.id)' was cut off, and \(what)", hints: ["that comes first: \(again)"])
    }
  }
}
