import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

struct ArchiveTests {
  @Test(arguments: [
    (
      ArchiveEntry(id: 1, kind: "TABLE", schema: "public", tag: "user"),
      ["table", "public", "user"]
    ),
    (ArchiveEntry(id: 1, kind: "TABLE DATA", schema: "public", tag: "my table"), nil),
    (
      ArchiveEntry(
        id: 1, kind: "FK CONSTRAINT", schema: "a b", tag: "my session my fk", table: "my session"),
      ["constraint", "a b", "my session", "my fk"]
    ),
    (ArchiveEntry(id: 1, kind: "SCHEMA", schema: nil, tag: "au th"), ["schema", "au th"]),
    (
      ArchiveEntry(id: 1, kind: "FUNCTION", schema: "public", tag: #"f(x)(integer, s."a(b)")"#),
      ["function", "public", "f(x)"]
    ),
    (ArchiveEntry(id: 1, kind: "ENCODING", schema: nil, tag: "ENCODING"), nil),
  ])
  func knowsWhatACatalogueCallsAnEntry(_ entry: ArchiveEntry, _ parts: [String]?) {
    #expect(entry.objectName == parts?.joined(separator: "\0"))
  }

  @Test(arguments: [
    ("table", #"public."my.table""#, ["table", "public", "my.table"]),
    ("constraint", #"s."a b"."c""d""#, ["constraint", "s", "a b", "c\"d"]),
    ("function", #"public."f(x)"(a integer, s."b(")"#, ["function", "public", "f(x)"]),
    ("schema", #""au th""#, ["schema", "au th"]),
  ])
  func callsAnObjectAsAnArchiveDoes(_ kind: String, _ identity: String, _ parts: [String]) {
    let object = CatalogObject(kind: kind, identity: identity, definition: "")
    #expect(object.archiveName == parts.joined(separator: "\0"))
  }

  private func head(
    _ filling: String?, schema: String = "public", tag: String
  ) throws -> ArchiveData.Head {
    try ArchiveData.Head(
      ArchiveEntry(id: 1, kind: "TABLE DATA", schema: schema, tag: tag, filling: filling))
  }

  @Test(arguments: [
    (
      #"COPY public."a (b)" (id, "x, y", "q""z") FROM stdin;"#, "a (b)",
      ["id", "\"x, y\"", "\"q\"\"z\""]
    ),
    ("COPY public.t  FROM stdin;", "t", []),
    ("COPY public.\"a\nb\" (\"c\nd\") FROM stdin;\n", "a\nb", ["\"c\nd\""]),
  ])
  func readsWhatRowsBeginWith(_ text: String, _ tag: String, _ columns: [String]) throws {
    guard case .rows(let copy) = try head(text, tag: tag).form else {
      return #expect(Bool(false), "no rows")
    }
    #expect(copy.columns == columns && copy.name == TableName(schema: "public", name: tag))
  }

  @Test(
    arguments: [
      (nil, "INSERT"), ("COPY public.other (a) FROM stdin;", "go to other"),
      ("COPY public.t FROM '/etc/passwd';", "not what pg_dump writes"),
      ("COPY public.t (a) FROM stdin; DROP TABLE t;", "not what pg_dump writes"),
      ("SELECT pg_catalog.setval('public.t', (SELECT 1), true);", "not what pg_dump writes"),
      ("SELECT pg_catalog.setval('public.other', 1, true);", "not what pg_dump writes"),
      ("SELECT evil();", "not what pg_dump writes"), ("", "not what pg_dump writes"),
    ] as [(String?, String)])
  func refusesRowsThatBeginOtherwise(_ text: String?, _ words: String) {
    let failure = #expect(throws: StepFailure.self) { try head(text, tag: "t") }
    #expect(failure?.record.message.holds(words) == true)
  }

  private struct Recorder: ArchiveData.Receiver {
    var text = ""
    mutating func begin(_ copy: CopyStatement) { text += "<\(copy.table)>" }
    mutating func receive(_ bytes: ArraySlice<UInt8>) {
      text += String(decoding: bytes, as: UTF8.self)
    }
    mutating func end() { text += "</>" }
    mutating func statement(_ text: String) { self.text += "{\(text)}" }
  }

  /// However the stream is cut, the same comes out.
  @Test(arguments: 1...40) func readsDataInPiecesOfAnySize(_ size: Int) throws {
    let stream = """
      SET client_encoding = 'UTF8';
      -- Data

      COPY public.a (x) FROM stdin;
      1
      \\\\.
      a\\.
      \\.

      COPY public."b
      \\." (x) FROM stdin;
      \\.

      SELECT pg_catalog.setval('public.s', 5, true);

      """
    var left = Array(stream.utf8)[...]
    let heads = [
      try head("COPY public.a (x) FROM stdin;\n", tag: "a"),
      try head("COPY public.\"b\n\\.\" (x) FROM stdin;\n", tag: "b\n\\."),
      try head("SELECT pg_catalog.setval('public.s', 5, true);\n", tag: "s"),
    ]
    let data = ArchiveData(
      next: {
        defer { left = left.dropFirst(size) }
        return left.isEmpty ? nil : Array(left.prefix(size))
      }, heads: heads)
    var recorder = Recorder()
    try data.read(into: &recorder)
    #expect(
      recorder.text
        == "<public.a>1\n\\\\.\na\\.\n</><public.\"b\n\\.\"></>{SELECT pg_catalog.setval('public.s', 5, true)}"
    )
  }

  @Test(arguments: [
    ("SET client_encoding = 'LATIN1';\n", "LATIN1"),
    ("SET standard_conforming_strings = off;\n", "standard_conforming_strings"),
    ("INSERT INTO t VALUES (1);\n", "table of contents"),
    ("COPY t (a) FROM stdin;\n1\n", "ended"),
    ("COPY t (a) FROM stdin;\n1\n\\.\nDROP TABLE t;\n", "table of"),
    ("COPY u (a) FROM stdin;\n\\.\n", "table of contents"), ("", "ended"),
    ("SET a = b; DROP TABLE t;\nCOPY t (a) FROM stdin;\n\\.\nCOPY t (a) FROM stdin;\n", "table of"),
  ])
  func refusesWhatIsNotInTheTableOfContents(_ stream: String, _ words: String) throws {
    var left: [UInt8]? = Array(stream.utf8)
    let data = ArchiveData(
      next: {
        defer { left = nil }
        return left
      }, heads: [try head("COPY t (a) FROM stdin;", tag: "t")])
    var recorder = Recorder()
    let failure = #expect(throws: StepFailure.self) { try data.read(into: &recorder) }
    #expect(failure?.record.message.holds(words) == true)
  }

  @Test func keepsABodyInSQLWhole() throws {
    let body = """
      CREATE FUNCTION public.f(a integer) RETURNS integer
          LANGUAGE sql
          BEGIN ATOMIC
       SELECT CASE WHEN (f.a > 1) THEN 2 ELSE 3 END AS "end";
       SELECT (f.a + 1);
      END
      """
    let atomic = "COMMENT ON FUNCTION public.f(a integer) IS 'BEGIN ATOMIC; is not one'"
    let script = try ArchiveScript("\(body);\n\n\n\(atomic);\n\nCREATE TABLE t (a int);\n")
    #expect(script.statements == [body, atomic, "CREATE TABLE t (a int)"])
  }

  @Test func leavesPsqlsOwnLinesAndSettingsOut() throws {
    let script = try ArchiveScript(
      """
      --
      -- PostgreSQL database dump
      --

      \\restrict abc

      SET statement_timeout = 0;
      SET default_tablespace = '';
      SELECT pg_catalog.set_config('search_path', '', false);

      --
      -- Name: f; Type: FUNCTION
      --

      CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$
      SELECT ';'
      $$;

      \\unrestrict abc

      """)
    #expect(
      script.statements == [
        "SET default_tablespace = ''",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$\nSELECT ';'\n$$",
      ])
  }

  @Test func readsForeignKeys() throws {
    let object = CatalogObject(
      kind: "constraint", identity: "public.a.fk", table: "public.a",
      definition:
        #"FOREIGN KEY (x, "y,z") REFERENCES public."b(c)"(u, "v)") MATCH FULL ON DELETE CASCADE"#
    )
    let key = try #require(ForeignKey(object))
    #expect(key.columns == ["x", #""y,z""#] && key.referencedColumns == ["u", #""v)""#])
    #expect(key.referenced == #"public."b(c)""# && key.isFull)
    #expect(ForeignKey(key.value) == key)
    #expect(
      key.orphanCondition(in: [key.referenced])
        == #"(child.x IS NOT NULL OR child."y,z" IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM "#
        + #"public."b(c)" AS parent WHERE parent.u = child.x AND parent."v)" = child."y,z")"#)
  }

  @Test(arguments: [
    ("CREATE TABLE session (id int REFERENCES \"user\")", "session", nil as String?),
    ("ALTER TABLE auth.session ADD COLUMN token text", "auth.session", "token"),
    ("CREATE INDEX i ON session (id)", "session", nil),
    ("ALTER TABLE session ADD CONSTRAINT c UNIQUE (id)", "session", nil),
  ])
  func knowsWhatAStatementMakes(_ sql: String, _ table: String, _ column: String?) throws {
    let object = try #require(MadeObject(sql))
    #expect(object.table.shown == table && object.column == column)
  }

  @Test(arguments: [
    "ALTER TABLE research_reports DROP COLUMN status", "DROP TABLE x", "SELECT 1", "nonsense",
    "ALTER TABLE t ADD COLUMN a int, DROP COLUMN b", "CREATE TABLE a (); CREATE TABLE b ()",
  ])
  func takesNothingElse(_ sql: String) { #expect(MadeObject(sql) == nil) }
}
