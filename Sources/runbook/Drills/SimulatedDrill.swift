import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookSyntax

/// The world of a drill in which nothing is really done.
struct SimulatedDrill {
  let runbook: Runbook
  let started: DrillStarted
  let console: Console

  /// - Throws: the exit status, once what is wrong was printed.
  func world() throws -> SimulatedWorld {
    guard let simulation = started.drill.simulation else {
      console.printError("error: the drill of '\(runbook.name)' has no 'simulate'")
      console.printError(
        "  it says what each step brings back; at the table none is needed: --mode talk")
      throw ExitStatus.usage.code
    }
    let kinds = Composition.checkingKinds()
    do throws(Diagnostics) {
      return try SimulatedWorld(
        of: runbook, by: simulation, kinds: kinds.map(\.spec),
        effects: effects(simulation, kinds), clock: SystemClock(),
        speedPercent: started.speedPercent)
    } catch {
      let renderer = DiagnosticRenderer(sources: [:])
      console.printError(renderer.render(error))
      throw ExitStatus.invalidRunbook.code
    }
  }

  /// As far as they can be told before the run, so that its gates are those of a real one.
  private func effects(
    _ simulation: Simulation, _ kinds: [any StepKind]
  ) -> [StepID: Effect] {
    let preview = Preview(plan: SimulatedWorld.plan(of: runbook, simulation), kinds: kinds)
    return Dictionary(
      runbook.steps.map { ($0.id, preview.item($0).effect) },
      uniquingKeysWith: { first, _ in first })
  }
}
