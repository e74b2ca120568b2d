import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

struct DrillHistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List the drills that were held, and how they went.")

  @Argument(help: "The runbook's name; all of them when it is left out.")
  var name: String?

  @OptionGroup var state: StateOptions

  @Flag(help: "One JSON object a line.")
  var json = false

  func run() async throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    let store = RunStore(folder: surroundings.stateFolder(state.state))
    let items = await DrillHistory(store: store).items(of: name)
    if json {
      for item in items { console.print(object(item).json) }
      return
    }
    guard !items.isEmpty else { return console.print("No drill was held yet.") }
    var table = Table(["RUN", "RUNBOOK", "HELD", "MODE", "SCORE", "DETECT", "RECOVER"])
    for item in items {
      table.append(
        [
          item.run.rawValue, item.runbook, "\(item.startedAt)",
          (item.isCheck ? "check" : item.mode.rawValue) + (item.isOver ? "" : ", not over"),
          "\(item.score.points)/\(item.score.possible)",
          item.times.detect.map { "\($0)" } ?? "-", item.times.recover.map { "\($0)" } ?? "-",
        ])
    }
    console.print(table.text)
    trend("Score", items.compactMap { $0.score.percent.map(Int64.init) }, console)
    trend("Time to detect", items.compactMap(\.times.detect?.rawValue), console)
    trend("Time to recover", items.compactMap(\.times.recover?.rawValue), console)
  }

  private func trend(_ title: String, _ values: [Int64], _ console: Console) {
    guard values.count > 1 else { return }
    console.print("\(title): \(Sparkline.text(of: values))")
  }

  private func object(_ item: DrillHistory.Item) -> Value {
    [
      "run": .string(item.run.rawValue), "runbook": .string(item.runbook),
      "started": .timestamp(item.startedAt), "mode": .string(item.mode.rawValue),
      "over": .bool(item.isOver), "check": .bool(item.isCheck),
      "points": .int(Int64(item.score.points)),
      "possible": .int(Int64(item.score.possible)),
      "detect_ms": item.times.detect.map { .int($0.rawValue) } ?? .null,
      "recover_ms": item.times.recover.map { .int($0.rawValue) } ?? .null,
    ]
  }
}
