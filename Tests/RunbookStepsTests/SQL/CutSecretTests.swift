import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// A server cuts what it quotes of the values that it was given.
@Suite(.enabled(if: TestServer.isAvailable))
struct CutSecretTests {
  private static let secret =
    "correcthorse-battery-Staple-it-is-a-long-one-and-goes-on-well-over-the-length-of-a-name-9876543210"
  private static let fixture = """
    CREATE TABLE account (id int CHECK (id > 1), note text, rest text UNIQUE);
    CREATE TYPE mood AS ENUM ('ok');
    CREATE FUNCTION cut(text) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN RAISE NOTICE 'got "%..."', left($1, 6) USING DETAIL = left($1, 6); END $$;
    CREATE FUNCTION run(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE $1; END $$
    """

  static let statements = [
    "INSERT INTO account VALUES (1, :pw, 'x')", "INSERT INTO account VALUES (1, :'pw', 'x')",
    "INSERT INTO account VALUES (1, substr(:pw, 20), 'x')",
    "SELECT :pw::mood", "SELECT :pw::int", "SELECT (:pw::text)::json",
    "SELECT ('{\"k\":\"' || :pw || '\" x }')::json",
    "SELECT ('[' || :pw || ']')::jsonb", "SELECT xmlparse(document :pw)",
    "SELECT cut(:pw); SELECT 1/0", "SELECT cut(:pw)", "SELECT run(:pw)",
    "SELECT run('SELECT 1 AS \"' || :pw || '\"')", "SELECT run('SELECT ' || :pw)",
    "SELECT run('SELECT nothing.' || translate(:pw, '-', '_'))", "SELECT :pw::name AS n",
    "SELECT repeat('x', 55) || :pw AS t, (repeat('x', 55) || :pw)::name AS n",
    "SELECT left(:pw, 30) AS n",
    "SELECT substr(:pw, 30) AS n",
    "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid() AND :pw <> ''",
    "SELECT :pw::point", "SELECT :pw::inet", "SELECT to_timestamp(:pw, 'YYYY')",
    "SELECT :pw::regclass",
    "SELECT ('{' || :pw)::int[]",
  ]

  @Test(arguments: statements) func isShownNowhere(_ sql: String) async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql(Self.fixture)
    let redactor = Redactor(secrets: [Self.secret])
    var told: [String?] = []
    do {
      let activity = try fixture.activity(
        sql, phase: .recovery, values: ["pw": .string(Self.secret)], effect: .mutating)
      let result = try await activity.perform(in: fixture.context(redactor: redactor))
      told += result.notices
      told += result.values["rows"]?.listValue?.map { redactor.redact($0).json } ?? []
    } catch let failure as StepFailure {
      let record = failure.record
      told += [record.message, record.detail, record.hint] + (failure.partial?.notices ?? [])
    }
    told += fixture.lines.texts
    let all = told.compactMap(\.self).joined(separator: "\n").lowercased()
    #expect(!all.isEmpty)
    let secret = Array(Self.secret.lowercased().utf8)
    for start in 0...(secret.count - 8) {
      let part = String(decoding: secret[start..<start + 8], as: UTF8.self)
      #expect(!all.holds(part), "\(all)")
    }
    for part in ["correc\"", "\"correc", "correc..."] { #expect(!all.holds(part), "\(all)") }
  }

  @Test func isToldWhereNoValueIsASecret() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql(Self.fixture)
    let activity = try fixture.activity(
      "INSERT INTO account VALUES (1, :v, 'x')", phase: .recovery, values: ["v": "word"])
    let failure = await failure {
      try await activity.perform(in: fixture.context(redactor: Redactor(secrets: [Self.secret])))
    }
    #expect(failure?.record.detail?.holds("(1, word, x)") == true)
  }

  @Test func saysThatDetailsAreWithheld() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql(Self.fixture)
    let activity = try fixture.activity(
      Self.statements[0], phase: .recovery, values: ["pw": .string(Self.secret)])
    let failure = await failure {
      try await activity.perform(in: fixture.context(redactor: Redactor(secrets: [Self.secret])))
    }
    #expect(failure?.record.detail == ServerWords.withheld)
    #expect(failure?.record.message.holds("violates check constraint") == true)
  }
}
