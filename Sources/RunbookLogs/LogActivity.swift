package import RunbookEngine
package import RunbookModel
import RunbookSystem
import Synchronization

/// Logs to be read, with their values.
package struct LogActivity: Activity {
  package enum Source: Sendable, Hashable {
    case files([LogPath])
    case command([String], takesErrors: Bool)
  }

  /// What lies around the step.
  package struct World: Sendable {
    /// A command's.
    package let environment: [String: String]
    /// Where a command runs.
    package let folder: String
    package let gateway: (any ConnectionGateway)?
  }

  package let source: Source
  package let grammar: any LogGrammar
  package let filter: LogFilter
  /// Where the step stands, and its patterns.
  package let step: Place
  package let places: [LogFilter.Pattern: Place]
  /// As the author asked for it.
  package let limit: Int?
  /// What the timeline calls the log.
  let name: String
  package let clock: LogClock
  package let isDeclared: Effect?
  let world: World

  package static let defaultTimeout = Duration.seconds(120)

  package var effect: Effect {
    switch source {
    case .files: .readOnly
    case .command: isDeclared ?? .undetermined
    }
  }

  package var isEffectDeclared: Bool {
    if case .command = source { isDeclared != nil } else { false }
  }

  package var connection: String? { nil }

  package var clockConnection: String? {
    if case .connection(let name) = clock { name } else { nil }
  }

  package var work: [WorkItem] {
    let pattern = filter.match.map { " for \($0.pattern)" } ?? ""
    switch source {
    case .files:
      return [WorkItem(language: .text, text: "read \(origin)\(pattern)", effect: effect)]
    case .command:
      return [WorkItem(language: .shell, text: origin, effect: effect)]
    }
  }

  /// The files, or the command as a shell would be given it.
  package var origin: String {
    switch source {
    case .files(let paths): paths.map(\.path).joined(separator: ", ")
    case .command(let words, _): words.map(\.quotedForShell).joined(separator: " ")
    }
  }

  package func surroundings() async -> [Surrounding] { commandSurroundings?.all ?? [] }

  package func unbound() async -> [String] { commandSurroundings?.unbound ?? [] }

  /// Nil where files are read.
  private var commandSurroundings: ScriptSurroundings? {
    guard case .command = source else { return nil }
    return ScriptSurroundings(
      script: origin, command: ["sh"], workingDirectory: world.folder,
      environment: world.environment, input: "")
  }

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    guard !Task.isCancelled else { throw StepFailure(.interrupted, "reading was not started") }
    var findings = await startingFindings(context.redactor)
    switch source {
    case .files(let paths):
      let reading = LogReadingOfFiles(
        paths: paths, grammar: grammar, timeout: context.timeout(else: Self.defaultTimeout))
      findings = try await reading.perform(findings)
      try refuse(findings.halt)
      return told(findings.result(origin: origin, source: name), in: context)
    case .command(let words, let takesErrors):
      return told(try await perform(words, takesErrors, findings, in: context), in: context)
    }
  }

  /// What was not read, or not understood, is seen where the step is, and not in the report alone.
  private func told(_ result: StepResult, in context: AttemptContext) -> StepResult {
    for notice in result.notices { context.output(OutputLine(.notice, notice)) }
    return result
  }

  /// What is read in part only is no answer.
  package func refuse(_ halt: LogFindings.Halt?) throws(StepFailure) {
    switch halt {
    case nil: return
    case .excess(let pattern, let time, let bytes):
      throw StepFailure(
        .invalid,
        "`\(pattern.rawValue)` takes too much work on the event of \(time), which has \(bytes) bytes "
          + "(\(places[pattern] ?? step))",
        hint: "write the pattern without large counted repetitions, such as `a{1,1000}`")
    case .overdue:
      throw StepFailure(
        .timeout, "reading \(origin) took longer than the step may",
        hint: "give the step a longer `timeout:`, or say `since:` and `until:`")
    }
  }

  /// With the clock's offset, where it can be told.
  private func startingFindings(_ redactor: Redactor) async -> LogFindings {
    func findings(_ offset: Duration?) -> LogFindings {
      LogFindings(
        filter: filter, limit: limit ?? 1000, isLimitAsked: limit != nil, clockOffset: offset,
        redactor: redactor)
    }
    switch clock {
    case .unknown: return findings(nil)
    case .given(let offset): return findings(offset)
    case .connection(let name):
      var unknown = findings(nil)
      guard let gateway = world.gateway else { return unknown }
      do throws(StepFailure) {
        if let offset = try await gateway.identify(name).clockOffsetMicroseconds {
          // A round trip measures no finer.
          return findings(.milliseconds(Int64((Double(offset) / 1000).rounded())))
        }
        unknown.note("the clock of '\(name)' could not be measured; times are as they are written")
      } catch {
        unknown.note(
          "the clock of '\(name)' could not be measured, and times are as they are written: "
            + error.record.message)
      }
      return unknown
    }
  }
}

extension String {
  /// As a shell's word that stands for itself.
  fileprivate var quotedForShell: String {
    let plain: (UInt8) -> Bool = { byte in
      byte.isDigit || byte.isLetter || "-_./:=@,+%".utf8.contains(byte)
    }
    if !isEmpty, utf8.allSatisfy(plain) { return self }
    return "'"
      + pieces(separatedBy: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}

extension LogActivity {
  /// What a command's output has brought so far.
  private struct Output {
    var findings: LogFindings
    var standardOutput: LogFunnel
    /// nil where it is not part of the log.
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
    // With a pattern, lines without its words are passed over unread: what they are is told by the first ones.
    let isStrange = findings.hasSeenText && !findings.hasSeenTime
    if findings.understood == 0, output.bytes > 0,
      findings.told > 0 || filter.match == nil || isStrange
    {
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
