import RunbookModel
import RunbookSyntax
import Testing

@Suite("Reading a runbook")
struct ReadingTests {
  private func whole() throws -> Runbook {
    try Fixture.reader.read(text: Fixture.whole, fileName: "runbook.yaml").runbook
  }

  @Test func readsTheHead() throws {
    let runbook = try whole()
    #expect(runbook.name == "auth-tables-dropped")
    #expect(runbook.summary == "Use it when sign-in fails.\n")
    #expect(runbook.severity == .critical)
    #expect(runbook.owner == "platform")
    #expect(runbook.sources.map(\.path) == ["runbook.yaml"])
    #expect(runbook.connections.first?.keepsReceipts == false)
  }

  @Test func readsInputsOfEveryType() throws {
    let inputs = try whole().inputs
    #expect(
      inputs.map(\.type) == [
        .url, .path, .int, .enumeration(["blue", "green"]), .list(.string), .string,
      ])
    #expect(inputs.map(\.fallback) == [nil, nil, 3, "blue", ["a", "b"], nil])
    #expect(inputs.last?.isSecret == true)
    guard case .command(let command)? = inputs.last?.source else {
      Issue.record("the secret has no command")
      return
    }
    #expect(command.map(\.text) == ["pass", "show", "db"])
  }

  @Test func readsConstantsByTheCoreSchema() throws {
    let constants = try whole().constants
    #expect(constants.map(\.value).first == ["user", "session"])
    #expect(constants.last?.value == ["rows": 10, "share": 0.5, "on": "yes", "x": nil])
  }

  @Test func keepsStepsInTheOrderOfPhases() throws {
    let steps = try whole().steps
    #expect(
      steps.map(\.id.rawValue) == [
        "log", "missing-tables", "recreate", "announce", "endpoint", "sign-in",
      ])
    #expect(steps.map(\.kind) == ["shell", "sql", "sql", "manual", "http", "sql"])
    #expect(steps.first?.title == "log")
    #expect(steps.first?.options.effect == .readOnly)
  }

  @Test func readsTheOptionsOfSteps() throws {
    let steps = try whole().steps
    let recreate = try #require(steps.first { $0.id.rawValue == "recreate" })
    #expect(recreate.body["statement_timeout"]?.duration == .seconds(90))
    #expect(recreate.options.gate == StepOptions.Gate(approvals: 2, question: "Really?"))
    #expect(recreate.options.settle?["done"]?.string == "rows[0].there")
    #expect(
      recreate.options.settle?["sql"]?.fields?["text"]?.string?.begins(with: "SELECT") == true)
    let endpoint = try #require(steps.first { $0.id.rawValue == "endpoint" })
    #expect(endpoint.options.expect.map(\.text) == ["status == 200", "status < 300"])
    #expect(endpoint.options.timeout == .milliseconds(500))
    #expect(
      endpoint.options.retry
        == StepOptions.Retry(every: .seconds(1), within: .seconds(30), attempts: 5))
  }

  @Test func keepsThePlaceOfEveryCharacterOfABlock() throws {
    let steps = try whole().steps
    let text = try #require(steps.first { $0.kind == "sql" }?.body["text"]?.text)
    #expect(text.layout == .block(firstLine: 29, indent: 6))
    let offset = try #require(text.text.range(ofFirst: "unnest")).lowerBound
    let scalars = text.text.unicodeScalars.distance(from: text.text.startIndex, to: offset)
    let place = text.place(atScalar: scalars, length: 6)
    #expect(place == Place(file: "runbook.yaml", line: 30, column: 14, length: 6))
  }

  @Test func readsTheSandbox() throws {
    let sandbox = try #require(try whole().sandbox)
    #expect(sandbox.settings.map(\.value.text) == ["ddl"])
    #expect(sandbox.fixture.map(\.id.rawValue) == ["load"])
    #expect(sandbox.fault.map(\.phase) == [.recovery])
    #expect(sandbox.services.first?.command.map(\.text) == ["python3", "app.py"])
  }

  @Test func readsCapturesWithDefaults() throws {
    let step = try #require(try whole().steps.first { $0.id.rawValue == "missing-tables" })
    #expect(step.options.captures.map(\.name) == ["missing", "first"])
    #expect(
      step.options.captures.map(\.expression.text) == ["rows.map(r, r.table_name)", "rows[0]"])
    #expect(step.options.captures.map(\.fallback) == [nil, ["table_name": "none"]])
  }

  @Test func warnsWithoutVerification() throws {
    let text = "runbook: a\ndetection:\n  - {id: b, manual: look}\n"
    let read = try Fixture.reader.read(text: text, fileName: "a.yaml")
    #expect(read.warnings.all.map(\.code) == [.noVerification])
  }
}

extension ReadingTests {
  @Test func ordersStepsByPhaseWhateverTheFileSays() throws {
    let text = """
      runbook: r
      verification: [{id: c, manual: look}, {id: d, manual: look}]
      recovery: [{id: b, manual: do}]
      detection: [{id: a, manual: look}]
      """
    let runbook = try Fixture.reader.read(text: text, fileName: "r.yaml").runbook
    #expect(runbook.steps.map(\.id.rawValue) == ["a", "b", "c", "d"])
  }
}
