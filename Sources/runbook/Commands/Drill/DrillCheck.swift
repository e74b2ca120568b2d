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

  /// - Throws: the exit status, once all were checked, when one did not recover; at once when there is
  ///   none to check, which a check must not pass for.
  func run() async throws {
    var failures = 0
    var recovered = 0
    for (name, path) in library.finder.all() {
      let (runbook, diagnostics, _) = library.attempt(path)
      guard let runbook, !diagnostics.hasErrors else {
        say("✘ \(name): is not well formed; 'runbook validate \(name)' says why")
        failures += 1
        continue
      }
      guard runbook.sandbox != nil else {
        say("– \(name): has no sandbox, and cannot be checked")
        continue
      }
      for inputs in faults(of: runbook) {
        if try await recovers(runbook, path, inputs) { recovered += 1 } else { failures += 1 }
      }
    }
    if recovered + failures == 0 {
      console.printError(
        "error: no runbook with a sandbox is in \(library.finder.folders.joined(separator: ", "))")
      throw ExitStatus.usage.code
    }
    say("\(recovered) of \(recovered + failures) drills recovered")
    if failures > 0 { throw ExitStatus.failed.code }
  }

  /// The inputs of each drill: with the defaults, and with every other fault that a surprise may bring.
  private func faults(of runbook: Runbook) -> [[String: String]] {
    guard let surprise = runbook.drill?.surprise, let input = surprise.input?.text else {
      return [[:]]
    }
    let usual = runbook.inputs.first { $0.name == input }?.fallback?.stringValue
    return [[:]] + surprise.values.map(\.text).filter { $0 != usual }.map { [input: $0] }
  }

  /// Beside entries as JSON, which standard output is for then.
  private func say(_ line: String) {
    if options.json { console.printError("\(line)") } else { console.print("\(line)") }
  }

  private func recovers(
    _ runbook: Runbook, _ path: String, _ inputs: [String: String]
  ) async throws -> Bool {
    let name = ([runbook.name] + inputs.map { "\($0)=\($1)" }).joined(separator: ", ")
    say("● \(name)")
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
      try await run.begin(inputs: inputs)
      say("✔ \(name): recovers its own fault")
      return true
    } catch let status as ExitCode {
      if status == ExitStatus.interrupted.code { throw status }
      say("✘ \(name): does NOT recover its own fault (exit status \(status.rawValue))")
      return false
    }
  }
}
