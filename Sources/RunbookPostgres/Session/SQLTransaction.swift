/// What stands around a step's statements.
package enum SQLTransaction {
  /// How a transaction is opened that may change something.
  package static let changing = "ISOLATION LEVEL READ COMMITTED READ WRITE"
  package static let rollback = [SQLCommand("ROLLBACK")]
  /// Nothing that a step sets, prepares or locks outlives it.
  package static let reset = [SQLCommand("DISCARD ALL")]
  /// The same within a transaction, and what waits for the commit is done before: where a pooler hands the
  /// session on, that is the last that is ours of it. Statements that were prepared are the pooler's.
  package static let pooledReset = [
    SQLCommand("SET CONSTRAINTS ALL IMMEDIATE"), SQLCommand("RESET SESSION AUTHORIZATION"),
    SQLCommand("RESET ROLE"), SQLCommand("CLOSE ALL"),
    SQLCommand("UNLISTEN *"),
    SQLCommand("DISCARD TEMP"), SQLCommand("SELECT pg_catalog.pg_advisory_unlock_all()"),
    SQLCommand("RESET ALL"),
  ]
}

extension PostgresLink {
  /// What ends a step's session; a pooler's is not ours to reset.
  package var reset: [SQLCommand] { facts.isPooled ? [] : SQLTransaction.reset }
}
