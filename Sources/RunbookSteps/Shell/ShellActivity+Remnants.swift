import Glibc
import RunbookEngine
import RunbookModel

/// What a script leaves whose executor is gone: its processes, and the statements that the server goes
/// on with though the client that asked for them has ended.
extension ShellActivity {
  func remnants(in context: AttemptContext) async throws(StepFailure) -> [Remnant] {
    let marked = MarkedProcesses(mark(context))
    // What may go on is not waited for: a keeper lets it go with the script, and is gone then.
    let processes = leavesRunning && !marked.areKept ? [] : marked.remnants(context.redactor)
    guard let gateway, let connection else { return processes }
    return processes
      + (try await gateway.remnants(of: context, on: connection))
  }

  func end(
    _ remnants: [Remnant], in context: AttemptContext
  ) async throws(StepFailure) {
    let marked = MarkedProcesses(mark(context))
    for pid in marked.all() { marked.send(SIGTERM, to: pid) }
    let grace = step.body["grace"]?.duration ?? .seconds(5)
    let isGone = try await Wait.until(within: grace) {
      marked.all().isEmpty ? true : nil
    }
    if isGone == nil {
      for pid in marked.all() { marked.send(SIGKILL, to: pid) }
    }
    guard let gateway, let connection else { return }
    try await gateway.end(context, on: connection)
  }
}
