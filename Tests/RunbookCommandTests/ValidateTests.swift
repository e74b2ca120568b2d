import Foundation
import RunbookModel
import Testing

/// `validate`, `list`, `show`, `schema` and `new`: what needs no database.
struct ValidateTests {
  @Test func findsNothingWrongWithAGoodRunbook() async throws {
    let workspace = try Workspace()
    try workspace.write(Example.greeting, to: "greeting.yaml")
    let output = try await workspace.run(["validate", "greeting.yaml"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.stdout.ends(with: "greeting.yaml: ok, 3 steps\n"))
  }

  @Test func refusesADeleteInDetectionWithItsPlace() async throws {
    let workspace = try Workspace()
    let text = Example.greeting.replacingAll(
      "sql: SELECT to_regclass('public.greeting') IS NULL AS gone",
      with: """
        sql: |
              SELECT true AS gone;
              DELETE FROM sessions
        """)
    try workspace.write(text, to: "greeting.yaml")
    let output = try await workspace.run(["validate", "--json", "greeting.yaml"])
    #expect(output.status == 65)
    let found = try output.objects()
    try #require(found.count == 1, "\(output.all)")
    #expect(found[0]["line"] == 9)
    #expect(found[0]["column"] == 7)
    #expect(found[0]["severity"] == "error")
    #expect(found[0]["message"]?.stringValue?.holds("detection is read-only") == true)

    let shown = try await workspace.run(["validate", "greeting.yaml"])
    #expect(shown.stdout.holds("greeting.yaml:9:7\n"))
    #expect(shown.stdout.holds("9 |       DELETE FROM sessions\n"))
    let run = try await workspace.run(["run", "greeting.yaml"])
    #expect(run.status == 65)
  }

  @Test func reportsEverythingAtOnce() async throws {
    let workspace = try Workspace()
    let text = Example.greeting
      .replacingAll("confirms: rows[0].gone", with: "confirms: rows[0].gone &&")
      .replacingAll("expect: rows[0].n", with: "expects: rows[0].n")
      .replacingAll("title:", with: "titel:")
    try workspace.write(text, to: "greeting.yaml")
    let output = try await workspace.run(["validate", "--json", "greeting.yaml"])
    #expect(output.status == 65)
    let found = try output.objects()
    #expect(found.map { $0["line"] } == [2, 8, 15], "\(output.all)")
    for one in found { #expect(one["code"]?.stringValue?.begins(with: "RB") == true) }
    #expect(found.compactMap { $0["hint"]?.stringValue }.contains { $0.holds("`title`") })
  }

  @Test func aMisspeltKeyDoesNotHideADelete() async throws {
    let workspace = try Workspace()
    let text = Example.greeting
      .replacingAll(
        "sql: SELECT to_regclass('public.greeting') IS NULL AS gone", with: "sql: DELETE FROM t"
      )
      .replacingAll("expect: rows[0].n", with: "expects: rows[0].n")
    try workspace.write(text, to: "greeting.yaml")
    let found = try await workspace.run(["validate", "--json", "greeting.yaml"]).objects()
    #expect(found.map { $0["code"] } == ["RB410", "RB104"])
  }

  @Test func findsRunbooksByTheirNames() async throws {
    let workspace = try Workspace()
    try workspace.write(Example.greeting, to: "runbooks/greeting/runbook.yaml")
    try workspace.write("runbook: [", to: "more/broken.yaml")
    let output = try await workspace.run(["list", "--json", "--path", "more"])
    let all = try output.objects()
    #expect(all.map { $0["name"] } == ["broken", "greeting"])
    #expect(all.map { $0["valid"] } == [false, true])
    let shown = try await workspace.run(["show", "greeting"])
    #expect(shown.stdout.holds("recreate-table [sql]"), "\(shown.all)")
    let object = try await workspace.run(["show", "greeting", "--json"]).objects()
    #expect(object.first?["steps"]?.listValue?.count == 3)
    let none = try await workspace.run(["show", "greting"])
    #expect(none.status == 64)
    #expect(none.stderr.holds("greeting"))
  }

  @Test func printsASchemaThatIsJSON() async throws {
    let output = try await Workspace().run(["schema"])
    let schema = try #require(try Value(json: output.stdout).mapValue)
    #expect(schema["$schema"]?.stringValue?.holds("json-schema.org") == true)
    #expect(schema["properties"]?.mapValue?["detection"] != nil)
  }

  @Test func overwritesNoRunbook() async throws {
    let workspace = try Workspace()
    let path = try workspace.write("mine", to: "runbooks/first/runbook.yaml")
    let output = try await workspace.run(["new", "first"])
    #expect(output.status == 64)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    let bad = try await workspace.run(["new", "../first"])
    #expect(bad.status == 64)
  }

  @Test(arguments: [
    [], ["run"], ["validate"], ["list"], ["show"], ["status"], ["runs"], ["report"], ["journal"],
    ["eval"], ["schema"], ["new"], ["explain"],
  ])
  func explainsEachCommand(_ command: [String]) async throws {
    let output = try await Workspace().run(command + ["--help"])
    #expect(output.status == 0)
    #expect(output.stdout.holds("USAGE: runbook"))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func writesCompletions(_ shell: String) async throws {
    let output = try await Workspace().run(["--generate-completion-script", shell])
    #expect(output.status == 0)
    #expect(output.stdout.holds("validate"))
  }
}
