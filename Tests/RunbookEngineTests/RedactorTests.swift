import RunbookModel
import Testing

@testable import RunbookEngine

struct RedactorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let secrets: [String]
    let text: String
    let redacted: String
    var testDescription: String { "\(secrets) in \(text)" }
  }

  @Test(arguments: [
    Case(secrets: ["pw"], text: "a pw b pw", redacted: "a [redacted] b [redacted]"),
    Case(secrets: ["pw", "pwpw"], text: "pwpwpw", redacted: "[redacted][redacted]"),
    // A secret that is part of the mark.
    Case(secrets: ["e", "red"], text: "reed", redacted: "r[redacted][redacted]d"),
    Case(secrets: [""], text: "nothing", redacted: "nothing"),
    Case(secrets: [], text: "nothing", redacted: "nothing"),
    Case(secrets: ["é"], text: "é e\u{301}", redacted: "[redacted] e\u{301}"),
    Case(secrets: ["line one\nline two"], text: "has line two", redacted: "has [redacted]"),
    Case(secrets: ["line one\nab"], text: "grab", redacted: "grab"),
    Case(secrets: ["long"], text: "lon", redacted: "lon"),
  ]) func takesSecretsOut(_ example: Case) {
    let redactor = Redactor(secrets: example.secrets)
    #expect(redactor.redact(example.text) == example.redacted)
    #expect(redactor.holdsSecret(.string(example.text)) == (example.text != example.redacted))
  }

  @Test func goesThroughListsMapsAndKeys() {
    let redactor = Redactor(secrets: ["pw"])
    let value: Value = ["k": [["pw": "x"], "pw", 1]]
    #expect(redactor.redact(value) == ["k": [["[redacted]": "x"], "[redacted]", 1]])
    #expect(redactor.holdsSecret(["k": [["pw": 1]]]))
    #expect(!redactor.holdsSecret(["k": [1, nil]]))
  }
}
