import RunbookEngine
import RunbookModel

/// Asks the person at the terminal; without one nobody can be asked.
struct TerminalOperator: Operator {
  let console: Console
  let observer: ProgressObserver?
  /// What every question begins with; empty in the real thing.
  var mark = ""
  /// Takes a line that is not for the run; nil where everything is for it.
  var aside: (any TerminalAside)?

  func decide(on gate: GateOpened) async -> OperatorDecision {
    await decide(on: gate) { false }
  }

  /// A refusal stands for everybody: a slip of the fingers is none, and is asked again.
  func decide(
    on gate: GateOpened, unless isDecided: @escaping @Sendable () async -> Bool
  ) async -> OperatorDecision {
    let consent = GateConsent(gate)
    let question =
      "Type '\(consent.word)' to approve '\(gate.gate)', 'no' to \(consent.refusal), '?' for help: "
    while let answer = await ask(question, isFree: true, unless: isDecided) {
      let typed = TypedWord(answer)
      if typed.isExactly(consent.word) { return .approved }
      if typed.isNo { return .refused }
      if typed.isExactly("?") {
        for line in consent.help { console.print(line) }
      } else if typed.isExactly("show") {
        observer?.observe(waiting: gate)
      } else {
        console.print("  \(typed.fault(wanting: consent.word))")
      }
    }
    return .unavailable
  }

  func decide(on remnants: [Remnant], of step: StepID) async -> RemnantDecision {
    guard console.canAsk else { return .unavailable }
    observer?.pause()
    console.print("  What an earlier process left of step '\(step)' is still there:")
    for remnant in remnants { console.print("    \(remnant.summary)") }
    while let answer = await ask("  [w]ait for it, [t]erminate it, or [h]old the run? ") {
      switch answer.lowercased() {
      case "w", "wait": return .wait
      case "t", "terminate": return .terminate
      case "h", "hold": return .hold
      default: continue
      }
    }
    return .hold
  }

  func answer(_ question: ManualQuestion) async -> String? {
    guard console.canAsk else { return nil }
    observer?.pause()
    console.print("\n  \(question.title, .bold)")
    for line in question.instruction.pieces(separatedBy: "\n") {
      console.print("    \(line)")
    }
    guard !question.choices.isEmpty else { return await ask("  Answer: ") }
    while let answer = await ask("  One of \(question.choices.joined(separator: ", ")): ") {
      if question.choices.contains(answer) { return answer }
    }
    return nil
  }

  func mayPerform(_ title: String, _ work: [WorkItem]) async -> Bool? {
    guard console.canAsk else { return nil }
    observer?.pause()
    console.print("\n  Next: \(title, .bold)")
    for line in WorkText().lines(of: work, indent: "      ") {
      console.print(line)
    }
    let answer = await ask("  Go on? [Y/n] ")
    return answer.map { ["", "y", "yes"].contains($0.lowercased()) }
  }

  /// A line from the terminal; nil without a terminal, at the end of input, or after Ctrl-C.
  ///
  /// - Parameters:
  ///   - isFree: whether a number is no answer that the run would want.
  ///   - isDecided: whether the question has found its answer elsewhere; looked at while it stands.
  private func ask(
    _ prompt: String, isFree: Bool = false,
    unless isDecided: (@Sendable () async -> Bool)? = nil
  ) async -> String? {
    guard console.canAsk else { return nil }
    console.discardInput()
    while let line = await line(mark + prompt, unless: isDecided) {
      guard let aside, await aside.take(line, isFree: isFree) else { return line }
    }
    return nil
  }

  private func line(
    _ prompt: String, unless isDecided: (@Sendable () async -> Bool)?
  ) async -> String? {
    guard let observer else {
      console.print("\(prompt)", terminator: "")
      return await TerminalLine.next(unless: isDecided)
    }
    observer.ask(prompt)
    let line = await TerminalLine.next(unless: isDecided)
    observer.takeAnswer()
    if line == nil { console.print("") }
    return line
  }
}

/// Somebody who is spoken to at the terminal beside the run, such as a drill.
protocol TerminalAside: Sendable {
  /// - Parameter isFree: whether the run has no use for numbers, as a gate.
  /// - Returns: whether the line was meant for it; the run's question is then put anew.
  func take(_ line: String, isFree: Bool) async -> Bool
}
