/// What became of the steps of a phase that changes things, counted from what became of each of them.
public struct ChangeTally: Sendable, Hashable {
  public enum Fate: Sendable, Hashable {
    case performed
    /// It was carried out, and changes nothing: it only reads, or is a trial, which is taken back.
    case unchanging
    /// A person answered that it is done, and nothing else shows it.
    case attested
    /// Its `when` was false.
    case notApplicable
    /// Its `when` was false by the value of steps that a person left out; which, in words.
    case resting(String)
    /// Nobody tried it, and a person said why not.
    case skipped(PersonsWord)
    /// It was tried, and left out on a person's word when it stood so; what it changed may stay all the same.
    case leftOut(StepStanding, PersonsWord, stays: Bool = false)
    /// A person said that it is done.
    case declared(PersonsWord)
    /// A change took it out of the runbook before it was done.
    case removed(StepID, wasTried: Bool = false)
    /// Nothing of these became of it.
    case open
  }

  private let fates: [Fate]

  public init(_ fates: [Fate]) { self.fates = fates }

  /// What the end of a run says of recovery; nil where all that applied was carried out, and something was.
  public var wordsOfRecovery: String? {
    words("recovery step", "recovery steps", performed: "performed", skipped: "skipped")
  }

  /// Whether nothing was done, and that not by a person's decision alone: the runbook had no step for it.
  public var hadNothingToDo: Bool {
    let isUnasked = fates.contains { fate in
      switch fate {
      case .notApplicable, .resting: true
      case .performed, .unchanging, .attested, .skipped, .leftOut, .declared, .removed, .open: false
      }
    }
    return isUnasked
      && !fates.contains { $0 == .performed || $0 == .unchanging || $0.mayHaveChanged }
  }

  /// Whether it is not known of some whether they were wanted.
  public var hasResting: Bool {
    fates.contains { if case .resting = $0 { true } else { false } }
  }

  /// What the end of a run says of its safeguards; nil where all that applied were carried out.
  public var wordsOfSafeguards: String? {
    // One that the runbook itself does not ask for is no gap.
    guard fates.contains(where: { !$0.isWhole }) else { return nil }
    return words("safeguard", "safeguards", performed: "carried out", skipped: "declined")
  }

  /// Of what may have changed something nobody says that it was not performed.
  private func words(
    _ noun: String, _ nouns: String, performed verb: String, skipped: String
  ) -> String? {
    let count = fates.count { $0 == .performed }
    let hasUnchanging = fates.contains(.unchanging)
    let isWhole = fates.allSatisfy(\.isWhole)
    guard !fates.isEmpty, !(isWhole && (count > 0 || hasUnchanging)) else { return nil }
    let rest = gaps(skipped: skipped).joined(separator: ", ")
    guard count > 0 else {
      let isTried = fates.contains(where: \.mayHaveChanged)
      let done =
        isTried
        ? "is known to have \(hasUnchanging ? "made its change" : "succeeded")"
        : hasUnchanging ? "made a change" : "was \(verb)"
      return "no \(noun) \(done): \(rest)"
    }
    let isOne = count == 1
    let done =
      hasUnchanging
      ? (isOne ? "made its change" : "made their changes") : "\(isOne ? "was" : "were") \(verb)"
    return "\(count) of \(fates.count) \(nouns) \(done), \(rest)"
  }

  private func gaps(skipped: String) -> [String] {
    let removed = fates.compactMap {
      if case .removed(let step, _) = $0 { "'\(step)'" } else { nil }
    }
    let attested = fates.count { $0 == .attested }
    let unchanging = fates.count { $0 == .unchanging }
    let inapplicable = fates.count { $0 == .notApplicable }
    let open = fates.count { $0 == .open }
    return [
      attested == 0 ? nil : "\(attested) \(attested == 1 ? "rests" : "rest") on a person's word",
      unchanging == 0
        ? nil : "\(unchanging) \(unchanging == 1 ? "changes" : "change") nothing",
      Self.counted(
        skipped, fates.compactMap { if case .skipped(let word) = $0 { word } else { nil } }),
    ].compactMap(\.self) + leftOut
      + [
        Self.counted(
          "declared done",
          fates.compactMap { if case .declared(let word) = $0 { word } else { nil } }
        ),
        removed.isEmpty
          ? nil
          : "\(TallyText.was(removed.count)) taken out of the runbook "
            + "(\(removed.joined(separator: ", ")))",
        resting, inapplicable == 0 ? nil : TallyText.inapplicable(inapplicable),
        open == 0 ? nil : "\(TallyText.was(open)) not carried out",
      ].compactMap(\.self)
  }

  private var resting: String? {
    TallyText.counted(
      fates.compactMap { if case .resting(let words) = $0 { words } else { nil } }
    ) { "\($0 == 1 ? "was" : "were") left out by a `when` that rests on" }
  }

  private var leftOut: [String] {
    [StepStanding.failed, .unknown, .notDone].flatMap { standing in
      [false, true].compactMap { stays in
        let words = fates.compactMap { $0.leftOut(as: standing, stays: stays) }
        return Self.counted(verb(of: standing, stays: stays, words.count), words)
      }
    }
  }

  private func verb(of standing: StepStanding, stays: Bool, _ count: Int) -> String {
    let isOne = count == 1
    let what = stays ? ", and what \(isOne ? "it" : "they") changed stays" : ""
    return switch standing {
    case .failed, .couldNotRun: "left out after \(isOne ? "it" : "they") failed\(what)"
    case .unknown, .inFlight:
      "left out with \(isOne ? "its effect" : "their effects") unknown\(what)"
    case .notDone, .pending, .notBegun, .succeeded, .missing, .skipped, .declared, .attested,
      .resting, .again, .outdated:
      "left out after \(isOne ? "it" : "they") counted as not done\(what)"
    }
  }

  private static func counted(_ verb: String, _ words: [PersonsWord]) -> String? {
    words.isEmpty ? nil : "\(TallyText.was(words.count)) \(verb) \(TallyText.reasons(of: words))"
  }
}

extension ChangeTally.Fate {
  fileprivate func leftOut(as standing: StepStanding, stays: Bool) -> PersonsWord? {
    guard case .leftOut(let own, let word, let ownStays) = self, own == standing,
      ownStays == stays
    else { return nil }
    return word
  }

  /// Whether nothing of what the runbook asks for is missing.
  fileprivate var isWhole: Bool { [.performed, .unchanging, .notApplicable].contains(self) }

  /// Whether something may have been changed by it, though it is not known to have succeeded.
  fileprivate var mayHaveChanged: Bool {
    switch self {
    case .attested, .leftOut, .declared, .removed(_, wasTried: true): true
    case .performed, .unchanging, .notApplicable, .resting, .skipped, .removed, .open: false
    }
  }
}

/// What the sentences of tallies are made of.
enum TallyText {
  static func was(_ count: Int) -> String { "\(count) \(count == 1 ? "was" : "were")" }

  static func inapplicable(_ count: Int) -> String {
    "\(count) did not apply (\(count == 1 ? "its" : "their") `when` was false)"
  }

  /// How many there are of each, by what is said of them; nil where there are none.
  static func counted(_ all: [String], _ verb: (Int) -> String) -> String? {
    var kinds: [String] = []
    for one in all where !kinds.contains(where: { $0.isIdentical(to: one) }) { kinds.append(one) }
    let parts = kinds.map { kind in
      let count = all.count { $0.isIdentical(to: kind) }
      return "\(count) \(verb(count)) \(kind)"
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// Each reason once, in brackets.
  static func reasons(of words: [PersonsWord]) -> String { reasons(of: words.map(\.reason)) }

  static func reasons(of all: [String]) -> String {
    var reasons: [String] = []
    for reason in all.map({ line($0) }) where !reasons.contains(reason) {
      reasons.append(reason)
    }
    let label = reasons.count == 1 ? "reason" : "reasons"
    return "(\(label): \(reasons.joined(separator: "; ")))"
  }

  /// The entry of the word itself has all of it.
  private static let longestReason = 200

  private static func line(_ reason: String) -> String {
    let line = reason.pieces(separatedBy: "\n")
      .map { piece in piece.trimming { $0.isWhitespace } }
      .filter { !$0.isEmpty }.joined(separator: " ")
    guard line.unicodeScalars.count > longestReason else { return line }
    return line.prefixOfScalars(longestReason) + "…"
  }
}
