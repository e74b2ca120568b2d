import RunbookDrill
import RunbookEngine
import RunbookModel

/// Writes a drill's after-action report to a folder.
struct AfterActionFile {
  let commands: PrintedCommands
  let folder: String
  let console: Console

  func write(_ entries: [Entry]) throws(StoreError) {
    let report = try AfterActionReport(entries: entries)
    let path = "\(folder)/\(report.suggestedFileName)"
    let text = try report.markdown()
    do throws(StoreError) {
      try OutputFile(path: path).makeFolder()
      try OutputFile(path: path).write(text)
      console.print("After-action report \(path)")
      console.warnOfSecrets(in: text, path)
    } catch {
      console.printError("The after-action report was not written: \(error.message)")
      console.printError("  to have it printed at any time: \(commands(.drillReport))")
    }
  }
}
