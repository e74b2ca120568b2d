import Glibc
import RunbookTestSupport

/// A run whose process is killed again and again, at random instants, until it is done.
struct KillRound: Round {
  let baseline: Baseline

  /// After as many, a command is left alone.
  private static let mostKills = 6

  func carryOut(in world: World, _ generator: inout SeededGenerator) throws -> Account {
    var account = Account()
    let verdict = Verdict(world: world)
    var status: RunStatus?
    while true {
      let command = try begin(status, world, &account)
      let isStruck = account.kills == 0 || generator.chance(0.6)
      if isStruck, account.kills < Self.mostKills {
        let strike = draw(status, world, &generator)
        if try strike.awaited(command, world) { command.child.signal(SIGKILL) }
        account.tell("\(strike)")
      }
      let output = try command.finish(within: World.patience)
      account.tell("status \(output.status)")
      switch output.status {
      case -SIGKILL:
        account.kills += 1
        status = try world.status()
        if let status { account.differences += try verdict.interim(status) }
        if status?.state == "resolved" {
          account.differences += try verdict.final(as: baseline.picture)
          return account
        }
      case 0:
        account.differences += try verdict.final(as: baseline.picture)
        return account
      default:
        account.differences.append("it ended with \(output.status): \(output.end)")
      }
      guard account.differences.isEmpty else { return account }
    }
  }

  private func begin(
    _ status: RunStatus?, _ world: World, _ account: inout Account
  ) throws -> RunningCommand {
    guard let status else {
      account.tell("run")
      return try world.startRun()
    }
    account.resumes += 1
    account.tell("resume")
    return try world.startAgain("resume", status.run)
  }

  private func draw(
    _ status: RunStatus?, _ world: World, _ generator: inout SeededGenerator
  ) -> Strike {
    let open = world.scenario.steps.filter { status?.steps[$0.id] != "succeeded" }
    let rest = Double(open.count) / Double(world.scenario.steps.count)
    return .draw(
      within: baseline.time * max(0.15, rest), steps: open, aroundCommit: 0.4,
      &generator)
  }
}
