import RunbookEngine
package import RunbookModel

/// The lease's row by which a run marks that it has ended; no run has that id.
package struct RunEndMark {
  package let run: RunID
  /// The server's: it may lack signs of a name.
  package let encoding: String

  package static let suffix = " ended"
  /// Nobody waits for it any longer: it only spares others a question.
  package static let deadline = Duration.seconds(10)

  package func leave(on link: PostgresLink) throws(StepFailure) {
    let mark = try ReceiptTables.mark(on: link)
    let work =
      link.opening(SQLTransaction.changing) + [
        SQLCommand("SET LOCAL statement_timeout = '5s'"), ReceiptTables.lock,
        ReceiptTables.guardCommand(mark),
        SQLCommand(
          """
          INSERT INTO runbook.lease (run, generation) VALUES ($1, 0) ON CONFLICT (run) DO NOTHING
          """, [ServerText.escaped(run.rawValue + Self.suffix, for: encoding)]),
      ]
    let batch = try link.exchange([work]).first ?? []
    for case .failed(let error) in batch {
      // Without its connection the transaction ends by itself.
      if !link.isSpent { _ = try? link.exchange([SQLTransaction.rollback]) }
      throw StepFailure(error)
    }
    let outcome = try link.exchange([[SQLCommand("COMMIT")]]).first?.first
    if case .failed(let error)? = outcome { throw StepFailure(error) }
  }
}
