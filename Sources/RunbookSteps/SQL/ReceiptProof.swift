import RunbookEngine
import RunbookModel

/// Holds what a run's journal says that a database has of the run against what is there.
struct ReceiptProof {
  let run: RunID
  let proof: RunProof
  /// The server's: it may lack signs of a name.
  let encoding: String

  /// The run's marks: the generation of its lease, and the steps that have receipts.
  var command: SQLCommand {
    SQLCommand(
      """
      SELECT (SELECT generation FROM runbook.lease WHERE run = $1),
        (SELECT coalesce(array_agg(step), '{}') FROM runbook.receipt WHERE run = $1)
      """, [ServerText.escaped(run.rawValue, for: encoding)])
  }

  /// What of it is not there, as a row of `command` tells; nil where all is.
  func lost(in row: [Value]?) -> LostProof? {
    let steps = Set(row?.last?.listValue?.compactMap(\.stringValue) ?? [])
    let generation = row?.first?.intValue
    let isLeaseLost = proof.generation.map { (generation ?? 0) < $0 } ?? false
    let missing = proof.receipts.filter {
      !steps.contains(ServerText.escaped($0.rawValue, for: encoding))
    }
    return isLeaseLost || !missing.isEmpty
      ? LostProof(isLeaseLost: isLeaseLost, receipts: missing) : nil
  }

  /// Asks by itself; where the tables are not there, all of it is lost.
  func lost(on link: PostgresLink) throws(StepFailure) -> LostProof? {
    let standing = try ReceiptTables.standing(link)
    guard standing.isMade else { return lost(in: nil) }
    // A view could say anything, and run anything.
    try standing.requireTrust(mayBeReplica: true)
    return lost(in: try link.answers(to: [command]).first?.resultSet?.rows.first)
  }
}
