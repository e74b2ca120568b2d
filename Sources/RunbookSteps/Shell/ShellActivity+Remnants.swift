import Glibc
package import RunbookEngine
package import RunbookModel
import RunbookSystem

/// What a script leaves whose executor is gone: its processes, and the statements that the server goes
/// on with though the client that asked for them has ended.
extension ShellActivity {
  package func remnants(in context: AttemptContext) async throws(StepFailure) -> [Remnant] {
    let marked = MarkedProcesses(mark(context))
    // What may go on is not waited for: a keeper lets it go with the script, and is gone then.
    let processes = leavesRunning && !marked.areKept ? [] : marked.remnants(context.redactor)
    guard let gateway, let connection else { return processes }
    return processes
      + (try await gateway.remnants(of: context, on: connection))
  }

  package func end(
    _ remnants: [Remnant], in context: AttemptContext
  ) async throws(StepFailure) -> [EndedProcess] {
    let marked = MarkedProcesses(mark(context))
    let found = marked.remnants(context.redactor)
    for pid in marked.all() { marked.send(SIGTERM, to: pid) }
    let grace = step.body["grace"]?.duration ?? .seconds(5)
    let isGone = try await Wait.until(within: grace) {
      marked.all().isEmpty ? true : nil
    }
    let killed = isGone == nil ? Set(marked.all().map { Int64($0) }) : []
    for pid in killed { marked.send(SIGKILL, to: pid_t(pid)) }
    let ended = found.map {
      EndedProcess($0, by: killed.contains($0.pid) ? "SIGTERM and SIGKILL" : "SIGTERM")
    }
    guard let gateway, let connection else { return ended }
    return ended
      + (try await gateway.end(remnants, of: context, on: connection))
  }
}

extension MarkedProcesses {
  /// As a person is shown them.
  fileprivate func remnants(_ redactor: Redactor) -> [Remnant] {
    all().map { pid in
      let command = redactor.line(ProcessTable.command(of: pid), bytes: 200)
      let since = ProcessTable.start(of: pid)
      return Remnant(
        pid: Int64(pid),
        summary: "process \(pid) (\(command))" + (since.map { ", since \($0)" } ?? ""),
        since: since)
    }
  }
}
