import ArgumentParser
import RunbookEngine
import RunbookModel
import RunbookSteps
import RunbookStore

struct ApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Approve or refuse a gate of a run, or take an approval back, from any terminal.",
    discussion: """
      The gate is shown first: exactly what will run, on which database, and what of it has changed since. A \
      gate that takes two people is approved by two, each under an account of their own: a name that --as \
      gives is the word of the account that typed it.

      A state folder is one account's. Somebody else approves with sudo, and counts as the account that they \
      logged in with:

        sudo runbook approve 20251018-220113-abc recovery --state /home/ann/.local/state/runbook

      An approval that is not used up can be taken back by who gave it: what has not begun by then does not. \
      A refusal stands for everybody else, also against 'resume --approve', until who refused takes it back.

        runbook approve 20251018-220113-abc recovery --withdraw --reason "wrong cluster"
      """)

  @Argument(help: "The run, by its id or the start of one.")
  var run: String

  @Argument(help: "The gate: 'recovery', or a step that asks by itself.")
  var gate: String

  @Flag(help: "Refuse it.")
  var refuse = false

  @Flag(help: "Take back this account's refusal, or its approval before that is used up.")
  var withdraw = false

  @Option(
    help: ArgumentHelp("Why it is refused or taken back.", valueName: "text"),
    transform: SpokenReason.parse)
  var reason: String?

  @Flag(help: "Do not ask once more.")
  var yes = false

  @Option(
    help: ArgumentHelp(
      "With --yes: another run that the gate shows at work, beside which this one may go on.",
      valueName: "run"))
  var beside: [String] = []

  @OptionGroup var actor: ActorOptions
  @OptionGroup var state: StateOptions

  func validate() throws {
    if refuse, withdraw { throw ValidationError("say either --refuse or --withdraw") }
    if withdraw, reason == nil { throw ValidationError("--withdraw wants a --reason") }
    if reason != nil, !refuse, !withdraw {
      throw ValidationError("--reason goes with --refuse or --withdraw")
    }
  }

  private var decision: GateDecided.Decision {
    withdraw ? .withdrawn : refuse ? .refused : .approved
  }

  func run() async throws {
    let held = try await HeldRun.open(run, state, actsForOwner: true)
    guard let known = held.state.gates[gate] else {
      let open = held.state.gates.keys.sorted().joined(separator: ", ")
      try held.refuse(
        "run \(held.id) has opened no gate '\(gate)'",
        hints: open.isEmpty ? [] : ["it has opened \(open)"])
    }
    let who = held.surroundings.actor(as: actor.name)
    try refuseWhatDoesNotFit(known, who, held)
    if held.state.started?.isDrill == true {
      held.console.print("\("DRILL: an exercise, not an incident", .yellow)")
    }
    if !withdraw { try show(known, held) }
    guard yes || withdraw || confirms(held, known.opened) else {
      try held.refuse("nothing was decided", hints: ["without a terminal, say --yes"])
    }
    // Somebody may have decided while the question stood there.
    if let latest = try await held.stateNow().gates[gate], latest.opened == known.opened {
      try refuseWhatDoesNotFit(latest, who, held)
    }
    try await held.add(
      .gateDecided(
        GateDecided(
          gate: gate, decision: decision, means: .approveCommand, digest: known.opened.digest,
          reason: reason)), as: actor.name)
    let now = try await held.stateNow()
    guard let gateNow = now.gates[gate], gateNow.opened.digest == known.opened.digest else {
      try held.refuse(
        "the gate '\(gate)' was opened anew meanwhile: what was decided on is not what would run now",
        hints: ["look at it again: runbook approve \(held.id) \(gate)"])
    }
    try tell(gateNow, now, who, held, wasRefused: known.isRefused)
    // A process that carries it out writes it when it holds or ends.
    if case .held = now.lifecycle { await held.writeReport() }
  }

  /// What the person's word cannot be, as the gate stands.
  private func refuseWhatDoesNotFit(
    _ known: GateState, _ who: Actor, _ held: HeldRun
  ) throws {
    if let refuser = known.refuser {
      guard decision != .withdrawn || refuser.account != who.account else { return }
      try held.refuse(
        "the gate '\(gate)' is refused already, by \(refuser.displayName)",
        hints: [RunClosing.withdrawal(held.id, gate, of: refuser)])
    }
    if decision == .approved, known.opened.approvals > 1,
      !held.surroundings.responsible.isKnownToOthers
    {
      try held.refuse(
        "in a user namespace of its own a process can be any account's: it takes "
          + "\(known.opened.approvals) people, and who this is cannot be told")
    }
    let isUsed = known.isUsed(in: held.state)
    switch decision {
    case .approved:
      if known.isApproved {
        try held.refuse("the gate '\(gate)' is approved already, by \(known.approverNames)")
      }
      guard let former = known.approvers.first(where: { $0.account == who.account }) else { return }
      try held.refuse(
        "the account '\(who.account)' has approved it already, as \(former.displayName); it takes "
          + "another account",
        hints: [
          "a name that --as gives is the word of the account that typed it",
          RunClosing.otherAccount(held.id, gate, held.stateFolder),
        ])
    case .refused:
      if known.isApproved, isUsed {
        try held.refuse("the gate '\(gate)' is approved, and what it showed is done or begun")
      }
    case .withdrawn:
      guard known.accounts.contains(who.account) else {
        try held.refuse(
          "the account '\(who.account)' has not approved the gate '\(gate)'",
          hints: ["to refuse it: runbook approve \(held.id) \(gate) --refuse"])
      }
      if known.isApproved, isUsed {
        try held.refuse(
          "the approval of the gate '\(gate)' is used up: what it showed is done or begun",
          hints: ["to give the run up: runbook abandon \(held.id) --reason TEXT"])
      }
    }
  }

  /// The gate in full, and what is not as it shows.
  private func show(_ known: GateState, _ held: HeldRun) throws {
    for line in WorkText().gate(known.opened) { held.console.print(line) }
    if known.opened.approvals > 1, !known.approvers.isEmpty {
      held.console.print("  Approved by \(known.approverNames).")
    }
    let changes = changes(since: known.opened, held)
    for change in changes {
      held.console.print("  \("Since it was shown: \(change)", .boldYellow)")
    }
    if !changes.isEmpty, !refuse {
      try held.refuse(
        "what the gate '\(gate)' shows is not what would run now; nothing was decided",
        hints: changes + ["to have it shown as it is now: runbook resume \(held.id)"])
    }
    if yes, !refuse, !known.opened.isAccepted(beside: Set(beside)) {
      let others = (known.opened.others ?? []).map { "--beside \($0.run)" }
      try held.refuse(
        "another run is at work on the same database: who approves the gate says so",
        hints: [others.joined(separator: " ")])
    }
  }

  /// What of the files that the gate binds can be seen to be another from here. The environment, the database
  /// and values are looked at again before a step is performed.
  private func changes(since gate: GateOpened, _ held: HeldRun) -> [String] {
    let key = RunStore.key(inRunFolder: held.folder)
    let files = gate.changedFiles(key: key) { FileContent.mark(of: $0) }
    guard let record = held.state.runbook, held.drillMode != .simulate else { return files }
    let path = "\(record.folder)/\(record.fileName)"
    let library = Library([], held.surroundings, kinds: Composition.checkingKinds())
    guard let now = library.attempt(path, withDrill: false).runbook else {
      return files + ["the runbook cannot be read any more: \(path)"]
    }
    let former = record.sources.compactMap { former -> String? in
      let current = now.sources.first { $0.path.isIdentical(to: former.path) }
      if let current, held.isSame(current, as: former) { return nil }
      return "the runbook's file \(former.path) is \(current == nil ? "gone" : "another")"
    }
    return files + former
  }

  private func tell(
    _ gateNow: GateState, _ state: RunState, _ who: Actor, _ held: HeldRun, wasRefused: Bool
  ) throws {
    let console = held.console
    guard !withdraw else {
      let word = wasRefused ? "refusal" : "approval"
      console.print("The \(word) of the gate '\(gate)' was withdrawn by \(who.displayName).")
      let begun = gateNow.opened.steps.filter { state.step($0.step).attempts > 0 }.map {
        "'\($0.step)'"
      }
      if !begun.isEmpty {
        console.print("Begun by then, and not undone: \(begun.joined(separator: ", ")).")
      }
      return
    }
    console.print(
      "The gate '\(gate)' was \(refuse ? "refused" : "approved") by \(who.displayName).")
    if refuse {
      console.print("\(RunClosing.withdrawal(held.id, gate, of: who))")
    } else if gateNow.missingApprovals > 0 {
      let other = RunClosing.otherAccount(held.id, gate, held.stateFolder)
      console.print("It needs \(gateNow.missingApprovals) more. \(other)")
    } else if try held.isIdle {
      console.print("To go on: runbook resume \(held.id)")
    }
  }

  private func confirms(_ held: HeldRun, _ gate: GateOpened) -> Bool {
    guard held.console.canAsk else { return false }
    let consent = refuse ? "yes" : gate.consent
    held.console.ask("Type '\(consent)' to \(refuse ? "refuse" : "approve") it: ")
    return readLine() == consent
  }
}

extension GateState {
  /// Whether all that it showed to run is done or begun, so that an approval keeps nothing back any more. One
  /// that shows no steps is used by being approved.
  fileprivate func isUsed(in state: RunState) -> Bool {
    opened.steps.filter { [.willRun, .undecided].contains($0.fate) }.allSatisfy { item in
      let step = state.step(item.step)
      return step.status.isSettled || [.running, .unknown].contains(step.status)
    }
  }
}
