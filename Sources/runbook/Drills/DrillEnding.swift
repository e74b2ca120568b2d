import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

/// Ends a drill whose run has ended: people judge it, hold the hot wash, and get its report.
struct DrillEnding {
  let run: RunID
  let journal: SQLiteJournal
  let actor: Actor
  /// The folder that the report is written to.
  let reports: String
  /// Whether nothing but entries is printed.
  let isQuiet: Bool
  let console: Console

  /// - Returns: how the program ends; nil where that is as the run did.
  func conclude() async throws(StoreError) -> ExitStatus? {
    var follower = JournalFollower(journal)
    try await follower.follow()
    while follower.state.lifecycle != .ended {
      _ = try await journal.append(
        [.drill(.ended(DrillWord("the run has ended")))], by: actor, at: SystemClock().now(),
        after: follower.last)
      try await follower.follow()
    }
    if isQuiet { return status(follower.state) }
    console.print("")
    show(follower.state)
    // Nobody took part: there is nothing to judge.
    if follower.state.started?.isCheck == true { return status(follower.state) }
    if console.canAsk {
      var session = TalkSession(
        run: run, journal: journal, seat: .beside, actor: actor, reports: reports,
        console: console)
      try await session.holdHotWash()
    } else {
      TalkView(console: console).show(try DrillScore(entries: follower.entries))
      try AfterActionFile(
        commands: journal.commands(for: run), folder: reports, runFolder: journal.runFolder,
        console: console
      )
      .write(follower.entries)
      console.print(
        "To judge it and to answer the hot wash: \(journal.commands(for: run)(.drillLead))")
    }
    return status(follower.state)
  }

  private func show(_ state: DrillState) {
    let times = DrillTimes(state)
    switch DrillRecovery(state) {
    case .recovered: console.print("\("DRILL: recovered", .green)\(words(state))")
    case .notRecovered(let reason):
      console.print("\("DRILL: not recovered", .red): \(reason)")
    case nil: break
    }
    let parts = [
      times.detect.map { "detected after \($0)" }, times.mitigate.map { "mitigated after \($0)" },
      times.recover.map { "recovered after \($0)" },
    ].compactMap(\.self)
    if !parts.isEmpty { console.print("  \(parts.joined(separator: ", "))") }
  }

  private func words(_ state: DrillState) -> String {
    if state.started?.mode == .simulate { return ", as simulated" }
    return state.comparison.map { ": \($0.fact.words)" } ?? ""
  }

  private func status(_ state: DrillState) -> ExitStatus? {
    guard case .notRecovered = DrillRecovery(state) else { return nil }
    let ending = ExitStatus(state.run)
    return ending == .success ? .failed : ending
  }
}
