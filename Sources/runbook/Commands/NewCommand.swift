import ArgumentParser
import Foundation
import RunbookModel
import RunbookSyntax

struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Write a first runbook that validates and runs in the sandbox.",
    discussion: "It is written to runbooks/NAME/runbook.yaml; nothing is overwritten.")

  @Argument(help: "The runbook's name: lower-case letters, digits, `-` and `_`.")
  var name: String

  @Option(help: ArgumentHelp("The folder of runbooks.", valueName: "folder"))
  var path = "runbooks"

  func validate() throws {
    let isName =
      name.firstScalar?.properties.isLowercase == true
      && name.unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "_"
      }
    guard isName else {
      throw ValidationError(
        "'\(name)' is no name for a runbook: use lower-case letters, digits, `-` and `_`")
    }
  }

  func run() throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    let folder = surroundings.absolute(path) + "/\(name)"
    let file = "\(folder)/runbook.yaml"
    guard !FileManager.default.fileExists(atPath: folder) else {
      console.printError("error: \(folder) is there already; nothing was written")
      throw ExitStatus.usage.code
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try NewRunbook.text(name: name).write(toFile: file, atomically: true, encoding: .utf8)
    } catch {
      console.printError("error: \(file) cannot be written: \(error.localizedDescription)")
      throw ExitStatus.badFile.code
    }
    console.print("Wrote \(path)/\(name)/runbook.yaml")
    console.print("Try it against a throwaway PostgreSQL: runbook run \(name) --sandbox")
  }
}
