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

  @Option(help: "What to write: text, json (one object a line) or html (one file, with plots).")
  var format = Format.text

  @OptionGroup var output: OutputOptions

  @OptionGroup var state: StateOptions

  @Flag(help: "The same as --format json.")
  var json = false

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }

  func run() async throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    let store = surroundings.store(state.state)
    do throws(StoreError) {
      try store.check()
      let (items, unread) = await DrillHistory(store: store).items(of: name)
      for run in unread { console.printError("warning: \(run.notice)") }
      let text =
        switch json ? .json : format {
        case .json: TerminalText.json(items.map { object($0).json + "\n" }.joined())
        case .text: text(of: items, unread: unread.count).plain
        case .html: try DrillTrend(items.map(\.trendItem), of: name, unread: unread.count).html()
        }
      try PageFile.write(text, to: output.file, surroundings, console)
    } catch {
      try console.fail(error)
    }
  }

  private func text(of items: [DrillHistory.Item], unread: Int) -> StyledText {
    guard !items.isEmpty else {
      guard unread == 0 else {
        return
          "Whether a drill \(name.map { "of '\($0)' " } ?? "")was held is not known: \(unread) of the runs "
          + "cannot be read.\n"
      }
      return "No drill \(name.map { "of '\($0)' " } ?? "")was held yet.\n"
    }
    var table = Table(["RUN", "RUNBOOK", "HELD", "MODE", "SCORE", "DETECT", "RECOVER"])
    for item in items {
      table.append(
        [
          item.run.rawValue, item.runbook, "\(item.startedAt)", item.manner,
          "\(item.score.points)/\(item.score.possible)",
          item.times.detect.map { "\($0)" } ?? "-", item.times.recover.map { "\($0)" } ?? "-",
        ])
    }
    let practised = items.filter(\.counts)
    return table.text + "\n"
      + trend("Score", practised.compactMap { $0.score.percent.map(Int64.init) })
      + trend("Time to detect", practised.compactMap(\.times.detect?.rawValue))
      + trend("Time to recover", practised.compactMap(\.times.recover?.rawValue))
  }

  private func trend(_ title: String, _ values: [Int64]) -> StyledText {
    values.count > 1 ? "\(title): \(Sparkline.text(of: values))\n" : ""
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

extension DrillHistory.Item {
  fileprivate var trendItem: DrillTrend.Item {
    DrillTrend.Item(
      run: run, runbook: runbook, startedAt: startedAt, manner: manner, counts: counts,
      score: score, times: times)
  }
}
