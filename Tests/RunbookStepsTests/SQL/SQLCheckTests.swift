import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookPostgres

struct SQLCheckTests {
  @Test(arguments: [
    ("DELETE FROM t", 410), ("WITH d AS (DELETE FROM t RETURNING 1) SELECT * FROM d", 410),
    ("EXPLAIN ANALYZE UPDATE t SET a = 1", 410), ("SELECT 1 INTO t2", 410),
    ("SELECT * FROM t FOR UPDATE", 410), ("CREATE TABLE x (a int)", 410), ("BEGIN", 411),
    ("COMMIT", 411), ("SET TRANSACTION READ WRITE", 411), ("SET transaction_read_only = off", 411),
    ("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", 411),
    ("COPY t TO PROGRAM 'sh'", 412), ("COPY t TO '/tmp/t'", 412), ("COPY t TO STDOUT", 413),
    ("DO $$ BEGIN END $$", 414), ("CALL p()", 414), ("SELECT 1; selec", 400), ("-- nothing", 401),
    ("SELECT :nme", 404), ("VACUUM", 410), ("EXECUTE p", 410),
  ])
  func refusesInDetection(sql: String, code: Int) {
    let found = check(sql, names: ["name"])
    #expect(found.map(\.code) == [DiagnosticCode(code)], "\(found)")
  }

  @Test(arguments: [
    "SELECT 1", "EXPLAIN DELETE FROM t", "SHOW search_path", "SET search_path = ''",
    "SELECT ':nothing', $$:nothing$$, a::text, a[1:2] FROM t -- :nothing", "VALUES (1)",
    "SELECT a[i:j] FROM t", "SELECT ARRAY[:name, :name]", "DECLARE c CURSOR FOR SELECT 1; FETCH c",
  ])
  func allowsInDetection(sql: String) {
    #expect(check(sql, names: ["name"]).isEmpty)
  }

  @Test func tellsThePlaceOfTheStatement() {
    let found = check("-- é\nSELECT 'é';\n  /* x */ DELETE FROM t WHERE a = 1")
    #expect(
      found.first?.place == Place(file: "runbook.yaml", line: 13, column: 17, length: 6))
  }

  @Test func tellsThePlaceOfASyntaxError() {
    let found = check("SELECT 'é' FROM )")
    #expect(found.first?.place == Place(file: "runbook.yaml", line: 11, column: 23, length: 1))
  }

  /// What a text may have is bounded, as what PostgreSQL's parser makes of it is a hundred times as much.
  @Test(arguments: [
    ("SELECT 1", ",1", SQLText.largestSize + 1), ("SELECT 1", ",1", 2 * SQLText.mostTokens),
    ("SELECT 1 -- ", "x", SQLText.largestSize + 1), ("SELECT 1 ", "+1", 2 * SQLText.mostTokens),
    ("SELECT ", "(", 2 * SQLText.mostTokens),
  ])
  func refusesMoreThanCanBeReadAtOnce(start: String, piece: String, size: Int) {
    let count = (size - start.utf8.count) / piece.utf8.count + 1
    let found = check(start + String(repeating: piece, count: count))
    #expect(found.map(\.code) == [.sqlTooLarge])
    #expect(found.first?.place?.line == 11)
  }

  @Test func takesALongLiteral() {
    let literal = String(repeating: "ab,", count: SQLText.largestSize / 3 - 10)
    #expect(check("SELECT '\(literal)'").isEmpty)
  }

  @Test func namesALongTokenInPart() {
    let found = check("SELECT 1 FROM '" + String(repeating: "é", count: 100_000) + "'")
    #expect(found.map(\.code) == [.sqlSyntax])
    #expect((found.first?.message.utf8.count ?? 0) < 500)
    #expect(found.first?.message.begins(with: "syntax error at or near") == true)
  }

  @Test func offersTheNearestName() {
    #expect(
      check("SELECT :protcted", names: ["protected"]).first?.hint == "did you mean 'protected'?")
  }

  @Test func wantsQuotingInUtilityStatements() {
    let found = check("CREATE ROLE x PASSWORD :name", phase: .recovery, names: ["name"])
    // PostgreSQL's grammar has no parameter there at all, so it is an error of syntax.
    #expect(found.first?.severity == .error)
    let other = check("CREATE VIEW v AS SELECT :name", phase: .recovery, names: ["name"])
    #expect(other.map(\.code) == [.sqlParameterInUtility])
    #expect(other.first?.hint?.holds(":'name'") == true)
    #expect(check("CREATE ROLE x PASSWORD :'name'", phase: .recovery, names: ["name"]).isEmpty)
  }

  @Test func wantsNoTransactionWhereThereCannotBeOne() {
    #expect(check("VACUUM t", phase: .recovery).map(\.code) == [.sqlNeedsNoTransaction])
    let none = [("transaction", FieldValue.text(.plain("none")))]
    #expect(check("VACUUM t", phase: .recovery, fields: none).isEmpty)
    #expect(check("SELECT 1", fields: none).map(\.code) == [.sqlNoTransactionHere])
  }

  /// It is another transaction than the step's that they end.
  @Test(arguments: ["COMMIT PREPARED 'x'", "ROLLBACK PREPARED :'gid'"])
  func takesTheEndOfAPreparedTransaction(sql: String) {
    let none = [("transaction", FieldValue.text(.plain("none")))]
    #expect(check(sql, phase: .recovery, names: ["gid"], fields: none).isEmpty)
    #expect(
      check(sql, phase: .recovery, names: ["gid"]).map(\.code) == [.sqlNeedsNoTransaction])
    #expect(!check(sql, names: ["gid"]).isEmpty)
  }

  @Test(arguments: ["PREPARE TRANSACTION 'x'", "ROLLBACK", "COMMIT AND CHAIN", "SAVEPOINT x"])
  func refusesWhatControlsTheStepsOwnTransaction(sql: String) {
    let none = [("transaction", FieldValue.text(.plain("none")))]
    #expect(
      check(sql, phase: .recovery, fields: none).map(\.code).contains(.sqlTransactionControl))
  }

  @Test func allowsTrialsOnlyWhereTheyBelong() {
    #expect(check("DELETE FROM t", phase: .verification, trial: true).isEmpty)
    #expect(check("DELETE FROM t", phase: .detection, trial: true).map(\.code) == [.sqlTrialPhase])
    #expect(
      check("COMMIT", phase: .verification, trial: true).map(\.code) == [.sqlTransactionControl])
  }

  /// What cannot be seen, or is not rolled back, is not tried where nobody is asked.
  @Test(arguments: [
    "DO $$ BEGIN PERFORM dblink_exec('', ''); END $$", "DO $$ BEGIN END $$", "CALL p()",
    "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT pg_temp.f()",
    "SELECT f(1)", "INSERT INTO t SELECT public.lower('x')", "SELECT setval('s', 1)",
    "COPY t TO PROGRAM 'cat'",
  ])
  func triesInVerificationOnlyWhatIsKnown(_ sql: String) {
    #expect(check(sql, phase: .verification, trial: true).map(\.code) == [.sqlTrialKeeps], "\(sql)")
  }

  @Test(arguments: [
    ("DO $$ BEGIN DROP TABLE t; END $$", true), ("CALL p()", false), ("SELECT f(1)", false),
    ("DO $$ BEGIN PERFORM dblink_exec('', ''); END $$", false),
    ("DO $$ BEGIN COPY t TO PROGRAM 'cat'; END $$", false),
  ])
  func triesInSafeguardsWhatItsTextShows(_ sql: String, _ isAllowed: Bool) {
    #expect(check(sql, phase: .safeguards, trial: true).isEmpty == isAllowed, "\(sql)")
  }

  /// Names of settings are compared as PostgreSQL does, whatever their case and however they are written.
  @Test(arguments: [
    "SET ROLE x", "SET \"Role\" = x", "RESET \"Role\"", "SET U&\"\\0052ole\" = x",
    "SET LOCAL \"ROLE\" = x",
    "SET SESSION AUTHORIZATION x", "SET \"Session_Authorization\" = x", "RESET ALL",
    "SELECT set_config('role', 'x', false)", "SELECT pg_catalog.set_config('RoLe', :'name', true)",
    "SELECT 1 WHERE lower(set_config('role', 'x', false)) = ''", "SET :\"name\" = 'x'",
    "SELECT set_config('ro' || 'le', 'x', false)", "SELECT set_config(:name, 'x', false)",
    "SELECT set_config(:'name', 'x', false)",
    "SELECT set_config(new_value => 'x', setting_name => 'role', is_local => false)",
  ])
  func refusesAnotherRoleWhereARoleProtects(sql: String) {
    let found = check(sql, names: ["name"], readOnlyRole: "reader")
    #expect(found.map(\.code) == [.sqlRoleChange], "\(sql)")
    #expect(check(sql, names: ["name"]).isEmpty, "\(sql)")
  }

  @Test(arguments: [
    "SET search_path = 'role'", "SELECT set_config('search_path', 'role', true)", "SHOW role",
    "SELECT 'set_config(''role'', 1, 2)'", "SELECT current_setting('role')",
  ])
  func letsOtherSettingsBe(sql: String) {
    #expect(check(sql, readOnlyRole: "reader").isEmpty)
  }

  @Test(arguments: [
    "SET standard_conforming_strings = off", "SET \"Standard_Conforming_Strings\" TO 'off'",
    "RESET standard_conforming_strings", "SET LOCAL client_encoding = 'SJIS'", "SET NAMES 'LATIN1'",
    "SELECT set_config('STANDARD_CONFORMING_STRINGS', 'off', true)", "SET backslash_quote = on",
    "SELECT set_config('client_encoding', :name, true)",
    "SET standard_conforming_strings TO DEFAULT",
  ])
  func refusesToHaveSQLReadOtherwise(sql: String) {
    #expect(
      check(sql, phase: .recovery, names: ["name"]).map(\.code) == [.sqlReadingSetting], "\(sql)")
  }

  @Test(arguments: [
    "SET extra_float_digits = 0", "SET LOCAL extra_float_digits TO '-3'",
    "RESET extra_float_digits",
    "SET bytea_output = 'escape'", "SET array_nulls = off", "SET intervalstyle = iso_8601",
    "SELECT set_config('IntervalStyle', 'sql_standard', true)", "SET XML OPTION DOCUMENT",
    "SELECT set_config('bytea_output', :name, true)", "SET transform_null_equals = on",
    "SET DateStyle = 'German'", "SET datestyle = SQL, DMY", "SET DateStyle TO DEFAULT",
    "SET quote_all_identifiers = on", "SELECT 1 FROM set_config('extra_float_digits', '0', false)",
  ])
  func refusesToHaveValuesWrittenOtherwise(sql: String) {
    for phase in [Phase.detection, .recovery] {
      #expect(
        check(sql, phase: phase, names: ["name"]).map(\.code) == [.sqlReadingSetting], "\(sql)")
    }
  }

  @Test(arguments: [
    "SET extra_float_digits = 3", "SELECT set_config('extra_float_digits', '3', true)",
    "SET bytea_output = hex", "SET DateStyle = 'ISO, DMY'", "SET DateStyle = ISO, MDY",
    "SET datestyle = 'ymd'", "SET IntervalStyle = postgres", "SET array_nulls = on",
    "SET XML OPTION CONTENT", "SET statement_timeout = 0", "SET TimeZone = 'UTC'",
  ])
  func letsValuesBeWrittenAsTheyAre(sql: String) {
    #expect(check(sql, phase: .recovery).isEmpty, "\(sql)")
  }

  /// As pg_dump begins its scripts.
  @Test func letsTheSettingsBeWhatTheyAre() {
    let sql =
      "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET xmloption = content"
    #expect(check(sql, phase: .recovery).isEmpty)
  }

  @Test(arguments: ["SET \"Transaction_Read_Only\" = off", "RESET \"TRANSACTION_ISOLATION\""])
  func knowsTransactionControlInAnyCase(sql: String) {
    #expect(check(sql).map(\.code) == [.sqlTransactionControl])
  }

  /// PostgreSQL's scanner reads a run of operator signs anew at each comment's beginning in it.
  @Test(
    .timeLimit(.minutes(15)),
    arguments: [
      String(repeating: "/*", count: 100_000), String(repeating: "/**/", count: 100_000),
      "SELECT 1" + String(repeating: "+", count: 200_000) + "1",
      "SELECT " + String(repeating: "+-", count: 100_000) + "1",
      "SELECT '" + String(repeating: "/*", count: 100_000) + "'",
      String(repeating: "/* ", count: 100_000),
      "SELECT 1 /" + String(repeating: "*/", count: 100_000),
      String(repeating: "/*", count: 2_000) + String(repeating: "*/", count: 2_000) + "SELECT 1",
    ])
  func readsNestedCommentsInLinearTime(sql: String) { _ = check(sql) }

  @Test(arguments: [
    "/" + String(repeating: "*", count: 100_000) + "/ SELECT 1",
    "--" + String(repeating: "-=+/", count: 2_000) + "\nSELECT 1",
    String(repeating: "-- +----+----+\n", count: 20_000) + "SELECT 1",
    String(repeating: "/*", count: 1_000) + " a " + String(repeating: "*/", count: 1_000)
      + " SELECT 1",
  ])
  func readsCommentsThatPeopleWrite(sql: String) {
    #expect(check(sql).isEmpty, "\(sql.utf8.count)")
  }

  @Test(arguments: [
    "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE RETURNING t.a",
    "SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a int PATH '$.a')) AS j",
  ])
  func warnsOfNewerSyntax(sql: String) {
    let found = check("SELECT 1; " + sql, phase: .recovery)
    #expect(found.map(\.code) == [.sqlNewer])
    #expect(found.first?.severity == .warning)
    #expect(found.first?.place?.column == 17)
  }

  @Test(arguments: [
    "SELECT " + String(repeating: "1+", count: 100_000) + "1",
    "SELECT " + String(repeating: "(", count: 100_000),
    "SELECT a" + String(repeating: "[1", count: 100_000),
    String(repeating: "SELECT 1 UNION ", count: 40_000) + "SELECT 1",
    String(repeating: "CASE ", count: 30_000), "SELECT " + String(repeating: "- ", count: 40_000),
    "'", "\"", "$$", "/*", "\u{0}", "SELECT :", ":'", ":\"\"", "::", "U&'\\0000'", "E'\\xff'",
    String(repeating: "; ", count: 50_000), "\u{FEFF}SELECT 1", "SELECT 1 \u{1F600}",
  ])
  func survivesHostileText(sql: String) { _ = check(sql, names: ["a"]) }

  /// PostgreSQL has a column there, this program a value.
  @Test(arguments: [
    "SELECT a[1:n] FROM t", "SELECT a[i:n] FROM t", "SELECT (ARRAY[1, 2])[f(1):n]",
    "SELECT a[b[1]:n] FROM t", "SELECT a[$1:n] FROM t",
  ])
  func saysThatASliceMayBeAValue(sql: String) {
    let found = check(sql, names: ["n"])
    #expect(found.map(\.code) == [.sqlSlice], "\(sql)")
    #expect(found.first?.hint == "write [… : :n] for the value, or [… : n] for a column")
    // Where nothing has that name it is a column.
    #expect(!check(sql).contains { $0.code == .sqlSlice })
  }

  @Test(arguments: [
    "SELECT a[1: :n] FROM t", "SELECT a[1: n] FROM t", "SELECT a[:n] FROM t",
    "SELECT a[:n:2] FROM t",
    "SELECT a[1:2] FROM t", "SELECT a[1::int] FROM t",
  ])
  func takesSlicesThatAreClear(sql: String) {
    #expect(check(sql, names: ["n"]).isEmpty, "\(sql)")
  }

  /// What a gate is asked for by is what the step's text says, before its values are known.
  @Test(arguments: [
    ("SELECT 1", Effect.readOnly), ("INSERT INTO t VALUES (:n)", .mutating),
    ("DROP TABLE :\"n\"", .destructive), ("SELECT 1; DELETE FROM t", .destructive),
    ("DO 'x'", .undetermined), ("SELECT a[1:n] FROM t", .readOnly),
  ])
  func tellsTheEffectWithoutValues(sql: String, effect: Effect) {
    let kind = SQLKind(gateway: PostgresGateway { .epoch })
    #expect(kind.effect(of: Step.sql(sql, phase: .recovery)) == effect)
    #expect(kind.effect(of: Step.sql("SELECT FROM FROM", phase: .recovery)) == nil)
  }

  @Test func takesLongListsThatAreNotDeep() {
    let values = (0..<10_000).map { "(\($0), 'x')" }.joined(separator: ", ")
    #expect(check("INSERT INTO t VALUES " + values, phase: .recovery).isEmpty)
  }

  private func check(
    _ sql: String, phase: Phase = .detection, names: Set<String> = [], trial: Bool = false,
    fields: [(String, FieldValue)] = [], readOnlyRole: String? = nil
  ) -> [Diagnostic] {
    let step = Step.sql(sql, phase: phase, trial: trial, fields: fields)
    let place = Place(file: "runbook.yaml", line: 1, column: 1)
    let connection = Runbook.Connection(
      name: "main", place: place, kind: "postgres",
      url: SourceText("postgres://h/d", at: place, layout: .line), readOnlyRole: readOnlyRole)
    let runbook = Runbook(
      name: "r", title: "r", severity: .low, connections: [connection], steps: [step], sources: [],
      folder: "/",
      fileName: "runbook.yaml")
    return SQLKind(gateway: PostgresGateway { .epoch })
      .check(step, in: CheckContext(runbook: runbook, valueNames: names))
  }
}
