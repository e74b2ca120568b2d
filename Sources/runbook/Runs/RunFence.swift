import ArgumentParser
import RunbookEngine
import RunbookLogs
import RunbookModel
import RunbookPostgres
import RunbookStore
import RunbookSyntax

/// What the commands take that record a person's word on a step which may still take effect.
struct FenceOptions: ParsableArguments {
  @Flag(
    help: """
      Record it without having looked: the step's database, or the process that may still perform it, is out of \
      reach for good. The journal keeps that nobody looked.
      """)
  var unreachable = false
}

/// Keeps what is left of a run's last attempts from taking effect, before a person's word on them is recorded.
///
/// The lease is held by then: see `Fence`, which all of `takeover`, `abandon`, `skip` and `resolve` go
/// through.
struct RunFence {
  let held: HeldRun
  /// Nil as long as it is only foreseen.
  let lease: Lease?
  /// The name that `--as` gave.
  let name: String?
  let isUnreachable: Bool
  /// Whether scripts and statements that go on are ended without asking.
  var terminates = false

  /// What is to be recorded with a decision.
  struct Finding {
    /// What receipts and probes say, to be recorded before it.
    var settled: [AttemptSettled] = []
    /// Why nothing was found out about some of them, where a person said to go on all the same.
    var unseen: [String] = []

    /// The first step that is done.
    var done: AttemptSettled? { settled.first { $0.settlement == .done } }

    /// Set where nobody looked.
    var isUnlooked: Bool? { unseen.isEmpty ? nil : true }

    /// A person's reason, with what nobody looked at.
    func reason(_ reason: String) -> String {
      unseen.isEmpty
        ? reason : "\(reason) [recorded without a look: \(unseen.joined(separator: "; "))]"
    }
  }

  /// What keeps a step from being looked at.
  private struct Obstacle: Error {
    let why: String
  }

  /// - Parameters:
  ///   - steps: whose last attempts a person's word is about.
  ///   - state: as it is with the lease held.
  ///   - plan: as the run is to go on with; nil has it made of the runbook as it is now.
  ///   - what: the decision, for messages.
  /// - Throws: the exit status, once it was printed why nothing can be recorded.
  func look(
    at steps: [StepID], _ entries: [Entry], plan: Plan? = nil, for what: String
  ) async throws -> Finding {
    let state = try RunState(replaying: entries)
    let steps = steps.filter { state.step($0).needsFence }
    // A sandbox's server ends with its executor, and nothing is done in a simulation or a talk.
    guard !steps.isEmpty, state.started?.isSandbox != true, held.drillMode == nil else {
      return Finding()
    }
    var finding = Finding()
    let made: Plan
    do throws(Obstacle) {
      if let plan { made = plan } else { made = try self.plan(state) }
    } catch {
      try accept(error.why, of: steps[0], for: what, in: &finding)
      return finding
    }
    held.journal.redact(with: Redactor(secrets: made.secrets))
    var fence = try fence(made, state, entries)
    var open: [(step: StepID, why: String)] = []
    for step in steps {
      switch await fence.fence(step) {
      case .clear(let settled): finding.settled += [settled].compactMap(\.self)
      case .done(let settled): finding.settled.append(settled)
      // What failed by its own process's word is over, whether or not its database can be asked.
      case .open where state.step(step).status == .failed: continue
      case .open(let why): open.append((step, why))
      }
    }
    await fence.close()
    // It has happened, whatever comes of the decision.
    let endings = fence.takeEndings()
    if !endings.isEmpty { try await held.add(endings.map(Event.processesEnded), as: name) }
    for one in endings.flatMap(\.ended) { held.console.printError("  Ended: \(one.words)") }
    for (step, why) in open { try accept(why, of: step, for: what, in: &finding) }
    return finding
  }

  /// Looks whether `look` will be able to, before anything is taken from a process or ended.
  ///
  /// - Parameter endsFormer: whether the process that carries the run out is ended before.
  /// - Returns: the plan for `look`; nil where it has nothing to do, or could not be made and a person accepts that.
  /// - Throws: the exit status, once it was printed what stands in the way.
  func foresee(
    _ steps: [StepID], _ state: RunState, for what: String, endsFormer: Bool = false
  ) async throws -> Plan? {
    let steps = steps.filter { state.step($0).needsFence }
    guard !steps.isEmpty, state.started?.isSandbox != true, held.drillMode == nil, !isUnreachable
    else { return nil }
    var finding = Finding()
    let made: Plan
    do throws(Obstacle) {
      made = try plan(state)
    } catch {
      try accept(error.why, of: steps[0], for: what, in: &finding)
      return nil
    }
    held.journal.redact(with: Redactor(secrets: made.secrets))
    let fence = try fence(made, state, held.entries)
    for step in steps {
      guard let why = await fence.obstacle(toFencing: step, endsFormer: endsFormer) else {
        continue
      }
      await fence.close()
      try accept(why, of: step, for: what, in: &finding)
    }
    await fence.close()
    return made
  }

  /// Looks at what the run has left in its databases, before its end by a person's word is recorded.
  ///
  /// - Returns: what is to be recorded before, also of what could not be looked at.
  func lookBeforeAbandonment(_ entries: [Entry]) async throws -> [Event] {
    let state = try RunState(replaying: entries)
    guard state.started?.isSandbox != true, held.drillMode == nil, !state.usedConnections.isEmpty
    else { return [] }
    let unseen = { (why: String) in
      state.usedConnections.map { name in
        Event.connectionUnseen(ConnectionUnseen(connection: name, reason: why))
      }
    }
    guard !isUnreachable else {
      return unseen("it was said to be out of reach when the run was given up")
    }
    let made: Plan
    do throws(Obstacle) {
      made = try plan(state)
    } catch {
      return unseen(error.why.pieces(separatedBy: "\n").joined(separator: " "))
    }
    held.journal.redact(with: Redactor(secrets: made.secrets))
    let fence = try fence(made, state, entries)
    let found = try await fence.lookBeforeAbandonment()
    await fence.close()
    return found
  }

  /// Marks in the run's databases that it has ended.
  ///
  /// - Parameter entries: the end among them.
  func markEnd(_ entries: [Entry]) async throws {
    let state = try RunState(replaying: entries)
    guard state.leavesMarks, !isUnreachable, state.started?.isSandbox != true, held.drillMode == nil
    else { return }
    let made: Plan
    do throws(Obstacle) {
      made = try plan(state)
    } catch {
      return held.console.printError(
        "  That the run has ended is not marked in its databases: \(error.why)")
    }
    held.journal.redact(with: Redactor(secrets: made.secrets))
    let fence = try fence(made, state, entries)
    await fence.markEnd()
    await fence.close()
  }

  private func accept(
    _ why: String, of step: StepID, for what: String, in finding: inout Finding
  ) throws {
    guard isUnreachable else {
      try held.refuse(
        "\(what): step '\(step)' may still take effect, or have done so unseen: \(why)",
        hints: [
          "make its database and its runbook reachable as they were, or end what goes on, and say it again",
          "where that is out of reach for good: --unreachable, which the journal keeps",
        ], .unreachable)
    }
    finding.unseen.append("step '\(step)': \(why)")
  }

  private func plan(_ state: RunState) throws(Obstacle) -> Plan {
    guard let started = state.started, let record = state.runbook else {
      throw Obstacle(why: "the run has not begun")
    }
    let path = "\(record.folder)/\(record.fileName)"
    let library = Library([], held.surroundings, kinds: Composition.checkingKinds())
    guard let runbook = library.attempt(path, withDrill: false).0 else {
      throw Obstacle(why: "its runbook cannot be read any more: \(path)")
    }
    do {
      let gatherer = InputGatherer(
        surroundings: held.surroundings, console: held.console, flags: [:], file: ValueMap(),
        sandboxInputs: [], recorded: started.inputs, asks: false)
      let plan = try PlanMaker(surroundings: held.surroundings).plan(
        runbook, inputs: try gatherer.inputs(of: runbook), isSandbox: false)
      let objections = plan.objections(
        to: state, kinds: Composition.checkingKinds(),
        key: RunStore.key(inRunFolder: held.folder))
      guard objections.isEmpty else { throw Obstacle(why: objections.joined(separator: "; ")) }
      return plan
    } catch let obstacle as Obstacle {
      throw obstacle
    } catch let failure as InputGatherer.Failure {
      throw Obstacle(why: failure.message)
    } catch let failure as PlanMaker.Failure {
      throw Obstacle(why: failure.message)
    } catch {
      throw Obstacle(why: "its runbook cannot be bound to its inputs and connections")
    }
  }

  private func fence(
    _ plan: Plan, _ state: RunState, _ entries: [Entry]
  ) throws(StoreError) -> Fence {
    try Fence(plan: plan, ports: ports(plan), options: options(state), entries: entries)
  }

  private func ports(_ plan: Plan) -> EnginePorts {
    Composition.ports(
      plan, run: held.id, journal: held.journal, person: Nobody(),
      observer: FenceObserver(console: held.console), surroundings: held.surroundings)
  }

  private func options(_ state: RunState) -> RunOptions {
    var options = RunOptions(
      run: held.id, actor: held.surroundings.actor(as: name), host: held.surroundings.host,
      toolVersion: RunbookCommand.version, runFolder: held.folder,
      generation: lease?.holder.generation ?? 0)
    options.key = RunStore.key(inRunFolder: held.folder)
    options.fencesFormer = true
    options.terminatesRemnants = terminates
    return options
  }
}

/// Says what is still there while it is waited for.
private struct FenceObserver: RunObserver {
  let console: Console

  func observe(_ entry: Entry) {}
  func observe(_ line: OutputLine, of step: StepID) { console.printError("  \(line.text)") }
  func observe(progress: String) { console.printError("  \(progress)") }
  /// Nothing is performed that could have happened.
  func observe(unstored events: [Event]) {}
}
