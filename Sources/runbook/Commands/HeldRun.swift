import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookSteps
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

  /// - Parameters:
  ///   - isGoneOnWith: whether, without a name, the newest run is meant that waits for somebody to go on
  ///     with it; else the newest of all.
  ///   - actsForOwner: whether root may do it to another account's run.
  /// - Throws: the exit status, once what is wrong was printed.
  static func open(
    _ name: String?, _ options: StateOptions, mayHaveEnded: Bool = false,
    isGoneOnWith: Bool = false, actsForOwner: Bool = false
  ) async throws -> HeldRun {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    if actsForOwner {
      try surroundings.workAsOwner(of: surroundings.stateFolder(options.state), console)
    }
    do throws(StoreError) {
      let store = surroundings.store(options.state)
      let id: RunID
      if name == nil, isGoneOnWith, let newest = try newestWaiting(in: store, console) {
        id = newest
      } else {
        id = try store.resolve(name)
      }
      let journal = try store.open(id)
      let entries = try await journal.entries()
      guard !entries.isEmpty || journal.isBeginning else {
        throw StoreError(
          .cannotRead, subject: journal.path,
          "the journal of run \(id) is empty: its process ended before it had begun anything; to have it "
            + "removed: runbook abandon \(id) --reason TEXT")
      }
      let state = try RunState(replaying: entries)
      journal.redact(with: KnownSecrets(surroundings: surroundings, state: state).redactor)
      let run = HeldRun(
        id: id, journal: journal, folder: store.folder(of: id), entries: entries, state: state,
        drill: state.started?.isDrill == true ? try DrillState(replaying: entries) : nil,
        surroundings: surroundings, console: console)
      await run.removeLeftSandbox()
      if !mayHaveEnded { try refuseEnded(id, run.state) }
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

  /// The newest run that waits for somebody to go on with it; says which of several it is.
  private static func newestWaiting(
    in store: RunStore, _ console: Console
  ) throws(StoreError) -> RunID? {
    let waiting = try store.waiting()
    guard let first = waiting.first, waiting.count > 1 else { return waiting.first?.run }
    console.printError("Run \(first.run) is the newest of \(waiting.count) that wait. The others:")
    for other in waiting.dropFirst().prefix(10) {
      let mark = other.isDrill ? ", a drill" : other.isSandbox ? ", in a sandbox" : ""
      console.printError("  \(other.run)  \(other.runbook), since \(other.startedAt)\(mark)")
    }
    if waiting.count > 11 { console.printError("  and \(waiting.count - 11) more: runbook runs") }
    return first.run
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
        hints: ["to fence it off and go on here: runbook takeover \(id)"], .held)
    }
  }

  /// The step that a person decides on: the one that is named, else the one that the run is held by.
  func step(_ name: String?) throws -> StepRecord {
    let steps = state.runbook?.steps ?? []
    var wanted = name
    if wanted == nil, case .held(let hold) = state.lifecycle { wanted = hold.subject }
    guard let wanted else { try refuse("run \(id) is not held by a step: name one") }
    if let step = steps.first(where: { $0.id.rawValue == wanted }) { return step }
    let nearest = NearestName.of(wanted, among: steps.map(\.id.rawValue))
    try refuse(
      name == nil ? "run \(id) is not held by a step" : "run \(id) has no step '\(wanted)'",
      hints: name == nil
        ? ["it is held by \(wanted); to name a step: --step ID"]
        : nearest.map { ["did you mean '\($0)'?"] } ?? [])
  }
}
