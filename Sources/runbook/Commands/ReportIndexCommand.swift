import ArgumentParser
import Foundation
import RunbookEngine
import RunbookModel
import RunbookReport

struct ReportIndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Write the index of a folder's reports: reports/README.md.",
    discussion: """
      All incidents, drills and sandbox runs with severity, status, time to resolve and open action items, \
      from the reports themselves; no journal is needed. Other Markdown files are left out.
      """)

  @Option(help: ArgumentHelp("The folder with the reports.", valueName: "folder"))
  var reports = "reports"

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The file to write; - for standard output.", valueName: "file"))
  var output: String?

  func run() throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    let folder = surroundings.absolute(reports)
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      console.printError("error: cannot read the folder \(reports)")
      throw ExitStatus.usage.code
    }
    let items = names.filter { $0.ends(with: ".md") && $0 != "README.md" }.compactMap { name in
      FileManager.default.contents(atPath: "\(folder)/\(name)")
        .flatMap { ReportDigest(report: String(decoding: $0, as: UTF8.self)) }
        .map { ReportIndex.Item(fileName: name, digest: $0) }
    }
    let text = ReportIndex(items).markdown
    guard output != "-" else { return console.print(document: text) }
    let path = output ?? "\(reports)/README.md"
    do throws(StoreError) {
      try OutputFile(path: surroundings.absolute(path)).write(text)
    } catch {
      try console.fail(error)
    }
    console.printError("Wrote \(path): \(items.count) reports")
  }
}
