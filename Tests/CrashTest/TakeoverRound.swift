import Glibc
import RunbookModel
import RunbookTestSupport

/// Two processes on one run: the second takes it from the first, which may be stopped meanwhile; or both
/// would go on with one that was killed.
struct TakeoverRound: Round {
  let baseline: Baseline

  func carryOut(in world: World, _ generator: inout SeededGenerator) throws -> Account {
    var account = Account()
    let first = try world.startRun(["--json", "--as", "first"])
    // The second needs a while to begin, in which the first must not come to its end.
    let strike = Strike.draw(
      within: baseline.time * 0.7, steps: Array(world.scenario.steps.prefix(20)), aroundCommit: 0.6,
      &generator)
    let isThere = try strike.awaited(first, world)
    account.tell("\(strike)")
    guard isThere, let run = world.runs.first else {
      first.child.signal(SIGKILL)
      _ = try first.finish(within: World.patience)
      account.void("too early or too late")
      return account
    }
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: try race(first, run, world, &account)
    case 1: try twoResumes(first, run, world, &account)
    default: try stopped(first, run, world, &account, &generator)
    }
    return try finish(world, &account)
  }

  /// The first runs while the run is taken from it.
  private func race(
    _ first: RunningCommand, _ run: String, _ world: World, _ account: inout Account
  ) throws {
    account.tell("race")
    account.resumes += 1
    let second = try world.startAgain("takeover", run, ["--json", "--as", "second"])
    try compare(
      try first.finish(within: World.patience), try second.finish(within: World.patience), &account)
  }

  /// The first is stopped, as a process is that hangs, and wakes up while the second runs or later.
  private func stopped(
    _ first: RunningCommand, _ run: String, _ world: World, _ account: inout Account,
    _ generator: inout SeededGenerator
  ) throws {
    first.child.signal(SIGSTOP)
    let endsRemnants = generator.chance(0.5)
    account.tell(endsRemnants ? "stopped, --terminate" : "stopped")
    account.kills += 1
    account.resumes += 1
    let second = try world.startAgain(
      "takeover", run, ["--json", "--as", "second"] + (endsRemnants ? ["--terminate"] : []))
    let wakes = endsRemnants && generator.chance(0.5) ? World.patience : baseline.time * 1.5
    let isOver = second.child.hasEnded(within: generator.instant(within: wakes))
    account.tell(isOver ? "woken after the second" : "woken beside the second")
    first.child.signal(SIGCONT)
    try compare(
      try first.finish(within: World.patience), try second.finish(within: World.patience), &account)
  }

  private func twoResumes(
    _ first: RunningCommand, _ run: String, _ world: World, _ account: inout Account
  ) throws {
    account.tell("two resumes")
    first.child.signal(SIGKILL)
    let status = try first.finish(within: World.patience).status
    guard status == -SIGKILL, try world.status()?.state == "running" else {
      return account.void("too early or too late")
    }
    account.kills += 1
    account.resumes += 2
    let commands = try ["second", "third"].map {
      try world.startAgain("resume", run, ["--json", "--as", $0])
    }
    let outputs = try commands.map { try $0.finish(within: World.patience) }
    account.tell("statuses \(outputs.map(\.status))")
    let winners = outputs.filter { $0.status == 0 }
    let losers = outputs.filter { output in
      output.status == 75 && output.standardError.holds("is being carried out by")
        || output.status == 64 && output.standardError.holds("has ended")
    }
    if winners.count != 1 || losers.count != 1 {
      account.differences.append(outputs.map(\.end).joined(separator: "\n    ---\n    "))
    }
  }

  /// The first must have been fenced off, and written nothing after the second began.
  private func compare(
    _ first: World.Output, _ second: World.Output, _ account: inout Account
  ) throws {
    account.tell("statuses \(first.status) and \(second.status)")
    let told = "\n    \(first.end)\n    ---\n    \(second.end)"
    switch (first.status, second.status) {
    case (75, 0):
      if !first.standardError.holds("was taken over by second") {
        account.differences.append("the first does not say who took the run: \(told)")
      }
      let last = try sequences(first).max() ?? 0
      let begin = try sequences(second).min() ?? 0
      if last >= begin {
        account.differences.append("the first wrote entry \(last), the second began at \(begin)")
      }
    case (75, 75) where second.all.holds("the run's former executor"):
      account.tell("the second waited for the first in vain")
    case (0, 64) where second.standardError.holds("has ended"):
      account.void("the first was done")
    case (0, 74) where second.standardError.holds("before it had begun anything"),
      (0, 64) where second.standardError.holds("has no entries yet"):
      account.void("the first had not begun")
    case (0, 74) where second.standardError.holds("another process is writing"):
      account.void("the first was stopped while it wrote")
    default:
      account.differences.append("unexpected statuses: \(told)")
    }
  }

  /// Of the entries that a command printed as it wrote them.
  private func sequences(_ output: World.Output) throws -> [Int64] {
    try output.standardOutput.pieces(separatedBy: "\n").compactMap {
      try Value(json: String($0)).mapValue?["sequence"]?.intValue
    }
  }

  /// Goes on with a run that the second had to hold, and compares.
  private func finish(_ world: World, _ account: inout Account) throws -> Account {
    let verdict = Verdict(world: world)
    guard try world.status() != nil else { return account }
    while account.differences.isEmpty, let status = try world.status(), status.state == "held" {
      account.differences += try verdict.interim(status)
      account.resumes += 1
      let output = try world.startAgain("resume", status.run).finish(within: World.patience)
      account.tell("resume, status \(output.status)")
      if output.status != 0 { account.differences.append("it ended: \(output.end)") }
    }
    guard account.differences.isEmpty else { return account }
    account.differences += try verdict.final(as: baseline.picture)
    return account
  }
}
