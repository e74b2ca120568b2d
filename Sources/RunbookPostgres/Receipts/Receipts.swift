import RunbookEngine
package import RunbookModel

/// The tables in which a step's own transaction leaves the proof that it took effect.
package enum Receipts {
  package static let deadline = Duration.seconds(30)

  /// What makes them. Racing `CREATE … IF NOT EXISTS` can fail in PostgreSQL, hence the lock around
  /// them in `make`.
  package static let statements = [
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

  /// What has to be done before all of a plan's roles in one database can keep receipts there.
  package struct Preparation: Sendable {
    /// The connection on which it is to be done; nil where nothing is.
    package let connection: String?
    let statements: [String]
  }

  /// - Parameter standings: of the plan's connections to one database, in their order.
  /// - Throws: `refused`, with what the owner has to run, where none of them may do it.
  package static func preparation(
    for standings: [(connection: String, standing: ReceiptTables.Standing)]
  ) throws(StepFailure) -> Preparation {
    for one in standings { try one.standing.requireTrust() }
    let all = standings.map(\.standing)
    let isMade = all.contains(where: \.isMade)
    let lacking = isMade ? all.filter { !$0.isUsable } : all
    guard let first = lacking.first else { return Preparation(connection: nil, statements: []) }
    if isMade {
      let statements = grants(to: roles(of: lacking))
      if let granter = standings.first(where: \.standing.mayGrant) {
        return Preparation(connection: granter.connection, statements: statements)
      }
      throw refusal("role \(first.role) may not use the tables for receipts", statements)
    }
    if let maker = standings.first(where: \.standing.mayMake) {
      let others = roles(of: all).filter { !$0.isIdentical(to: maker.standing.role) }
      return Preparation(
        connection: maker.connection, statements: statements + grants(to: others))
    }
    throw refusal(
      "role \(first.role) may not make the tables for receipts",
      statements + grants(to: roles(of: all)))
  }

  /// Runs what a preparation says, in one transaction.
  package static func make(_ statements: [String], on link: PostgresLink) throws(StepFailure) {
    let work =
      link.opening(SQLTransaction.changing)
      + [
        SQLCommand("SET LOCAL statement_timeout = '20s'"),
        SQLCommand("SET LOCAL lock_timeout = 0"),
        SQLCommand("SET LOCAL client_min_messages = 'warning'"),
        SQLCommand("SELECT pg_advisory_xact_lock($1::bigint)", [lockKey]),
      ] + statements.map { SQLCommand($0) } + [SQLCommand("COMMIT")]
    let outcomes: [[SQLOutcome]]
    do throws(LinkError) {
      outcomes = try link.run([work, [SQLCommand("ROLLBACK")]])
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false)
    }
    for case .failed(let error) in outcomes.first ?? [] { throw StepFailure(error) }
    _ = link.takeNotices()
  }

  private static func roles(of standings: [ReceiptTables.Standing]) -> [String] {
    var roles: [String] = []
    for role in standings.map(\.role) where !roles.contains(where: { $0.isIdentical(to: role) }) {
      roles.append(role)
    }
    return roles
  }

  private static func grants(to roles: [String]) -> [String] {
    roles.map(SQLQuote.identifier).flatMap { name in
      [
        "GRANT USAGE ON SCHEMA runbook TO \(name)",
        "GRANT SELECT, INSERT ON runbook.receipt TO \(name)",
        "GRANT SELECT, INSERT, UPDATE ON runbook.lease TO \(name)",
      ]
    }
  }

  private static func refusal(_ message: String, _ statements: [String]) -> StepFailure {
    let oneLine = statements.map { statement in
      statement.pieces(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    return StepFailure(
      .refused, message,
      hint: "let the database's owner run: " + oneLine.joined(separator: "; ") + ";", code: "42501")
  }
}
