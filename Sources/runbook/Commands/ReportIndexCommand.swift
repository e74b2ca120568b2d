import ArgumentParser
import Foundation
import RunbookEngine
import RunbookModel
import RunbookReport
import RunbookStore

struct ReportIndexCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Write the index of a folder's reports: reports/README.md.",
    discussion: """
      All incidents, drills and sandbox runs with severity, status, time to resolve and open action items, \
      from the reports themselves. Where a run's journal is there, how it stands is what that says: a report that \
      says otherwise is named as one. Other Markdown files are left out.
      """)

  @Option(help: ArgumentHelp("The folder with the reports.", valueName: "folder"))
  var reports = "reports"

  @OptionGroup var output: OutputOptions
  @OptionGroup var state: StateOptions

  /// Nobody named the file: it is replaced only where it is the index of before.
  private static func mayReplace(_ path: String) -> Bool {
    do {
      let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      guard type == .typeRegular, let text = text(of: path, atEnd: false)
      else { return false }
      return ReportIndex.isIndex(text)
    } catch {
      // What is not there, or cannot be looked at, the writer meets by itself.
      return true
    }
  }

  /// How much of a file is looked at, however large it is.
  private static let longestText: UInt64 = 4 << 20

  /// The beginning or the end of a regular file; nil for what is none, or cannot be read.
  private static func text(of path: String, atEnd: Bool) -> String? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = FileHandle(forReadingAtPath: path)
    else { return nil }
    do {
      defer { file.closeFile() }
      let size = try file.seekToEnd()
      try file.seek(toOffset: atEnd && size > longestText ? size - longestText : 0)
      return try file.read(upToCount: Int(longestText)).map { String(decoding: $0, as: UTF8.self) }
    } catch {
      return nil
    }
  }

  /// The digest with what the run's own journal says by now of how it stands.
  private func asOfNow(
    _ digest: ReportDigest, _ store: RunStore, _ known: Set<String>, _ console: Console
  ) async -> ReportDigest {
    // An id that a report claims leads to no file of another name.
    guard known.contains(digest.run) else { return digest }
    do {
      let entries = try await store.open(RunID(rawValue: digest.run)).entries()
      return digest.standing(as: try IncidentReport(entries: entries).digest)
    } catch {
      console.printError(
        "  run \(digest.run): its journal cannot be read; the index has its report's word")
      return digest
    }
  }

  func run() async throws {
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
    let store = surroundings.store(state.state)
    let known = Set(store.runs().map(\.rawValue))
    var items: [ReportIndex.Item] = []
    for name in names where name.ends(with: ".md") && name != "README.md" {
      guard let text = Self.text(of: "\(folder)/\(name)", atEnd: true) else {
        console.printError("  \(name) cannot be read, and is not in the index")
        continue
      }
      guard let digest = ReportDigest(report: text) else {
        if ReportDigest.isPromised(in: text) {
          console.printError("  \(name) is a report that is damaged, and is not in the index")
        }
        continue
      }
      items.append(
        ReportIndex.Item(
          fileName: name, digest: await asOfNow(digest, store, known, console)))
    }
    let text = ReportIndex(items).markdown
    guard output.output != "-" else { return console.print(document: text) }
    let path = output.file ?? "\(reports)/README.md"
    if output.output == nil, !Self.mayReplace(surroundings.absolute(path)) {
      console.printError("error: \(path) is not an index of reports, and is left as it is")
      console.printError("hint: name the file to write with --output")
      throw ExitStatus.usage.code
    }
    do throws(StoreError) {
      let file = OutputFile(
        path: surroundings.absolute(path), inputs: items.map { "\(folder)/\($0.fileName)" })
      guard output.output == nil else {
        try file.write(text)
        return console.printError("Wrote \(path): \(items.count) reports")
      }
      // That it is an index was looked at.
      for notice in try file.replaceOwn(
        text,
        droppingWhere: {
          ReportIndex.isIndex(String(decoding: $0, as: UTF8.self))
        })
      {
        console.printError("  \(notice)")
      }
    } catch {
      try console.fail(error)
    }
    console.printError("Wrote \(path): \(items.count) reports")
  }
}
