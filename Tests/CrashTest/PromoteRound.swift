import Glibc
import RunbookModel
import RunbookTestSupport

/// A run whose server is lost, and goes on as a standby that may not have all of it: the run holds, names what is
/// lost, and does nothing more by itself.
struct PromoteRound: Round {
  let baseline: Baseline
  let pair: Pair

  func carryOut(in world: World, _ generator: inout SeededGenerator) throws -> Account {
    var account = Account()
    try pair.addStandby()
    defer { pair.dropStandby() }
    let command = try world.startRun()
    guard try strike(command, world, &account, &generator) else {
      command.child.signal(SIGKILL)
      _ = try command.finish(within: World.patience)
      account.void("too early or too late")
      return account
    }
    let isKilled = generator.chance(0.3)
    if isKilled { command.child.signal(SIGKILL) }
    try pair.promote()
    world.forgetSession()
    try world.closeDoor()
    try world.openDoor()
    account.kills += 1
    let former = try command.finish(within: World.patience)
    account.tell("the first: \(former.status)")
    guard let before = try world.status(), before.state != "resolved" else {
      account.void("too early or too late")
      return account
    }
    account.differences += try refusal(of: before, after: former, world, &account)
    guard account.differences.isEmpty else { return account }
    account.differences += try ending(of: before.run, world)
    return account
  }

  /// Waits for the instant; before it, as a rule, the standby falls behind.
  private func strike(
    _ command: RunningCommand, _ world: World, _ account: inout Account,
    _ generator: inout SeededGenerator
  ) throws -> Bool {
    if generator.chance(0.8) {
      let lag = Strike.draw(
        within: baseline.time * 0.6, steps: world.scenario.steps, aroundCommit: 0.5, &generator)
      account.tell("replication stops \(lag)")
      guard try lag.awaited(command, world) else { return false }
      pair.stopReplication()
    }
    let open = try world.status().map { status in
      world.scenario.steps.filter { status.steps[$0.id] != "succeeded" }
    }
    let strike = Strike.draw(
      within: baseline.time * 0.4, steps: open ?? world.scenario.steps, aroundCommit: 0.6,
      &generator)
    account.tell("\(strike)")
    return try strike.awaited(command, world)
  }

  /// Goes on with the run, which must not be gone on with.
  private func refusal(
    of before: RunStatus, after former: World.Output, _ world: World, _ account: inout Account
  ) throws -> [String] {
    var found: [String] = []
    if ![75, -SIGKILL].contains(former.status) {
      found.append("the first ended with \(former.status): \(former.end)")
    }
    let ledger = try world.ledger()
    let isAsked = before.reason.holds("identity:main")
    let hasFailed = before.state == "held" && before.steps.values.contains("failed")
    let word = hasFailed && !isAsked ? "retry" : "resume"
    let output = try world.startAgain(word, before.run).finish(within: World.patience)
    account.resumes += 1
    account.tell("\(word): \(output.status)")
    if output.status != 75 { found.append("\(word) gave \(output.status): \(output.end)") }
    if !output.all.holds("identity:main") {
      found.append("nobody is asked about the other server: \(output.end)")
    }
    if try world.ledger() != ledger { found.append("something was done unasked: \(output.end)") }
    let lost = lost(before, ledger)
    account.tell("\(lost.count) lost")
    for step in world.scenario.steps where before.steps[step.id] == "succeeded" && step.hasReceipt {
      let isNamed = output.all.holds("'\(step.id)'")
      if isNamed != lost.contains(step.id) {
        found.append("step '\(step.id)' is \(isNamed ? "" : "not ")named as lost: \(output.end)")
      }
    }
    return found
  }

  /// Steps that the journal calls done, and whose receipts are to be looked for.
  private func lost(_ status: RunStatus, _ ledger: [String: Int]) -> [String] {
    Scenario().steps.filter {
      $0.hasReceipt && status.steps[$0.id] == "succeeded" && ledger[$0.id, default: 0] == 0
    }.map(\.id)
  }

  /// Gives the run up: what the journal and the report say of it is so.
  private func ending(of run: String, _ world: World) throws -> [String] {
    var found: [String] = []
    let words = ["abandon", run, "--reason", "the server is lost", "--yes"]
    var abandoned = try world.start(words).finish(within: World.patience)
    // Nobody can say any more what became of a step that was under way on the server that is lost.
    // It may be given up, with a word on what is lost.
    if abandoned.status != 0,
      ["leads to another database", "older copy"].contains(where: { abandoned.all.holds($0) })
    {
      abandoned = try world.start(words + ["--unreachable"]).finish(within: World.patience)
    }
    if abandoned.status != 0 { found.append("it was not abandoned: \(abandoned.end)") }
    let journal = try world.start(["verify-journal", run]).finish(within: World.patience)
    if journal.status != 0 { found.append("the journal: \(journal.all)") }
    guard let status = try world.status() else { return found + ["there is no run"] }
    let report = try world.start(["report", run]).finish(within: World.patience)
    if report.status != 0 { found.append("the report: \(report.end)") }
    for step in lost(status, try world.ledger()) {
      let sentence = "the receipt of step '\(step)'"
      if !report.all.holds(sentence), !report.all.holds("'\(step)'") {
        found.append("the report does not say that step '\(step)' is lost")
      }
    }
    return found
  }
}
