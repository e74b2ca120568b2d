import Foundation
import RunbookModel
import Testing

/// What cannot be known is not tried again: nothing is paid twice.
@Suite(.timeLimit(.minutes(15)))
struct OpenEffectTests {
  /// A script that writes each of its beginnings into a ledger, and how the run of it ends.
  struct Payment: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let script: String
    var more = ""
    let status: Int32
    let payments: Int
  }

  static let payments = [
    Payment(testDescription: "a timeout", script: "sleep 600", status: 75, payments: 1),
    Payment(testDescription: "a signal", script: "kill -9 $$", status: 75, payments: 1),
    Payment(
      testDescription: "a signal to a program of it", script: "sh -c 'kill -9 $$'; exit $?",
      status: 75, payments: 1),
    Payment(
      testDescription: "what is ended at its end", script: "sleep 600 >/dev/null 2>&1 &",
      status: 75, payments: 1),
    Payment(
      testDescription: "an expect that is not met", script: "kill -9 $$",
      more: "expect: exit_code == 0", status: 75, payments: 1),
    Payment(
      testDescription: "timeout(1)", script: "timeout 0.1 sleep 600", status: 75, payments: 1),
    Payment(
      testDescription: "what left session and environment",
      script: "env -i setsid sleep 600 >/dev/null 2>&1 &", status: 75, payments: 1),
    Payment(testDescription: "its own end", script: "exit 3", status: 75, payments: 3),
    Payment(
      testDescription: "a probe that says that it is done", script: "kill -9 $$",
      more: "settle: {shell: 'wc -l < ledger', done: 'int(stdout.trim()) > 0'}", status: 0,
      payments: 1),
    Payment(
      testDescription: "a probe that says that it is not done", script: "kill -9 $$",
      more: "settle: {shell: 'wc -l < ledger', done: 'int(stdout.trim()) > 2'}", status: 0,
      payments: 3),
  ]

  @Test(arguments: payments) func paysNoTwice(_ payment: Payment) async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      runbook: pay
      detection:
        - {id: unpaid, shell: "true", effect: readOnly, confirms: exit_code == 0}
      recovery:
        - id: pay
          shell: {script: "echo paid >> ledger; \(payment.script)", grace: 100ms}
          timeout: 500ms
          retry: {every: 10ms, attempts: 3}
          \(payment.more)
      verification:
        - {id: checked, shell: "true", effect: readOnly}
      """, to: "pay.yaml")
    let output = try await workspace.run(["run", "pay.yaml", "--approve", "recovery"])
    #expect(output.status == payment.status, "\(output.all)")
    let ledger = try String(contentsOfFile: workspace.path("ledger"), encoding: .utf8)
    #expect(ledger.pieces(separatedBy: "\n").count == payment.payments, "\(output.all)")
    guard payment.status != 0, payment.payments == 1 else { return }
    #expect(output.stdout.holds("it is not known whether step 'pay' took effect"))
    // Nor does whoever goes on.
    #expect(try await workspace.run(["resume"]).status == 75)
    let after = try String(contentsOfFile: workspace.path("ledger"), encoding: .utf8)
    #expect(after == ledger)
  }

  /// A step whose executor was killed goes on with what left its session and its environment, and the probe
  /// is not asked before that is gone.
  /// What ended well is not paid again because its result is not what was wanted.
  @Test(
    arguments: [
      ("expect: stdout == 'x'", 75, 1), ("capture: {x: 'int(stdout)'}", 75, 1),
      ("expect: stdout == 'x'\n    settle: {shell: 'cat ledger', done: 'size(stdout) > 9'}", 0, 2),
      ("expect: stdout == 'x'\n    settle: {shell: 'cat ledger', done: 'size(stdout) > 1'}", 0, 1),
    ] as [(String, Int32, Int)])
  func paysNoTwiceForAResultThatIsRefused(
    _ more: String, _ status: Int32, _ payments: Int
  ) async throws {
    let workspace = try Workspace()
    func write(_ on: String) throws {
      try workspace.write(
        """
        runbook: pay
        detection:
          - {id: unpaid, shell: "true", effect: readOnly, confirms: exit_code == 0}
        recovery:
          - id: pay
            shell: "echo paid | tee -a ledger"
            retry: {every: 10ms, attempts: 3\(on)}
            \(more)
        verification:
          - {id: checked, shell: "true", effect: readOnly}
        """, to: "pay.yaml")
    }
    func paid() throws -> Int {
      try String(contentsOfFile: workspace.path("ledger"), encoding: .utf8)
        .pieces(separatedBy: "\n").count
    }
    try write("")
    let output = try await workspace.run(["run", "pay.yaml", "--approve", "recovery"])
    #expect(output.status == status, "\(output.all)")
    #expect(try paid() == payments, "\(output.all)")
    guard status != 0 else { return }
    let words = "the script ended with exit 0, and what it changed stays"
    #expect(output.stdout.holds("step 'pay' failed: "), "\(output.all)")
    #expect(output.stdout.holds(words), "\(output.all)")
    #expect(try await workspace.run(["resume"]).status == 75)
    #expect(try paid() == payments)
    #expect(try await workspace.run(["report"]).stdout.holds(words))
    let again = try await workspace.run(["retry"])
    #expect(again.stderr.holds(words), "\(again.all)")
    #expect(try paid() == payments + 1)
  }

  /// An author who has looked at the result knows what another attempt does.
  @Test func anAuthorMayWantAnotherForAResult() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      runbook: pay
      detection:
        - {id: unpaid, shell: "true", effect: readOnly, confirms: exit_code == 0}
      recovery:
        - id: pay
          shell: "echo paid >> ledger; wc -l < ledger"
          retry: {every: 10ms, attempts: 5, on: {failure: "int(stdout.trim()) < 2"}}
          expect: int(stdout.trim()) == 3
      verification:
        - {id: checked, shell: "true", effect: readOnly}
      """, to: "pay.yaml")
    let output = try await workspace.run(["run", "pay.yaml", "--approve", "recovery"])
    #expect(output.status == 75, "\(output.all)")
    let ledger = try String(contentsOfFile: workspace.path("ledger"), encoding: .utf8)
    #expect(ledger == "paid\npaid\n")
  }

  @Test func whatAKilledExecutorLeavesIsFoundAndNotRaced() async throws {
    let workspace = try Workspace()
    let pipe = try workspace.makePipe("pipe")
    try workspace.write(
      """
      runbook: pay
      detection:
        - {id: unpaid, shell: "true", effect: readOnly, confirms: exit_code == 0}
      recovery:
        - id: pay
          shell: |
            [ ! -e pid ] || exit 3
            env -i setsid sh -c 'echo $$ > pid; sleep 600; echo paid >> ledger' &
            until [ -s pid ]; do sleep 0.01; done
            echo ready > "$PIPE"
            sleep 600
          settle: {shell: 'cat ledger 2>/dev/null | wc -l', done: 'int(stdout.trim()) > 0'}
      verification:
        - {id: checked, shell: "true", effect: readOnly}
      """, to: "pay.yaml")
    let program = try workspace.start(
      ["run", "pay.yaml", "--approve", "recovery"],
      environment: ["PIPE": pipe])
    _ = await workspace.line(ofPipe: "pipe")
    program.signal(SIGKILL)
    _ = try await program.output()
    let number = try String(contentsOfFile: workspace.path("pid"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    // The probe is asked with the environment that the attempt began with.
    let output = try await workspace.run(["resume", "--terminate"], environment: ["PIPE": pipe])
    #expect(output.stdout.holds("Ending: process \(number) "), "\(output.all)")
    #expect(output.stdout.holds("Ended by "), "\(output.all)")
    #expect(output.stdout.holds("the probe says that it is not done"), "\(output.all)")
    let pid = try #require(pid_t(number))
    #expect(kill(pid, 0) != 0)
  }

  @Test func whatAStepLeavesRunningIsNamed() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      runbook: serve
      detection:
        - {id: gone, shell: "true", effect: readOnly, confirms: exit_code == 0}
      recovery:
        - id: serve
          shell: {script: "sleep 600 >/dev/null 2>&1 & echo $! > pid", leaves: running}
      verification:
        - {id: checked, shell: "true", effect: readOnly}
      """, to: "serve.yaml")
    let output = try await workspace.run(["run", "serve.yaml", "--approve", "recovery"])
    #expect(output.status == 0, "\(output.all)")
    let pid = try String(contentsOfFile: workspace.path("pid"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(isRunning(pid))
    kill(try #require(pid_t(pid)), SIGKILL)
    let notice = "left running, as the step says: sleep 600 (process \(pid))"
    #expect(output.stdout.holds(notice), "\(output.all)")
    #expect(try workspace.report().holds("left running, as the step says"))
  }
}
