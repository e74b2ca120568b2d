import RunbookModel
import Testing

@testable import RunbookEngine
@testable import RunbookLogs
@testable import RunbookMigrations
@testable import RunbookPostgres
@testable import RunbookSteps

/// What a gate shows of a step whose values are not known yet, kind by kind.
struct WrittenWorkTests {
  private static func written(
    _ kind: some StepKind, _ body: KeyValuePairs<String, FieldValue>
  ) -> [String] {
    kind.spec.work.written(in: KindFixture.step(kind.spec.name, body))
      .map { "\($0.language.rawValue): \($0.text)" }
  }

  @Test func isTheTextOrTheFileOfTheStep() {
    let text = KindFixture.text
    let file = FieldValue.file(
      path: SourceText("a.sql", at: KindFixture.place, layout: .line),
      contents: SourceText("DROP TABLE t", at: KindFixture.place, layout: .line))
    let sql = SQLKind(gateway: PostgresGateway(now: { .epoch }))
    #expect(
      Self.written(sql, ["lock_timeout": .duration(.seconds(1)), "file": file])
        == ["sql: DROP TABLE t"])
    #expect(Self.written(sql, ["text": text("SELECT 1")]) == ["sql: SELECT 1"])
    #expect(
      Self.written(ShellKind(environment: [:]), ["script": text("ls"), "interpreter": text("sh")])
        == ["shell: ls"])
    #expect(
      Self.written(
        ManualKind(operator: ActivityContractTests.Nobody()), ["instruction": text("look")]) == [
          "text: look"
        ])
    #expect(Self.written(LogKind(), ["format": text("json"), "path": text("/l")]) == ["text: /l"])
    #expect(Self.written(MigrationsKind(environment: [:]), ["path": text("/m")]) == ["text: /m"])
  }

  @Test func namesTheMethodOfARequest() {
    let text = KindFixture.text
    #expect(
      Self.written(HTTPKind(now: { .epoch }), ["body": text("b"), "post": text("http://h/")])
        == ["http: POST http://h/"])
    #expect(Self.written(HTTPKind(now: { .epoch }), ["body": text("b")]).isEmpty)
  }

  @Test func onlySQLKeepsReceipts() {
    let kinds: [any StepKind] = [
      ShellKind(environment: [:]), HTTPKind(now: { .epoch }),
      ManualKind(operator: ActivityContractTests.Nobody()),
      LogKind(),
      MigrationsKind(environment: [:]),
    ]
    #expect(kinds.allSatisfy { !$0.spec.keepsReceipts })
    #expect(SQLKind(gateway: PostgresGateway(now: { .epoch })).spec.keepsReceipts)
  }
}
