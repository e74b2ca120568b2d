import Foundation
import RunbookDrill
import RunbookEngine
import RunbookModel
import Synchronization

/// Shows a run while it goes on: on a terminal with a live line for the step that runs, elsewhere as
/// plain lines.
final class ProgressObserver: RunObserver {
  private struct Live {
    var steps: [StepID: StepRecord] = [:]
    var phase: Phase?
    var current: (title: String, since: Duration)?
    var isLineOpen = false
    /// Who practises is not told what broke it.
    var isDrill = false
    var isSandbox = false
    var isHiding = false
    /// What waits for a person's answer.
    var question: String?
    /// What each step last failed of, so that retries do not say it again.
    var failures: [StepID: String] = [:]
    /// Why steps failed, as it was shown.
    var said: Set<[String]> = []
    /// Steps of which an attempt was begun.
    var tried: Set<StepID> = []
    /// What the last attempt of each makes of the world where it succeeds.
    var bearings: [StepID: Bearing] = [:]
    /// How long steps took before.
    var usual = UsualDurations()
  }

  private let live = Mutex(Live())
  private let console: Console
  private let clock: any EngineClock
  private let text = WorkText()

  init(console: Console, clock: any EngineClock) {
    self.console = console
    self.clock = clock
  }

  /// Draws the live line anew; to be called a few times a second on a terminal.
  func tick() {
    guard console.isTerminal else { return }
    live.withLock { live in
      guard let current = live.current else { return }
      let elapsed = (clock.uptime() - current.since).display
      // The last cell stays free: some terminals wrap once it is filled.
      let room = max(1, console.width - elapsed.utf8.count - 6)
      let title = StyledText.line(current.title, fitting: room)
      console.redraw("  \("●", .yellow) \(title) \(elapsed, .dim)")
      live.isLineOpen = true
    }
  }

  /// Shows beside a step that runs how long it usually takes.
  func expect(_ usual: UsualDurations) { live.withLock { $0.usual = usual } }

  /// Takes the live line away while a person is asked.
  func pause() {
    live.withLock {
      clearLine(&$0)
      $0.current = nil
    }
  }

  /// Shows what happens beside the run; a question that waits for its answer is put anew below it.
  func show(_ lines: [StyledText]) {
    guard !lines.isEmpty else { return }
    live.withLock { live in
      if live.question != nil { console.print("") }
      for one in lines { line(one, &live) }
      if let question = live.question { console.print("\(question)", terminator: "") }
    }
  }

  /// Puts a question before the person, who answers in the same line.
  func ask(_ question: String) {
    pause()
    live.withLock { live in
      live.question = question
      console.print("\(question)", terminator: "")
    }
  }

  func takeAnswer() { live.withLock { $0.question = nil } }

  func observe(progress: String) {
    live.withLock { live in
      clearLine(&live)
      if console.isTerminal {
        live.current = (progress, clock.uptime())
      } else {
        console.print("  \(progress)")
      }
    }
  }

  func observe(unstored events: [Event]) {
    live.withLock { clearLine(&$0) }
    guard !events.isEmpty else { return }
    console.printError("This happened, and could not be stored. Keep it: it is nowhere else.")
    for event in events {
      if case .attemptFinished(let finished) = event {
        console.printError(
          "  step '\(finished.step)', attempt \(finished.attempt): \(finished.outcome.rawValue)")
      }
      console.printError("  \(event.json)")
    }
  }

  func observe(_ line: OutputLine, of step: StepID) {
    live.withLock { live in
      // What breaks a sandbox speaks of it, too.
      guard !live.isHiding else { return }
      clearLine(&live)
      console.print("    \("│ \(line.text)", .dim)")
    }
  }

  func observe(_ entry: Entry) {
    live.withLock { live in
      switch entry.event {
      case .runStarted(let started): begin(started, &live)
      case .sandboxCreated:
        live.isHiding = live.isDrill
        clearLine(&live)
      case .sandboxPrepared(let sandbox): show(sandbox, &live)
      case .connectionIdentified(let identified):
        line("  \(text.identity(identified), .dim)", &live)
      case .connectionUnseen(let one):
        line("  \(one.words, .yellow)", &live)
      case .processesEnded(let ended):
        for one in ended.ended {
          line("  Ended by \(entry.actor.displayName): \(one.words)", &live)
        }
      case .attemptStarted(let started): show(started, &live)
      case .attemptFinished(let finished): show(finished, &live)
      case .stepSkipped(let skipped):
        header(of: skipped.step, &live)
        let title = live.steps[skipped.step]?.title ?? skipped.step.rawValue
        let wasTried = live.tried.contains(skipped.step)
        let verb = live.steps[skipped.step]?.phase.verbOfLeavingOut(wasTried: wasTried) ?? "skipped"
        let why =
          skipped.cause == .condition
          ? "skipped, its when was false\(Self.footing(skipped.restsOn?.leftOut)): \(skipped.reason)"
          : "\(verb) by \(entry.actor.displayName): \(skipped.reason)"
        line("  \("– \(title): \(why)", .dim)", &live)
      case .stepReopened(let reopened):
        let title = live.steps[reopened.step]?.title ?? reopened.step.rawValue
        line("  \("↻", .yellow) \(title) is to be carried out again: \(reopened.words)", &live)
      case .gateOpened(let gate): show(gate, &live)
      case .gateDecided(let decision):
        line(
          "  Gate '\(decision.gate)' \(decision.decision.rawValue) by \(entry.actor.displayName)"
            + (decision.means == .flag ? " ahead of time (--approve), whatever it shows" : "")
            + (decision.reason.map { ": \($0)" } ?? ""),
          &live)
      case .attemptSettled(let settled): show(settled, by: entry.actor, &live)
      case .noteAdded(let note):
        line("  Note by \(entry.actor.displayName): \(block: note.text)", &live)
      case .reportEdited(let edited):
        let fields = edited.edits.map(\.field).joined(separator: ", ")
        line("  Report edited by \(entry.actor.displayName): \(fields)", &live)
      case .runResumed(let resumed):
        if let change = resumed.change {
          for step in change.runbook.steps { live.steps[step.id] = step }
        }
        clearLine(&live)
      case .runHeld, .runEnded, .sandboxRestarted, .retryRequested, .drill:
        clearLine(&live)
      }
    }
  }

  func observe(waiting gate: GateOpened) {
    live.withLock { show(gate, &$0) }
  }

  private func show(_ gate: GateOpened, _ live: inout Live) {
    for one in text.gate(gate, isSandbox: live.isSandbox) { line(one, &live) }
  }

  /// Begins to show a run that had begun before.
  func takeUp(_ state: RunState) {
    live.withLock { live in
      guard let runbook = state.runbook else { return }
      for step in runbook.steps { live.steps[step.id] = step }
      let settled = runbook.steps.count { state.step($0.id).status.isSettled }
      live.tried.formUnion(runbook.steps.map(\.id).filter { state.step($0).attempts > 0 })
      let run = state.started.map { "\($0.run)" } ?? ""
      line("\(runbook.title, .bold) (run \(run)), taken up again", &live)
      live.isDrill = state.started?.isDrill == true
      live.isSandbox = state.started?.isSandbox == true
      if live.isDrill {
        line("  \("DRILL: an exercise, not an incident", .yellow)", &live)
      }
      if state.started?.isSandbox == true {
        line("  \("SANDBOX: a throwaway database, not a real one", .yellow)", &live)
      }
      line("  \(settled) of \(runbook.steps.count) steps are done or skipped", &live)
    }
  }

  private func show(_ settled: AttemptSettled, by actor: Actor, _ live: inout Live) {
    live.current = nil
    let title = live.steps[settled.step]?.title ?? settled.step.rawValue
    if settled.means == .word {
      let verdict = settled.settlement == .done ? "done" : "not done"
      return line(
        "  \("!", .yellow) \(title), attempt \(settled.attempt): declared \(verdict) by "
          + "\(actor.displayName): \(block: settled.detail)", &live)
    }
    let (mark, verdict): (StyledText, String) =
      switch settled.settlement {
      case .done: ("\("✔", .green)", "it is done")
      case .notDone: ("\("↻", .yellow)", "it is not done")
      case .unknown: ("\("?", .yellow)", "it is not known whether it is done")
      }
    line(
      "  \(mark) \(title), attempt \(settled.attempt): \(verdict); \(block: settled.detail)", &live)
    for remnant in settled.remnants {
      line("      \(remnant.summary, .dim)", &live)
    }
  }

  private func begin(_ started: RunStarted, _ live: inout Live) {
    for step in started.runbook.steps { live.steps[step.id] = step }
    line("\(started.runbook.title, .bold) (run \(started.run))", &live)
    live.isDrill = started.isDrill
    live.isSandbox = started.isSandbox
    if started.isDrill {
      line("  \("DRILL: an exercise, not an incident", .yellow)", &live)
    }
    if started.isSandbox {
      line("  \("SANDBOX: a throwaway database, not a real one", .yellow)", &live)
    }
  }

  private func show(_ sandbox: SandboxPrepared, _ live: inout Live) {
    live.current = nil
    live.isHiding = false
    guard !live.isDrill else {
      return line(
        "  PostgreSQL \(sandbox.serverVersion); what happened to it is to be found out", &live)
    }
    line("  PostgreSQL \(sandbox.serverVersion), broken by:", &live)
    for step in sandbox.steps where step.part == .fault && step.outcome == .succeeded {
      line("    \(step.title, .dim)", &live)
    }
  }

  private func show(_ started: AttemptStarted, _ live: inout Live) {
    live.tried.insert(started.step)
    live.bearings[started.step] = started.bearing
    header(of: started.step, &live)
    clearLine(&live)
    var title = live.steps[started.step]?.title ?? started.step.rawValue
    if started.attempt > 1 { title += " (attempt \(started.attempt))" }
    let usual = live.usual.duration(of: started.step).map { " (usually \($0.display))" } ?? ""
    live.current = (title + usual, clock.uptime())
    if !console.isTerminal, started.attempt == 1 { console.print("  > \(title)") }
    if started.attempt == 1, let grounds = started.restsOn, !grounds.isEmpty {
      line("  \("its ground is not established: it rests on \(grounds.words())", .yellow)", &live)
    }
  }

  private func show(_ finished: AttemptFinished, _ live: inout Live) {
    var title = live.steps[finished.step]?.title ?? finished.step.rawValue
    live.current = nil
    let former = live.failures.updateValue(finished.failure?.message ?? "", forKey: finished.step)
    if former != nil, former == finished.failure?.message { return clearLine(&live) }
    if finished.attempt > 1 { title += " (attempt \(finished.attempt))" }
    let elapsed = Duration.microseconds(finished.elapsedMicroseconds).display
    let mayChange = live.steps[finished.step]?.phase.mayChange ?? true
    let bearing = live.bearings[finished.step] ?? .changes
    let isWord = finished.isWord == true && finished.outcome == .succeeded
    if isWord {
      let answer = finished.result.mapValue?[.string("answer")]?.stringValue
      title += ": answered by a person" + (answer.map { ": \($0)" } ?? "")
    } else if !mayChange, let restsOn = finished.restsOn {
      title += Self.footing(restsOn.leftOut.isEmpty ? restsOn : restsOn.leftOut)
    } else if finished.outcome == .succeeded, bearing == .trial, mayChange {
      title += ", \(bearing.success)"
    }
    let mark: StyledText =
      switch finished.outcome {
      case .succeeded where isWord || finished.restsOn != nil && !mayChange: "\("!", .yellow)"
      case .succeeded: "\("✔", .green)"
      case .failed where finished.isWithoutAnswer && !mayChange: "\("?", .yellow)"
      case .failed: "\("✘", .red)"
      case .unknown, .skipped: "\("?", .yellow)"
      }
    line("  \(mark) \(title) \(elapsed, .dim)", &live)
    if let failure = finished.failure {
      let words = [failure.message, failure.detail, failure.hint].compactMap { $0 }
      // A server that cannot be reached says the same to each step.
      let isSaid = !live.said.insert(words).inserted && words.count > 1
      for part in isSaid ? ["\(failure.message), as before"] : words {
        for one in part.pieces(separatedBy: "\n") { line("      \(one, .red)", &live) }
      }
    }
    guard finished.hasConfirmed else { return }
    line("    \("→ confirmed", .yellow)", &live)
    for (name, value) in finished.captures.mapValue?.pairs.map({ ($0.key, $0.value) }) ?? []
    // Maps are for other steps, not for people.
    where value.mapValue == nil && value.listValue?.contains(where: { $0.mapValue != nil }) != true
    {
      let shown = value.json
      line(
        "      \(name.stringValue ?? "") = \(shown.prefixOfScalars(300))\(shown.unicodeScalars.count > 300 ? "…" : "")",
        &live)
    }
  }

  /// What people decided that something rests on; empty where that is nothing.
  private static func footing(_ standIns: [StandIn]?) -> String {
    guard let standIns, !standIns.isEmpty else { return "" }
    return ", which rests on \(standIns.words())"
  }

  private func header(of step: StepID, _ live: inout Live) {
    guard let phase = live.steps[step]?.phase, phase != live.phase else { return }
    live.phase = phase
    line("\(phase.title, .bold)", &live)
  }

  private func line(_ text: StyledText, _ live: inout Live) {
    clearLine(&live)
    console.print(text)
  }

  private func clearLine(_ live: inout Live) {
    guard live.isLineOpen else { return }
    console.redraw("")
    live.isLineOpen = false
  }
}

/// Prints each entry as it was stored, one JSON object a line.
struct JSONObserver: RunObserver {
  let console: Console
  func observe(_ entry: Entry) { console.print(json: entry.body) }
  func observe(_ line: OutputLine, of step: StepID) {}
  func observe(progress: String) {}

  func observe(unstored events: [Event]) {
    for event in events { console.print(json: "{\"unstored\":\(event.json)}") }
  }
}

extension Event {
  /// As a journal has it; of one that cannot be written, its name and why.
  fileprivate var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      let value: Value = ["type": .string(typeName), "cannotBeWritten": .string("\(error)")]
      return value.json
    }
  }
}
