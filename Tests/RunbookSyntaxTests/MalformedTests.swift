import RunbookModel
import RunbookSyntax
import Testing

/// A runbook with something wrong at its mark.
struct Malformed: Sendable, CustomTestStringConvertible {
  let name: String
  let code: DiagnosticCode
  let text: String
  /// A part of the hint that is expected.
  var hint: String?

  init(_ name: String, _ code: DiagnosticCode, _ text: String, hint: String? = nil) {
    self.name = name
    self.code = code
    self.text = text
    self.hint = hint
  }

  /// A runbook with steps in the verification phase.
  static func steps(
    _ name: String, _ code: DiagnosticCode, hint: String? = nil, _ steps: String
  ) -> Malformed {
    phase("verification", name, code, hint: hint, steps)
  }

  static func phase(
    _ phase: String, _ name: String, _ code: DiagnosticCode, hint: String? = nil,
    _ steps: String
  ) -> Malformed {
    let detection = "detection: [{id: probe, sql: SELECT 1}]\n"
    let head = "runbook: r\n" + (phase == "recovery" ? detection : "")
    let lines = steps.pieces(separatedBy: "\n", omittingEmptySubsequences: false)
    let body = lines.map { "  " + $0 }.joined(separator: "\n")
    return Malformed(name, code, "\(head)\(phase):\n\(body)\n", hint: hint)
  }

  /// A well-formed runbook with more at its end.
  static func top(
    _ name: String, _ code: DiagnosticCode, hint: String? = nil, _ more: String
  ) -> Malformed {
    let head = "runbook: r\nverification:\n  - {id: a, sql: SELECT 1}\n"
    return Malformed(name, code, head + more + "\n", hint: hint)
  }

  var testDescription: String { name }
}

@Suite("Malformed runbooks")
struct MalformedTests {
  @Test(
    arguments: Malformed.yaml + Malformed.format + Malformed.steps + Malformed.values
      + Malformed.drills)
  func isReportedWhereItIs(_ malformed: Malformed) {
    let marked = Marked(malformed.text)
    let attempt = Fixture.reader.attempt(text: marked.text, fileName: "runbook.yaml")
    let errors = attempt.diagnostics.all.filter { $0.severity == .error }
    #expect(attempt.runbook == nil)
    #expect(errors.map(\.code.rawValue) == [malformed.code.rawValue], "\(errors)")
    let place = errors.first?.place
    #expect(place?.line == marked.line, "\(errors)")
    #expect(place?.column == marked.column, "\(errors)")
    if let hint = malformed.hint {
      #expect(errors.first?.hint?.holds(hint) == true, "\(errors)")
    }
  }

  @Test func hasSeventyAtLeast() {
    let all = Malformed.yaml + Malformed.format + Malformed.steps + Malformed.values
    #expect(all.count >= 70)
    #expect(Set(all.map(\.name)).count == all.count)
  }

  @Test func reportsAllAtOnce() {
    let text = """
      runbook: r
      tilte: T
      verification:
        - id: a
          sqll: SELECT 1
        - id: a
          sql: SELECT 1
          timeout: soon
          when: 1 +
      """
    let attempt = Fixture.reader.attempt(text: text, fileName: "runbook.yaml")
    #expect(
      attempt.diagnostics.all.map(\.code) == [
        .unknownKey, .unknownKind, .duplicateStep, .badDuration, DiagnosticCode(200),
      ])
  }
}
