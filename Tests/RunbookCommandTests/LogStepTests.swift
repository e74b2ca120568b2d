import RunbookModel
import RunbookTestSupport
import Testing

/// Log steps in a run: whose clock, and what the report says.
@Suite(.enabled(if: TestServer.isAvailable)) struct LogStepTests {
  private static let runbook = """
    runbook: logs
    connections:
      main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
    timeline:
      - id: by-the-server
        log: {path: server.log, format: postgres, clock: {connection: main}}
      - id: as-given
        log: {path: server.log, format: postgres, clock: -1m30s, source: web}
      - id: printed
        effect: readOnly
        log: {command: [cat, server.log], format: postgres, source: journal}
    detection:
      - id: never
        effect: readOnly
        shell: "true"
        confirms: steps['by-the-server'].count == 0
    """

  private func run(_ environment: [String: String]) async throws -> (Workspace, Workspace.Output) {
    let workspace = try Workspace()
    try workspace.write("2025-10-18 22:01:13 UTC [1] LOG:  x\n", to: "logs/server.log")
    let path = try workspace.write(Self.runbook, to: "logs/runbook.yaml")
    return (workspace, try await workspace.run(["run", path], environment: environment))
  }

  @Test func statesWhoseClockWasHeeded() async throws {
    let (workspace, output) = try await run(try Database("SELECT 1").environment)
    #expect(output.status == 0, "\(output.all)")
    let report = try workspace.report()
    #expect(report.holds("\n- `main`: "))
    #expect(report.holds("\nTimes of these sources are corrected by their clocks' offset:\n"))
    #expect(report.holds("\n- PostgreSQL log: "))
    #expect(report.holds("\n- web: -1 min 30 s "))
    #expect(report.holds("- **2025-10-18 22:02:43** LOG: x (web)"))
    #expect(report.holds("- **2025-10-18 22:01:13** LOG: x (journal)"))
  }

  /// What was read and could not be used is in the report too, not in the journal alone.
  @Test func theReportSaysWhatWasLeftOut() async throws {
    let workspace = try Workspace()
    let lines = [
      "[yesterday] a", "[2025-10-18T22:01:13Z] b", "[2025-10-18T22:01:14Z] c", "[never] d",
    ]
    try workspace.write(lines.joined(separator: "\n") + "\n", to: "app.log")
    try workspace.write(
      #"""
      runbook: left
      title: Left out
      timeline:
        - id: read
          log: {path: app.log, format: pattern, pattern: '^\[(?P<at>[^\]]+)\] (?P<text>.*)', limit: 1}
      detection:
        - {id: never, effect: readOnly, shell: "true", confirms: "false"}
      """#, to: "left.yaml")
    let output = try await workspace.run(["run", "left.yaml"])
    #expect(output.status == 0, "\(output.all)")
    let report = try workspace.report()
    #expect(report.holds("Notice of step `read`: "), "\(report)")
    #expect(report.holds("2 lines were left out"), "\(report)")
    #expect(report.holds("1 of 2 events were not kept"), "\(report)")
  }

  @Test func readsOnWithoutTheServer() async throws {
    let (workspace, output) = try await run(["DATABASE_URL": "host=/nowhere dbname=x"])
    #expect(output.status == 0, "\(output.all)")
    #expect(try workspace.report().holds("- **2025-10-18 22:01:13** LOG: x (PostgreSQL log)"))
    #expect(try await workspace.run(["journal"]).stdout.holds("could not be measured"))
  }
}
