/// Compares what the program says with what happened: the ledgers know nothing of the program.
struct Verdict {
  let scenario: Scenario
  let world: World

  /// While a run is not done: what a step counts as, and what it left. No process of the run may live.
  func interim(_ status: RunStatus) throws -> [String] {
    let ledger = try world.ledger()
    return scenario.steps.compactMap { step in
      let count = ledger[step.id, default: 0]
      let said = status.steps[step.id] ?? "not there"
      let isRight =
        switch said {
        case "pending", "skipped": count == 0
        case "succeeded": count == 1
        case "failed": step.hasReceipt ? count == 0 : count <= 1
        default: count <= 1
        }
      return isRight ? nil : "step '\(step.id)' is \(said), and took effect \(count) times"
    } + strangers(ledger)
  }

  /// Of a run that is done.
  ///
  /// - Parameter picture: what an undisturbed run leaves in the database.
  func final(as picture: String) throws -> [String] {
    guard let status = try world.status() else { return ["there is no run"] }
    var found: [String] = []
    if status.state != "resolved" { found.append("the run is \(status.state): \(status.reason)") }
    if status.isAlive { found.append("a process still holds the run") }
    let ledger = try world.ledger()
    for step in scenario.steps {
      let count = ledger[step.id, default: 0]
      if count != 1 { found.append("step '\(step.id)' took effect \(count) times") }
      let said = status.steps[step.id] ?? "not there"
      if said != "succeeded" { found.append("step '\(step.id)' is \(said)") }
    }
    found += strangers(ledger)
    let now = try world.picture()
    if now != picture { found.append("the database differs.\nexpected\n\(picture)\nfound\n\(now)") }
    let journal = try world.start(["verify-journal", status.run]).finish(within: World.patience)
    if journal.status != 0 { found.append("the journal: \(journal.all)") }
    return found
  }

  private func strangers(_ ledger: [String: Int]) -> [String] {
    ledger.keys.filter { id in !scenario.steps.contains { $0.id == id } }.sorted()
      .map { "the ledger holds '\($0)', which is no step" }
  }
}
