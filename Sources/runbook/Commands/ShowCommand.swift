import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what a runbook is for, what it takes and what it does.")

  @Argument(help: "The runbook's name or path.")
  var name: String

  @OptionGroup var finder: FinderOptions
  @OptionGroup var state: StateOptions

  @Flag(help: "One JSON object.")
  var json = false

  func run() async throws {
    let library = Composition.library(finder)
    let (runbook, path) = try library.located(name)
    let store = Surroundings.current().store(state.state)
    let usual = await PastRuns(of: runbook.name, in: store).usual
    if json { return library.console.print(json: object(runbook, path, usual).json) }
    let console = library.console
    console.print("\(runbook.title, .bold)")
    console.print(
      "\(runbook.name), severity \(runbook.severity.rawValue)\(runbook.owner.map { ", owner \($0)" } ?? "")"
    )
    console.print("The runbook is \(path)")
    if let summary = runbook.summary { console.print("\n\(block: summary)") }
    showInputs(runbook, console)
    for phase in Phase.allCases {
      let steps = runbook.steps(in: phase)
      guard !steps.isEmpty else { continue }
      console.print("\n\(phase.title, .bold)")
      for step in steps { show(step, usual.duration(of: step.id), console) }
    }
    if runbook.sandbox != nil {
      console.print("\nIt can be practised: runbook run \(runbook.name) --sandbox")
    }
  }

  private func showInputs(_ runbook: Runbook, _ console: Console) {
    guard !runbook.inputs.isEmpty else { return }
    console.print("\n\("Inputs", .bold)")
    let redactor = Redactor(
      secrets: WrittenCredentials(runbook, kinds: Composition.checkingKinds()).values)
    for input in runbook.inputs {
      let notes = [
        input.isOptional ? "optional" : nil, input.isSecret ? "secret" : nil,
        input.mustExist ? "must be there" : nil,
        input.fallback.map { "default \(redactor.redact($0).json)" },
      ].compactMap { $0 }
      let suffix = notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"
      console.print(
        "  \(input.name): \(input.type.name)\(suffix)\(input.summary.map { "  \($0)" } ?? "")")
    }
  }

  private func show(_ step: Step, _ usual: Duration?, _ console: Console) {
    let took = usual.map { " (usually \($0.display))" } ?? ""
    console.print("  \(step.id) [\(step.kind)] \(step.title)\(took, .dim)")
    let options = step.options
    let notes = [
      options.when.map { "when \($0.text)" }, options.confirms.map { "confirms \($0.text)" },
      options.expect.isEmpty
        ? nil : "expects \(options.expect.map(\.text).joined(separator: "; "))",
      options.captures.isEmpty
        ? nil : "captures \(options.captures.map(\.name).joined(separator: ", "))",
      options.gate.map { "has a gate of its own, approvals \($0.approvals)" },
      options.isTrial ? "is a trial, always rolled back" : nil,
    ].compactMap { $0 }
    for note in notes { console.print("      \(note, .dim)") }
  }

  private func object(_ runbook: Runbook, _ path: String, _ usual: UsualDurations) -> Value {
    let redactor = Redactor(
      secrets: WrittenCredentials(runbook, kinds: Composition.checkingKinds()).values)
    return [
      "file": .string(path),
      "name": .string(runbook.name), "title": .string(runbook.title),
      "severity": .string(runbook.severity.rawValue),
      "owner": runbook.owner.map(Value.string) ?? .null,
      "inputs": .list(
        runbook.inputs.map {
          [
            "name": .string($0.name), "type": .string($0.type.name),
            "optional": .bool($0.isOptional), "secret": .bool($0.isSecret),
            "exists": .bool($0.mustExist), "default": redactor.redact($0.fallback ?? .null),
          ]
        }),
      "steps": .list(
        runbook.steps.map {
          [
            "id": .string($0.id.rawValue), "phase": .string($0.phase.rawValue),
            "kind": .string($0.kind), "title": .string($0.title),
            "line": .int(Int64($0.place.line)),
            "usual_ms": usual.duration(of: $0.id).map { .int(StoryTime($0).rawValue) } ?? .null,
          ]
        }),
    ]
  }
}
