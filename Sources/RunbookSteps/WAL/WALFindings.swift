import RunbookEngine
import RunbookModel

/// What the write-ahead log told so far.
struct WALFindings: Sendable {
  /// A statement that the server's log has, by the executor's clock.
  struct Statement: Sendable, Hashable {
    let at: Timestamp
    let text: String
  }

  /// What became of a statement's transaction.
  enum Verdict: Sendable, Hashable {
    case committed(TransactionEnd)
    case rolledBack(TransactionEnd)
    case unknown(String)
  }

  let databaseOID: Int64
  let since: Timestamp?
  let until: Timestamp?
  /// The server's clock less the executor's.
  let clockOffset: Duration?
  /// Commits that removed files of the database, and aborts, by the executor's clock.
  private var ends: [(at: Timestamp, end: TransactionEnd)] = []
  private(set) var first: Timestamp?
  private(set) var last: Timestamp?
  private(set) var leftOut = 0

  static let limit = 20_000

  init(
    databaseOID: Int64, since: Timestamp?, until: Timestamp?, clockOffset: Duration?
  ) {
    self.databaseOID = databaseOID
    self.since = since
    self.until = until
    self.clockOffset = clockOffset
  }

  mutating func take(_ line: Substring) {
    guard let end = TransactionEnd(line: line),
      let at = clockOffset.map({ end.at.adding(.zero - $0) }) ?? end.at
    else { return }
    first = first ?? at
    last = at
    guard since.map({ at >= $0 }) ?? true, until.map({ at <= $0 }) ?? true else { return }
    guard !end.isCommit || !end.files(ofDatabase: databaseOID).isEmpty else { return }
    guard ends.count < Self.limit else {
      leftOut += 1
      return
    }
    ends.append((at, end))
  }

  /// Commits that removed files of relations: after a DROP, a TRUNCATE, or a table's rewriting.
  var removals: [(at: Timestamp, end: TransactionEnd)] { ends.filter(\.end.isCommit) }

  var abortCount: Int { ends.count { !$0.end.isCommit } }

  /// What became of a statement's transaction.
  ///
  /// The server's log names no transaction, so that the next one to end counts: a commit that removed
  /// files, or rollbacks alone. Where others end at the same time it may be another's; `known` says by
  /// what it was told, and the catalogue has the last word.
  func verdict(on statement: Statement) -> Verdict {
    if let first, statement.at < first {
      return .unknown("what is left of the log begins later, at \(first)")
    }
    let later = ends.filter { $0.at >= statement.at }
    guard let next = later.first else {
      return .unknown(
        "no transaction that removed files, and none that was rolled back, ended later")
    }
    if next.end.isCommit { return .committed(next.end) }
    guard later.contains(where: \.end.isCommit) else { return .rolledBack(next.end) }
    return .unknown(
      "after it transaction \(next.end.xid) was rolled back, and a later one removed files")
  }

  func time(of end: TransactionEnd) -> Timestamp {
    clockOffset.flatMap { end.at.adding(.zero - $0) } ?? end.at
  }
}
