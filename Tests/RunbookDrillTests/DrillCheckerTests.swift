import RunbookDrill
import RunbookModel
import RunbookSyntax
import Testing

/// A drill with something wrong at its mark.
struct MistakenDrill: Sendable, CustomTestStringConvertible {
  let name: String
  let code: DiagnosticCode
  let text: String
  var hint: String?

  init(_ name: String, _ code: DiagnosticCode, hint: String? = nil, _ drill: String) {
    self.name = name
    self.code = code
    text = DrillFixture.head + drill
    self.hint = hint
  }

  var testDescription: String { name }

  static let all: [MistakenDrill] = [
    MistakenDrill(
      "an unknown step", .unknownDrillName, hint: "'probe'",
      "  injects: [{id: a, on: start, text: x}, {id: b, on: {failed: ▸prob}, text: x}]\n"),
    MistakenDrill(
      "a finding of a step that finds nothing", .noFinding,
      "  injects: [{id: a, on: start, text: x}, {id: b, on: {finding: ▸check}, text: x}]\n"),
    MistakenDrill(
      "an unknown inject", .unknownDrillName, hint: "'alert'",
      "  injects: [{id: alert, on: start, text: x}, {id: b, on: {inject: ▸alart}, text: x}]\n"),
    MistakenDrill(
      "an unknown choice", .unknownDrillName, hint: "'yes'",
      """
        injects:
          - {id: a, on: start, text: x, choices: [{id: yes, text: Yes}]}
          - {id: b, on: {answer: a, is: ▸yess}, text: x}
      """),
    MistakenDrill(
      "a choice that leads nowhere", .unknownDrillName,
      """
        injects:
          - {id: a, on: start, text: x, choices: [{id: yes, text: Yes, leads_to: ▸nowhere}]}
      """),
    MistakenDrill(
      "an unknown module", .unknownDrillName,
      "  injects: [{id: a, on: start, text: x, module: ▸none}]\n"),
    MistakenDrill(
      "an unknown objective", .unknownDrillName,
      """
        injects: [{id: a, on: start, text: x}]
        expectations: [{id: e, title: t, objective: ▸none, facilitator: x}]
      """),
    MistakenDrill(
      "an unknown name in an expression", .unknownDrillName, hint: "'answers'",
      """
        injects: [{id: a, on: start, text: x}]
        expectations: [{id: e, title: t, expect: "▸answer.a.given"}]
      """),
    MistakenDrill(
      "an unknown answer in an expression", .unknownDrillName,
      """
        injects: [{id: a, on: start, text: x}]
        expectations: [{id: e, title: t, expect: "▸answers.b.given"}]
      """),
    MistakenDrill(
      "an unknown input in an expression", .unknownDrillName,
      """
        injects: [{id: a, on: start, text: x}]
        expectations: [{id: e, title: t, expect: "▸inputs.nothing == 'x'"}]
      """),
    MistakenDrill(
      "injects that wait for one another", .injectCycle,
      """
        injects:
          - {id: a, on: start, text: x}
          - {id: ▸b, on: {inject: c}, text: x}
          - {id: c, on: {inject: b}, text: x}
      """),
    MistakenDrill(
      "a circle of branches", .injectCycle,
      """
        injects:
          - {id: ▸a, on: start, text: x, choices: [{id: go, text: Go, leads_to: b}]}
          - {id: b, text: x, choices: [{id: go, text: Go, leads_to: a}]}
      """),
  ]
}

@Suite("The drill's checker")
struct DrillCheckerTests {
  @Test(arguments: MistakenDrill.all)
  func saysWhatIsWrongAndWhere(_ mistake: MistakenDrill) throws {
    let lines = mistake.text.pieces(separatedBy: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.holds("▸") })
    let column = try #require(lines[line].index(ofFirst: "▸"))
    let text = mistake.text.replacingAll("▸", with: "")
    let runbook = try DrillFixture.reader.read(text: text, fileName: "r.yaml").runbook
    let found = DrillChecker().check(runbook).all
    #expect(found.map(\.code) == [mistake.code], "\(found)")
    #expect(found.first?.place?.line == line + 1, "\(found)")
    #expect(
      found.first?.place?.column == lines[line].distance(
        from: lines[line].startIndex, to: column) + 1, "\(found)")
    if let hint = mistake.hint { #expect(found.first?.hint?.holds(hint) == true, "\(found)") }
  }

  @Test func saysThatNothingBegins() throws {
    let text = DrillFixture.head + "  injects: [{id: a, text: x}]\n"
    let runbook = try DrillFixture.reader.read(text: text, fileName: "r.yaml").runbook
    let found = DrillChecker().check(runbook)
    #expect(found.all.map(\.code) == [.noFirstInject])
    #expect(!found.hasErrors)
  }

  /// Longer than a thread's stack would be deep.
  @Test func followsAnyNumberOfInjects() throws {
    let count = 3000
    let lines = (1..<count).map { "    - {id: i\($0), on: {inject: i\($0 - 1)}, text: x}\n" }
    let head = DrillFixture.head + "  injects:\n    - {id: i0, on: start, text: x}\n"
    let text = head + lines.joined()
    let runbook = try DrillFixture.reader.read(text: text, fileName: "r.yaml").runbook
    #expect(runbook.drill?.injects.count == count)
    #expect(DrillChecker().check(runbook).isEmpty)
  }

  /// Thirty seconds and more where each name is looked for among all.
  @Test func isLinearInTheNumberOfInjects() throws {
    let count = 10_000
    let lines = (1..<count).map {
      """
          - id: i\($0)
            on: {\($0 % 2 == 0 ? "inject: i\($0 - 1)" : "answer: i\($0 - 1), is: a")}
            text: x
            choices: [{id: a, text: A}]

      """
    }
    let head = """
        injects:
          - {id: i0, on: start, text: x, choices: [{id: a, text: A}]}

      """
    let text = DrillFixture.head + head + lines.joined()
    let runbook = try DrillFixture.reader.read(text: text, fileName: "r.yaml").runbook
    #expect(runbook.drill?.injects.count == count)
    let clock = ContinuousClock()
    let start = clock.now
    #expect(DrillChecker().check(runbook).isEmpty)
    #expect(clock.now - start < .seconds(10))
  }

  @Test func findsNothingWrongWithAGoodOne() throws {
    let runbook = try DrillFixture.runbook()
    #expect(DrillChecker().check(runbook).isEmpty)
  }
}
