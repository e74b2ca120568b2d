package import RunbookEngine
package import RunbookModel
import RunbookSystem
import Synchronization

extension LogActivity {
  /// What a command's output has brought so far.
  private struct Output {
    var findings: LogFindings
    var standardOutput: LogFunnel
    /// nil where it is no part of the log.
    var standardError: LogFunnel?
    var lastErrors: RedactedTail
    /// Of what is part of the log.
    var bytes = 0

    mutating func append(_ bytes: [UInt8], to stream: ChildProcess.Stream) {
      if stream == .standardOutput || standardError != nil { self.bytes += bytes.count }
      guard stream == .standardError else {
        return standardOutput.append(bytes, into: &findings)
      }
      standardError?.append(bytes, into: &findings)
      lastErrors.append(bytes)
    }

    mutating func finish() {
      standardOutput.finish(into: &findings)
      standardError?.finish(into: &findings)
      lastErrors.finish()
    }

    /// The last lines of its standard error, for people; none where that is the log.
    func lastLines(_ count: Int) -> [String] {
      lastErrors.text.pieces { $0.isNewline }.suffix(count).map(String.init)
    }
  }

  package func perform(
    _ words: [String], _ takesErrors: Bool, _ findings: LogFindings, in context: AttemptContext
  ) async throws(StepFailure) -> StepResult {
    let funnel = LogFunnel(grammar, match: filter.match, reference: context.now())
    let timeout = context.timeout(else: Self.defaultTimeout)
    let deadline = ContinuousClock.now + timeout
    var findings = findings
    findings.isOver = { ContinuousClock.now > deadline }
    let output = Mutex(
      Output(
        findings: findings, standardOutput: funnel,
        standardError: takesErrors ? funnel : nil,
        lastErrors: RedactedTail(context.redactor, size: 4096)))
    var process = ChildProcess(
      command: words, environment: world.environment,
      workingDirectory: world.folder, timeout: timeout)
    process.mark = [
      "RUNBOOK_RUN": context.run.rawValue, "RUNBOOK_STEP": context.step.rawValue,
      "RUNBOOK_ATTEMPT": String(context.attempt),
    ]
    let ending = try await process.perform { stream, bytes in
      output.withLock { $0.append(bytes, to: stream) }
    }
    let read = output.withLock { output in
      output.finish()
      return output
    }
    return try result(read, ending, words.first ?? "", takesErrors, timeout)
  }

  private func result(
    _ output: Output, _ ending: ChildProcess.Ending, _ program: String, _ takesErrors: Bool,
    _ timeout: Duration
  ) throws(StepFailure) -> StepResult {
    try refuse(output.findings.halt)
    var findings = output.findings
    // With a pattern, lines without its words are passed over unread.
    if findings.understood == 0, output.bytes > 0, findings.told > 0 || filter.match == nil {
      findings.note(strange: "`\(program)`'s output")
      findings.note("no line that `\(program)` printed is understood: is it of this format?")
    }
    var result = findings.result(origin: origin, source: name)
    result.values["exit_code"] = .int(Int64(ending.exitCode))
    let errors = output.lastLines(10)
    let detail = errors.isEmpty ? nil : errors.joined(separator: "\n")
    switch ending.reason {
    case .timedOut:
      throw StepFailure(
        .timeout, "`\(program)` did not end within \(timeout.secondsText) and was stopped",
        detail: detail, hint: "a command that follows a log never ends: leave out `-f`",
        partial: result)
    case .cancelled:
      throw StepFailure(.interrupted, "`\(program)` was stopped", detail: detail, partial: result)
    case .vanished:
      throw StepFailure(
        .refused, "how `\(program)` ended is not known", detail: detail, partial: result)
    case .exited where ending.exitCode != 0:
      let code = ending.signal == 0 ? "exit \(ending.exitCode)" : "signal \(ending.signal)"
      result.presumedFailure = PresumedFailure(
        FailureRecord(
          cause: .refused,
          message: "`\(program)` ended with \(code)" + (errors.last.map { ": \($0)" } ?? ""),
          detail: detail, code: code),
        toldBy: "exit_code")
    case .exited where !takesErrors:
      // Such as journalctl's word that this account does not see all messages.
      for line in errors.suffix(3) { result.notices.append("`\(program)` said: \(line)") }
    case .exited: break
    }
    return result
  }
}
