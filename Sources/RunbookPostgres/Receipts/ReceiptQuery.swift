package import RunbookEngine
package import RunbookModel

/// What a change says to the tables for receipts.
///
/// `forCommit` and `record` come after the step's own statements, and find things where these do: they
/// name the schema of all that they use. The other ones come before.
package struct ReceiptQuery {
  package let run: RunID
  package let step: StepID
  /// What the step's lock is known by.
  package let lockKey: String
  /// The server's: it may lack signs of a name.
  package let encoding: String

  private func text(_ text: String) -> String { ServerText.escaped(text, for: encoding) }

  /// Waits until no other process performs the step, a dead one's statement included.
  package var lock: SQLCommand {
    SQLCommand("SELECT pg_advisory_xact_lock($1::bigint)", [lockKey])
  }

  package var look: SQLCommand {
    SQLCommand(
      """
      SELECT attempt, statements_sha256, affected, row_count, recorded_at, result, actor,
        (SELECT string_agg(DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC'
            ELSE pg_get_userbyid(g.grantee)::text END, ', ')
          FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g
          WHERE c.oid = receipt.tableoid AND g.privilege_type = 'INSERT')
      FROM runbook.receipt WHERE run = $1 AND step = $2
      """, [text(run.rawValue), text(step.rawValue)])
  }

  /// Locks the lease's row to the end of the transaction, and raises it to our generation.
  package func claim(generation: Int64) -> SQLCommand {
    SQLCommand(
      """
      INSERT INTO runbook.lease AS lease (run, generation) VALUES ($1, $2::bigint)
      ON CONFLICT (run) DO UPDATE SET generation = greatest(lease.generation, excluded.generation)
      RETURNING generation
      """, [text(run.rawValue), String(generation)])
  }

  /// A step may have set otherwise how it is committed: a receipt must not be lost with the server, and a
  /// warning must come through.
  package static let forCommit = SQLCommand(
    """
    SELECT pg_catalog.set_config('synchronous_commit',
        CASE WHEN pg_catalog.current_setting('synchronous_commit')
          OPERATOR(pg_catalog.=) 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true),
      pg_catalog.set_config('client_min_messages',
        CASE WHEN pg_catalog.current_setting('client_min_messages')
          OPERATOR(pg_catalog.=) 'error' THEN 'warning'
          ELSE pg_catalog.current_setting('client_min_messages') END, true)
    """)

  /// Fails where no row was stored.
  package func record(
    _ context: AttemptContext, _ digest: Digest, affected: Int64, rowCount: Int64, result: String?
  ) -> SQLCommand {
    SQLCommand(
      """
      WITH kept AS (
        INSERT INTO runbook.receipt
          (run, step, attempt, statements_sha256, actor, affected, row_count, result, recorded_at)
        VALUES
          ($1, $2, $3::int, $4, $5, $6::bigint, $7::bigint, $8, pg_catalog.clock_timestamp())
        RETURNING 1)
      SELECT pg_catalog.int8div(1, pg_catalog.count(*)) FROM kept
      """,
      [
        text(run.rawValue), text(step.rawValue), String(context.attempt), digest.hex,
        text(context.actor.displayName), String(affected), String(rowCount), result.map(text),
      ])
  }
}

extension ReceiptQuery {
  package init(_ context: AttemptContext, on link: PostgresLink) {
    self.init(
      run: context.run, step: context.step, lockKey: SQLLock.key(context),
      encoding: link.serverEncoding)
  }
}
