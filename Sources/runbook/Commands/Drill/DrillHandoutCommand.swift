import ArgumentParser
import RunbookDrill
import RunbookModel

struct DrillHandoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handout",
    abstract: "Print what participants get before a drill, as Markdown; or the facilitator's book.")

  @Argument(help: "The runbook's name or path.")
  var name: String

  @Flag(help: "The facilitator's book: every inject, hint and expectation.")
  var facilitator = false

  @OptionGroup var finder: FinderOptions

  func run() throws {
    let library = Composition.library(finder)
    let runbook = try library.runbook(name, withDrill: true)
    guard let drill = runbook.drill else {
      library.console.printError("error: '\(runbook.name)' has no drill")
      throw ExitStatus.usage.code
    }
    let book = DrillBook(drill)
    library.console.print(document: facilitator ? book.facilitator : book.handout)
  }
}
