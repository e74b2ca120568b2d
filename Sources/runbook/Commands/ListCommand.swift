import ArgumentParser
import RunbookModel

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the runbooks that can be found.")

  @OptionGroup var finder: FinderOptions

  @Flag(help: "One JSON object a line.")
  var json = false

  func run() throws {
    let library = Composition.library(finder)
    let console = library.console
    var table = Table(["NAME", "SEVERITY", "STEPS", "TITLE"])
    let all = library.finder.all()
    for (name, path) in all {
      let runbook = library.attempt(path).runbook
      if json {
        let map: Value = [
          "name": .string(name), "path": .string(path), "valid": .bool(runbook != nil),
          "title": runbook.map { .string($0.title) } ?? .null,
          "severity": runbook.map { .string($0.severity.rawValue) } ?? .null,
          "steps": runbook.map { .int(Int64($0.steps.count)) } ?? .null,
        ]
        console.print(map.json)
      } else if let runbook {
        table.append(
          [name, runbook.severity.rawValue, "\(runbook.steps.count)", runbook.title])
      } else {
        table.append([name, "-", "-", "invalid: see 'runbook validate \(name)'"])
      }
    }
    guard !json else { return }
    console.print(
      all.isEmpty
        ? "There are no runbooks in \(library.finder.folders.joined(separator: ", ")).\n"
          + "'runbook new NAME' writes a first one."
        : table.text)
  }
}
