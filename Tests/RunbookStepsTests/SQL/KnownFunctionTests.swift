import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// What a SELECT may change by the functions that it calls.
@Suite struct KnownFunctionTests {
  private static func traits(_ sql: String) throws -> SQLTraits {
    try #require(SQLParser.parse(sql).statements.first.map { SQLClassifier.traits(of: $0, sql) })
  }

  @Test(arguments: [
    ("SELECT 1", Effect.readOnly, [String]()),
    ("SELECT lower(name), count(*) FROM users GROUP BY 1", .readOnly, []),
    ("SELECT pg_catalog.lower('A')", .readOnly, []),
    ("SELECT extract(epoch FROM now())", .readOnly, []),
    ("SELECT f_that_writes()", .undetermined, ["f_that_writes"]),
    ("SELECT app.lower('pg_terminate_backend')", .undetermined, ["app.lower"]),
    ("SELECT * FROM users WHERE check_it(id)", .undetermined, ["check_it"]),
    ("WITH x AS (SELECT mend(1, 'now')) SELECT * FROM x", .undetermined, ["mend"]),
    ("SELECT pg_terminate_backend(1)", .mutating, ["pg_terminate_backend"]),
    ("SELECT setval('s', 1), nextval('s')", .mutating, ["setval", "nextval"]),
    ("SELECT public.dblink('x', 'DELETE')", .mutating, ["public.dblink"]),
    ("SELECT lo_unlink(1)", .mutating, ["lo_unlink"]),
    ("EXPLAIN ANALYZE SELECT f()", .undetermined, ["f"]),
    ("DELETE FROM users", .destructive, []),
  ])
  func tellsWhatACallMayChange(_ sql: String, _ effect: Effect, _ calls: [String]) throws {
    let traits = try Self.traits(sql)
    #expect(traits.effect(inReadOnly: false) == effect)
    #expect(traits.calls == calls)
  }

  @Test(arguments: [
    "SELECT pg_terminate_backend(1)", "SELECT pg_switch_wal()", "SELECT pg_promote()",
  ])
  func aChangeThatReadOnlyLetsThroughIsNamed(_ sql: String) throws {
    let traits = try Self.traits(sql)
    #expect(traits.changingCall == traits.calls.first)
    #expect(traits.effect(inReadOnly: true) == .mutating)
  }

  /// Held against the server's own catalogue: what it calls volatile is in the list with a reason.
  @Test(.enabled(if: TestServer.isAvailable))
  func theServersVolatileFunctionsAreNotHarmlessByChance() throws {
    let server = try #require(TestServer.shared)
    let names = server.psql(
      "SELECT string_agg(DISTINCT proname, ' ') FROM pg_proc "
        + "WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'v'",
      database: "postgres")
    let harmless = names.pieces(separatedBy: " ").map(String.init).filter {
      KnownFunctions.character(of: [$0]) == .harmless
    }
    // They tell something, wait, or hold a lock that the transaction's end gives back.
    let telling = [
      "pg_stat_get_", "pg_ls_", "pg_read_", "pg_sleep", "pg_control_", "pg_is_", "pg_last_",
      "pg_current_", "pg_logical_slot_peek_", "pg_get_", "pg_partition_", "pg_xact_", "_size",
      "_xact_lock", "txid_", "currval", "lastval", "random", "timeofday", "clock_timestamp",
      "gen_random_uuid", "set_config", "_pids", "_status", "_mappings", "_rules", "_settings",
      "_version", "_usage", "_xact", "_file", "_last_value",
    ]
    #expect(harmless.filter { name in !telling.contains { name.holds($0) } } == [])
  }
}
