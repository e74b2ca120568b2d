package import RunbookEngine
import RunbookModel
import RunbookPostgres

/// Says now and then how far a restore is.
package struct RestoreProgress {
  private let rows: Int64
  private let output: @Sendable (OutputLine) -> Void
  private let start = ContinuousClock.now
  private var next = ContinuousClock.now + .seconds(1)
  private var doneRows: Int64 = 0
  private var doneBytes: Int64 = 0

  /// - Parameter rows: how many will come.
  package init(rows: Int64, output: @escaping @Sendable (OutputLine) -> Void) {
    self.rows = rows
    self.output = output
  }

  package mutating func note(_ bytes: ArraySlice<UInt8>, of table: String) {
    doneBytes += Int64(bytes.count)
    doneRows += bytes.withUnsafeBytes { buffer in
      var count: Int64 = 0
      for byte in buffer where byte == UInt8(ascii: "\n") { count += 1 }
      return count
    }
    let now = ContinuousClock.now
    guard now >= next else { return }
    next = now + .seconds(1)
    output(OutputLine(.notice, text(table, after: now - start)))
  }

  private func text(_ table: String, after elapsed: Duration) -> String {
    let seconds = max(elapsed / .seconds(1), 0.001)
    let megabytes = Double(doneBytes) / 1_000_000
    var text = "\(TableName(identity: table).shown): \(doneRows) of \(rows) rows, "
    text += "\(Int(megabytes)) MB, \(Int(megabytes / seconds)) MB/s"
    if doneRows > 0, doneRows < rows {
      let left = seconds * Double(rows - doneRows) / Double(doneRows)
      text += ", about \(Int(left.rounded(.up))) s left"
    }
    return text
  }
}
