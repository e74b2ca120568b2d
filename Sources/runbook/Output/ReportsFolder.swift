import RunbookEngine
import RunbookModel

/// The folder that a command writes a report to when its work is done.
enum ReportsFolder {
  /// Where no other was named.
  static let usual = "reports"

  /// Looks before anything is performed whether a report can be written there. A folder that was named is refused where
  /// it cannot; nobody asked for the usual one, and nothing is held up by it.
  static func check(_ named: String?, _ surroundings: Surroundings, _ console: Console) throws {
    do throws(StoreError) {
      try OutputFile(path: surroundings.absolute(named ?? usual) + "/report.md").foreseeInFolder()
    } catch {
      guard named == nil else { try console.fail(error) }
      console.printError("The report will not be written: \(error.message)")
      console.printError("  once it runs, 'runbook report RUN --output FILE' writes it at any time")
    }
  }
}
