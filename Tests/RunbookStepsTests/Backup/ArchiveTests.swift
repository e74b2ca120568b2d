import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSteps

struct ArchiveTests {
  @Test(arguments: [
    ("215; 1259 16386 TABLE public user postgres", "TABLE", "public", "user", "table public user"),
    ("3; 0 0 TABLE DATA public my table me", "TABLE DATA", "public", "my table", nil),
    (
      "9; 2606 5 FK CONSTRAINT public session session_fk me", "FK CONSTRAINT", "public",
      "session session_fk", "constraint public session session_fk"
    ),
    ("4; 2615 2 SCHEMA - auth me", "SCHEMA", nil, "auth", "schema auth"),
    (
      "5; 1255 7 FUNCTION public f(integer, text) me", "FUNCTION", "public", "f(integer, text)",
      "function public f"
    ),
    ("6; 0 0 ENCODING - ENCODING ", "ENCODING", nil, "ENCODING", nil),
  ])
  func readsALineOfTheContents(
    _ line: String, _ kind: String, _ schema: String?, _ tag: String, _ object: String?
  ) throws {
    let entry = try #require(ArchiveEntry(line: line[...]))
    #expect(entry.kind == kind && entry.schema == schema && entry.tag == tag)
    #expect(entry.objectName == object)
  }

  @Test(arguments: ["", ";", "; Archive created at", "x; 1 2 TABLE a b c", "7; TABLE a b"])
  func overlooksOtherLines(_ line: String) { #expect(ArchiveEntry(line: line[...]) == nil) }

  @Test func readsAColumnListWithQuotes() throws {
    let copy = try #require(CopyStatement(#"COPY public."a (b)" (id, "x, y", "q""z") FROM stdin;"#))
    #expect(copy.table == #"public."a (b)""#)
    #expect(copy.columns == ["id", #""x, y""#, #""q""z""#])
    #expect(CopyStatement("COPY public.t FROM stdin;") == nil)
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

      COPY public.b (x) FROM stdin;
      \\.

      SELECT pg_catalog.setval('public.s', 5, true);

      """
    var left = Array(stream.utf8)[...]
    let data = ArchiveData(next: {
      defer { left = left.dropFirst(size) }
      return left.isEmpty ? nil : Array(left.prefix(size))
    })
    var recorder = Recorder()
    try data.read(into: &recorder)
    #expect(
      recorder.text
        == "<public.a>1\n\\\\.\na\\.\n</><public.b></>{SELECT pg_catalog.setval('public.s', 5, true)}"
    )
  }

  @Test(arguments: [
    ("SET client_encoding = 'LATIN1';\n", "LATIN1"),
    ("INSERT INTO t VALUES (1);\n", "INSERT"), ("COPY t (a) FROM stdin;\n1\n", "ended"),
  ])
  func refusesWhatItCannotStream(_ stream: String, _ word: String) {
    var left: [UInt8]? = Array(stream.utf8)
    let data = ArchiveData(next: {
      defer { left = nil }
      return left
    })
    var recorder = Recorder()
    let failure = #expect(throws: StepFailure.self) { try data.read(into: &recorder) }
    #expect(failure?.record.message.holds(word) == true)
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
      key.orphanCondition()
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
