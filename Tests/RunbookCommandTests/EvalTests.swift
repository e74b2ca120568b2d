import Foundation
import RunbookModel
import Testing

/// `runbook eval`, as authors and CEL's conformance tests use it.
struct EvalTests {
  @Test(arguments: [
    ("1 + 2 * 3", "7"), ("-1 + 2", "1"), ("-(3)", "-3"), ("-2.5", "-2.5"), ("7 / 2", "3"),
    ("1.0 / 4.0", "0.25"), ("'a' + \"b\"", "\"ab\""), ("[1, 2].map(x, x * 2)", "[2,4]"),
    ("{'a': [true, null]}", "{\"a\":[true,null]}"), ("size('äöü')", "3"),
    ("timestamp('2026-01-02T03:04:05Z') + duration('90s')", "\"2026-01-02T03:05:35Z\""),
    ("duration('1m30s')", "\"90s\""), ("9223372036854775807", "9223372036854775807"),
    ("false && 1 / 0 > 0", "false"),
  ])
  func printsTheValue(_ expression: String, _ value: String) async throws {
    let output = try await Workspace().run(["eval", expression])
    #expect(output.stdout == value + "\n")
    #expect(output.status == 0)
    #expect(output.stderr.isEmpty)
  }

  @Test func readsVariablesFromAFile() async throws {
    let workspace = try Workspace()
    try workspace.write(#"{"missing": ["user", "session"], "limit": 3}"#, to: "vars.json")
    let output = try await workspace.run(
      ["eval", "missing.filter(t, size(t) > limit)[1] + '!'", "--vars", "vars.json"])
    #expect(output.stdout == "\"session!\"\n", "\(output.all)")
    let first = try await workspace.run(["eval", "--vars", "vars.json", "-limit"])
    #expect(first.stdout == "-3\n", "\(first.all)")
  }

  @Test func drawsACaretUnderAnError() async throws {
    let output = try await Workspace().run(["eval", "1 + missing"])
    #expect(output.status == 65)
    #expect(output.stdout.isEmpty)
    #expect(
      output.stderr == """
        error[RB210]: `missing` is not defined
         --> <expression>:1:5
          |
        1 | 1 + missing
          |     ^^^^^^^

        1 error


        """)
  }

  @Test(arguments: ["1 +", "9223372036854775807 + 1", "1 / 0", "[1][2]", "'a' + 1", "nope(1)"])
  func endsWith65OnAnError(_ expression: String) async throws {
    let output = try await Workspace().run(["eval", expression])
    #expect(output.status == 65)
    #expect(output.stderr.holds("^"))
  }

  @Test func endsWith65OnVariablesThatAreNoObject() async throws {
    let workspace = try Workspace()
    try workspace.write("[1]", to: "vars.json")
    let output = try await workspace.run(["eval", "1", "--vars", "vars.json"])
    #expect(output.status == 65)
  }

  @Test(arguments: [["eval"], ["eval", "1", "--vars", "/nonexistent.json"], ["frobnicate"]])
  func endsWith64OnAUsageError(_ arguments: [String]) async throws {
    let output = try await Workspace().run(arguments)
    #expect(output.status == 64)
  }
}
