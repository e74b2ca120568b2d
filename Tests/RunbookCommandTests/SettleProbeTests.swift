import Foundation
import RunbookModel
import Testing

/// A step's `settle:` is shown, bound and recorded as the step is, with the built program.
@Suite(.timeLimit(.minutes(15)))
struct SettleProbeTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// - Parameters:
  ///   - script: of the step that pays; how it ends is open.
  ///   - settle: its fields.
  private func write(_ script: String, settle: String) throws {
    try workspace.write(
      """
      runbook: pay
      detection:
        - {id: unpaid, shell: "true", effect: readOnly, confirms: exit_code == 0}
      recovery:
        - id: pay
          shell: "echo paid >> ledger; \(script)"
          effect: mutating
          settle: {\(settle)}
      verification:
        - {id: checked, shell: "true", effect: readOnly}
      """, to: "pay.yaml")
  }

  private func run(_ arguments: String...) async throws -> Workspace.Output {
    try await workspace.run(arguments)
  }

  private var payments: Int {
    let text = try? String(contentsOfFile: workspace.path("ledger"), encoding: .utf8)
    return text?.pieces(separatedBy: "\n").count ?? 0
  }

  private static let shown = "should it be open whether it took effect, this is asked"

  @Test func isShownWhereTheStepIs() async throws {
    try workspace.write("cat ledger\n", to: "probe.sh")
    try write("kill -9 $$", settle: "shell: sh ./probe.sh, done: size(stdout) > 1")
    let plan = try await run("run", "pay.yaml", "--dry-run")
    #expect(plan.stdout.holds("\(Self.shown), read-only (declared, not enforced):"), "\(plan.all)")
    #expect(plan.stdout.holds("sh ./probe.sh"))
    #expect(plan.stdout.holds("done: size(stdout) > 1"))
    let held = try await run("run", "pay.yaml")
    #expect(held.stdout.holds(Self.shown), "\(held.all)")
    #expect(held.stdout.holds("the approval binds these files: ./probe.sh, cat, sh"), "\(held.all)")
    let done = try await run("resume", "--approve", "recovery")
    #expect(done.status == 0, "\(done.all)")
    // What it answered is evidence, and what it asked is among what ran.
    let report = try workspace.report()
    #expect(report.holds("settle: standard output"), "\(report)")
    #expect(report.holds("Asked whether it had taken effect: "), "\(report)")
  }

  /// One that could not ask says nothing, whatever its conditions come to; 1 is no.
  @Test(
    arguments: [
      ("exit 2", "done: exit_code == 0", 1), ("nosuchprogram", "done: exit_code == 0", 1),
      ("kill -9 $$", "not_done: exit_code == 1", 1), ("exit 7", "not_done: stdout != ''", 1),
      ("exit 2", "done: exit_code == 2", 1), ("exit 1", "done: exit_code == 0", 2),
    ])
  func aProbeThatCouldNotAskSaysNothing(
    _ probe: String, _ condition: String, _ times: Int
  ) async throws {
    try write(
      "test $(wc -l <ledger) -gt 1 || kill -9 $$",
      settle: "shell: \"\(probe)\", \(condition)}\n    retry: {attempts: 3, every: 10ms")
    let ended = try await run("run", "pay.yaml", "--approve", "recovery")
    let isSettled = condition.holds("== 2") || times == 2
    #expect(ended.status == (isSettled ? 0 : 75), "\(ended.all)")
    #expect(payments == times, "\(ended.all)")
  }

  /// A person's answer is a word, and a probe's is none.
  @Test func aProbeThatAsksAPersonIsRefused() async throws {
    try write(
      "true", settle: "manual: {instruction: Paid?, choices: [paid, no]}, done: answer == 'paid'")
    let found = try await run("validate", "pay.yaml", "--json")
    #expect(found.status == 65)
    #expect(try found.objects().contains { $0["code"]?.stringValue == "RB309" }, "\(found.all)")
  }

  @Test func anotherOneThanWasApprovedIsAskedAboutFirst() async throws {
    try workspace.write("cat ledger\n", to: "probe.sh")
    try write("kill -9 $$", settle: "shell: sh ./probe.sh, done: size(stdout) > 1")
    #expect(try await run("run", "pay.yaml").status == 75)
    let runs = try await run("runs", "--json")
    let id = try #require(try runs.objects().first?["run"]?.stringValue)
    #expect(try await run("approve", id, "recovery", "--yes").status == 0)
    try workspace.write("echo yes\n", to: "probe.sh")
    let held = try await run("resume")
    #expect(held.status == 75, "\(held.all)")
    #expect(held.stdout.holds("settle: file ./probe.sh is another"), "\(held.all)")
    #expect(payments == 0)
  }

  @Test func anotherOneThanTheAttemptBeganWithIsNotAsked() async throws {
    try workspace.write("echo asked >> asked; cat ledger\n", to: "probe.sh")
    try write(
      "echo 'echo asked >> asked' > probe.sh; kill -9 $$",
      settle: "shell: sh ./probe.sh, done: size(stdout) > 1")
    let held = try await run("run", "pay.yaml", "--approve", "recovery")
    #expect(held.status == 75, "\(held.all)")
    #expect(
      held.stdout.holds("its probe is not what it was when the attempt began, and is not asked"),
      "\(held.all)")
    #expect(held.stdout.holds("file ./probe.sh is another"), "\(held.all)")
    #expect(try await run("resume").status == 75)
    _ = try await run("skip", "--reason", "I looked")
    #expect(!FileManager.default.fileExists(atPath: workspace.path("asked")))
    #expect(payments == 1)
  }

  /// A probe is asked from another shell too, as long as what leads it is the same.
  @Test func anotherShellAsksIt() async throws {
    try write(
      "kill -9 $$",
      settle: "shell: 'cat \"$PLACE\"; cat flag || true', done: size(stdout) > 10, "
        + "not_done: size(stdout) == 0")
    let first = ["PLACE": "ledger", "EDITOR": "vi"]
    let held = try await workspace.run(
      ["run", "pay.yaml", "--approve", "recovery"], environment: first)
    #expect(held.status == 75, "\(held.all)")
    try workspace.write("it was paid indeed\n", to: "flag")
    let other = try await workspace.run(
      ["resume"], environment: first.merging(["PLACE": "ledger "]) { $1 })
    #expect(other.status == 75, "\(other.all)")
    #expect(other.all.holds("and is not asked: environment PLACE is another"), "\(other.all)")
    let done = try await workspace.run(
      ["resume"], environment: ["PLACE": "ledger", "EDITOR": "ed", "MORE": "1"])
    #expect(done.status == 0, "\(done.all)")
    #expect(payments == 1)
  }

  /// A request's method says that it changes something: that it does not, its author has to say.
  @Test func aRequestThatMayChangeSomethingIsDeclared() async throws {
    try write("true", settle: "http: {post: 'http://127.0.0.1:1/'}, done: status == 200")
    let refused = try await run("validate", "pay.yaml")
    #expect(refused.status == 65, "\(refused.all)")
    #expect(refused.all.holds("in `settle`, which only reads, must declare that"), "\(refused.all)")
    try write(
      "true", settle: "http: {post: 'http://127.0.0.1:1/'}, effect: readOnly, done: status == 200")
    #expect(try await run("validate", "pay.yaml").status == 0)
    let plan = try await run("run", "pay.yaml", "--dry-run")
    #expect(plan.stdout.holds("POST http://127.0.0.1:1/"), "\(plan.all)")
    #expect(plan.stdout.holds("read-only (declared, not enforced)"))
    for settle in ["http: {get: 'http://127.0.0.1:1/'}", "shell: cat ledger"] {
      try write("true", settle: "\(settle), done: \"true\"")
      #expect(try await run("validate", "pay.yaml").status == 0)
    }
  }
}
