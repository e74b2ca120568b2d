import RunbookEngine
package import RunbookModel

extension WALActivity {
  package func result(_ findings: WALFindings) -> StepResult {
    let verdicts = statements.map { ($0, findings.verdict(on: $0)) }
    var result = StepResult(
      values: ValueMap([
        ("readable", .bool(true)), ("reason", .string("")),
        ("removals", .list(findings.removals.map { Self.removal($0.end, at: $0.at, findings) })),
        ("aborted", .int(Int64(findings.abortCount))),
        ("verdicts", .list(verdicts.map { Self.value(of: $0, $1, findings) })),
        ("first", findings.first.map(Value.timestamp) ?? .null),
        ("last", findings.last.map(Value.timestamp) ?? .null),
      ]))
    let culprits = Self.commits(among: verdicts.map(\.1))
    let removals = findings.removals
    result.timeline =
      removals.prefix(Self.longestTimeline).map { at, end in
        row(at, Self.words(of: end, findings), isDamage: culprits.contains(end.xid), findings)
      }
      + Self.rollbacks(among: verdicts.map(\.1)).map { end in
        row(
          findings.time(of: end), "Transaction \(end.xid) was rolled back", isDamage: false,
          findings)
      }
    result.evidence = [
      EvidenceDraft(
        what: "transactions in the write-ahead log", source: source, content: .result("removals"))
    ]
    if !verdicts.isEmpty {
      result.evidence.append(
        EvidenceDraft(
          what: "what became of the statements", source: source, content: .result("verdicts")))
    }
    if let since, let first = findings.first, since < first {
      result.notices.append("what is left of the write-ahead log begins at \(first)")
    }
    if removals.count > Self.longestTimeline {
      result.notices.append(
        "the timeline has the first \(Self.longestTimeline) of \(removals.count) removals")
    }
    if findings.leftOut > 0 {
      result.notices.append("\(findings.leftOut) ends of transactions were not kept")
      let cut = Incomplete(
        held: Int64(WALFindings.limit), total: Int64(WALFindings.limit + findings.leftOut),
        noun: "ends of transactions")
      for name in ["removals", "aborted", "verdicts"] { result.incomplete[name] = cut }
    }
    return result
  }

  private static let longestTimeline = 1000

  package static func result(
    unreadable reason: String, _ statements: [WALFindings.Statement]
  ) -> StepResult {
    let verdicts = statements.map { statement -> Value in
      [
        "at": .timestamp(statement.at), "text": .string(statement.text), "outcome": "unknown",
        "xid": .null, "ended": .null, "known": .string(reason),
      ]
    }
    var result = StepResult(
      values: ValueMap([
        ("readable", .bool(false)), ("reason", .string(reason)), ("removals", .list([])),
        ("aborted", 0), ("verdicts", .list(verdicts)), ("first", .null), ("last", .null),
      ]))
    result.notices = [
      "the write-ahead log was not read, so that the catalogue alone tells whether a drop was rolled "
        + "back: \(reason)"
    ]
    return result
  }

  private func row(
    _ at: Timestamp, _ text: String, isDamage: Bool, _ findings: WALFindings
  ) -> TimelineRow {
    TimelineRow(
      at: at, text: text, source: "write-ahead log", isDamage: isDamage,
      clockOffsetMicroseconds: findings.clockOffset?.microseconds)
  }

  private static func words(of end: TransactionEnd, _ findings: WALFindings) -> String {
    let count = end.files(ofDatabase: findings.databaseOID).count
    let files = count == 1 ? "1 file of a relation" : "\(count) files of relations"
    return "Transaction \(end.xid) was committed and removed \(files)"
  }

  private static func removal(
    _ end: TransactionEnd, at: Timestamp, _ findings: WALFindings
  ) -> Value {
    [
      "at": .timestamp(at), "xid": .int(end.xid),
      "files": .int(Int64(end.files(ofDatabase: findings.databaseOID).count)),
    ]
  }

  private static func value(
    of statement: WALFindings.Statement, _ verdict: WALFindings.Verdict, _ findings: WALFindings
  ) -> Value {
    let outcome: String
    var end: TransactionEnd?
    let known: String
    switch verdict {
    case .committed(let found):
      (outcome, end) = ("committed", found)
      known = "the next transaction to end that had locked tables was committed"
    case .rolledBack(let found):
      (outcome, end) = ("rolledBack", found)
      known = "the next transaction to end that had locked tables was rolled back"
    case .unknown(let reason): (outcome, known) = ("unknown", reason)
    }
    return [
      "at": .timestamp(statement.at), "text": .string(statement.text), "outcome": .string(outcome),
      "xid": end.map { .int($0.xid) } ?? .null,
      "ended": end.map { .timestamp(findings.time(of: $0)) } ?? .null, "known": .string(known),
    ]
  }

  private static func commits(among verdicts: [WALFindings.Verdict]) -> Set<Int64> {
    var transactions: Set<Int64> = []
    for case .committed(let end) in verdicts { transactions.insert(end.xid) }
    return transactions
  }

  private static func rollbacks(among verdicts: [WALFindings.Verdict]) -> [TransactionEnd] {
    var ends: [TransactionEnd] = []
    for case .rolledBack(let end) in verdicts where !ends.contains(end) { ends.append(end) }
    return ends
  }
}
