import RunbookModel

/// The run's own sentences in a public copy: how it is held, how it ended, what became of an attempt.
///
/// They are put together from several sources: the engine's own words, what servers, programs and people said, and
/// what other runs' journals, leases and receipts tell. What a sentence quotes is private, whoever is quoted: where
/// the kind of the sentence says that it quotes something, only its beginning is the engine's.
struct PublicMessages {
  private let world: WorldsWords
  /// What people gave as reasons: the engine's sentences repeat it.
  private let reasons: [String]
  /// Whether the run has a sandbox that was never made.
  private let isUnmadeSandbox: Bool
  private let text: (String) -> String

  /// - Parameter text: an engine's or a person's text without names and addresses.
  init(_ entries: [Entry], _ world: WorldsWords, text: @escaping (String) -> String) {
    self.world = world
    self.text = text
    reasons = Self.reasons(entries)
    isUnmadeSandbox =
      entries.contains { if case .runStarted(let run) = $0.event { run.isSandbox } else { false } }
      && !entries.contains { if case .sandboxPrepared = $0.event { true } else { false } }
  }

  private static func reasons(_ entries: [Entry]) -> [String] {
    let all = entries.compactMap { entry in
      switch entry.event {
      case .stepSkipped(let skipped) where skipped.cause == .decision: skipped.reason
      case .gateDecided(let decided): decided.reason
      case .retryRequested(let retry): retry.reason
      case .runResumed(let resumed): resumed.reason
      case .runEnded(let ended) where ended.status == .abandoned: ended.reason
      default: nil
      }
    }
    return all.filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
  }

  func held(_ held: RunHeld) -> RunHeld {
    RunHeld(cause: held.cause, subject: held.subject, message: words(of: held))
  }

  private func words(of held: RunHeld) -> String {
    switch held.cause {
    // Behind its first line stands what other runs are at work beside it.
    case .gate: message(beginning(of: held.message, upTo: "\n"))
    // What a server said, what was found of an attempt, or what became of the sandbox.
    case .obstacle, .privilege, .sandbox, .unknownStep:
      message(beginning(of: held.message, upTo: ": "))
    case .refusal, .failedStep, .interruption, .question, .deadline, .lostSecret, .verification,
      .unconfirmed, .decided:
      message(held.message)
    }
  }

  func ended(_ ended: RunEnded) -> RunEnded {
    let isOfSandbox = isUnmadeSandbox && ended.status == .failed
    return RunEnded(
      status: ended.status,
      reason: message(
        isOfSandbox ? beginning(of: ended.reason, upTo: ": ") : ended.reason))
  }

  /// What an attempt's settlement rests on: a receipt or a probe that decided says so in the engine's words, and a
  /// person in their own. What could not be settled says what was found instead.
  func detail(of settled: AttemptSettled) -> String {
    settled.settlement == .unknown && settled.means != .word
      ? PublicCopy.leftOut : text(world.removed(from: settled.detail))
  }

  /// A text of the engine's, which may repeat what a server or a program said.
  func message(_ message: String) -> String {
    let told = reasons.reduce(world.removed(fromMessage: message)) {
      $0.replacingAll($1, with: world.removed(from: $1))
    }
    return text(told)
  }

  /// - Returns: what stands before the mark, and that the rest is left out.
  private func beginning(of text: String, upTo mark: String) -> String {
    guard let end = text.range(ofFirst: mark) else { return text }
    return text[..<end.lowerBound] + mark + PublicCopy.leftOut
  }
}
