import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// Steps that declare a cursor and fetch from it: the statements of one step are one transaction.
@Suite(.serialized, .enabled(if: TestServer.isAvailable))
struct CursorTests {
  private func rows(_ result: StepResult) -> [[Value]] {
    result.values["rows"]?.listValue?.compactMap { $0.mapValue?.pairs.map(\.value) } ?? []
  }

  /// What the last statement that gives rows gives.
  @Test(
    arguments: [
      ("DECLARE c CURSOR FOR SELECT n FROM generate_series(1, 5) n; FETCH 2 FROM c", [[1], [2]]),
      (
        "DECLARE c CURSOR FOR SELECT n FROM generate_series(1, 5) n; FETCH 2 FROM c; FETCH 2 FROM c",
        [[3], [4]]
      ),
      (
        "DECLARE c CURSOR FOR SELECT n FROM generate_series(1, 5) n; MOVE 3 IN c; FETCH ALL FROM c",
        [[4], [5]]
      ),
      (
        "DECLARE c SCROLL CURSOR FOR SELECT 1 AS n UNION SELECT 2; FETCH LAST FROM c; FETCH PRIOR FROM c; CLOSE c",
        [[1]]
      ),
      ("DECLARE c CURSOR FOR SELECT 1 AS n; FETCH c; SELECT 7 AS n", [[7]]),
      (
        "DECLARE c CURSOR FOR SELECT n FROM generate_series(1, 5) n WHERE n > :least; FETCH ALL FROM c",
        [[4], [5]]
      ),
      ("DECLARE c CURSOR FOR SELECT :'least' AS n; FETCH c", [["3"]]),
      ("DECLARE c CURSOR FOR SELECT n FROM generate_series(1, 5) n; FETCH FORWARD 0 FROM c", []),
    ] as [(String, [[Value]])], [Phase.detection, .verification, .recovery])
  func aStepFetches(_ step: (String, [[Value]]), in phase: Phase) async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    let result = try await fixture.perform(step.0, phase: phase, values: ["least": 3])
    #expect(rows(result) == step.1, "\(step.0)")
  }

  /// A hostile value is a value in a cursor's query too.
  @Test(arguments: ["'; DROP TABLE t; --", "\\'", "x''y", "\u{0600}'"])
  func aValueStaysOne(_ value: String) async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql("CREATE TABLE t (a text)")
    for sql in [
      "DECLARE c CURSOR FOR SELECT :v::text AS a; FETCH c",
      "DECLARE c CURSOR FOR SELECT :'v' AS a; FETCH c",
    ] {
      #expect(
        rows(try await fixture.perform(sql, values: ["v": .string(value)])) == [[.string(value)]])
    }
    #expect(fixture.psql("SELECT to_regclass('t')") == "t")
  }

  /// A cursor is gone with its step, held or not.
  @Test(arguments: ["", "WITH HOLD"])
  func aCursorEndsWithItsStep(_ hold: String) async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    try await fixture.perform(
      "DECLARE c CURSOR \(hold) FOR SELECT 1 AS n; FETCH c", phase: .recovery)
    let failure = await failure {
      try await fixture.perform("FETCH c", phase: .recovery, id: "next")
    }
    #expect(failure?.record.code == "34000", "\(String(describing: failure))")
  }

  /// What a cursor's query changes is refused where nothing may be changed, and done once elsewhere.
  @Test func aCursorsQueryIsBoundToItsPhase() async throws {
    let fixture = try await SQLFixture()
    fixture.psql(
      """
      CREATE TABLE t (a int);
      CREATE FUNCTION put() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (1) RETURNING a'
      """)
    let sql = "DECLARE c CURSOR FOR SELECT put() AS a; FETCH c"
    let refused = await failure { try await fixture.perform(sql) }
    #expect(refused?.record.code == "25006", "\(String(describing: refused))")
    try await fixture.gateway.prepareReceipts("main")
    #expect(try await fixture.perform(sql, phase: .recovery).hasReceipt)
    #expect(try await fixture.perform(sql, phase: .recovery, attempt: 2).isFormer)
    #expect(fixture.psql("SELECT count(*) FROM t") == "1")
  }

  /// Values are written by the settings that hold while they are written: a cursor that changes them is refused.
  @Test func aCursorThatChangesHowValuesAreWrittenIsRefused() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    let sql = """
      DECLARE c CURSOR FOR SELECT 0.1::float8 AS x, set_config('extra_float_digits', '-10', false);
      FETCH c
      """
    #expect(await failure { try await fixture.perform(sql) } != nil)
  }
}
