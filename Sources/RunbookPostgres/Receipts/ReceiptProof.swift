package import RunbookEngine
package import RunbookModel

/// Holds what a run's journal says that a database has of the run against what is there.
package struct ReceiptProof {
  package let run: RunID
  package let proof: RunProof
  /// The server's: it may lack signs of a name.
  package let encoding: String

  /// The run's marks: the generation of its lease, the steps that have receipts, and how many attempts had begun
  /// when one was noted last that leaves none.
  package var command: SQLCommand {
    SQLCommand(
      """
      SELECT (SELECT generation FROM runbook.lease WHERE run = $1),
        (SELECT coalesce(array_agg(step), '{}') FROM runbook.receipt WHERE run = $1),
        (SELECT generation FROM runbook.lease WHERE run = $2)
      """, [ServerText.escaped(run.rawValue, for: encoding), attemptsKey])
  }

  /// The lease's row that counts attempts; no run has that id.
  private var attemptsKey: String { ServerText.escaped("\(run) attempts", for: encoding) }

  /// Notes an attempt: the count only grows.
  package func raise(to attempt: Int64, on link: PostgresLink) throws(StepFailure) {
    let mark = try ReceiptTables.mark(on: link)
    let opening =
      link.opening(SQLTransaction.changing) + [
        SQLCommand("SET LOCAL statement_timeout = '20s'"), ReceiptQuery.forCommit,
      ]
    let work =
      opening + [
        ReceiptTables.lock, ReceiptTables.guardCommand(mark), command,
        SQLCommand(
          """
          INSERT INTO runbook.lease AS lease (run, generation) VALUES ($1, $2::bigint)
          ON CONFLICT (run) DO UPDATE
          SET generation = greatest(lease.generation, excluded.generation)
          RETURNING generation
          """, [attemptsKey, String(attempt)]),
      ]
    let batch = try link.exchange([work]).first ?? []
    do throws(StepFailure) {
      let check = opening.count + 1
      if batch.indices.contains(check), ReceiptTables.areOtherwise(batch[check - 1], batch[check]) {
        link.facts.receiptMark = nil
        throw StepFailure(
          .refused, "the tables for receipts are being changed", mayRetryHelp: true)
      }
      for case .failed(let error) in batch { throw StepFailure(error) }
      guard batch.count == work.count, case .completed(let stored)? = batch.last,
        stored.tag.isIdentical(to: "INSERT 0 1")
      else { throw StepFailure(.refused, "that the step begins was not stored in the database") }
      try require(batch.dropLast().last)
    } catch {
      // Without its connection the transaction ends by itself.
      if !link.isSpent { _ = try? link.exchange([SQLTransaction.rollback]) }
      throw error
    }
    let outcome = try link.exchange([[SQLCommand("COMMIT")]]).first?.first
    if case .failed(let error)? = outcome { throw StepFailure(error) }
  }

  /// - Parameter outcome: of `command`.
  package func require(_ outcome: SQLOutcome?) throws(StepFailure) {
    var row: [Value]?
    if case .completed(let completion)? = outcome { row = completion.resultSet?.rows.first }
    guard let lost = lost(in: row) else { return }
    throw StepFailure(
      .elsewhere, "the database is not the one that this run has worked on: \(lost.sentence)",
      hint: "resume the run, which asks whether to go on there")
  }

  /// What of it is not there, as a row of `command` tells; nil where all is.
  package func lost(in row: [Value]?) -> LostProof? {
    let steps = Set(row?.dropFirst().first?.listValue?.compactMap(\.stringValue) ?? [])
    let generation = row?.first?.intValue
    let isLeaseLost = proof.generation.map { (generation ?? 0) < $0 } ?? false
    let missing = proof.receipts.filter {
      !steps.contains(ServerText.escaped($0.rawValue, for: encoding))
    }
    let noted = row?.dropFirst(2).first?.intValue ?? 0
    let begun = proof.begun.filter { $0.attempt > noted }.map(\.step)
    return isLeaseLost || !missing.isEmpty || !begun.isEmpty
      ? LostProof(
        isLeaseLost: isLeaseLost, receipts: missing, begun: begun.isEmpty ? nil : begun) : nil
  }

  /// Asks by itself; where the tables are not there, all of it is lost.
  package func lost(on link: PostgresLink) throws(StepFailure) -> LostProof? {
    let standing = try ReceiptTables.standing(link)
    guard standing.isMade else { return lost(in: nil) }
    // A view could say anything, and run anything.
    try standing.requireTrust(mayBeReplica: true)
    return lost(in: try link.answers(to: [command]).first?.resultSet?.rows.first)
  }
}
