import ArgumentParser
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookStore
import RunbookSystem

struct ApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Approve or refuse a gate of a run, or take an approval back, from any terminal.",
    usage: "runbook approve [<run>] <gate> [<options>]",
    discussion: """
      Without a run the one that waits is meant, and named before anything is asked; where several do, or a process \
      carries it out, it is to be named.

      The gate is shown first: exactly what will run, on which database, and what of it has changed since. A \
      gate that takes two people is approved by two, each under an account of their own: a name that --as \
      gives is the word of the account that typed it.

      A state folder is one account's. Somebody else approves with sudo, and counts as the account that they \
      logged in with:

        sudo runbook approve 20251018-220113-abc recovery --state /home/ann/.local/state/runbook

      An approval that is not used up can be taken back by who gave it: what has not begun by then does not. \
      A refusal stands for everybody, also against 'resume --approve', until who refused takes it back; at a terminal \
      who refused is asked whether to approve instead.

        runbook approve 20251018-220113-abc recovery --withdraw --reason "wrong cluster"
      """)

  @Argument(
    help: ArgumentHelp(
      "The run, by its id or the start of one; the only one that waits when it is left out.",
      valueName: "run"))
  var first: String

  @Argument(
    help: ArgumentHelp(
      "The gate: 'recovery', or a step that asks by itself.", valueName: "gate"))
  var second: String?

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
      valueName: "run"), transform: NamedRun.parse)
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

  private var gate: String { second ?? first }

  private var decision: GateDecided.Decision {
    withdraw ? .withdrawn : refuse ? .refused : .approved
  }

  func run() async throws {
    let words = try HeldRun.split((first, second), "gate", state)
    let held = try await HeldRun.open(
      words.run, state, unnamed: .onlyWaiting, actsForOwner: true)
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
    if !withdraw { try requireConsent(held, known) }
    // Somebody may have decided while the question stood there.
    if let latest = try await held.stateNow().gates[gate], latest.opened == known.opened {
      try refuseWhatDoesNotFit(latest, who, held)
    }
    var events = [entry(decision, known, reason)]
    if decision == .approved, known.isRefused {
      events.insert(entry(.withdrawn, known, "approved instead"), at: 0)
    }
    try await held.add(events, as: actor.name)
    let now = try await held.stateNow()
    guard let gateNow = now.gates[gate], gateNow.opened.digest == known.opened.digest else {
      try held.refuse(
        "the gate '\(gate)' was opened anew meanwhile: what was decided on is not what would run now",
        hints: ["look at it again: \(held.commands(.approve, gate))"])
    }
    try tell(gateNow, now, who, held, wasRefused: known.isRefused)
    // A process that carries it out writes it when it holds or ends.
    if case .held = now.lifecycle { await held.writeReport() }
  }

  private func entry(
    _ decision: GateDecided.Decision, _ known: GateState, _ reason: String?
  ) -> Event {
    .gateDecided(
      GateDecided(
        gate: gate, decision: decision, means: .approveCommand, digest: known.opened.digest,
        reason: reason))
  }

  private func requireConsent(_ held: HeldRun, _ known: GateState) throws {
    let nothing = "nothing was decided"
    guard !refuse else {
      return try held.requireConsent("refuse", to: "refuse it", isGiven: yes, else: nothing)
    }
    if let refusal = known.refusal {
      let why = refusal.reason.map { ": \($0)" } ?? ""
      held.console.print(
        "  \("You have refused it\(why). To approve it takes that back.", .boldYellow)")
    }
    try held.requireConsent(
      GateConsent(known.opened).word, to: "approve it", isGiven: yes, else: nothing)
  }

  /// What the person's word cannot be, as the gate stands.
  private func refuseWhatDoesNotFit(
    _ known: GateState, _ who: Actor, _ held: HeldRun
  ) throws {
    if let refusal = known.refusal {
      let isOwn = refusal.actor.account == who.account
      let isTakenBack =
        switch decision {
        case .withdrawn: isOwn
        // Asked, and told what it takes back.
        case .approved: isOwn && held.console.canAsk && !yes
        case .refused: false
        }
      guard isTakenBack else {
        try held.refuse(
          "the gate '\(gate)' is refused already, by \(refusal.actor.displayName)",
          hints: RunClosing.withdrawal(gate, of: refusal, held.commands))
      }
      if decision == .withdrawn { return }
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
      guard !known.isRefused,
        let former = known.approvers.first(where: { $0.account == who.account })
      else { return }
      try held.refuse(
        "the account '\(who.account)' has approved it already, as \(former.displayName); it takes "
          + "another account",
        hints: [
          "a name that --as gives is the word of the account that typed it",
          RunClosing.otherAccount(gate, held.commands),
        ])
    case .refused:
      if known.isApproved, isUsed {
        try held.refuse("the gate '\(gate)' is approved, and what it showed is done or begun")
      }
    case .withdrawn:
      guard known.accounts.contains(who.account) else {
        try held.refuse(
          "the account '\(who.account)' has not approved the gate '\(gate)'",
          hints: ["to refuse it: \(held.commands(.approve, "\(gate) --refuse"))"])
      }
      if known.isApproved, isUsed {
        try held.refuse(
          "the approval of the gate '\(gate)' is used up: what it showed is done or begun",
          hints: ["to give the run up: \(held.commands(.abandon, "--reason TEXT"))"])
      }
    }
  }

  /// The gate in full, and what is not as it shows.
  private func show(_ known: GateState, _ held: HeldRun) throws {
    let isSandbox = held.state.started?.isSandbox == true
    for line in WorkText().gate(known.opened, isSandbox: isSandbox) { held.console.print(line) }
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
        hints: changes
          + (known.refusal.map { RunClosing.withdrawal(gate, of: $0, held.commands) }
            ?? ["to have it shown as it is now: \(held.commands(.resume))"]))
    }
    tellOfEnvironment(known.opened, held)
    let others = (known.opened.others ?? []).map(\.run.rawValue)
    if let strange = beside.first(where: { name in
      !others.contains { $0.isIdentical(to: name) }
    }) {
      try held.refuse(
        "--beside \(strange): the gate shows no such run at work",
        hints: others.isEmpty ? [] : ["it shows \(others.joined(separator: ", "))"])
    }
    if yes, !refuse, !known.opened.isAccepted(beside: Set(beside)) {
      let all = others.map { " --beside \($0)" }.joined()
      try held.refuse(
        "another run is at work on the same database: who approves the gate says so",
        hints: [held.commands(.approve, "\(gate) --yes\(all)")])
    }
  }

  /// The environment is that of whoever carries the run out, and an approval holds for the one that it was shown in.
  private func tellOfEnvironment(_ gate: GateOpened, _ held: HeldRun) {
    guard !refuse, held.drillMode != .simulate else { return }
    let others = gate.otherVariables(
      key: RunStore.key(inRunFolder: held.folder), in: held.surroundings.environment
    ) { BoundVariables.contain($0) && !$0.begins(with: "RUNBOOK_") }
    guard !others.isEmpty else { return }
    let list = others.prefix(10).joined(separator: ", ")
    let rest = others.count > 10 ? ", and \(others.count - 10) more" : ""
    let words =
      "This environment is not the one that the gate was shown in: \(list)\(rest). An approval counts where the run is "
      + "resumed in that one; resumed from here, the gate would be opened anew, and it would not count"
    held.console.print("  \(words, .boldYellow)")
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
    let living = try held.leaseState().living
    if refuse {
      for line in consequences(of: gateNow, state, living) { console.print("\(line)") }
      let refusal = gateNow.refusal ?? GateState.Refusal(actor: who, reason: reason)
      for line in RunClosing.withdrawal(gate, of: refusal, held.commands).dropFirst() {
        console.print("\(line)")
      }
    } else if gateNow.missingApprovals > 0 {
      let other = RunClosing.otherAccount(gate, held.commands)
      console.print("It needs \(gateNow.missingApprovals) more. \(other)")
    } else if let living {
      console.print("The run is carried out by \(living.description), which takes it up.")
    } else {
      console.print("To go on: \(held.commands(.resume))")
    }
  }

  /// What a refusal keeps from being done, and what it does not.
  private func consequences(
    of gateNow: GateState, _ state: RunState, _ living: LeaseState.Living?
  ) -> [String] {
    let items = gateNow.opened.steps.filter { [.willRun, .undecided].contains($0.fate) }
    func names(_ statuses: Set<StepState.Status>) -> String {
      items.filter { statuses.contains(state.step($0.step).status) }.map { "'\($0.step)'" }
        .joined(separator: ", ")
    }
    let (ahead, flying) = (names([.pending, .failed]), names([.running]))
    var lines: [String] = []
    if !ahead.isEmpty { lines.append("Not begun, and does not begin: \(ahead).") }
    if !flying.isEmpty { lines.append("In flight, and not stopped by it: \(flying).") }
    guard let living else { return lines }
    let next = gateNow.opened.isDeclinable == true ? "leaves its step out" : "is then held"
    return lines + [
      "The run goes on up to there, carried out by \(living.description), and \(next)."
    ]
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
