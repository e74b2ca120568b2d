package import RunbookEngine
package import RunbookModel
import RunbookSystem

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
