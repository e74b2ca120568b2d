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
