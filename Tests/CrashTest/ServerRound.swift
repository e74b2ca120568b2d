import Glibc
import RunbookModel
import RunbookTestSupport

/// A run whose database's server crashes, around COMMIT above all, and is started again.
struct ServerRound: Round {
  let baseline: Baseline
  let server: TestServer

  /// A commit waits a while before it is flushed, so that a crash can come in between.
  static let settings = ["fsync": "on", "commit_delay": "3000", "commit_siblings": "0"]

  private static let mostCrashes = 4

  /// While databases are made and removed, which would take long.
  static let calm = ["fsync": "off"]

  func carryOut(in world: World, _ generator: inout SeededGenerator) throws -> Account {
    var account = Account()
    let verdict = Verdict(world: world)
    var status: RunStatus?
    try server.apply(Self.settings)
    while account.differences.isEmpty {
      let command = try begin(status, world, &account)
      let isStruck = account.kills == 0 || generator.chance(0.5)
      if isStruck, account.kills < Self.mostCrashes {
        try strike(command, status, world, &account, &generator)
      }
      let output = try command.finish(within: World.patience)
      account.tell("status \(output.status)")
      guard output.status != 0 else {
        account.differences += try verdict.final(as: baseline.picture)
        return account
      }
      status = try world.status()
      guard let now = status else { continue }
      account.differences += try verdict.interim(now)
      if ![75, -SIGKILL].contains(output.status) {
        account.differences.append("it ended with \(output.status): \(output.end)")
      }
      if now.state == "resolved" {
        account.differences += try verdict.final(as: baseline.picture)
        return account
      }
    }
    return account
  }

  private func strike(
    _ command: RunningCommand, _ status: RunStatus?, _ world: World, _ account: inout Account,
    _ generator: inout SeededGenerator
  ) throws {
    let open = world.scenario.steps.filter { status?.steps[$0.id] != "succeeded" }
    let strike = Strike.draw(
      within: baseline.time, steps: open, aroundCommit: 0.75, &generator)
    account.tell("\(strike)")
    let isKilledToo = generator.chance(0.15)
    // Within the time that a commit waits to be flushed, or just after it.
    let delay = generator.instant(within: .milliseconds(5))
    guard try strike.awaited(command, world), !command.child.hasEnded(within: delay) else { return }
    server.crash()
    account.kills += 1
    world.forgetSession()
    if isKilledToo { command.child.signal(SIGKILL) }
    _ = command.child.hasEnded(within: generator.instant(within: .milliseconds(300)))
    try server.start(Self.settings)
  }

  /// A failed step is tried again, and one that is not known is looked at again. A process that has not seen the server
  /// before it crashed asks whether it is the one: it is.
  private func begin(
    _ status: RunStatus?, _ world: World, _ account: inout Account
  ) throws -> RunningCommand {
    guard let status else {
      account.tell("run")
      return try world.startRun()
    }
    account.resumes += 1
    if status.state == "held", status.reason.holds("identity:main") {
      account.tell("resume (\(status.state): \(status.reason))")
      return try world.startAgain("resume", status.run, ["--approve", "identity:main"])
    }
    let isFailed =
      status.state == "held"
      && world.scenario.steps.contains { step in
        status.steps[step.id] == "failed"
      }
    let word = isFailed ? "retry" : "resume"
    account.tell("\(word) (\(status.state): \(status.reason))")
    return try world.startAgain(word, status.run)
  }
}
