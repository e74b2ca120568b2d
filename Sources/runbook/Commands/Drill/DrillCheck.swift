import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

/// Holds every runbook's sandbox drill, unattended: what does not recover its own fault is found out before
/// it is needed.
struct DrillCheck {
  let library: Library
  let surroundings: Surroundings
  let options: ExecutionOptions
  let state: String?
  let seed: Int64

  private var console: Console { library.console }

  /// - Throws: the exit status, once all were checked, when one did not recover.
  func run() async throws {
    var failures = 0
    for (name, path) in library.finder.all() {
      let (runbook, diagnostics, _) = library.attempt(path)
      guard let runbook, !diagnostics.hasErrors else {
        console.print("✘ \(name): is not well formed; 'runbook validate \(name)' says why")
        failures += 1
        continue
      }
      guard runbook.sandbox != nil else {
        console.print("– \(name): has no sandbox, and cannot be checked")
        continue
      }
      if try await !recovers(runbook, path) { failures += 1 }
    }
    if failures > 0 { throw ExitStatus.failed.code }
  }

  private func recovers(_ runbook: Runbook, _ path: String) async throws -> Bool {
    let name = runbook.name
    console.print("● \(name)")
    let drill =
      runbook.drill?.held(in: .sandbox)
      ?? Drill(
        title: runbook.title, place: Place(file: path, line: 1, column: 1), scope: nil,
        scenario: nil, injects: [])
    var options = options
    options.approveAll = true
    let started = DrillStarted(
      mode: .sandbox, drill: drill, participants: [], seed: seed, isCheck: true)
    let run = DrillRun(
      runbook: try library.runbook(path), started: started, options: options, state: state,
      surroundings: surroundings, console: console)
    do {
      try await run.begin(inputs: [:])
      console.print("✔ \(name): recovers its own fault")
      return true
    } catch let status as ExitCode {
      if status == ExitStatus.interrupted.code { throw status }
      console.print("✘ \(name): does NOT recover its own fault (exit status \(status.rawValue))")
      return false
    }
  }
}
