import Foundation
import RunbookTestSupport
import Testing

/// A database of its own on the tests' server: one that is not the program's.
struct Database: Sendable {
  let name: String
  private let server: TestServer

  init(_ setup: String = "") throws {
    server = try #require(TestServer.shared)
    name = server.makeDatabase()
    if !setup.isEmpty { query(setup) }
  }

  /// For the program.
  var environment: [String: String] { ["DATABASE_URL": server.url(of: name)] }

  /// As a URL with a password; the server asks for none.
  func url(password: String) -> String {
    "postgresql://test:\(password)@/\(name)?host=\(server.folder)&port=\(server.port)"
  }

  @discardableResult
  func query(_ sql: String) -> String { server.psql(sql, database: name) }

  /// How many rows were ever written, those of the catalogue included.
  ///
  /// A session's numbers are counted when it has ended, which is waited for.
  func writes() -> String {
    query(
      """
      DO $$ BEGIN
        WHILE EXISTS (
          SELECT FROM pg_stat_activity WHERE datname = current_database()
          AND pid <> pg_backend_pid() AND backend_type = 'client backend') LOOP
          PERFORM pg_stat_clear_snapshot();
        END LOOP;
      END $$
      """)
    return query(
      """
      SELECT tup_inserted + tup_updated + tup_deleted FROM pg_stat_database
      WHERE datname = current_database()
      """)
  }

  /// How many of its sessions run a statement like this one.
  func statements(like pattern: String) -> String {
    query("SELECT count(*) \(Self.running(pattern))")
  }

  /// Returns when a session runs a statement like this one.
  func awaitStatement(_ pattern: String) {
    query(
      """
      DO $$ BEGIN
        WHILE NOT EXISTS (SELECT \(Self.running(pattern))) LOOP
          PERFORM pg_stat_clear_snapshot();
        END LOOP;
      END $$
      """)
  }

  private static func running(_ pattern: String) -> String {
    """
    FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND state = 'active' AND query LIKE '\(pattern)'
    """
  }

  var hasReceipts: Bool { query("SELECT to_regnamespace('runbook') IS NOT NULL") == "t" }
}
