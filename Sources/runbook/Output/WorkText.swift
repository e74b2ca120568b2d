import RunbookModel

/// How statements, scripts and gates are shown to people.
struct WorkText {
  /// Whether the beginning and the end of what is very long suffice; a person who must decide reads no
  /// megabytes, and a terminal that is filled with them shows nothing of what stood before.
  var isBounded = true

  /// Of one statement or script: what is read in a few minutes.
  private static let shownText = (head: 12 << 10, tail: 4 << 10)
  private static let shownValue = (head: 1 << 10, tail: 256)

  /// Whatever its language: a request's body, a file's name or an instruction may be meant for a program too.
  func lines(of work: [WorkItem], indent: String) -> [StyledText] {
    work.flatMap { lines(of: $0, indent: indent) }.map(\.asCode)
  }

  private func lines(of item: WorkItem, indent: String) -> [StyledText] {
    let parts = parts(of: item.text, Self.shownText)
    let reader = item.language.reader
    // To a shell it is part of the line's last word.
    let keepsReturns = item.language == .shell
    var all = lines(parts.head, indent, reader, keepsReturns)
    if let tail = parts.tail {
      all.append("\(indent)\(Self.note(parts.hidden), .boldYellow)")
      all += lines(tail, indent, reader, keepsReturns)
    }
    let survey = DeceptiveText.survey(of: item.text, limit: 3, for: reader)
    for finding in survey.shown {
      let words = "warning: line \(finding.line) holds \(finding.description)"
      all.append("\(indent)\(words, .boldYellow)")
    }
    if let rest = survey.rest {
      let words = "warning: it holds \(rest)"
      all.append("\(indent)\(words, .boldYellow)")
    }
    if let calls = item.calls, !calls.isEmpty {
      let words = "-- calls \(calls.joined(separator: ", "))"
      all.append("\(indent)\(words, .yellow)")
    }
    if let condition = item.condition {
      let words = "-- \(condition)"
      all.append("\(indent)\(words, .dim)")
    }
    for parameter in item.parameters {
      all += lines(":\(parameter.name) =", parameter.value, indent)
    }
    return all
  }

  private func lines(_ start: String, _ value: Value, _ indent: String) -> [StyledText] {
    let value = parts(of: value.json, Self.shownValue)
    let words = "-- \(start) \(value.head)"
    let first: StyledText = "\(indent)\(code: words, .dim)"
    guard let tail = value.tail else { return [first] }
    let rest = "-- \(tail)"
    return [
      first, "\(indent)\(Self.note(value.hidden), .boldYellow)", "\(indent)\(code: rest, .dim)",
    ]
  }

  private func lines(
    _ text: Substring, _ indent: String, _ reader: HiddenText.Reader, _ keepsReturns: Bool
  ) -> [StyledText] {
    var texts = Array(text.pieces(separatedBy: "\n", omittingEmptySubsequences: false))
    while texts.last?.unicodeScalars.allSatisfy({
      $0.isWhitespace && !HiddenText.mayHide($0, from: reader) || $0 == "\t" || $0 == "\r"
    }) == true { texts.removeLast() }
    return texts.map { text in
      let line = keepsReturns ? text : text.dropping(suffix: "\r")
      return reader == .program ? "\(indent)\(code: line, .cyan)" : "\(indent)\(line, .cyan)"
    }
  }

  private static func note(_ hidden: Int) -> String {
    "… \(hidden) bytes are not shown here; `runbook journal` has the whole …"
  }

  /// The text's beginning, and its end where what is between them is left out.
  private func parts(
    of text: String, _ most: (head: Int, tail: Int)
  ) -> (head: Substring, hidden: Int, tail: Substring?) {
    let bytes = text.utf8
    guard isBounded, bytes.count > most.head + most.tail else { return (text[...], 0, nil) }
    let head = text.scalarStart(atByte: most.head)
    let tail = text.scalarStart(atByte: bytes.count - most.tail)
    return (text[..<head], bytes.distance(from: head, to: tail), text[tail...])
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
    if one.kind != nil {
      let facts = one.allFacts.filter { !$0.value.isIdentical(to: one.address) }.map(\.words)
      return
        "\(identified.connection): file \(one.address), \(one.roleWords), "
        + "\(one.productWords), " + facts.joined(separator: ", ")
    }
    let system = one.systemIdentifier.map { ", system \($0)" } ?? ""
    let timeline = one.timelineID.map { ", timeline \($0)" } ?? ""
    let kind =
      (one.isReplica ? "replica" : "primary") + (one.isPooled == true ? " behind a pooler" : "")
    let own = one.serverAddress.map { $0.isIdentical(to: one.address) ? "" : ", itself at \($0)" }
    return
      "\(identified.connection): database \(one.database) (OID \(one.databaseOID)) on "
      + "\(one.address), \(one.roleWords), PostgreSQL \(one.serverVersion), "
      + "\(kind)\(system)\(timeline)\(own ?? "")"
  }

  /// Which files an approval binds, and what the step visibly runs or reads besides.
  private func binding(of item: GateItem, indent: String) -> [StyledText] {
    let seal = item.seal ?? []
    return binding(
      manner: item.manner, seal: seal.filter { !$0.name.begins(with: "settle: ") },
      unbound: item.unbound, indent: indent)
      + lines(of: item.probe, seal: seal, indent: indent)
  }

  private func binding(
    manner: [WorkItem.Parameter]?, seal: [SealedPart], unbound: [String]?, indent: String
  ) -> [StyledText] {
    var lines = (manner ?? []).flatMap { self.lines("\($0.name):", $0.value, indent) }
    let places = seal.map(\.name).filter { name in
      [SealedPart.host, SealedPart.account, SealedPart.fileMode].contains { name.begins(with: $0) }
    }
    if !places.isEmpty {
      let words = "-- the approval binds \(places.joined(separator: ", "))"
      lines.append("\(indent)\(code: words, .dim)")
    }
    let variables = seal.map(\.name).filter { $0.begins(with: "environment ") }
      .map { String($0.dropping(prefix: "environment ")) }
    if !variables.isEmpty {
      let words = "-- the approval binds these variables: \(Self.list(variables))"
      lines.append("\(indent)\(code: words, .dim)")
    }
    let files = seal.filter { $0.file != nil }
      .map { $0.name.dropping(prefix: "file ") }
    if !files.isEmpty {
      let words = "-- the approval binds these files: \(Self.list(files.map(String.init)))"
      lines.append("\(indent)\(code: words, .dim)")
    }
    lines += codeLines(of: seal, indent: indent)
    if let unbound {
      let words = "-- runs or reads what is not bound: \(Self.list(unbound))"
      lines.append("\(indent)\(code: words, .yellow)")
    }
    return lines
  }

  /// The database's own code, kind by kind. Journals of before have single functions and triggers.
  private func codeLines(of seal: [SealedPart], indent: String) -> [StyledText] {
    var lines: [StyledText] = []
    let code = seal.filter { $0.name.begins(with: SealedPart.databaseCode) }
    let known = code.filter { !$0.name.isIdentical(to: SealedPart.unknownCode) }
    if !known.isEmpty {
      let all = known.compactMap { part -> String? in
        let name = String(part.name.dropping(prefix: SealedPart.databaseCode))
        guard let group = part.group else { return name }
        return group.count == 0 ? nil : "\(name) (\(group.count))"
      }
      let words =
        "-- the approval binds of the database: \(all.isEmpty ? "that it has no code of its own" : Self.list(all))"
      lines.append("\(indent)\(code: words, .dim)")
    }
    if known.count < code.count {
      let words = "-- not bound: \(SealedPart.unknownCode.dropping(suffix: ","))"
      lines.append("\(indent)\(code: words, .yellow)")
    }
    return lines
  }

  /// What is asked should it be open whether a step took effect.
  func lines(of probe: GateProbe?, seal: [SealedPart], indent: String) -> [StyledText] {
    guard let probe else { return [] }
    let effect = probe.isEffectDeclared ? "read-only (declared, not enforced)" : "read-only"
    let words = "-- should it be open whether it took effect, this is asked, \(effect):"
    let parts = seal.filter { $0.name.begins(with: "settle: ") }.map {
      SealedPart(
        name: String($0.name.dropping(prefix: "settle: ")), digest: $0.digest, file: $0.file,
        group: $0.group)
    }
    var lines: [StyledText] = ["\(indent)\(code: words, .dim)"]
    lines += self.lines(of: probe.work, indent: indent + "  ")
    lines += binding(
      manner: probe.manner, seal: parts, unbound: probe.unbound, indent: indent + "  ")
    return lines
  }

  private static let mostListed = 30

  private static func list(_ items: [String]) -> String {
    let rest = items.count > mostListed ? ", and \(items.count - mostListed) more" : ""
    return items.prefix(mostListed).joined(separator: ", ") + rest
  }

  /// A gate in full: every statement that will run, on which database, and all of it in short below. What looks like a blank is shown by its number in
  /// all of it but the steps' titles, which are a person's words.
  func gate(_ gate: GateOpened, isSandbox: Bool) -> [StyledText] {
    let about = gate.steps.isEmpty ? "a person must decide" : "this is what will run"
    var lines: [StyledText] = ["", "\("Gate '\(gate.gate)': \(about)", .bold)"]
    if let changes = gate.changes, !changes.isEmpty {
      lines.append("  \("It is not what was approved:", .boldYellow)")
      lines += changes.map { "    \(code: $0)" }
      if let lapsed = gate.lapsedWords {
        lines.append("    \(code: lapsed, .boldYellow)")
      }
    }
    if gate.isAsApproved == true, let words = gate.lapsedWords {
      lines.append("  \(code: words, .bold)")
    }
    let places = gate.steps.isEmpty ? ["before", "now"] : []
    lines += gate.identities.enumerated().map { index, one in
      let start = places.isEmpty ? nil : one.identity.serverStart.map { ", started at \($0)" }
      return
        "  \(places.indices.contains(index) ? places[index] : "on") \(code: identity(one) + (start ?? ""))"
    }
    for other in gate.others ?? [] {
      let start = other.hasEnded == true ? "Was at work beside it" : "At work beside it"
      lines.append("  \(code: "\(start): \(other.summary)", .boldYellow)")
    }
    if !gate.preparation.isEmpty {
      lines.append("  first, for the tables of receipts:")
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
        lines.append(
          "  - \(item.step): \(item.title) [\(effect(item.effect, isDeclared: item.isEffectDeclared ?? false))\(undecided)]"
        )
        lines += self.lines(of: item.work, indent: "      ")
        lines += binding(of: item, indent: "      ")
      }
    }
    if let question = gate.question { lines.append(("  \(block: question)" as StyledText).asCode) }
    if gate.approvals > 1 {
      lines.append(
        "  It takes \(gate.approvals) people's approval, each from an account of their own.")
    }
    return lines + GateSummary(gate: gate, isSandbox: isSandbox).lines
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

extension String {
  /// Where the scalar begins that a byte is of.
  fileprivate func scalarStart(atByte offset: Int) -> Index {
    var index = utf8.index(startIndex, offsetBy: offset)
    while index > startIndex, index < endIndex, utf8[index] & 0xC0 == 0x80 {
      index = utf8.index(before: index)
    }
    return index
  }
}
