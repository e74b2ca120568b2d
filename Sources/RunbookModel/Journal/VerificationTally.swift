/// What the verification of a run showed, counted from what became of each of its steps.
///
/// A run is verified where every step that applied was carried out and passed, and at least one did. What
/// a person says, in place of a step or as a step's answer, is counted, and verifies nothing: an answer that passed
/// stands in nobody's way, where something else has passed.
public struct VerificationTally: Sendable, Hashable {
  /// What became of a verification step.
  public enum Fate: Sendable, Hashable {
    case passed
    /// It was carried out, and what it asks is not so.
    case failed
    /// Its `when` was false: the runbook itself does not ask for it in this run.
    case notApplicable
    /// It was a person who answered, and the answer was none that fails it.
    case attested
    case skipped(PersonsWord)
    /// A person said that it is done.
    case declared(PersonsWord)
    /// A change took it out of the runbook before it was carried out.
    case removed
    /// A change gave it a `when`, and that was false: the runbook that the run began with asked for it.
    case ruledOut
    /// It passed, or its `when` was false, by the value of steps that a person left out; which, in words.
    case resting(String)
    /// It could not be carried out, or was not yet.
    case open
  }

  private struct Item: Sendable, Hashable {
    let step: StepID
    let fate: Fate
  }

  private let fates: [Item]

  /// - Parameter fates: of each verification step, in their order.
  public init(_ fates: [(step: StepID, fate: Fate)]) {
    self.fates = fates.map { Item(step: $0.step, fate: $0.fate) }
  }

  public var passedCount: Int { fates.count { $0.fate == .passed } }

  public var failed: [StepID] { fates.filter { $0.fate == .failed }.map(\.step) }

  public var isVerified: Bool {
    passedCount > 0
      && fates.allSatisfy { [.passed, .attested, .notApplicable].contains($0.fate) }
  }

  /// How the run stands by it, on one line.
  public var words: String {
    guard !fates.isEmpty else {
      return "nothing was verified: the runbook has no verification steps"
    }
    guard failed.isEmpty else {
      let list = failed.map { "'\($0)'" }.joined(separator: ", ")
      let steps = failed.count == 1 ? "step" : "steps"
      return "verification \(steps) \(list) failed" + (fates.count == 1 ? "" : "; \(counts)")
    }
    if passedCount == fates.count { return "every verification step passed" }
    return passedCount == 0 ? "nothing was verified: \(counts)" : counts
  }

  private var counts: String {
    let noun = fates.count == 1 ? "verification step" : "verification steps"
    let others = [
      failures, attestations, skips, declarations, resting, inapplicable,
      named(.removed, "taken out of the runbook"),
      named(.ruledOut, "left out by a `when` that was changed"), open,
    ].compactMap(\.self)
    return (["\(passedCount) of \(fates.count) \(noun) passed"] + others).joined(separator: ", ")
  }

  private var failures: String? { failed.isEmpty ? nil : "\(failed.count) failed" }

  private var attestations: String? {
    let count = fates.count { $0.fate == .attested }
    guard count > 0 else { return nil }
    return "\(count) \(count == 1 ? "rests" : "rest") on a person's word"
  }

  private var skips: String? {
    counted("skipped") { if case .skipped(let word) = $0 { word } else { nil } }
  }

  private var declarations: String? {
    counted("declared done and not carried out") {
      if case .declared(let word) = $0 { word } else { nil }
    }
  }

  private var resting: String? {
    TallyText.counted(
      fates.compactMap { if case .resting(let words) = $0.fate { words } else { nil } }
    ) { "\($0 == 1 ? "rests" : "rest") on" }
  }

  private var inapplicable: String? {
    let count = fates.count { $0.fate == .notApplicable }
    return count == 0 ? nil : TallyText.inapplicable(count)
  }

  private var open: String? {
    let count = fates.count { $0.fate == .open }
    return count == 0 ? nil : "\(TallyText.was(count)) not carried out"
  }

  private func named(_ fate: Fate, _ verb: String) -> String? {
    let steps = fates.filter { $0.fate == fate }.map { "'\($0.step)'" }
    guard !steps.isEmpty else { return nil }
    return "\(TallyText.was(steps.count)) \(verb) (\(steps.joined(separator: ", ")))"
  }

  private func counted(_ verb: String, _ word: (Fate) -> PersonsWord?) -> String? {
    let words = fates.compactMap { word($0.fate) }
    guard !words.isEmpty else { return nil }
    return "\(TallyText.was(words.count)) \(verb) \(TallyText.reasons(of: words))"
  }
}
