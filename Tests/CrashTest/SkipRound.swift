import Glibc
import RunbookModel
import RunbookTestSupport

/// A step of which nothing could be found out, as the server was out of reach, is left out or called not done
/// by a person, while the process that performed it hangs or is gone.
struct SkipRound: Round {
  let baseline: Baseline

  func carryOut(in world: World, _ generator: inout SeededGenerator) throws -> Account {
    var account = Account()
    let first = try world.startRun(["--json", "--as", "first"])
    let strike = Strike.draw(
      within: baseline.time * 0.9, steps: world.scenario.steps, aroundCommit: 0.8, &generator)
    let isThere = try strike.awaited(first, world)
    account.tell("\(strike)")
    let isStopped = generator.chance(0.6)
    first.child.signal(isThere && isStopped ? SIGSTOP : SIGKILL)
    account.tell(isStopped ? "stopped" : "killed")
    defer { first.child.signal(SIGKILL) }
    if !isStopped { _ = first.child.hasEnded(within: World.patience) }
    guard isThere, let run = world.runs.first, let status = try loseSight(of: run, world, &account)
    else {
      account.void("too early or too late")
      return account
    }
    let verdict = Verdict(world: world)
    account.differences += try decide(status, world, verdict, &account, &generator)
    if isStopped {
      first.child.signal(SIGCONT)
      let former = try first.finish(within: World.patience)
      account.tell("the first: \(former.status)")
      if former.status != 75 { account.differences.append("the first ended: \(former.end)") }
    }
    return try finish(run, world, verdict, &account)
  }

  /// Takes the run up while the server cannot be reached.
  ///
  /// - Returns: how it stands then; nil where no step became unknown.
  private func loseSight(
    of run: String, _ world: World, _ account: inout Account
  ) throws -> RunStatus? {
    account.kills += 1
    try world.closeDoor()
    let second = try world.startAgain("takeover", run, ["--as", "second"])
      .finish(within: World.patience)
    try world.openDoor()
    account.tell("takeover, status \(second.status)")
    guard second.status == 75, let status = try world.status() else { return nil }
    return status.steps.values.contains("unknown") ? status : nil
  }

  private func decide(
    _ status: RunStatus, _ world: World, _ verdict: Verdict, _ account: inout Account,
    _ generator: inout SeededGenerator
  ) throws -> [String] {
    guard let step = status.steps.first(where: { $0.value == "unknown" })?.key else { return [] }
    let skip = ["skip", status.run, "--step", step, "--reason", "left out", "--yes"]
    let word =
      generator.chance(0.5)
      ? skip : ["resolve", status.run, step, "--not-done", "--reason", "looked"]
    account.tell("\(word[0]) \(step)")
    let approvals = word[0] == "skip" ? Scenario().approvals : []
    let output = try world.start(word + approvals + ["--as", "third"])
      .finish(within: World.patience)
    account.tell("status \(output.status)")
    let count = try world.ledger()[step, default: 0]
    let isDone = output.all.holds("it is done") || output.all.holds("is done: ")
    switch output.status {
    case 64 where isDone:
      return count == 1 ? [] : ["\(step) is refused as done, and took effect \(count) times"]
    // A script's process may still be at it.
    case 69 where output.all.holds("former executor"): return []
    // Left out, what comes after it may miss it.
    case 0, 1, 75: return try world.status().map(verdict.interim) ?? ["there is no run"]
    default: return ["\(word[0]) ended with \(output.status): \(output.end)"]
    }
  }

  /// Goes on until nothing more is to be done, and compares: a step that was left out stays so.
  private func finish(
    _ run: String, _ world: World, _ verdict: Verdict, _ account: inout Account
  ) throws -> Account {
    guard account.differences.isEmpty else { return account }
    account.resumes += 1
    let output = try world.startAgain("resume", run).finish(within: World.patience)
    account.tell("resume, status \(output.status)")
    guard let status = try world.status() else { return account }
    account.differences += try verdict.interim(status) + verdict.left()
    let isWhole = !status.steps.values.contains("skipped")
    if isWhole { account.differences += try verdict.final(as: baseline.picture) }
    let journal = try world.start(["verify-journal", run]).finish(within: World.patience)
    if journal.status != 0 { account.differences.append("the journal: \(journal.all)") }
    return account
  }
}
