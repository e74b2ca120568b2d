import RunbookModel
import Testing

@testable import runbook

struct ExplainTests {
  @Test(arguments: ["RB303", "rb303", "303"])
  func saysWhatACodeMeansAndWhatToDo(_ word: String) async throws {
    let output = try await Workspace().run(["explain", word])
    #expect(output.status == 0)
    #expect(
      output.stdout == """
        RB303: Recovery that nothing can lead to

        No detection step has `confirms`, so no finding can be established, and recovery is offered
        only after one.

        What to do: Say with `confirms` which result shows the incident.

        An example that gives it:

            detection:
              - {id: missing-tables, sql: SELECT 1 AS n}
            recovery:
              - {id: recreate-session, sql: CREATE TABLE session (id int)}

        """)
  }

  @Test func explainsSeveralCodesInTheirOrder() async throws {
    let output = try await Workspace().run(["explain", "RB120", "RB001"])
    #expect(output.status == 0)
    let heads = output.stdout.pieces(separatedBy: "\n").filter { $0.begins(with: "RB") }
    #expect(
      heads == ["RB120: Runbook without verification (warning)", "RB001: File not found"])
  }

  @Test func listsAllCodes() async throws {
    let output = try await Workspace().run(["explain"])
    #expect(output.status == 0)
    let codes = output.stdout.pieces(separatedBy: "\n")
      .filter { $0.begins(with: "  RB") }.map { String($0.dropFirstScalars(2).prefixOfScalars(5)) }
    #expect(codes == DiagnosticGuide.all.map(\.code.rawValue))
  }

  @Test func writesThePage() async throws {
    let output = try await Workspace().run(["explain", "--markdown"])
    #expect(output.status == 0)
    #expect(output.stdout == DiagnosticsPage.text)
    #expect(try await Workspace().run(["explain", "--markdown", "RB303"]).status == 64)
  }

  @Test(arguments: [
    ("RB330", "near it: RB300, RB303, RB530"), ("30A", "near it: RB300, RB301, RB302"),
    ("RB999", "'runbook explain' lists all of them"),
    ("neverConfirmed", "'runbook explain' lists all of them"),
  ])
  func namesTheNearestCodesOfOneThatThereIsNot(_ word: String, _ hint: String) async throws {
    let output = try await Workspace().run(["explain", word])
    #expect(output.status == 64)
    #expect(output.stdout == "")
    #expect(output.stderr.begins(with: "error: there is no diagnostic '\(word)'\n  "))
    #expect(output.stderr.holds(hint), "\(output.stderr)")
  }

  @Test func validateNamesItOnceForPeople() async throws {
    let workspace = try Workspace()
    try workspace.write("runbook: a\ntitel: x\nverification: [{id: v, sql: X}]\n", to: "a.yaml")
    try workspace.write("runbook: b\ntitel: x\n", to: "b.yaml")
    let shown = try await workspace.run(["validate", "a.yaml", "b.yaml"])
    #expect(shown.status == 65)
    #expect(!shown.stdout.holds("runbook explain"))
    let lines = shown.stderr.pieces(separatedBy: "\n").filter { !$0.isEmpty }
    try #require(lines.count == 1, "\(shown.stderr)")
    #expect(lines[0].begins(with: "For what this means and what to do: runbook explain RB104 "))
    #expect(try await workspace.run(["validate", "--json", "a.yaml"]).stderr == "")
    try workspace.write(Example.greeting, to: "greeting.yaml")
    #expect(try await workspace.run(["validate", "greeting.yaml"]).stderr == "")
  }
}
