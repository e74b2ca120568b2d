package import RunbookModel

/// What became of each command of a restore.
package struct RestoreLog: Sendable {
  private struct Record: Sendable {
    var times = 0
    var isEnded = false
    var affected: Int64?
    var sent: String?
    var reason: String?
  }

  private var records: [Int: Record] = [:]

  package mutating func send(_ index: Int, as text: String? = nil, why: String? = nil) {
    records[index, default: Record()].times += 1
    records[index]?.isEnded = false
    records[index]?.sent = text
    records[index]?.reason = why
  }

  package mutating func end(_ index: Int) { records[index]?.isEnded = true }

  package mutating func add(_ rows: Int64, to index: Int) {
    let former = records[index]?.affected ?? 0
    records[index]?.affected = former + rows
  }

  package mutating func leaveOut(_ index: Int, _ reason: String) {
    records[index] = Record(reason: reason)
  }

  /// - Parameter count: how many commands there are.
  package func entries(of count: Int) -> [WorkDone] {
    (0..<count).map { index in
      guard let record = records[index] else { return WorkDone(item: index, .notReached) }
      guard record.times > 0 else {
        return WorkDone(item: index, .leftOut, reason: record.reason)
      }
      return WorkDone(
        item: index, record.isEnded ? .sent : .failed, times: record.times > 1 ? record.times : nil,
        affected: record.affected, sent: record.sent, reason: record.reason)
    }
  }
}
