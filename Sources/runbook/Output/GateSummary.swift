import RunbookModel

/// A gate in a few lines, right above its question: where, what, what is destroyed, and what a no does. All of it
/// stands above in full, which fills many screens.
struct GateSummary {
  let gate: GateOpened
  /// Whether it is about a throwaway database.
  let isSandbox: Bool

  private static let mostLines = 5
  private static let longestLine = 240

  var lines: [StyledText] {
    guard !gate.steps.isEmpty else { return [] }
    var lines: [StyledText] = ["  \("In short", .bold)"]
    for identified in gate.identities { lines.append("    where: \(code: place(identified))") }
    lines.append("    what: \(counts)")
    lines += bounded(changing.flatMap(words))
    lines.append("    destroys: \(code: destroyed)")
    lines.append("    no: \(refusal)")
    return lines
  }

  private func place(_ identified: ConnectionIdentified) -> String {
    let one = identified.identity
    let kind = one.isReplica ? "replica" : "primary"
    return (isSandbox ? "SANDBOX, " : "") + "database \(one.database) on \(one.address), \(kind), "
      + one.roleWords
  }

  private var changing: [GateItem] { gate.open.filter { $0.effect != .readOnly } }

  /// `17 steps: 1 read-only, 1 mutating, 15 will be skipped; 85 statements`.
  private var counts: String {
    let kinds: [(Int, String)] = [
      (gate.open.count { $0.effect == .readOnly }, "read-only"),
      (gate.open.count { $0.effect == .mutating }, "mutating"),
      (gate.open.count { $0.effect == .destructive }, "destructive"),
      (gate.open.count { $0.effect == .undetermined }, "of an effect that is not known"),
      (gate.steps.count { $0.fate == .isDone }, "done already"),
      (gate.steps.count { $0.fate == .willBeSkipped }, "will be skipped"),
    ]
    let steps = kinds.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let statements = changing.flatMap(\.work).count { $0.language == .sql }
    return "\(gate.steps.count) \(gate.steps.count == 1 ? "step" : "steps"): \(steps)"
      + (statements > 0 ? "; \(statements) \(statements == 1 ? "statement" : "statements")" : "")
  }

  /// A step's title, and what its kind says of it in words.
  private func words(of item: GateItem) -> [String] {
    let open = item.fate == .undecided ? ", depending on earlier steps" : ""
    return ["\(item.step): \(item.title)\(open)"]
      + item.work.filter { $0.language == .text }.map { "  \($0.text)" }
  }

  private var destroyed: String {
    let works = gate.open.filter { $0.effect == .destructive }.flatMap { item in
      let own = item.work.filter { $0.effect == .destructive && $0.language == .sql }
      return own.isEmpty ? ["what step \(item.step) takes away"] : own.map { $0.text }
    }
    guard !works.isEmpty else {
      let isOpen = gate.open.contains { $0.effect == .undetermined || $0.isEffectDeclared == true }
      return isOpen ? "nothing that is known, by what is declared" : "nothing"
    }
    let shown = works.prefix(3).map(Self.line).joined(separator: "; ")
    return shown + (works.count > 3 ? "; and \(works.count - 3) more" : "")
  }

  private var refusal: String {
    gate.isDeclinable == true
      ? "the step is left out for good, and the run goes on" : "nothing of it runs; the run is held"
  }

  private func bounded(_ texts: [String]) -> [StyledText] {
    let shown: [StyledText] = texts.prefix(Self.mostLines).map { "      \(code: Self.line($0))" }
    guard texts.count > Self.mostLines else { return shown }
    let rest = "      and \(texts.count - Self.mostLines) lines more"
    return shown + ["\(rest)"]
  }

  /// The first of several lines, and not more of it than a terminal has in three.
  private static func line(_ text: String) -> String {
    let line = text.prefixOfScalars { !$0.isNewline }
    guard line.unicodeScalars.count > longestLine else { return String(line) }
    return String(line.prefixOfScalars(longestLine)) + "…"
  }
}
