import ArgumentParser
import RunbookEngine
import RunbookModel
import RunbookStore

struct ApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Approve or refuse a gate of a run, from any terminal.",
    discussion: """
      The gate is shown first: exactly what will run, on which database. A gate that takes two people is \
      approved by two, each under an account of their own: a name that --as gives is the word of the \
      account that typed it.
      """)

  @Argument(help: "The run, by its id or the start of one.")
  var run: String

  @Argument(help: "The gate: 'recovery', or a step that asks by itself.")
  var gate: String

  @Flag(help: "Refuse it.")
  var refuse = false

  @Flag(help: "Do not ask once more.")
  var yes = false

  @Option(
    help: ArgumentHelp(
      "With --yes: another run that the gate shows at work, beside which this one may go on.",
      valueName: "run"))
  var beside: [String] = []

  @OptionGroup var actor: ActorOptions
  @OptionGroup var state: StateOptions

  func run() async throws {
    let held = try await HeldRun.open(run, state)
    guard let known = held.state.gates[gate] else {
      let open = held.state.gates.keys.sorted().joined(separator: ", ")
      try held.refuse(
        "run \(held.id) has opened no gate '\(gate)'",
        hints: open.isEmpty ? [] : ["it has opened \(open)"])
    }
    let who = held.surroundings.actor(as: actor.name)
    guard !known.isApproved, !known.isRefused else {
      try held.refuse("the gate '\(gate)' is \(known.isApproved ? "approved" : "refused") already")
    }
    if !refuse, let former = known.approvers.first(where: { $0.account == who.account }) {
      try held.refuse(
        "the account '\(who.account)' has approved it already, as \(former.displayName); it takes "
          + "another account",
        hints: ["a name that --as gives is the word of the account that typed it"])
    }
    if held.state.started?.isDrill == true {
      held.console.print("\("DRILL: an exercise, not an incident", .yellow)")
    }
    for line in WorkText().gate(known.opened) { held.console.print(line) }
    if yes, !refuse, !known.opened.isAccepted(beside: Set(beside)) {
      let others = (known.opened.others ?? []).map { "--beside \($0.run)" }
      try held.refuse(
        "another run is at work on the same database: who approves the gate says so",
        hints: [others.joined(separator: " ")])
    }
    guard yes || confirms(held, known.opened) else {
      try held.refuse("nothing was decided", hints: ["without a terminal, say --yes"])
    }
    let decision = GateDecided(
      gate: gate, decision: refuse ? .refused : .approved, means: .approveCommand,
      digest: known.opened.digest)
    try await held.add(.gateDecided(decision), as: actor.name)
    let now = try await held.stateNow()
    guard now.gates[gate]?.opened.digest == known.opened.digest else {
      try held.refuse(
        "the gate '\(gate)' was opened anew meanwhile: what was approved is not what would run now",
        hints: ["look at it again: runbook approve \(held.id) \(gate)"])
    }
    held.console.print(
      "The gate '\(gate)' was \(refuse ? "refused" : "approved") by \(who.displayName).")
    if try held.isIdle { held.console.print("To go on: runbook resume \(held.id)") }
  }

  private func confirms(_ held: HeldRun, _ gate: GateOpened) -> Bool {
    guard held.console.canAsk else { return false }
    let consent = refuse ? "yes" : gate.consent
    held.console.ask("Type '\(consent)' to \(refuse ? "refuse" : "approve") it: ")
    return readLine() == consent
  }
}

struct NoteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "note", abstract: "Add a note to a run's journal, while it goes on or afterwards.",
    discussion: """
      The note stands in the report's timeline, with your name: when it was written, or at the time that \
      --at gives.

        runbook note 20251018-220113-abc "Support reports failing sign-ins" --at 2025-10-18T22:04:00Z
      """)

  @Argument(help: "The run, by its id or the start of one.")
  var run: String

  @Argument(help: "What is to be noted.", transform: SpokenReason.parse)
  var text: String

  @Option(help: ArgumentHelp("When it happened, RFC 3339.", valueName: "time"))
  var at: String?

  @OptionGroup var actor: ActorOptions
  @OptionGroup var state: StateOptions

  func run() async throws {
    let held = try await HeldRun.open(run, state, mayHaveEnded: true)
    var time: Timestamp?
    if let at {
      time = Timestamp(rfc3339: at)
      guard time != nil else {
        try held.refuse("'\(at)' is no time", hints: ["give it like 2025-10-18T22:04:00Z"])
      }
    }
    try await held.add(.noteAdded(NoteAdded(text: text, at: time)), as: actor.name)
    held.console.print("Noted in run \(held.id).")
  }
}

extension HeldRun {
  /// Adds a person's entry, which needs no lease.
  func add(_ event: Event, as name: String?) async throws { try await add([event], as: name) }

  /// Adds entries, together or not at all.
  func add(_ events: [Event], as name: String?) async throws {
    do throws(StoreError) {
      _ = try await journal.append(
        events, by: surroundings.actor(as: name), at: SystemClock().now())
    } catch {
      try console.fail(error)
    }
  }

  /// Whether no process carries the run out.
  var isIdle: Bool {
    get throws {
      do throws(StoreError) {
        return try journal.leaseState().living == nil
      } catch {
        try console.fail(error)
      }
    }
  }
}
