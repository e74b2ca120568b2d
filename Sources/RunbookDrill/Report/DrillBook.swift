import RunbookDocument
public import RunbookModel

/// The printed matter of a drill, as Markdown: the participants' hand-out, which gives nothing away,
/// and the facilitator's book.
public struct DrillBook: Sendable {
  /// What every page of a drill begins with, as Markdown.
  public static let mark = "**DRILL: an exercise. Nothing in here is real.**"

  private let drill: Drill

  /// The book of a drill that was read and checked.
  public init(_ drill: Drill) { self.drill = drill }

  /// What participants may know before the drill: no inject, no expectation, no hint.
  public var handout: String {
    let head = heading() + section("Scenario", drill.scenario)
    let lists =
      list("Objectives", drill.objectives) + list("Roles", drill.roles)
      + list("Modules", drill.modules)
    return text(
      head + lists + [
        "## How it goes",
        """
        The facilitator tells you what happens. Say what you would do, in your role; say who decides. \
        Answers and decisions are written down with your name and the time. Ask for a hint when you \
        are stuck: that you did is recorded.
        """,
      ])
  }

  /// Everything, in the order of the file.
  public var facilitator: String {
    var parts = heading() + ["**For the facilitator alone.**"]
    parts += section("Scope", drill.scope) + section("Scenario", drill.scenario)
    parts += list("Objectives", drill.objectives) + list("Roles", drill.roles)
    parts += list("Modules", drill.modules)
    parts.append("## Injects")
    for (number, inject) in drill.injects.enumerated() { parts += page(inject, number + 1) }
    if !drill.expectations.isEmpty {
      parts.append("## Expectations")
      parts.append(drill.expectations.map(line).joined(separator: "\n"))
    }
    parts += list("Questions to talk over", drill.questions) + list("Hot wash", drill.hotWash)
    return text(parts)
  }

  /// An inject as participants see it.
  public static func participantsPage(_ inject: Inject) -> [String] {
    var parts: [String] = []
    let origin = [
      inject.sender.map { "From: \(MarkdownText.prose($0))" },
      inject.channel.map { "Channel: \(MarkdownText.prose($0))" },
    ]
    let head = origin.compactMap(\.self).joined(separator: " · ")
    if !head.isEmpty { parts.append(head) }
    parts.append(AuthoredMarkdown(words: inject.text).blocks)
    if let artefact = inject.artefact {
      if let title = artefact.title { parts.append("_\(MarkdownText.prose(title))_") }
      parts.append(MarkdownText.fence(artefact.text.trimmed, language: "text"))
    }
    if !inject.choices.isEmpty {
      let choices = inject.choices.enumerated().map {
        "\($0 + 1). \(MarkdownText.code($1.id)): \(line($1.text))"
      }
      parts.append(choices.joined(separator: "\n"))
    }
    return parts
  }

  /// The same for a terminal: what was sent is set off by a bar.
  public static func screenPage(_ inject: Inject) -> [String] {
    let origin = [
      inject.sender.map { "From: \(plain($0))" }, inject.channel.map { "Channel: \(plain($0))" },
    ]
    var lines = [origin.compactMap(\.self).joined(separator: " · ")].filter { !$0.isEmpty }
    lines.append(inject.text.trimmed)
    if let artefact = inject.artefact {
      if let title = artefact.title { lines.append("  ┌ \(plain(title))") }
      let body = artefact.text.trimmed.pieces(
        separatedBy: "\n", omittingEmptySubsequences: false)
      lines += body.map { "  │ \($0)" }
    }
    for (number, choice) in inject.choices.enumerated() {
      lines.append("  \(number + 1). \(choice.id): \(plain(choice.text))")
    }
    return lines
  }

  private func heading() -> [String] { ["# Drill: \(MarkdownText.prose(drill.title))", Self.mark] }

  private func section(_ title: String, _ body: String?) -> [String] {
    body.map { ["## \(title)", AuthoredMarkdown(words: $0).blocks] } ?? []
  }

  private func list(_ title: String, _ items: [Drill.Item]) -> [String] {
    guard !items.isEmpty else { return [] }
    let lines = items.map { "- **\(MarkdownText.prose($0.id))**: \(Self.line($0.text))" }
    return ["## \(title)", lines.joined(separator: "\n")]
  }

  private func page(_ inject: Inject, _ number: Int) -> [String] {
    var parts = [
      "### \(number). \(MarkdownText.prose(inject.title)) (\(MarkdownText.code(inject.id)))",
      "When: \(Self.when(inject))",
    ]
    parts += Self.participantsPage(inject)
    if let expected = inject.expected { parts.append("**Expected**: \(Self.line(expected))") }
    if !inject.hints.isEmpty {
      let hints = inject.hints.enumerated().map { "\($0 + 1). \(Self.line($1))" }
      parts += ["**Hints**:", hints.joined(separator: "\n")]
    }
    let branches = inject.choices.compactMap { choice in
      choice.leadsTo.map {
        "\(MarkdownText.code(choice.id)) leads to \(MarkdownText.code($0.text))"
      }
    }
    if !branches.isEmpty { parts.append("**Branches**: \(branches.joined(separator: "; "))") }
    if let notes = inject.notes { parts.append("**Notes**: \(Self.line(notes))") }
    return parts
  }

  /// When an inject comes, in words.
  public static func when(_ inject: Inject) -> String {
    var words =
      switch inject.trigger {
      case .at(let time): "at \(time)"
      case .hand: "by hand, or by an answer that leads to it"
      case .stepStarted(let step): "when the step \(MarkdownText.code(step.text)) has begun"
      case .stepFinished(let step): "when the step \(MarkdownText.code(step.text)) has ended"
      case .stepFailed(let step): "when the step \(MarkdownText.code(step.text)) has failed"
      case .finding(let step): "when \(MarkdownText.code(step.text)) has confirmed the incident"
      case .answer(let other, let choice):
        "when \(MarkdownText.code(other.text)) is answered"
          + (choice.map { " with \(MarkdownText.code($0.text))" } ?? "")
      case .inject(let other): "after \(MarkdownText.code(other.text))"
      }
    if inject.delay > .start { words += ", \(inject.delay) later" }
    if inject.jitter > .start { words += ", up to \(inject.jitter) more by chance" }
    if let condition = inject.condition { words += ", once \(MarkdownText.code(condition.text))" }
    return words
  }

  private func line(_ expectation: DrillExpectation) -> String {
    let judge =
      switch expectation.judge {
      case .expression(let source): "from the journal: \(MarkdownText.code(source.text))"
      case .choice(let inject, let choices):
        MarkdownText.code(inject.text) + " is answered with "
          + choices.map { MarkdownText.prose($0.text) }.joined(separator: " or ")
      case .facilitator(let words): "by the facilitator: \(Self.line(words))"
      }
    let deadline = expectation.deadline.map { ", by \($0)" } ?? ""
    let points = expectation.points == 1 ? "1 point" : "\(expectation.points) points"
    return "- **\(MarkdownText.prose(expectation.id))** (\(points)\(deadline)): "
      + "\(Self.line(expectation.title)); \(judge)"
  }

  private static func line(_ words: String) -> String { AuthoredMarkdown(words: words).line() }

  private func text(_ parts: [String]) -> String { parts.joined(separator: "\n\n") + "\n" }
}

/// On one line.
func plain(_ text: String) -> String {
  text.pieces(whereSeparator: \.isNewline).map { $0.trimmed }.joined(separator: " ")
}

extension StringProtocol {
  /// Without white space and empty lines at its ends.
  var trimmed: String {
    let start = dropScalars(while: \.isWhitespace)
    let count = start.reversed().prefix(while: \.isWhitespace).count
    return String(start.dropLastScalars(count))
  }
}
