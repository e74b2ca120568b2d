import ArgumentParser
import RunbookDrill
import RunbookModel
import RunbookStore

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the runbooks that can be found.")

  @OptionGroup var finder: FinderOptions
  @OptionGroup var state: StateOptions

  @Flag(help: "One JSON object a line.")
  var json = false

  func run() async throws {
    let library = Composition.library(finder)
    let console = library.console
    var table = Table(["NAME", "SEVERITY", "STEPS", "LAST DRILL", "TITLE"])
    let all = library.finder.all()
    let store = Surroundings.current().store(state.state)
    let last = await DrillHistory(store: store).last()
    for run in last.unread { console.printError("warning: \(run.notice)") }
    for (name, path) in all {
      let runbook = library.attempt(path).runbook
      if json {
        let map: Value = [
          "name": .string(name), "path": .string(path), "valid": .bool(runbook != nil),
          "title": runbook.map { .string($0.title) } ?? .null,
          "severity": runbook.map { .string($0.severity.rawValue) } ?? .null,
          "steps": runbook.map { .int(Int64($0.steps.count)) } ?? .null,
          "last_drill": last.drills[runbook?.name ?? name].map { .timestamp($0.startedAt) }
            ?? .null,
          "last_drill_known": .bool(!last.isUnknown(runbook?.name ?? name)),
        ]
        console.print(json: map.json)
      } else if let runbook {
        table.append(
          [
            name, runbook.severity.rawValue, "\(runbook.steps.count)",
            text(of: runbook, last),
            runbook.title,
          ])
      } else {
        table.append([name, "-", "-", "-", "invalid: see 'runbook validate \(name)'"])
      }
    }
    guard !json else { return }
    guard all.isEmpty else { return console.print(table.text) }
    let folders = library.finder.folders.joined(separator: ", ")
    console.print("There are no runbooks in \(folders).\n'runbook new NAME' writes a first one.")
  }

  private func text(of runbook: Runbook, _ last: DrillHistory.Last) -> String {
    if let drill = last.drills[runbook.name] { return Self.text(drill) }
    if runbook.drill == nil { return "has none" }
    return last.isUnknown(runbook.name) ? "not known" : "never"
  }

  private static func text(_ drill: DrillHistory.Item) -> String {
    let day = "\(drill.startedAt)".prefixOfScalars { $0 != "T" }
    return "\(day) \(drill.score.points)/\(drill.score.possible)"
  }
}
