import RunbookModel

/// Waits for what dead executors left, or has it ended on a person's word; it is never raced.
final class RemnantWait {
  private let setup: RunSetup
  private let record: RunRecord
  private let person: any Operator
  /// What was ended, and is not recorded yet.
  private var endings: [ProcessesEnded] = []

  init(_ setup: RunSetup, _ record: RunRecord, _ person: any Operator) {
    self.setup = setup
    self.record = record
    self.person = person
  }

  /// What was ended since this was asked last, to be recorded.
  func takeEndings() -> [ProcessesEnded] {
    defer { endings = [] }
    return endings
  }

  /// - Returns: what of a step's attempts is still there, once it was ended or waited for.
  func remnants(
    of bound: BoundStep, _ context: AttemptContext
  ) async throws(StepFailure) -> [Remnant] {
    let options = setup.options
    if options.fencesFormer {
      note(try await bound.activity.endUnfinished(in: context), of: bound.step.id)
    }
    var left = try await present(of: bound, context)
    guard !left.isEmpty else { return [] }
    let shown = left.map {
      Remnant(pid: $0.pid, summary: setup.redactor.redact($0.summary), since: $0.since)
    }
    let verb = options.terminatesRemnants ? "Ending" : "Still there"
    for remnant in shown { setup.tell("\(verb): \(remnant.summary)") }
    let decision =
      options.terminatesRemnants
      ? .terminate : await person.decide(on: shown, of: bound.step.id)
    var told: [EndedProcess] = []
    switch decision {
    case .hold: return left
    case .terminate: told = try await bound.activity.end(left, in: context)
    case .wait, .unavailable: break
    }
    let deadline = setup.clock.uptime() + options.remnantPatience
    while true {
      left = try await present(of: bound, context)
      guard !left.isEmpty, setup.clock.uptime() < deadline else {
        note(told, butFor: left, of: bound.step.id)
        return left
      }
      do {
        try await setup.clock.sleep(for: .milliseconds(200))
      } catch {
        note(told, butFor: left, of: bound.step.id)
        throw StepFailure(.interrupted, "interrupted while waiting for what an attempt left")
      }
    }
  }

  /// A process that the run was taken from may still be about to perform the step, where no lock and
  /// generation keep it from that.
  private func present(
    of bound: BoundStep, _ context: AttemptContext
  ) async throws(StepFailure) -> [Remnant] {
    let left = try await bound.activity.remnants(in: context)
    return bound.activity.isFenced ? left : left + record.formerExecutors()
  }

  /// Who was told to end and has not is no ended one.
  private func note(_ told: [EndedProcess], butFor left: [Remnant], of step: StepID) {
    note(told.filter { one in !left.contains { $0.pid == one.pid } }, of: step)
  }

  private func note(_ ended: [EndedProcess], of step: StepID) {
    guard !ended.isEmpty else { return }
    let shown = ended.map {
      EndedProcess(pid: $0.pid, summary: setup.redactor.redact($0.summary), means: $0.means)
    }
    endings.append(ProcessesEnded(step: step, ended: shown))
  }
}
