import RunbookModel
import Testing

@testable import RunbookMigrations
@testable import RunbookSteps
@testable import RunbookSystem

struct SQLTemplateTests {
  /// `SCHEMA.TABLE @LINE` for each loss, and the reasons of what is not known.
  private static func read(_ sql: String) -> (losses: [String], open: [String], faults: [String]) {
    let reading = SQLJudge.read(sql, line: 1)
    return (
      reading.losses.map {
        ($0.isInAnySchema ? "*" : $0.schema ?? "-") + ".\($0.table ?? "?") @\($0.line)"
      }, reading.undetermined.map(\.reason), reading.unreadable.map(\.reason)
    )
  }

  @Test(arguments: [
    "${schema}", "{{ index .Options \"Namespace\" }}", "{{schema}}", "{{- .Schema -}}",
    "<%= schema %>",
    "#{schema}", "$(schema)", "@schema@", "%(schema)s", "%schema%", "[[schema]]", "{schema}",
    ":schema", ":\"schema\"", "\"${schema}\"", "\"{{ .Schema }}\"", "${env.schema}", "@@schema@@",
  ])
  func readsAStatementAroundAPlaceholder(placeholder: String) {
    let found = Self.read("SELECT 1;\nDROP TABLE \(placeholder).session;\nDROP TABLE account;")
    #expect(found.losses == ["*.session @2", "-.account @3"])
    #expect(found.open == [])
    #expect(found.faults == [])
  }

  @Test(arguments: ["${table}", "\"${table}\"", "${prefix}_session", "{{ .Table }}", ":table"])
  func saysThatANameIsOnlyKnownWhenItRuns(name: String) {
    #expect(
      Self.read("TRUNCATE \(name)").open.first?.begins(with: "the name of the table ") == true)
    let found = Self.read("DROP TABLE \(name);")
    #expect(found.losses == ["-.? @1"])
    #expect(found.open == ["the name of the table is only known when it runs"])
    #expect(found.faults == [])
  }

  @Test func passesOverWhatDirectsATool() {
    let found = Self.read(
      """
      {% if drop %}
      DROP TABLE a;
      {% endif %}
      {{ if .Old }}
      DROP TABLE b;
      {{ end }}
      <% old.each do |x| %>
      DROP TABLE c;
      <% end %>
      {# DROP TABLE no; #}
      """)
    #expect(found.losses == ["-.a @2", "-.b @5", "-.c @8"])
    #expect(found.faults == [])
  }

  @Test func readsWhatPsqlAndADumpHave() {
    let found = Self.read(
      """
      \\set ON_ERROR_STOP on
      \\restrict abc
      COPY public.t (a, b) FROM stdin;
      1\tit's
      DROP TABLE no;
      \\.

      \\ir more.sql
      DROP TABLE a;
      """)
    #expect(found.losses == ["-.a @9"])
    #expect(found.open == ["what psql does by `\\ir` is not read"])
    #expect(found.faults == [])
  }

  /// What comes after it is of another database; that it is lost is told all the same.
  @Test func saysThatPsqlGoesToAnotherDatabase() {
    let found = Self.read("\\connect x\nDROP TABLE b")
    #expect(found.losses == ["-.b @2"])
    #expect(found.open == ["what psql does by `\\connect` is not read"])
  }

  @Test(arguments: [
    "SELECT '{\"a\": 1}'::jsonb, $${\"a\": 1}$$, ARRAY['{b}'];\nDROP TABLE a;",
    "INSERT INTO t VALUES ('${x}', '{{y}}');\nDROP TABLE a;",
    "SELECT 5 % 3, a @> b, x::text FROM y;\nDROP TABLE a;",
  ])
  func leavesAloneWhatIsSQL(sql: String) {
    let found = Self.read(sql)
    #expect(found.losses == ["-.a @2"])
    #expect(found.open == [] && found.faults == [])
  }

  @Test func tellsTheStatementAsItIsWritten() {
    let losses = SQLJudge.read("DROP TABLE ${schema}.session").losses
    #expect(losses.map(\.text) == ["DROP TABLE ${schema}.session"])
  }
}
