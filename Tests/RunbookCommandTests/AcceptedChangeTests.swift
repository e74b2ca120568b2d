import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// `--accept-changes` neither does again what is done nor verifies less than was approved.
@Suite(.timeLimit(.minutes(15)))
struct AcceptedChangeTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func write(_ recovery: String, checks: String = "") throws {
    try workspace.write(
      """
      runbook: example
      detection:
        - {id: look, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
      \(recovery)
      verification:
        - {id: first, shell: "true", effect: readOnly}
      \(checks)
      """, to: "example.yaml")
  }

  /// A run that did `pay`, and in which `mend` failed.
  private func hold() async throws {
    try write(
      """
        - {id: pay, shell: "echo paid >> ledger", effect: mutating}
        - {id: mend, shell: "exit 1", effect: mutating}
      """, checks: "  - {id: second, shell: \"true\", effect: readOnly}")
    let held = try await workspace.run(["run", "example.yaml", "--approve", "recovery"])
    #expect(held.status == 75, "\(held.all)")
  }

  private func retry(_ arguments: String...) async throws -> Workspace.Output {
    try await workspace.run(["retry", "--accept-changes", "--approve", "recovery"] + arguments)
  }

  private var ledger: String {
    (try? String(contentsOfFile: workspace.path("ledger"), encoding: .utf8)) ?? ""
  }

  @Test func aRenamedStepIsNotDoneAgainUnlessItIsNamed() async throws {
    try await hold()
    try write(
      """
        - {id: pay-all, shell: "echo paid >> ledger", effect: mutating}
        - {id: mend, shell: "true", effect: mutating}
      """, checks: "  - {id: second, shell: \"true\", effect: readOnly}")
    let refused = try await retry()
    #expect(refused.status == 65, "\(refused.all)")
    #expect(refused.stderr.holds("step 'pay-all' does what 'pay' has done"))
    #expect(refused.stderr.holds("--accept-changes --perform pay-all"))
    #expect(ledger == "paid\n")
    let named = try await retry("--perform", "pay-all")
    #expect(named.status == 0, "\(named.all)")
    #expect(ledger == "paid\npaid\n")
    #expect(try workspace.report().holds("performed all the same"))
    let status = try await workspace.run(["status", "--json"]).objects().first
    let steps = status?["steps"]?.listValue?.compactMap(\.mapValue) ?? []
    let gone = try #require(steps.first { $0["id"] == "pay" })
    #expect(gone["in_runbook"] == false && gone["status"] == "succeeded")
  }

  /// What was done stays what it was: neither its work nor its title is exchanged under its result.
  @Test(arguments: [
    "{id: pay, shell: \"echo paid twice >> ledger\", effect: mutating}",
    "{id: pay, title: All is paid, shell: \"echo paid >> ledger\", effect: mutating}",
    "{id: pay, shell: \"echo paid >> ledger\", effect: mutating, expect: exit_code < 9}",
  ])
  func whatIsDoneStaysAsItWasCarriedOut(_ pay: String) async throws {
    try await hold()
    let mend = "  - {id: mend, shell: \"true\", effect: mutating}"
    try write("  - \(pay)\n\(mend)", checks: "  - {id: second, shell: \"true\", effect: readOnly}")
    let refused = try await retry()
    #expect(refused.status == 65, "\(refused.all)")
    #expect(refused.stderr.holds("step 'pay' is done, and is not as it was carried out"))
    #expect(ledger == "paid\n")
  }

  @Test func aCheckThatWasChangedRunsAgain() async throws {
    let flag = workspace.path("flag")
    let checks = { (first: String) in
      "  - {id: rows, shell: \"\(first)\", effect: readOnly}\n"
        + "  - {id: v2, shell: \"test -e '\(flag)' || kill -9 $$\", effect: readOnly}"
    }
    let recovery = "  - {id: mend, shell: \"true\", effect: mutating}"
    try write(recovery, checks: checks("true"))
    let held = try await workspace.run(["run", "example.yaml", "--approve", "recovery"])
    #expect(held.status == 75, "\(held.all)")
    try workspace.write("", to: "flag")
    try write(recovery, checks: checks("false"))
    let output = try await workspace.run(["resume", "--accept-changes"])
    #expect(output.status == 1, "\(output.all)")
    #expect(output.stdout.holds("is to be carried out again"))
    #expect(try workspace.report().holds("what `rows` had shown counted no more"))
    #expect(try await workspace.run(["verify-journal"]).status == 0)
  }

  @Test func aCheckThatIsTakenOutUntriedLeavesTheRunUnverified() async throws {
    try await hold()
    try write(
      """
        - {id: pay, shell: "echo paid >> ledger", effect: mutating}
        - {id: mend, shell: "true", effect: mutating}
      """)
    let output = try await retry()
    #expect(output.status == 79, "\(output.all)")
    let reason = "1 of 2 verification steps passed, 1 was taken out of the runbook ('second')"
    #expect(output.stdout.holds("Unverified: \(reason)"))
    #expect(
      try await workspace.run(["status"]).stdout.holds("not begun; taken out of the runbook"))
    #expect(try workspace.report().holds("not begun, taken out of the runbook"))
    #expect(try await workspace.run(["verify-journal"]).status == 0)
  }

  @Test func aCheckThatGetsAnotherWhenLeavesTheRunUnverified() async throws {
    try await hold()
    try write(
      """
        - {id: pay, shell: "echo paid >> ledger", effect: mutating}
        - {id: mend, shell: "true", effect: mutating}
      """, checks: "  - {id: second, shell: \"true\", effect: readOnly, when: \"false\"}")
    let output = try await retry()
    #expect(output.status == 79, "\(output.all)")
    #expect(output.stdout.holds("left out by a `when` that was changed ('second')"))
  }

  /// What a step was to find out is not known where another one of its captures' names stands in its place, and is left out
  /// by a `when` that it did not have.
  @Test(arguments: [
    ("timeline", "look2", "\"false\"", "look2"), ("timeline", "look", "\"false\"", "look"),
    ("detection", "look2", "\"false\"", "look2"), ("timeline", "look2", "\"true\"", nil),
  ])
  func aCaptureOfAStepThatWasTakenOutIsNotGuessed(
    _ phase: String, _ id: String, _ when: String, _ unknown: String?
  ) async throws {
    func write(_ look: String) throws {
      let confirming = "  - {id: d, shell: \"true\", effect: readOnly, confirms: broken > 0}"
      let other = "  - {id: other, shell: \"true\", effect: readOnly}"
      try workspace.write(
        """
        runbook: example
        timeline:
        \(phase == "timeline" ? look : other)
        detection:
        \(phase == "timeline" ? "" : look)
        \(confirming)
        recovery:
          - {id: mend, shell: "true", effect: mutating}
        verification:
          - {id: first, shell: "true", effect: readOnly}
        """, to: "example.yaml")
    }
    func look(_ id: String, _ more: String) -> String {
      "  - {id: \(id), \(more), effect: readOnly, capture: {broken: {value: \"0\", default: 0}}}"
    }
    let pipe = try workspace.makePipe("pipe")
    try write(look("look", "shell: \"echo here >'\(pipe)'; sleep 600\""))
    let program = try workspace.start(["run", "example.yaml"])
    #expect(await workspace.line(ofPipe: "pipe") == "here")
    program.signal(SIGINT)
    #expect(try await program.output().status == 130)
    try write(look(id, "when: \(when), shell: \"true\""))
    let output = try await workspace.run(["resume", "--accept-changes"])
    #expect(output.stdout.holds(unknown == nil ? "Not confirmed" : "Undetermined"), "\(output.all)")
    #expect(output.status == (unknown == nil ? 0 : 1), "\(output.all)")
    if let unknown { #expect(output.stdout.holds("'\(unknown)'"), "\(output.all)") }
  }

  @Test func whatWasNotBegunWhenARunIsGivenUpIsNotPending() async throws {
    try await hold()
    #expect(
      try await workspace.run(["abandon", "--reason", "restored from a backup", "--yes"]).status
        == 0)
    let status = try await workspace.run(["status", "--json"]).objects().first
    let steps = status?["steps"]?.listValue?.compactMap(\.mapValue) ?? []
    #expect(
      steps.map { $0["status"] } == ["succeeded", "succeeded", "failed", "notBegun", "notBegun"])
    #expect(try await workspace.run(["report"]).stdout.holds("not begun"))
  }

  @Test func aRunWhoseRecoveryWasLeftOutSaysSo() async throws {
    try write("  - {id: mend, shell: \"exit 1\", effect: mutating}")
    #expect(
      try await workspace.run(["run", "example.yaml", "--approve", "recovery"]).status == 75)
    let output = try await workspace.run(["skip", "--reason", "by hand", "--yes"])
    #expect(output.status == 0, "\(output.all)")
    #expect(
      output.stdout.holds(
        "Resolved: every verification step passed; no recovery step is known to have succeeded: "
          + "1 was left out after it failed (reason: by hand)"))
    #expect(try await workspace.run(["status"]).stdout.holds("failed: "))
  }
}
