import RunbookEngine
import RunbookModel

/// The tables in which a step's own transaction leaves the proof that it took effect.
enum Receipts {
  static let deadline = Duration.seconds(30)

  /// What makes them. Racing `CREATE … IF NOT EXISTS` can fail in PostgreSQL, hence the lock around
  /// them in `prepare`.
  static let statements = [
    "CREATE SCHEMA IF NOT EXISTS runbook",
    """
    CREATE TABLE IF NOT EXISTS runbook.receipt (
      run text NOT NULL,
      step text NOT NULL,
      attempt integer NOT NULL,
      statements_sha256 text NOT NULL,
      actor text NOT NULL,
      affected bigint NOT NULL,
      row_count bigint NOT NULL,
      result text,
      recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (run, step)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS runbook.lease (
      run text PRIMARY KEY,
      generation bigint NOT NULL
    )
    """,
  ]

  /// Any number that no other program is likely to use: "runbook" in ASCII.
  private static let lockKey = "32210624946301803"

  /// What the role has and may, without touching anything.
  private static let question = SQLCommand(
    """
    WITH space AS (SELECT oid FROM pg_namespace WHERE nspname = 'runbook'),
      tables AS (
        SELECT c.oid, c.relname, c.relkind FROM pg_class c JOIN space s ON s.oid = c.relnamespace
        WHERE c.relname IN ('receipt', 'lease'))
    SELECT (SELECT count(*) = 2 FROM tables WHERE relkind = 'r'),
      coalesce((SELECT has_schema_privilege(oid, 'USAGE') FROM space), false)
        AND (SELECT coalesce(bool_and(
            has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
            AND (relname = 'receipt' OR has_table_privilege(oid, 'UPDATE'))), false)
          FROM tables),
      coalesce(
        (SELECT has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE')
          FROM space),
        has_database_privilege(current_database(), 'CREATE')),
      pg_is_in_recovery(), current_user,
      EXISTS (SELECT FROM tables WHERE relkind <> 'r')
    """)

  private struct Standing {
    let isMade: Bool
    let isUsable: Bool
    let mayMake: Bool
    let isReplica: Bool
    let role: String
    /// Whether a view, say, has the name of one of the tables.
    let isTaken: Bool
  }

  static func check(_ link: PostgresLink) throws(StepFailure) { _ = try checkedStanding(link) }

  private static func checkedStanding(_ link: PostgresLink) throws(StepFailure) -> Standing {
    let standing = try standing(link)
    guard !standing.isReplica else {
      throw StepFailure(.refused, "the server is a replica: nothing can be recovered on it")
    }
    guard !standing.isTaken else {
      throw StepFailure(
        .refused, "what is called runbook.receipt or runbook.lease is no table",
        detail: "whoever made it would say which steps are done",
        hint: "drop it, or say `receipts: none` for the connection")
    }
    if standing.isMade ? standing.isUsable : standing.mayMake { return standing }
    throw StepFailure(
      .refused,
      standing.isMade
        ? "role \(standing.role) may not use the tables for receipts"
        : "role \(standing.role) may not make the tables for receipts",
      hint: "let the database's owner run: " + ownerStatements(for: standing.role), code: "42501")
  }

  static func prepare(_ link: PostgresLink) throws(StepFailure) {
    if try checkedStanding(link).isMade { return }
    let work =
      [
        SQLCommand("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
        SQLCommand("SET LOCAL statement_timeout = '20s'"),
        SQLCommand("SET LOCAL lock_timeout = 0"),
        SQLCommand("SET LOCAL client_min_messages = 'warning'"),
        SQLCommand("SELECT pg_advisory_xact_lock($1::bigint)", [lockKey]),
      ] + statements.map { SQLCommand($0) } + [SQLCommand("COMMIT")]
    let outcomes = try ask(link, [work, [SQLCommand("ROLLBACK")]])
    try refuseFailures(outcomes.first ?? [])
    _ = link.takeNotices()
  }

  private static func standing(_ link: PostgresLink) throws(StepFailure) -> Standing {
    let outcomes = try ask(link, [[question]])
    try refuseFailures(outcomes.first ?? [])
    guard case .completed(let completion)? = outcomes.first?.first,
      let row = completion.resultSet?.rows.first, row.count == 6
    else { throw StepFailure(.unreachable, "the server gave no answer about receipts") }
    return Standing(
      isMade: row[0].boolValue ?? false, isUsable: row[1].boolValue ?? false,
      mayMake: row[2].boolValue ?? false, isReplica: row[3].boolValue ?? false,
      role: row[4].stringValue ?? "", isTaken: row[5].boolValue ?? true)
  }

  private static func ask(
    _ link: PostgresLink, _ batches: [[SQLCommand]]
  ) throws(StepFailure) -> [[SQLOutcome]] {
    do throws(LinkError) {
      return try link.run(batches)
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false)
    }
  }

  private static func refuseFailures(_ outcomes: [SQLOutcome]) throws(StepFailure) {
    for case .failed(let error) in outcomes { throw StepFailure(error) }
  }

  private static func ownerStatements(for role: String) -> String {
    let name = SQLQuote.identifier(role)
    let grants = [
      "GRANT USAGE ON SCHEMA runbook TO \(name)",
      "GRANT SELECT, INSERT ON runbook.receipt TO \(name)",
      "GRANT SELECT, INSERT, UPDATE ON runbook.lease TO \(name)",
    ]
    let oneLine = statements.map { statement in
      statement.pieces(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    return (oneLine + grants).joined(separator: "; ") + ";"
  }
}
