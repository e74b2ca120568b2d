import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookSandbox
import RunbookStore
import RunbookSyntax

/// A run of the state folder that a command is about.
struct HeldRun {
  let id: RunID
  let journal: SQLiteJournal
  let folder: String
  let entries: [Entry]
  let state: RunState
  /// The drill that the run is; nil where it is none. One that cannot be replayed opens no run: nothing of
  /// a drill may be taken for the real thing.
  let drill: DrillState?
  let surroundings: Surroundings
  let console: Console

  /// The run's state as it is by now.
  func stateNow() async throws -> RunState { try RunState(replaying: await journal.entries()) }

  /// Which run is meant where none is named.
  enum Unnamed {
    case newest
    /// The newest that waits for somebody to go on with it; the newest of all where none does.
    case newestWaiting
    /// The one that waits: what cannot be undone is not done to a run that nobody has named, where several are, nor
    /// to one that a process carries out.
    case onlyWaiting
  }

  /// - Parameters:
  ///   - unnamed: which run is meant without a name.
  ///   - actsForOwner: whether root may do it to another account's run.
  /// - Throws: the exit status, once what is wrong was printed.
  static func open(
    _ name: String?, _ options: StateOptions, mayHaveEnded: Bool = false,
    unnamed: Unnamed = .newest, actsForOwner: Bool = false
  ) async throws -> HeldRun {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    if actsForOwner {
      try surroundings.workAsOwner(of: surroundings.stateFolder(options.state), console)
    }
    do throws(StoreError) {
      let store = surroundings.store(options.state)
      let id = try meant(name, unnamed, in: store, surroundings, console)
      let journal = try store.open(id)
      let entries = try await journal.entries()
      guard !entries.isEmpty || journal.isBeginning else {
        throw StoreError(
          .cannotRead, subject: journal.path,
          "the journal of run \(id) is empty: its process ended before it had begun anything; to have it "
            + "removed: "
            + surroundings.commands(for: id, in: store.folder)(.abandon, "--reason TEXT"))
      }
      let state = try RunState(replaying: entries)
      journal.redact(with: KnownSecrets(surroundings: surroundings, state: state).redactor)
      let run = HeldRun(
        id: id, journal: journal, folder: store.folder(of: id), entries: entries, state: state,
        drill: state.started?.isDrill == true ? try DrillState(replaying: entries) : nil,
        surroundings: surroundings, console: console)
      await run.removeLeftSandbox()
      if !mayHaveEnded { try refuseEnded(id, run.state) }
      if name == nil, unnamed == .onlyWaiting { run.tellThatItWasTaken() }
      return run
    } catch {
      try console.fail(error)
    }
  }

  /// The run as it is by now, with the lease that this process has taken.
  ///
  /// - Throws: the exit status where it has ended since.
  func renewed() async throws -> HeldRun {
    do throws(StoreError) {
      let entries = try await journal.entries()
      let state = try RunState(replaying: entries)
      try Self.refuseEnded(id, state)
      return HeldRun(
        id: id, journal: journal, folder: folder, entries: entries, state: state,
        drill: drill == nil ? nil : try DrillState(replaying: entries), surroundings: surroundings,
        console: console)
    } catch {
      try console.fail(error)
    }
  }

  /// The run and the other word of a command whose run may be left out.
  ///
  /// - Parameters:
  ///   - words: as they were given, one or two.
  ///   - what: the second one, for messages: `gate`.
  /// - Throws: the exit status, where the only word is a run's.
  static func split(
    _ words: (first: String, second: String?), _ what: String, _ options: StateOptions
  ) throws -> (run: String?, other: String) {
    if let second = words.second { return (words.first, second) }
    let surroundings = Surroundings.current()
    let fitting = surroundings.store(options.state).runs().filter {
      $0.rawValue.begins(with: words.first) || $0.rawValue.ends(with: words.first)
    }
    // What is short and ends a run's id is a name all the same, where it is no run's beginning.
    guard words.first.utf8.count < 4 || fitting.isEmpty else {
      throw ValidationError("'\(words.first)' is a run: give the \(what) as well")
    }
    return (nil, words.first)
  }

  /// Says which run was taken, where none was named.
  private func tellThatItWasTaken() {
    let name = state.started?.runbook.name ?? "?"
    let mark = state.started?.isDrill == true ? ", a drill" : ""
    console.printError(
      "Run \(id) (\(name), since \(entries.first.map { "\($0.recordedAt)" } ?? "?")\(mark)) is the one that waits."
    )
  }

  private static func meant(
    _ name: String?, _ unnamed: Unnamed, in store: RunStore, _ surroundings: Surroundings,
    _ console: Console
  ) throws(StoreError) -> RunID {
    guard name == nil, unnamed != .newest else { return try store.resolve(name) }
    let waiting = try store.waiting()
    guard let first = waiting.first else {
      guard unnamed == .onlyWaiting else { return try store.resolve(nil) }
      tellOfRunning(store, console)
      throw StoreError(.notFound, subject: "", "no run waits: name the one that is meant")
    }
    guard waiting.count > 1 else { return first.run }
    let isOneChosen = unnamed == .newestWaiting
    console.printError(
      isOneChosen
        ? "Run \(first.run) is the newest of \(waiting.count) that wait. The others:"
        : "\(waiting.count) runs wait:")
    let listed = waiting.dropFirst(isOneChosen ? 1 : 0)
    for other in listed.prefix(10) {
      let mark = other.isDrill ? ", a drill" : other.isSandbox ? ", in a sandbox" : ""
      console.printError("  \(other.run)  \(other.runbook), since \(other.startedAt)\(mark)")
    }
    if listed.count > 10 {
      let all = surroundings.commands(for: first.run, in: store.folder)(.runs)
      console.printError("  and \(listed.count - 10) more: \(all)")
    }
    guard isOneChosen else {
      throw StoreError(.notFound, subject: "", "several runs wait: name the one that is meant")
    }
    return first.run
  }

  /// Runs that processes carry out, for who has named none.
  private static func tellOfRunning(_ store: RunStore, _ console: Console) {
    for id in store.runs().prefix(100) {
      // One that cannot be read is told of by `runs`.
      guard let living = try? store.open(id).leaseState().living else { continue }
      console.printError("  \(id) is being carried out by \(living.description)")
    }
  }

  /// A process that was killed between a run's end and its own left the sandbox behind.
  private func removeLeftSandbox() async {
    guard case .ended = state.lifecycle, let folder = state.sandboxFolder,
      let lease = try? journal.leaseState(), lease.living == nil
    else { return }
    // Whatever keeps it from going keeps nobody from what was asked for.
    try? await PostgresSandbox(environment: surroundings.environment).remove(folder: folder)
  }

  static func refuseEnded(_ id: RunID, _ state: RunState) throws(StoreError) {
    switch state.lifecycle {
    case .ended(let end):
      throw StoreError(
        .notFound, subject: id.rawValue,
        "run \(id) has ended: \(end.status.title.lowercased())")
    case .notStarted:
      throw StoreError(
        .notFound, subject: id.rawValue,
        "run \(id) has no entries yet: its process is just beginning")
    case .running, .held: return
    }
  }

  /// Steps of which it is not known how their last attempt ended.
  var inFlight: [StepID] {
    (state.runbook?.steps ?? []).map(\.id).filter {
      [.running, .unknown].contains(state.step($0).status)
    }
  }

  var drillMode: DrillMode? { drill?.started?.mode }

  /// Prints what is wrong with what was asked for, and ends.
  func refuse(_ message: String, hints: [String] = [], _ status: ExitStatus = .usage) throws
    -> Never
  {
    console.printError("error: \(message)")
    for hint in hints { console.printError("  \(hint)") }
    throw status.code
  }

  /// The state folder that the run is kept in: STATE/runs/RUN is its own.
  var stateFolder: String {
    let parts = folder.pieces(separatedBy: "/", omittingEmptySubsequences: false)
    return parts.dropLast(2).joined(separator: "/")
  }

  /// Whether a file of the runbook is as the journal has it.
  func isSame(_ current: SourceFile, as former: SourceFile) -> Bool {
    let key = RunStore.key(inRunFolder: folder)
    return former.digest == current.digest || former.digest == key?.digest(of: current.text)
  }

  /// Takes the lease where nobody lives who holds it.
  func takeLease(
    as name: String?, force: Bool = false
  ) throws -> (lease: Lease, takenFrom: LeaseState.Living?) {
    do throws(StoreError) {
      return try journal.takeLease(as: surroundings.leaseHolder(as: name), force: force)
    } catch {
      guard error.cause == .leaseHeld else { try console.fail(error) }
      try refuse(
        error.message,
        hints: [takeoverHint], .held)
    }
  }

  private var takeoverHint: String {
    "to fence it off and go on here: \(commands(.takeover))"
  }

  /// Refuses what needs the lease where a process holds it, before anything else is asked or looked at.
  func refuseCarriedOut() throws {
    guard let living = try leaseState().living else { return }
    try refuse(
      "the run is being carried out by \(living.description)", hints: [takeoverHint], .held)
  }

  func leaseState() throws -> LeaseState {
    do throws(StoreError) {
      return try journal.leaseState()
    } catch {
      try console.fail(error)
    }
  }

  /// Asks a person to type a word, where no flag has said it.
  ///
  /// - Parameters:
  ///   - what: what it does, as an infinitive.
  ///   - nothing: what is so where it is not typed: "nothing was skipped".
  /// - Throws: the exit status of wrong usage where it is not.
  func requireConsent(
    _ word: String = "yes", to what: String, isGiven: Bool, else nothing: String
  ) throws {
    guard !isGiven else { return }
    switch TypedConsent(console: console, word: word, what: what).ask() {
    case .given: return
    case .declined: try refuse(nothing)
    case .unclear: try refuse("\(nothing): '\(word)' was not typed")
    case .unavailable: try refuse(nothing, hints: ["without a terminal, say --yes"])
    }
  }

  /// How a step stands: what a person said of it is never told as what it is.
  func words(of step: StepID) -> String {
    let one = state.step(step)
    if let word = one.declaration {
      return "declared done by \(word.actor.displayName): \(word.reason)"
    }
    let phase = state.runbook?.steps.first { $0.id == step }?.phase
    let words = one.standing(in: phase, isOver: state.isOver).words
    guard let skip = one.skip, skip.cause == .decision, let phase else { return words }
    let verb = phase.verbOfLeavingOut(wasTried: one.attempts > 0)
    let left = "\(verb) by \(skip.word.actor.displayName): \(skip.word.reason)"
    return one.attempts > 0 ? "\(words), and was \(left)" : left
  }

  var commands: PrintedCommands { surroundings.commands(for: id, in: stateFolder) }

  /// What a step that is in flight needs first, where the run was cut off.
  var cutOffHint: [String] {
    state.lifecycle == .running
      ? ["its process is gone; what it had in flight is settled first by: \(commands(.resume))"]
      : []
  }

  /// The step that a person decides on: the one that is named, else the one that the run is held by.
  func step(_ name: String?) throws -> StepRecord {
    let steps = state.runbook?.steps ?? []
    var wanted = name
    if wanted == nil, case .held(let hold) = state.lifecycle { wanted = hold.subject }
    guard let wanted else {
      try refuse(
        state.lifecycle == .running
          ? "run \(id) was cut off, and is not held by a step" : "run \(id) is not held by a step",
        hints: cutOffHint + ["to name a step: --step ID"])
    }
    if let step = steps.first(where: { $0.id.rawValue == wanted }) { return step }
    let nearest = NearestName.of(wanted, among: steps.map(\.id.rawValue))
    try refuse(
      name == nil ? "run \(id) is not held by a step" : "run \(id) has no step '\(wanted)'",
      hints: name == nil
        ? ["it is held by \(wanted); to name a step: --step ID"]
        : nearest.map { ["did you mean '\($0)'?"] } ?? [])
  }
}
