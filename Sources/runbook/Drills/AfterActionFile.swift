import RunbookDrill
import RunbookEngine
import RunbookModel

/// Writes a drill's after-action report to a folder.
struct AfterActionFile {
  let commands: PrintedCommands
  let folder: String
  /// The run's own.
  let runFolder: String
  let console: Console

  func write(_ entries: [Entry]) throws(StoreError) {
    let report = try AfterActionReport(entries: entries)
    let path = "\(folder)/\(report.suggestedFileName)"
    let text = try report.markdown()
    do throws(StoreError) {
      try OutputFile(path: path).makeFolder()
      let written = WrittenReports(runFolder: runFolder)
      let notices = try OutputFile(path: path).replaceOwn(text) { written.hold($0, at: path) }
      written.keep(Array(text.utf8), at: path)
      for notice in notices { console.printError("  \(notice)") }
      console.print("After-action report \(path)")
      console.warnOfSecrets(in: text, path)
    } catch {
      console.printError("The after-action report was not written: \(error.message)")
      console.printError("  to have it printed at any time: \(commands(.drillReport))")
    }
  }
}
