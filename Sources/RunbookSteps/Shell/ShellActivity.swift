import Glibc
package import RunbookEngine
package import RunbookModel
import RunbookSystem
import Synchronization

/// A script with its values.
package struct ShellActivity: Activity {
  package let step: Step
  package let script: String
  package let variables: [WorkItem.Parameter]
  package let workingDirectory: String
  package let input: String
  package let connection: String?
  let inherited: [String: String]
  package let gateway: (any ConnectionGateway)?

  static let defaultTimeout = Duration.seconds(600)
  private static let defaultInterpreter = ["sh", "-eu"]
  /// Linux takes arguments of up to 128 KiB: execve(2).
  private static let longestArgument = 100_000

  package var effect: Effect { step.effect() }
  package var isEffectDeclared: Bool { step.options.effect != nil }
  package var connectsByItself: Bool { connection != nil }
  package var work: [WorkItem] {
    // No value is put into a script.
    [
      WorkItem(
        language: .shell, text: script, parameters: variables, effect: effect, isAuthored: true)
    ]
  }

  /// A script's program, folder and input, where the step gives them.
  package var manner: [WorkItem.Parameter] {
    var all: [WorkItem.Parameter] = []
    if let interpreter = step.body["interpreter"]?.items.compactMap(\.string) {
      all.append(
        WorkItem.Parameter(name: "run by", value: .list(interpreter.map { .string($0) })))
    }
    if step.body["working_directory"] != nil {
      all.append(WorkItem.Parameter(name: "in the folder", value: .string(workingDirectory)))
    }
    if !input.isEmpty {
      all.append(WorkItem.Parameter(name: "standard input", value: .string(input)))
    }
    return all
  }

  /// With what a session of its connection has set, as its programs' own have the same, and the database's own code,
  /// which these run too. A probe's server need not be there
  /// yet.
  package func surroundings() async -> [Surrounding] {
    let surroundings = await scriptSurroundings
    let script = step.options.isProbe ? surroundings.ofProbe : surroundings.all
    guard let connection, let gateway, !step.options.isProbe else { return script }
    return script + (await gateway.surroundings(of: connection))
  }

  package func unbound() async -> [String] { await scriptSurroundings.unbound }

  private var scriptSurroundings: ScriptSurroundings {
    get async {
      ScriptSurroundings(
        script: script, command: command, workingDirectory: workingDirectory,
        environment: await environment(nil), input: input)
    }
  }

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    guard !Task.isCancelled else { throw StepFailure(.interrupted, "the step was not started") }
    try await requireSameDatabase(context)
    let limit = Int(step.body["output_limit"]?.int ?? 65_536)
    let capture = Mutex([
      ChildProcess.Stream.standardOutput: CapturedOutput(.standardOutput, limit, context),
      .standardError: CapturedOutput(.standardError, limit, context),
    ])
    let ending = try await process(in: context).perform { stream, bytes in
      capture.withLock { $0[stream]?.append(bytes) }
    }
    let captured = capture.withLock { outputs in
      for stream in ChildProcess.Stream.allCases { outputs[stream]?.finish() }
      return outputs
    }
    let result = try result(
      of: ending, stdout: captured[.standardOutput], stderr: captured[.standardError], context)
    guard settlingMeans == .repeatable, !step.phase.mayChange else { return result }
    do throws(StepFailure) {
      try await requireSameDatabase(context)
    } catch {
      throw StepFailure(error.record, partial: result)
    }
    return result
  }

  /// What the environment of the step's processes holds, whatever the attempt.
  package func mark(_ context: AttemptContext) -> [String: String] {
    ["RUNBOOK_RUN": context.run.rawValue, "RUNBOOK_STEP": context.step.rawValue]
  }

  private func process(in context: AttemptContext) async -> ChildProcess {
    var process = ChildProcess(
      command: command, environment: await environment(context), workingDirectory: workingDirectory,
      input: Array(input.utf8), timeout: context.timeout(else: Self.defaultTimeout))
    if !isArgument { process.script = Array(script.utf8) }
    process.mark = mark(context)
    process.mark["RUNBOOK_ATTEMPT"] = String(context.attempt)
    process.grace = step.body["grace"]?.duration ?? .seconds(5)
    process.leavesRunning = leavesRunning
    return process
  }

  /// Whether what it starts may go on when it has ended.
  package var leavesRunning: Bool { step.body["leaves"] != nil }

  /// Whether the script goes to the interpreter as an argument: then messages name the step.
  private var isArgument: Bool {
    step.body["interpreter"] == nil && script.utf8.count < Self.longestArgument
      && !script.utf8.contains(0)
  }

  private var command: [String] {
    if isArgument { return Self.defaultInterpreter + ["-c", script, step.id.rawValue] }
    let interpreter = step.body["interpreter"]?.items.compactMap(\.string)
    return (interpreter ?? Self.defaultInterpreter) + ["/dev/fd/3"]
  }

  /// - Parameter context: nil where no attempt has begun.
  private func environment(_ context: AttemptContext?) async -> [String: String] {
    guard let connection, let gateway else { return inherited.merging(own) { _, new in new } }
    return await gateway.environment(
      of: connection, beside: inherited, with: own, for: context,
      mayChange: step.phase.mayChange)
  }

  /// What the step itself gives its processes.
  private var own: [String: String] {
    Dictionary(
      variables.compactMap { one in one.value.stringValue.map { (one.name, $0) } },
      uniquingKeysWith: { _, last in last })
  }

  /// What leads its programs is no part of the run's own connection: it is asked by it itself, right before they start
  /// and, where what they say counts, once they have ended.
  private func requireSameDatabase(_ context: AttemptContext) async throws(StepFailure) {
    guard let connection, let gateway else { return }
    try await gateway.requireSame(
      connection, ledToBy: await environment(context), with: own)
  }

  private func result(
    of ending: ChildProcess.Ending, stdout: CapturedOutput?, stderr: CapturedOutput?,
    _ context: AttemptContext
  ) throws(StepFailure) -> StepResult {
    var result = StepResult(
      values: ValueMap([
        ("exit_code", .int(Int64(ending.exitCode))), ("stdout", ""), ("stderr", ""),
        ("signal", .int(Int64(ending.signal))),
      ]))
    for output in [stdout, stderr].compactMap(\.self) {
      output.put(into: &result)
      result.evidence += output.evidence(source: "script of \(step.id)")
      result.notices += output.notices
    }
    result.isEffectOpen = isCutOff(ending)
    if ending.exitCode == 0, !result.isEffectOpen {
      result.completion = Completion("the script ended with exit 0")
    }
    let told = notices(of: ending, context)
    for notice in told { context.output(OutputLine(.notice, notice)) }
    result.notices += told
    let lastLines = stderr?.lastLines(10) ?? ""
    switch ending.reason {
    case .timedOut:
      let limit = context.timeout(else: Self.defaultTimeout).secondsText
      throw StepFailure(
        .timeout, "the script did not end within \(limit) and was stopped", detail: lastLines,
        hint: "give the step a longer `timeout:` if it needs it", partial: result)
    case .vanished:
      throw StepFailure(
        .lost,
        "how the script ended and what it left is not known: the process that kept it was ended",
        detail: lastLines, partial: result)
    case .cancelled:
      let mayHaveDone = settlingMeans != .repeatable && step.phase.mayChange
      throw StepFailure(
        mayHaveDone ? .lost : .interrupted,
        "the script was stopped before it had ended"
          + (mayHaveDone ? ": what it had done by then is not known" : ""),
        detail: lastLines, partial: result)
    case .exited where hasLeftWrongly(ending):
      let became =
        !ending.survivors.isEmpty
        ? ", and not all of it could be ended"
        : ending.isUnseenLeft
          ? ", and whether all of it was ended is not known" : ", which was ended"
      throw StepFailure(
        .refused,
        "the script ended with \(code(of: ending)) while what it had started went on\(became): "
          + list(of: ending.left, context),
        detail: lastLines.isEmpty ? nil : lastLines,
        hint: "where that is to go on, say `leaves: running`; else let the script wait for it",
        code: code(of: ending), partial: result)
    case .exited:
      result.presumedFailure = failure(of: ending, lastLines)
      return result
    }
  }

  /// Whether something ended its work from outside: its time, a signal, or this program, as it had not
  /// waited for what it had begun.
  private func isCutOff(_ ending: ChildProcess.Ending) -> Bool {
    ending.reason != .exited || ending.signal != 0 || signalOfChild(ending) != nil
      || Unasked.isCutOff(exitCode: Int64(ending.exitCode))
      || hasLeftWrongly(ending)
  }

  /// By it timeout(1) says that it has ended its program, which had not ended by itself.
  private static let cutOffByTimeout: Int32 = 124

  /// Whether something went on when the script had ended by itself, and was not to.
  private func hasLeftWrongly(_ ending: ChildProcess.Ending) -> Bool {
    !leavesRunning && (!ending.left.isEmpty || ending.isUnseenLeft)
  }

  /// The signal that ended a program which the script waited for: shells then end with 128 and its number
  /// (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_08_02).
  private func signalOfChild(_ ending: ChildProcess.Ending) -> Int32? {
    guard ending.signal == 0, (129...192).contains(ending.exitCode) else { return nil }
    return ending.exitCode - 128
  }

  private func notices(of ending: ChildProcess.Ending, _ context: AttemptContext) -> [String] {
    var notices: [String] = []
    let left = ending.left.filter { one in !ending.survivors.contains { $0.pid == one.pid } }
    if !left.isEmpty {
      let isLetGo = leavesRunning && ending.reason == .exited
      let what = isLetGo ? "left running, as the step says" : "still running, and ended"
      notices.append("\(what): \(list(of: left, context))")
    }
    if !ending.survivors.isEmpty {
      notices.append(
        "could not be ended, and may go on: \(list(of: ending.survivors, context))")
    }
    if ending.isUnseenLeft {
      notices.append(
        "something of it went on that could not be named: another account's, or what makes new processes "
          + "faster than they are read")
    }
    if ending.isOutputHeld {
      notices.append(
        leavesRunning
          ? "its output is held open: what is printed to it from now on is lost, and may end who prints it"
          : "its output is held open by a process that was not found, and may go on")
    }
    return notices
  }

  private func list(of left: [ChildProcess.Left], _ context: AttemptContext) -> String {
    let shown = left.prefix(10).map { one in
      let command = one.command.isEmpty ? "?" : context.redactor.line(one.command, bytes: 120)
      let user = one.user.map { ", of user \($0)" } ?? ""
      return "\(command) (process \(one.pid)\(user))"
    }
    guard !shown.isEmpty else { return "processes that could not be named" }
    let rest = left.count > shown.count ? ", and \(left.count - shown.count) more" : ""
    return shown.joined(separator: ", ") + rest
  }

  private func code(of ending: ChildProcess.Ending) -> String {
    ending.signal == 0 ? "exit \(ending.exitCode)" : "signal \(ending.signal)"
  }

  /// A signal is told by `signal`: of an exit code the shell may have made one itself.
  private func failure(of ending: ChildProcess.Ending, _ lastLines: String) -> PresumedFailure? {
    guard ending.exitCode != 0 else { return nil }
    let code = code(of: ending)
    let inner =
      ending.signal == 0 && ending.exitCode == Self.cutOffByTimeout
      ? " (as timeout(1) says it that has cut its program off)"
      : signalOfChild(ending).map { " (signal \($0) ended a program of it)" } ?? ""
    let last = lastLines.pieces(separatedBy: "\n").last.map { ": \($0)" } ?? ""
    return PresumedFailure(
      FailureRecord(
        cause: .refused, message: "the script ended with \(code)\(inner)\(last)",
        detail: lastLines.isEmpty ? nil : lastLines, code: code),
      toldBy: ending.signal == 0 ? "exit_code" : "signal")
  }
}

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
