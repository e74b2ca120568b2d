import Glibc
import RunbookModel
import RunbookTestSupport

/// A run that is given up while its process works, hangs or is gone: nothing changes afterwards, and what the
/// journal says of each step is so.
struct AbandonRound: Round {
  let baseline: Baseline

  func carryOut(in world: World, _ generator: inout SeededGenerator) throws -> Account {
    var account = Account()
    let first = try world.startRun(["--json", "--as", "first"])
    let strike = Strike.draw(
      within: baseline.time * 0.9, steps: world.scenario.steps, aroundCommit: 0.7, &generator)
    let isThere = try strike.awaited(first, world)
    account.tell("\(strike)")
    guard isThere, let run = world.runs.first else {
      first.child.signal(SIGKILL)
      _ = try first.finish(within: World.patience)
      account.void("too early or too late")
      return account
    }
    let way = Int.random(in: 0..<4, using: &generator)
    switch way {
    case 0: account.tell("at work")
    case 1:
      first.child.signal(SIGKILL)
      _ = first.child.hasEnded(within: World.patience)
      account.tell("killed")
    default:
      first.child.signal(SIGSTOP)
      account.tell("stopped")
    }
    account.kills += 1
    let output = try world.start([
      "abandon", run, "--reason", "given up", "--yes", "--as", "second",
    ])
    .finish(within: World.patience)
    account.tell("abandon, status \(output.status)")
    let said = try output.status == 0 ? world.status() : nil
    // Whatever is left of the first goes on now.
    first.child.signal(SIGCONT)
    let former = try first.finish(within: World.patience)
    account.tell("the first: \(former.status)")
    guard output.status == 0 else {
      let isVoid = [
        "has ended", "before it had begun", "there is no run", "is writing", "locked",
        "has no entries",
      ]
      .contains { output.all.holds($0) }
      guard isVoid else {
        account.differences.append("it was not abandoned: \(output.end)")
        return account
      }
      account.void("too early or too late")
      return account
    }
    guard let status = said else {
      account.void("it had not begun")
      return account
    }
    if status.state != "abandoned" { account.differences.append("the run is \(status.state)") }
    let verdict = Verdict(world: world)
    account.differences += try verdict.interim(status) + verdict.left()
    let journal = try world.start(["verify-journal", run]).finish(within: World.patience)
    if journal.status != 0 { account.differences.append("the journal: \(journal.all)") }
    return account
  }
}
