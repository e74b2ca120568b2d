import Foundation
import RunbookEngine
import RunbookModel
import RunbookReport
import RunbookStore

/// The report of a run that lies in a folder: whoever holds or ends the run writes it, and whoever decides on it while
/// it is held. The run keeps where that is, as others decide in another folder, or from another account.
struct RunReport {
  let runFolder: String
  let surroundings: Surroundings
  let console: Console

  private var written: WrittenReports { WrittenReports(runFolder: runFolder) }

  /// Where the run's reports lie, by an absolute path; nil where that was never kept.
  var folder: String? { written.folder }

  func keep(_ folder: String) { written.keep(folder: folder) }

  /// - Returns: where it is; nil where it could not be written, which was printed.
  func write(_ entries: [Entry], to folder: String) async -> String? {
    do {
      let report = try IncidentReport(entries: entries)
      let path = "\(folder)/\(report.suggestedFileName)"
      try OutputFile(path: path).makeFolder()
      let text = try report.markdown()
      let former = FormerReport(entries: entries, runFolder: runFolder)
      var notices = try OutputFile(path: path).replaceOwn(text) { bytes in
        if written.hold(bytes, at: path) { return true }
        guard case .asWritten = former.standing(of: String(decoding: bytes, as: UTF8.self)) else {
          return false
        }
        return true
      }
      written.keep(Array(text.utf8), at: path)
      notices += ReportFile(report: report, runFolder: runFolder).writeEvidence(beside: path)
      for notice in notices { console.printError("  \(notice)") }
      console.warnOfSecrets(in: text, path)
      return path
    } catch {
      printFailure(error)
      return nil
    }
  }

  func printFailure(_ error: any Error) {
    console.printError("The report was not written: \(reason(error))")
    console.printError("  'runbook report' writes it at any time")
  }

  /// Facts in words, where an error has them.
  private func reason(_ error: any Error) -> String {
    if let error = error as? StoreError { return error.message }
    return error is ReportError ? "\(error)" : error.localizedDescription
  }
}

extension HeldRun {
  /// Writes the run's report as people have decided by now.
  ///
  /// - Parameter folder: nil is where it was written before, else the usual one.
  func writeReport(to folder: String? = nil) async {
    // A talk has a report of its own.
    guard drillMode != .talk else { return }
    let report = RunReport(runFolder: self.folder, surroundings: surroundings, console: console)
    let place =
      folder.map { surroundings.absolute($0) } ?? report.folder ?? surroundings.absolute("reports")
    do throws(StoreError) {
      guard let path = await report.write(try await journal.entries(), to: place) else { return }
      console.print("Report \(path)")
    } catch {
      report.printFailure(error)
    }
  }
}
