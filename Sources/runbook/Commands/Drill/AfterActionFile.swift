import Foundation
import RunbookDrill
import RunbookEngine
import RunbookModel

/// Writes a drill's after-action report to a folder.
struct AfterActionFile {
  let run: RunID
  let folder: String
  let console: Console

  func write(_ entries: [Entry]) throws(StoreError) {
    let report = try AfterActionReport(entries: entries)
    let path = "\(folder)/\(report.suggestedFileName)"
    let text = try report.markdown()
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try OutputFile(path: path).write(text)
      console.print("After-action report \(path)")
      console.warnOfSecrets(in: text, path)
    } catch {
      let reason = (error as? StoreError)?.message ?? error.localizedDescription
      console.printError("The after-action report was not written: \(reason)")
      console.printError("  'runbook drill report \(run)' prints it at any time")
    }
  }
}
