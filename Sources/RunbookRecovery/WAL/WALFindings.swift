import RunbookEngine
package import RunbookModel

/// What the write-ahead log told so far.
package struct WALFindings: Sendable {
  /// A statement that the server's log has, by the executor's clock.
  package struct Statement: Sendable, Hashable {
    package let at: Timestamp
    package let text: String
  }

  /// What became of a statement's transaction.
  package enum Verdict: Sendable, Hashable {
    case committed(TransactionEnd)
    case rolledBack(TransactionEnd)
    case unknown(String)
  }

  package let databaseOID: Int64
  package let since: Timestamp?
  let until: Timestamp?
  /// The server's clock less the executor's.
  let clockOffset: Duration?
  private struct End: Sendable {
    /// By the executor's clock.
    let at: Timestamp
    let end: TransactionEnd
    /// Whether it had locked a table of the database against everybody.
    let hasLocked: Bool
  }

  /// Commits that removed files of the database or had locked its tables, and rollbacks.
  private var ends: [End] = []
  /// Transactions that go on and have locked tables of the database.
  private var lockers: Set<Int64> = []
  private var knowsLocks = false
  package private(set) var first: Timestamp?
  private(set) var last: Timestamp?
  private(set) var leftOut = 0

  package static let limit = 20_000

  package init(
    databaseOID: Int64, since: Timestamp?, until: Timestamp?, clockOffset: Duration?
  ) {
    self.databaseOID = databaseOID
    self.since = since
    self.until = until
    self.clockOffset = clockOffset
  }

  package mutating func take(_ line: Substring) {
    takeLocks(line)
    guard let end = TransactionEnd(line: line),
      let at = clockOffset.map({ end.at.adding(.zero - $0) }) ?? end.at
    else { return }
    first = first ?? at
    last = at
    let hasLocked = end.all.contains { lockers.remove($0) != nil }
    guard since.map({ at >= $0 }) ?? true, until.map({ at <= $0 }) ?? true,
      !end.isCommit || hasLocked || !end.files(ofDatabase: databaseOID).isEmpty
    else { return }
    guard ends.count < Self.limit else {
      leftOut += 1
      return
    }
    ends.append(End(at: at, end: end, hasLocked: hasLocked))
  }

  /// `desc: LOCK xid 752 db 5 rel 16400`, once for each table that is locked against everybody.
  private mutating func takeLocks(_ line: Substring) {
    guard let words = line.range(ofFirst: "desc: LOCK ").map({ line[$0.upperBound...] }) else {
      return
    }
    let fields = words.pieces(separatedBy: " ")
    for index in fields.indices.dropLast(3) where fields[index] == "xid" {
      guard let xid = Int64(fields[index + 1]), fields[index + 2] == "db",
        Int64(fields[index + 3]) == databaseOID
      else { continue }
      lockers.insert(xid)
      knowsLocks = true
    }
  }

  /// Commits that removed files of relations: after a DROP, a TRUNCATE, or a table's rewriting.
  package var removals: [(at: Timestamp, end: TransactionEnd)] {
    ends.filter { $0.end.isCommit && !$0.end.files(ofDatabase: databaseOID).isEmpty }
      .map { ($0.at, $0.end) }
  }

  package var abortCount: Int { ends.count { !$0.end.isCommit } }

  /// What became of a statement's transaction.
  ///
  /// The server's log names no transaction, so that the next one to end counts that had locked a table of
  /// the database against everybody, as a drop does. A log without locks (`wal_level = minimal`) leaves
  /// those that removed files, and rollbacks. Where several do so at the same time it may be another's:
  /// `known` says by what it was told, and the catalogue has the last word.
  package func verdict(on statement: Statement) -> Verdict {
    if let first, statement.at < first {
      return .unknown("what is left of the log begins later, at \(first)")
    }
    let later = ends.filter { $0.at >= statement.at && (!knowsLocks || $0.hasLocked) }
    guard let next = later.first else {
      return .unknown("no transaction that had locked a table of the database ended later")
    }
    if next.end.isCommit { return .committed(next.end) }
    guard !knowsLocks, later.contains(where: \.end.isCommit) else { return .rolledBack(next.end) }
    return .unknown(
      "after it transaction \(next.end.xid) was rolled back, and a later one removed files")
  }

  package func time(of end: TransactionEnd) -> Timestamp {
    clockOffset.flatMap { end.at.adding(.zero - $0) } ?? end.at
  }
}
