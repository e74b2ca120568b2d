import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookLogs
@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSandbox

/// A database with two systems' tables, of which one is backed up and then broken.
struct AuthDatabase: Sendable {
  let sql: SQLFixture
  let archive: String

  static let tables = ["user", "session", "token"]

  /// Keys, an identity, an owned sequence, a check, indexes of three sorts, a trigger, row security,
  /// grants, comments, statistics, a view on a view, and a reference from a table of the other system.
  static let objects = """
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE TABLE "user" (id text PRIMARY KEY, email varchar(50) NOT NULL UNIQUE, "aMood" mood,
      made timestamptz NOT NULL DEFAULT now());
    CREATE TABLE session (id serial PRIMARY KEY, "userId" text NOT NULL REFERENCES "user",
      token text UNIQUE CHECK (length(token) > 2), seen int GENERATED ALWAYS AS (id * 2) STORED);
    CREATE TABLE token (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      session int REFERENCES session ON DELETE CASCADE, parent int REFERENCES token, note text);
    CREATE TABLE users (id int PRIMARY KEY, auth text REFERENCES "user", name text);
    CREATE INDEX session_lower ON session (lower(token)) WHERE id > 3;
    CREATE INDEX ON token USING hash (note);
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN NEW.note := coalesce(NEW.note, '-'); RETURN NEW; END $$;
    CREATE TRIGGER touch BEFORE INSERT ON token FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE VIEW open_sessions AS SELECT s.id, u.email FROM session s JOIN "user" u ON u.id = s."userId";
    CREATE VIEW newest AS SELECT max(id) FROM open_sessions;
    ALTER TABLE session ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON session FOR SELECT TO reader USING ("userId" = current_user);
    GRANT SELECT, UPDATE (email) ON "user" TO reader;
    GRANT USAGE ON SEQUENCE session_id_seq TO reader;
    COMMENT ON TABLE session IS 'who is signed in';
    COMMENT ON COLUMN session.token IS 'secret';
    COMMENT ON INDEX session_lower IS 'for look-ups';
    CREATE STATISTICS session_stats ON "userId", token FROM session;
    ALTER TABLE "user" REPLICA IDENTITY FULL;
    INSERT INTO "user" SELECT 'u' || n, 'u' || n || '@x.de', 'good', '2025-01-01'
      FROM generate_series(1, 20) n;
    INSERT INTO session ("userId", token) SELECT 'u' || 1 + n % 20, E'tab\\t\\\\.' || n
      FROM generate_series(1, 50) n;
    INSERT INTO token (session, parent, note) SELECT 1 + n % 50, nullif(n / 3, 0), NULL
      FROM generate_series(1, 60) n;
    INSERT INTO users SELECT n, 'u' || n, 'name ' || n FROM generate_series(1, 10) n;
    """

  /// Made once: a database to copy, and its backup.
  private struct Original {
    let database: String
    let archive: String

    static let made: Original? = TestServer.shared.flatMap(Original.init)

    private init?(on server: TestServer) {
      server.psql("CREATE ROLE reader NOLOGIN", database: "postgres")
      database = server.makeDatabase()
      server.psql(AuthDatabase.objects, database: database)
      archive = "\(server.folder)/auth.dump"
      let dump = SpawnedProgram([
        "\(TestServer.programs)/pg_dump", "-Fc", "-f", archive, "-d", server.url(of: database),
      ])
      guard dump?.text() == "", FileManager.default.fileExists(atPath: archive) else { return nil }
    }
  }

  /// Another database, with its backup.
  init(sql: SQLFixture, archive: String) {
    self.sql = sql
    self.archive = archive
  }

  /// A copy, on a thread of its own: making it blocks.
  init() async throws {
    let database = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        guard let server = TestServer.shared, let original = Original.made else {
          return continuation.resume(returning: "")
        }
        continuation.resume(returning: server.makeDatabase(like: original.database))
      }
    }
    try #require(!database.isEmpty)
    sql = try await SQLFixture(database: database)
    archive = "\(sql.evidence)-backup.dump"
    try FileManager.default.copyItem(
      atPath: try #require(Original.made).archive, toPath: archive)
  }

  /// After this value the backup goes.
  func remove() {
    // What is left behind hurts no other test.
    try? FileManager.default.removeItem(atPath: archive)
    try? FileManager.default.removeItem(atPath: sql.evidence)
  }

  func snapshot() async throws -> CatalogSnapshot {
    try await sql.gateway.snapshot(of: "main", counting: .exact, in: sql.context(id: "look"))
  }

  /// The database held against what it was before.
  func comparison(
    with before: CatalogSnapshot, names: [String]? = tables
  ) async throws -> CatalogComparison {
    CatalogComparison(expected: before, actual: try await snapshot(), names: names)
  }

  /// Finds the way by the backup, and takes it.
  @discardableResult
  func restore(
    _ comparison: CatalogComparison, id: String = "restore", redactor: Redactor = .none
  ) async throws -> StepResult {
    try await restore(try await way(comparison), id: id, redactor: redactor)
  }

  func way(_ comparison: CatalogComparison) async throws -> RecoveryWay {
    let activity = WaysActivity(
      gateway: sql.gateway, environment: [:], source: "main",
      damage: try #require(CatalogDamage(CatalogDamage(comparison).value)), archive: archive,
      alembic: nil, revision: nil, runbookTables: [], preferred: nil)
    let result = try await activity.perform(in: sql.context(id: "ways"))
    return try #require(result.values["best"].flatMap { RecoveryWay($0) })
  }

  @discardableResult
  func restore(
    _ way: RecoveryWay, id: String = "restore", attempt: Int = 1, redactor: Redactor = .none
  ) async throws -> StepResult {
    try await sql.gateway.prepareReceipts("main")
    return try await activity(way, id: id).perform(
      in: sql.context(id: id, attempt: attempt, redactor: redactor))
  }

  func activity(_ way: RecoveryWay, id: String = "restore") -> RestoreActivity {
    let place = Place(file: "runbook.yaml", line: 1, column: 1)
    let body = Fields(
      [Fields.Field(name: "lock_timeout", place: place, value: .duration(.milliseconds(200)))],
      at: place)
    let step = Step(
      id: StepID(id), title: id, phase: .recovery, kind: "restore", body: body, place: place,
      options: StepOptions())
    return RestoreActivity(
      step: step, source: sql.connection, way: way, plan: RestorePlan(way), gateway: sql.gateway,
      environment: [:])
  }
}
