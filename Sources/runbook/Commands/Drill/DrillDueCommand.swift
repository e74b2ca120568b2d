import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore
import RunbookSyntax

struct DrillDueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "due",
    abstract: "Say which runbooks' drills are overdue; the exit status is 1 when one is.")

  @Option(help: ArgumentHelp("How old the last drill may be.", valueName: "duration"))
  var maxAge = "90d"

  @OptionGroup var finder: FinderOptions
  @OptionGroup var state: StateOptions

  func validate() throws {
    if DurationReader.duration(maxAge) == nil {
      throw ValidationError("'\(maxAge)' is no duration; write it as 90d or 12h")
    }
  }

  func run() async throws {
    let library = Composition.library(finder)
    let store = Surroundings.current().store(state.state)
    do throws(StoreError) { try store.check() } catch { try library.console.fail(error) }
    let last = await DrillHistory(store: store).last()
    for run in last.unread { library.console.printError("warning: \(run.notice)") }
    let now = SystemClock().now()
    var isOverdue = false
    let runbooks = library.finder.all()
    if runbooks.isEmpty {
      let folders = library.finder.folders.joined(separator: ", ")
      library.console.printError("error: there are no runbooks in \(folders)")
      throw ExitStatus.usage.code
    }
    for (name, path) in runbooks {
      let (runbook, diagnostics, _) = library.attempt(path)
      guard let runbook, !diagnostics.hasErrors, runbook.drill != nil else {
        library.console.print(
          runbook == nil || diagnostics.hasErrors
            ? "\(name): is not well formed; 'runbook validate \(name)' says why"
            : "\(name): has no drill")
        isOverdue = true
        continue
      }
      let limit = DurationReader.duration(maxAge) ?? .zero
      switch last.drills[runbook.name] {
      case nil:
        library.console.print(
          last.isUnknown(runbook.name)
            ? "\(name): when it was last drilled is not known" : "\(name): was never drilled")
        isOverdue = true
      case let item?:
        let isLate = now.since(item.startedAt) > limit
        isOverdue = isOverdue || isLate
        library.console.print(
          "\(name): drilled \(item.startedAt)\(isLate ? ", longer ago than \(maxAge)" : "")")
      }
    }
    if isOverdue { throw ExitStatus.failed.code }
  }
}
