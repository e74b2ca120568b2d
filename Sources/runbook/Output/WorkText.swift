import RunbookModel

/// How statements, scripts and gates are shown to people.
struct WorkText {
  func lines(of work: [WorkItem], indent: String) -> [StyledText] {
    work.flatMap { item -> [StyledText] in
      var texts = Array(item.text.pieces(separatedBy: "\n", omittingEmptySubsequences: false))
      while texts.last?.unicodeScalars.allSatisfy(\.isWhitespace) == true { texts.removeLast() }
      let deceptions = DeceptiveText.findings(in: item.text, limit: 3).map { finding in
        "\(indent)\("warning: line \(finding.line) holds \(finding.description)", .boldYellow)"
          as StyledText
      }
      return texts.map { "\(indent)\($0.dropping(suffix: "\r"), .cyan)" } + deceptions
        + item.parameters.map { "\(indent)\("-- :\($0.name) = \($0.value.json)", .dim)" }
    }
  }

  func effect(_ effect: Effect, isDeclared: Bool = false) -> StyledText {
    let suffix = isDeclared ? " (declared, not enforced)" : ""
    switch effect {
    case .readOnly: return "\("read-only\(suffix)", .green)"
    case .mutating: return "\("mutating\(suffix)", .yellow)"
    case .destructive: return "\("destructive\(suffix)", .red)"
    case .undetermined: return "\("effect not known\(suffix)", .yellow)"
    }
  }

  func identity(_ identified: ConnectionIdentified) -> String {
    let one = identified.identity
    let system = one.systemIdentifier.map { ", system \($0)" } ?? ""
    let timeline = one.timelineID.map { ", timeline \($0)" } ?? ""
    let kind = one.isReplica ? "replica" : "primary"
    return
      "\(identified.connection): database \(one.database) (OID \(one.databaseOID)) on "
      + "\(one.address), role \(one.role), PostgreSQL \(one.serverVersion), "
      + "\(kind)\(system)\(timeline)"
  }

  /// A gate in full: every statement that will run, on which database.
  func gate(_ gate: GateOpened) -> [StyledText] {
    let about = gate.steps.isEmpty ? "a person must decide" : "this is what will run"
    var lines: [StyledText] = ["", "\("Gate '\(gate.gate)': \(about)", .bold)"]
    let places = gate.steps.isEmpty ? ["before", "now"] : []
    lines += gate.identities.enumerated().map { index, one in
      "  \(places.indices.contains(index) ? places[index] : "on") \(identity(one))"
    }
    if !gate.preparation.isEmpty {
      lines.append("  first, where they are missing, the tables for receipts:")
      lines += self.lines(of: gate.preparation, indent: "      ")
    }
    for item in gate.steps {
      switch item.fate {
      case .willBeSkipped:
        lines.append("  \("- \(item.step): will be skipped", .dim)")
      case .isDone:
        lines.append("  \("- \(item.step): is done already", .dim)")
      case .willRun, .undecided:
        let undecided = item.fate == .undecided ? ", depends on earlier steps" : ""
        lines.append("  - \(item.step): \(item.title) [\(effect(item.effect))\(undecided)]")
        lines += self.lines(of: item.work, indent: "      ")
      }
    }
    if let question = gate.question { lines.append("  \(block: question)") }
    if gate.approvals > 1 { lines.append("  It takes \(gate.approvals) people's approval.") }
    return lines
  }
}

extension Duration {
  /// For people: `0.8 s`, `41 s`, `3 min 5 s`.
  var display: String {
    let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    if milliseconds < 10_000 {
      return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }
    let seconds = milliseconds / 1000
    return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
  }
}

extension Phase {
  /// As a heading.
  var title: String { rawValue.prefixOfScalars(1).uppercased() + rawValue.dropFirstScalars() }
}
