/// Compares what the program says with what happened: the ledgers know nothing of the program.
struct Verdict {
  let world: World
  private var scenario: Scenario { world.scenario }

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

  /// What is left of a run that nobody carries out any more, once its sessions had the time to end.
  func left() throws -> [String] {
    let said = try world.ask(
      """
      DO $$ BEGIN
        FOR n IN 1..500 LOOP
          EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
            AND application_name LIKE 'runbook%');
          PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
        END LOOP;
      END $$;
      SELECT application_name, state, query FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'runbook%'
      """)
    return said.isEmpty ? [] : ["sessions are left: \(said)"]
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
