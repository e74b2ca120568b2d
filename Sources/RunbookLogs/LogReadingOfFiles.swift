import RunbookEngine
package import RunbookModel
import RunbookSystem

/// Reads log files one after the other, on a thread of its own.
package struct LogReadingOfFiles: Sendable {
  package let paths: [LogPath]
  package let grammar: any LogGrammar
  package let timeout: Duration

  private var list: String { paths.map(\.path).joined(separator: ", ") }

  package func perform(_ findings: LogFindings) async throws(StepFailure) -> LogFindings {
    try await OwnThread.runInterruptibly { interruption throws(StepFailure) in
      try self.read(findings, interruption)
    }
  }

  private func read(
    _ start: LogFindings, _ interruption: Interruption
  ) throws(StepFailure) -> LogFindings {
    let deadline = ContinuousClock.now + timeout
    var findings = start
    findings.isOver = { interruption.isSet || ContinuousClock.now > deadline }
    let files: LogFiles
    do throws(LogFiles.Problem) {
      files = try LogFiles(paths, grammar)
    } catch {
      throw StepFailure(.unreachable, error.message, hint: error.hint)
    }
    for notice in files.notices { findings.note(notice) }
    for unread in files.unread { findings.note(unread) }
    var strange: [(path: String, format: LogFormat)] = []
    for file in files.files where findings.halt == nil {
      try read(file, &findings, &strange, interruption, deadline)
    }
    let withText = files.files.count { $0.size ?? 0 > 0 }
    if let one = strange.first, strange.count == withText, findings.halt == nil {
      throw StepFailure(
        .invalid, "no line of \(one.path) is understood as the format that the step names",
        hint: "it looks like `format: \(one.format.rawValue)`")
    }
    return findings
  }

  private func read(
    _ file: LogFile, _ findings: inout LogFindings,
    _ strange: inout [(path: String, format: LogFormat)], _ interruption: Interruption,
    _ deadline: ContinuousClock.Instant
  ) throws(StepFailure) {
    let filter = findings.filter
    let (before, understood) = (findings.told, findings.understood)
    if LogFiles.isWrapped(file, grammar) {
      try unwrap(file, &findings, interruption, deadline)
    } else {
      try scan(file, &findings, interruption, deadline)
    }
    guard findings.halt == nil else { return }
    if file.wasCut {
      findings.note(
        LogMatches.Unread(
          path: file.path, why: "it became shorter while it was read", isReadInPart: true))
    }
    guard findings.understood == understood, file.size ?? 0 > 0 else { return }
    // Where all of it was looked at, and something was there, that was not understood.
    let isAll = filter.match == nil && filter.since == nil && filter.until == nil
    guard isAll && findings.told > before || !LogFiles.hasTime(file, grammar) else { return }
    findings.note(strange: file.path)
    let format = LogFormat.found(in: file.bytes(at: 0, count: 4096), insteadOf: grammar)
    if let format { strange.append((file.path, format)) }
    if findings.told == before || format != nil {
      findings.note(
        "\(file.path) begins with no time that can be read: is it of this format?"
          + (format.map { " It looks like `\($0.rawValue)`" } ?? ""))
    }
  }

  private func scan(
    _ file: LogFile, _ findings: inout LogFindings, _ interruption: Interruption,
    _ deadline: ContinuousClock.Instant
  ) throws(StepFailure) {
    let filter = findings.filter
    if let range = LogSeek.range(
      of: file, grammar, since: filter.since.map(findings.uncorrected),
      until: filter.until.map(findings.uncorrected))
    {
      file.restrict(to: range)
    }
    var buffer = LogBuffer(LogScanner(grammar, match: filter.match))
    var isAtEnd = false
    while !isAtEnd, findings.halt == nil {
      do throws(LogFile.Problem) {
        isAtEnd = try !buffer.fill(into: &findings) { memory throws(LogFile.Problem) in
          try file.read(into: memory)
        }
      } catch {
        guard case .damaged(let why) = error else { throw failure(of: file, error) }
        // What could be unpacked is told.
        buffer.finish(into: &findings)
        findings.note(LogMatches.Unread(path: file.path, why: why, isReadInPart: true))
        isAtEnd = true
      }
      try check(interruption, deadline)
    }
  }

  /// Reads a file whose lines are in envelopes.
  private func unwrap(
    _ file: LogFile, _ findings: inout LogFindings, _ interruption: Interruption,
    _ deadline: ContinuousClock.Instant
  ) throws(StepFailure) {
    var funnel = LogFunnel(grammar, match: findings.filter.match, reference: file.modified)
    var memory = [UInt8](repeating: 0, count: LogBuffer.chunk)
    var isAtEnd = false
    while !isAtEnd, findings.halt == nil {
      do throws(LogFile.Problem) {
        let count = try file.fill(&memory)
        isAtEnd = count == 0
        funnel.append(Array(memory[..<count]), into: &findings)
      } catch {
        guard case .damaged(let why) = error else { throw failure(of: file, error) }
        findings.note(LogMatches.Unread(path: file.path, why: why, isReadInPart: true))
        isAtEnd = true
      }
      try check(interruption, deadline)
    }
    funnel.finish(into: &findings)
  }

  private func failure(of file: LogFile, _ problem: LogFile.Problem) -> StepFailure {
    StepFailure(
      .unreachable, "cannot read \(file.path): \(problem.message)",
      hint: "is it the right file, and may this account read it?")
  }

  private func check(
    _ interruption: Interruption, _ deadline: ContinuousClock.Instant
  ) throws(StepFailure) {
    if interruption.isSet { throw StepFailure(.interrupted, "reading \(list) was stopped") }
    if ContinuousClock.now > deadline {
      throw StepFailure(
        .timeout, "reading \(list) took longer than \(timeout.secondsText)",
        hint: "give the step a longer `timeout:`, or say `since:` and `until:`")
    }
  }
}
