import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

struct DrillLeadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lead",
    abstract: "Lead a drill whose run goes on in another terminal, or judge one that is over.",
    discussion: """
      For drills of the modes simulate and sandbox: injects by hand, hints, pauses, answers and judgements, as \
      in a drill at the table. The commands are read from the terminal, or from standard input, a line each.
      """)

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @OptionGroup var table: DrillTableOptions
  @OptionGroup var state: StateOptions

  func run() async throws {
    let held = try await HeldRun.open(run, state, mayHaveEnded: true)
    switch held.drillMode {
    case nil: try held.refuse("run \(held.id) is no drill")
    case .talk:
      if case .ended = held.state.lifecycle { break }
      try held.refuse(
        "run \(held.id) is a drill at the table: it is led where it was begun",
        hints: ["to go on with one that was left: \(held.commands(.drillResume))"])
    case .simulate, .sandbox: break
    }
    try ReportsFolder.check(table.reports, held.surroundings, held.console)
    try await held.sit(
      .beside, as: table.actor.name, reports: table.reports ?? ReportsFolder.usual)
  }
}

extension HeldRun {
  /// Has somebody sit down at a drill, until they leave it.
  ///
  /// - Parameter name: who that is; nil is the account.
  func sit(_ seat: DrillSeat, as name: String?, reports: String) async throws {
    var session = TalkSession(
      run: id, journal: journal, seat: seat, actor: surroundings.actor(as: name),
      reports: surroundings.absolute(reports), console: console)
    let status: ExitStatus
    do throws(StoreError) {
      status = try await session.join()
    } catch {
      try console.fail(error)
    }
    if status != .success { throw status.code }
  }
}
