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

  /// What other programs make of a secret.
  @Test(arguments: [
    "c2VjcmV0LXBhc3MgfiY/", "dXNlcjpzZWNyZXQtcGFzcyB+Jj8=", "eHVzZXI6c2VjcmV0LXBhc3MgfiY/",
    "eHh1c2VyOnNlY3JldC1wYXNzIH4mPzo=", "dXNlcjpzZWNyZXQtcGFzcyB-Jj8",
    "secret-pass%20~%26%3F", "secret-pass+~%26%3F", "secret-pass%20~%26%3f",
    "secret-pass%2520~%2526%253F", "7365637265742d70617373207e263f",
    "7365637265742D70617373207E263F",
    "secret-pass ~&amp;?",
  ]) func takesEncodedSecretsOut(_ form: String) {
    let redactor = Redactor(secrets: ["secret-pass ~&?"])
    let text = "header: \(form)."
    let redacted = redactor.redact(text)
    #expect(redacted.holds(Redactor.mark), "\(redacted)")
    // At most a byte or two of a code's edges stay, which are of what stands beside it too.
    #expect(redacted.utf8.count <= "header: \(Redactor.mark).".utf8.count + 14, "\(redacted)")
  }

  @Test(arguments: [
    ("a\"b\\c\nd", #"{"x": "a\"b\\c\nd"}"#, #"{"x": "[redacted]"}"#),
    ("it's", "SELECT 'it''s'", "SELECT '[redacted]'"),
  ]) func takesQuotedSecretsOut(_ secret: String, _ text: String, _ expected: String) {
    #expect(Redactor(secrets: [secret]).redact(text) == expected)
  }

  @Test func knowsTheSecretsOfAnEnvironment() {
    let environment = [
      "GITHUB_TOKEN": "ghp_0123456789", "Db_Password": "hunter2hunter2", "TOKEN_FILE": "/run/token",
      "DATABASE_URL": "postgresql://me:p:w@db:5432/x?a=b@c", "SHORT_TOKEN": "abc", "HOME": "/root",
      "URL": "http://host/a@b", "SECRET_NUMBER": "1234567890", "EMPTY": "",
      "PGPASSWORD": "longenough",
    ]
    #expect(
      Set(EnvironmentSecrets.values(of: environment)) == [
        "ghp_0123456789", "hunter2hunter2", "p:w", "longenough",
      ])
  }

  @Test func goesThroughListsMapsAndKeys() {
    let redactor = Redactor(secrets: ["pw"])
    let value: Value = ["k": [["pw": "x"], "pw", 1]]
    #expect(redactor.redact(value) == ["k": [["[redacted]": "x"], "[redacted]", 1]])
    #expect(redactor.holdsSecret(["k": [["pw": 1]]]))
    #expect(!redactor.holdsSecret(["k": [1, nil]]))
  }
}
