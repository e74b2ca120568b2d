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

  private var place: String { "\(runFolder)/reports" }

  /// Where the run's reports lie, by an absolute path; nil where that was never kept.
  var folder: String? {
    guard let data = FileManager.default.contents(atPath: place) else { return nil }
    let line = String(decoding: data, as: UTF8.self).pieces(separatedBy: "\n").first
    return line.flatMap { $0.begins(with: "/") ? String($0) : nil }
  }

  func keep(_ folder: String) {
    // Where it cannot be kept, whoever decides later writes to a folder of their own.
    _ = try? OutputFile(path: place, isOfRun: true).write(folder + "\n")
  }

  /// - Returns: where it is; nil where it could not be written, which was printed.
  func write(_ entries: [Entry], to folder: String) async -> String? {
    do {
      let report = try IncidentReport(entries: entries)
      let path = "\(folder)/\(report.suggestedFileName)"
      try OutputFile(path: path).makeFolder()
      let text = try report.markdown()
      let notices = try ReportFile(report: report, runFolder: runFolder).write(text, to: path)
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
