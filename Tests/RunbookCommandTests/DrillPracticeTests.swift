import Foundation
import RunbookEngine
import RunbookModel
import RunbookStore
import RunbookTestSupport
import Testing

/// What drills and earlier runs tell afterwards, by the built program.
@Suite("What was practised")
struct DrillPracticeTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(
      """
      runbook: fire
      detection:
        - {id: probe, title: Look, shell: "true", effect: readOnly, confirms: "true"}
      verification:
        - {id: check, title: Look again, shell: "true", effect: readOnly}
      """, to: "runbooks/fire/runbook.yaml")
    try workspace.write(
      """
      title: Fire
      injects:
        - {id: smoke, on: start, text: You smell smoke.,
           choices: [{id: out, text: Get out}, {id: stay, text: Stay}]}
      expectations:
        - {id: left, title: Gets out, points: 2, choice: {inject: smoke, is: out}}
      """, to: "runbooks/fire/drill.yaml")
  }

  private func hold() async throws {
    let input = try workspace.write("answer out\nend\nclose\n", to: "input")
    let output = try await RunningProgram(
      ["drill", "fire"], in: workspace, environment: workspace.environment([:]), input: input
    ).output()
    #expect(output.status == 0, "\(output.all)")
  }

  /// Writes a drill's journal by hand.
  private func store(_ run: String, isCheck: Bool, daysAgo: Double) async throws {
    let store = RunStore(
      folder: try #require(workspace.environment([:])["RUNBOOK_STATE"]))
    let actor = Actor(account: "tester")
    let (journal, lease) = try store.create(
      RunID(rawValue: run),
      holder: LeaseHolder(host: "h", pid: getpid(), actor: actor, takenAt: .epoch))
    let now = Date().timeIntervalSince1970
    let time = try #require(Timestamp(seconds: Int64(now - daysAgo * 86_400)))
    let place = Place(file: "drill.yaml", line: 1, column: 1)
    let drill = Drill(title: "Fire", place: place, scope: nil, scenario: nil, injects: [])
    _ = try await journal.append(
      [
        .runStarted(
          RunStarted(
            toolVersion: "0", run: RunID(rawValue: run),
            runbook: RunbookRecord(
              name: "fire", title: "Fire", severity: .low, owner: nil, steps: [],
              report: .map(ValueMap()), folder: "/", fileName: "runbook.yaml", sources: []),
            inputs: [], constants: .map(ValueMap()), connections: [], planFingerprint: .zero,
            isSandbox: true, isDrill: true, host: "h", approvals: [], secretCount: 0)),
        .drill(
          .started(
            DrillStarted(
              mode: .sandbox, drill: drill, participants: [], seed: 1, isCheck: isCheck))),
        .drill(.ended(DrillWord(""))),
        .runEnded(RunEnded(status: .failed, reason: "x")),
      ], by: actor, at: time)
    lease.release()
  }

  @Test func realRunSaysWhenItWasLastDrilled() async throws {
    let first = try await workspace.run(["run", "fire"])
    #expect(first.status == 0, "\(first.all)")
    #expect(first.stdout.holds("\nNever drilled.\n"), "\(first.all)")
    try await hold()
    let second = try await workspace.run(["run", "fire"])
    // Beside other tests it may take minutes to come here.
    let said = /Last drilled (less than a minute|\d+ minutes?) ago \(talk\): 2 of 2 points; overdue/
    #expect(second.stdout.firstMatch(of: said) != nil, "\(second.all)")
    #expect(!(try await workspace.run(["run", "fire", "--json"]).stdout.holds("Last drilled")))
  }

  @Test func checkIsNoPractice() async throws {
    try await store("20250101-000000-aaa", isCheck: false, daysAgo: 100)
    try await store("20250102-000000-bbb", isCheck: true, daysAgo: 1)
    let run = try await workspace.run(["run", "fire"])
    #expect(
      run.stdout.holds(
        "Last drilled 100 days ago (sandbox): 0 of 0 points, not detected, not recovered; OVERDUE, "
          + "as that is more than 90 days\n"), "\(run.all)")
    let due = try await workspace.run(["drill", "due"])
    #expect(due.status == 1 && due.stdout.holds("longer ago than 90d"), "\(due.all)")
    let history = try await workspace.run(["drill", "history", "--json"]).objects()
    #expect(history.map { $0["check"] } == [false, true])
    let text = try await workspace.run(["drill", "history"])
    #expect(text.stdout.holds(" check "), "\(text.all)")
  }

  private func expectNotKnown(_ reason: String) async throws {
    let list = try await workspace.run(["list"])
    #expect(list.status == 0 && list.stdout.holds(" not known "), "\(list.all)")
    #expect(list.stderr.holds(reason), "\(list.all)")
    let object = try #require(try await workspace.run(["list", "--json"]).objects().first)
    #expect(object["last_drill"] == .null && object["last_drill_known"] == false)
  }

  @Test func aDrillThatCannotBeReadIsNotOneThatNeverWas() async throws {
    #expect(try await workspace.run(["list"]).stdout.holds(" never "))
    try await store("20250101-000000-aaa", isCheck: false, daysAgo: 1)
    let folder = workspace.stateFolder + "/runs/20250101-000000-aaa"
    for end in ["-wal", "-shm"] { unlink(folder + "/journal.db" + end) }
    for content in [Data("no journal".utf8), Data(), nil] as [Data?] {
      unlink(folder + "/journal.db")
      try content?.write(to: URL(filePath: folder + "/journal.db"))
      chmod(folder + "/journal.db", 0o600)
      try await expectNotKnown("run 20250101-000000-aaa is left out: ")
      let due = try await workspace.run(["drill", "due"])
      #expect(due.status == 1 && due.stdout.holds("drilled is not known"), "\(due.all)")
      #expect(!due.all.holds("never"))
      for format in ["text", "html"] {
        let history = try await workspace.run(["drill", "history", "--format", format])
        #expect(history.stdout.holds("is not known"), "\(history.all)")
        #expect(!history.all.holds("held yet"))
      }
    }
  }

  @Test func aStateFolderThatIsRefusedIsNotAnEmptyOne() async throws {
    try await store("20250101-000000-aaa", isCheck: false, daysAgo: 1)
    chmod(workspace.stateFolder, 0o777)
    try await expectNotKnown("can be written to by everybody")
    for command in ["due", "history"] {
      #expect(try await workspace.run(["drill", command]).status == 74)
    }
  }

  @Test func showsHowLongStepsUsuallyTake() async throws {
    #expect(!(try await workspace.run(["show", "fire"]).stdout.holds("usually")))
    _ = try await workspace.run(["run", "fire"])
    let lines = try await workspace.run(["show", "fire"]).stdout.pieces(separatedBy: "\n")
    #expect(lines.count { $0.holds("(usually ") } == 2, "\(lines)")
    let object = try #require(try await workspace.run(["show", "fire", "--json"]).objects().first)
    let step = object["steps"]?.listValue?.first?.mapValue
    #expect(step?["usual_ms"]?.intValue != nil)
  }

  @Test func writesReportAndHistoryAsPages() async throws {
    try await hold()
    let report = try await workspace.run(
      ["drill", "report", "--format", "html", "--output", "report.html"])
    #expect(report.status == 0 && report.stdout.isEmpty, "\(report.all)")
    let history = try await workspace.run(
      ["drill", "history", "fire", "--format", "html", "-o", "history.html"])
    #expect(history.status == 0, "\(history.all)")
    for name in ["report.html", "history.html"] {
      let path = workspace.path(name)
      let page = try String(contentsOfFile: path, encoding: .utf8)
      #expect(page.begins(with: "<!DOCTYPE html>") && page.holds("<strong>DRILL</strong>"))
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    let json = try await workspace.run(["drill", "report", "--format", "json"]).stdout
    #expect(json.holds("\"format\": \"runbook-after-action\""), "\(json.prefixOfScalars(200))")
    #expect(try await workspace.run(["drill", "report", "--format", "pdf"]).status == 64)
  }
}
