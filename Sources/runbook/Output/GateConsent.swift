import RunbookModel

/// What a person types to approve a gate, where the question stands.
///
/// | the gate                        | the word              |
/// | ------------------------------- | --------------------- |
/// | destroys nothing                | `yes`                 |
/// | destroys something              | `approve CODE`        |
/// | another run is at work there    | `approve beside RUN`  |
/// | both                            | `approve CODE beside RUN` |
///
/// The code is drawn for the question that shows it: no other gate, and no other asking of the same, takes it. What is
/// more than a plain yes begins with no program's name, so that it does nothing where a shell gets it.
struct GateConsent {
  let word: String
  /// What `no` does, as an infinitive.
  let refusal: String
  private let gate: GateOpened

  /// - Parameter draw: gives a code that nobody can know before it is shown.
  init(_ gate: GateOpened, draw: () -> String = Self.drawn) {
    self.gate = gate
    let others = (gate.others ?? []).map { " beside \($0.run)" }.joined()
    word =
      switch (gate.isDestructive, others.isEmpty) {
      case (false, true): "yes"
      case (false, false): "approve" + others
      case (true, _): "approve \(draw())" + others
      }
    refusal = gate.isDeclinable == true ? "decline it for good" : "refuse it"
  }

  /// Four digits of base 16.
  static func drawn() -> String {
    var random = SystemRandomNumberGenerator()
    let code = String(UInt16.random(in: .min ... .max, using: &random), radix: 16)
    return String(repeating: "0", count: 4 - code.utf8.count) + code
  }

  /// What `?` is answered with.
  var help: [StyledText] {
    let no =
      gate.isDeclinable == true
      ? "its step is left out for good, and the run goes on with the next"
      : gate.steps.isEmpty ? "the run is held" : "nothing of it runs, and the run is held"
    let others =
      "runbook status, runbook approve and runbook note work from another terminal meanwhile"
    return [
      "  \(word)  what is shown above may run", "  no  \(no)", "  show  all of it is shown again",
      "  Ctrl-D  nothing is decided: the run is held, and goes on once it is",
      "  \(others)",
    ]
  }
}

extension GateOpened {
  /// The steps that are carried out once it is approved, as far as is known.
  var open: [GateItem] { steps.filter { [.willRun, .undecided].contains($0.fate) } }

  var isDestructive: Bool { open.contains { $0.effect == .destructive } }
}
