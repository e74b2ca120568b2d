import Mustache
public import RunbookEngine
public import RunbookModel

/// The after-action report of a drill: a pure function of its journal, also while it goes on.
///
/// It is here and not with the incident report, as it needs the drill's state and score, and the report's
/// room may not know this one (design, section 7).
public struct AfterActionReport: Sendable {
  let state: DrillState
  let score: DrillScore
  let entries: [Entry]

  /// - Throws: `damaged` when no drill can have written the journal; `notFound` when it is not a drill's.
  public init(entries: [Entry]) throws(StoreError) {
    state = try DrillState(replaying: entries)
    guard state.drill != nil else {
      throw StoreError(
        .notFound, subject: state.run.started?.run.rawValue ?? "journal", "the run is no drill")
    }
    score = try DrillScore(entries: entries)
    self.entries = entries
  }

  /// Where the report is kept unless told otherwise.
  public var suggestedFileName: String {
    "DRILL-\(state.run.started?.runbook.name ?? "drill")-\(state.run.started?.run.rawValue ?? "").md"
  }

  /// - Throws: `cannotRead` when the template, which is a part of the program, is malformed.
  public func markdown() throws(StoreError) -> String {
    let source = String(
      decoding: PackageResources.after_action_md_mustache, as: UTF8.self)
    do {
      let template = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}\n" + source)
      return Self.tidied(template.render(facts))
    } catch {
      throw StoreError(
        .cannotRead, subject: "after-action.md.mustache", "the template is malformed")
    }
  }

  /// One empty line where lists left several, and one line feed at the end.
  private static func tidied(_ text: String) -> String {
    var lines: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty, lines.last?.isEmpty ?? true { continue }
      lines.append(line)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
  }

  private var facts: [String: Any] {
    var facts: [String: Any] = [
      "title": plain(state.drill?.title ?? ""), "mark": DrillBook.mark, "head": head,
      "overview": overview, "score": scoreText, "participants": participants,
      "objectives": objectives, "timeline": timeline, "expectations": expectations,
      "observations": observations, "strengths": strengths, "weaknesses": weaknesses,
      "lines": WeakLines(state).texts, "plan": plan,
      "questions": answers(to: state.drill?.questions ?? []),
      "hot_wash": answers(to: state.drill?.hotWash ?? []),
      "provenance":
        "The journal's last hash is `\(entries.last?.hash.hex ?? "")`, of \(entries.count) entries.",
    ]
    if let scope = state.drill?.scope { facts["scope"] = plain(scope) }
    return facts
  }

  private var head: [[String: Any]] {
    let run = state.run.started
    let hash = run?.runbook.sources.first?.digest.hex ?? ""
    let lifecycle =
      switch state.lifecycle {
      case .ended: "ended"
      case .paused: "paused: this report is not final"
      default: "going on: this report is not final"
      }
    return [
      ("Run", "`\(run?.run.rawValue ?? "")` **DRILL**"),
      ("Runbook", "`\(run?.runbook.name ?? "")`, SHA-256 `\(hash)`"),
      ("Mode", state.started?.mode.rawValue ?? ""),
      ("Seed", "\(state.started?.seed ?? 0)"),
      ("Began", state.run.startedAt.map { "\($0)" } ?? ""),
      ("Story time", "\(state.storyTime(at: entries.last?.recordedAt ?? .epoch))"),
      ("State", lifecycle), ("Tool", run?.toolVersion ?? ""),
    ].map { ["name": $0.0, "value": cell($0.1)] }
  }

  private var overview: String {
    let told = state.deliveries.count
    let all = state.drill?.injects.count ?? 0
    let met = score.results.count { $0.verdict == .met }
    let pending = score.results.count { $0.verdict == .pending }
    return "\(told) of \(all) injects were told, \(state.skipped.count) skipped; "
      + "\(state.answers.count) answers and \(state.decisions.count) decisions were recorded, "
      + "\(state.hints.count) hints used. \(met) of \(score.results.count) expectations were met"
      + (pending == 0 ? "." : ", \(pending) are not judged yet.")
  }

  private var scoreText: String {
    let percent = score.percent.map { " (\($0) %)" } ?? ""
    return "\(score.points) of \(score.possible) points\(percent)"
  }

  private var participants: [[String: Any]] {
    (state.started?.participants ?? []).map { person in
      let answers = state.answers.count { $0.fact.participant == person.name }
      let decisions = state.decisions.count { $0.fact.participant == person.name }
      return [
        "name": plain(person.name), "role": person.role ?? "no role",
        "did": "\(answers) answers, \(decisions) decisions",
      ]
    }
  }

  private var objectives: [[String: Any]] {
    score.objectives.map {
      [
        "text": cell($0.objective.text), "points": "\($0.points) of \($0.possible)",
        "rating": $0.rating.rawValue,
      ]
    }
  }

  private var timeline: [[String: Any]] {
    DrillTimeline(entries: entries).rows.map {
      [
        "story": $0.story, "time": "\($0.time)", "what": cell($0.what), "who": cell($0.who),
        "entry": "\($0.sequence)",
      ]
    }
  }

  private var expectations: [[String: Any]] {
    score.results.map { result in
      let sign =
        switch result.verdict {
        case .met: "✅"
        case .missed: "❌"
        case .pending: "…"
        }
      return [
        "sign": sign, "title": cell(result.expectation.title),
        "points": "\(result.points) of \(result.expectation.points)",
        "deadline": result.expectation.deadline?.description ?? "the end",
        "reason": cell(result.reason), "entry": result.evidence.map { "\($0)" } ?? "–",
      ]
    }
  }

  private var observations: [[String: Any]] {
    (state.drill?.injects ?? []).filter { state.deliveries[$0.id] != nil }.map { inject in
      let answers = state.answers.filter { $0.fact.subject == inject.id }.map { answer in
        "\(answer.fact.participant ?? "the team") at \(answer.story): \(plain(answer.fact.text))"
          + " (entry \(answer.sequence))"
      }
      return [
        "title": plain(inject.title), "expected": plain(inject.expected ?? "nothing in particular"),
        "observed": answers.isEmpty ? "no answer was recorded" : answers.joined(separator: "; "),
        "hints": "\(state.hintsGiven(for: inject.id)) of \(inject.hints.count)",
      ]
    }
  }

  /// What only a person can say, and nobody has.
  private static let todo = "TODO (owner: facilitator)"

  private var strengths: [String] {
    let met = score.results.filter { $0.verdict == .met }.map {
      "\(plain($0.expectation.title)): \(plain($0.reason)) (entry \($0.evidence ?? 0))"
    }
    return met.isEmpty ? [Self.todo] : met
  }

  private var weaknesses: [String] {
    let missed = score.results.filter { $0.verdict == .missed }.map {
      "\(plain($0.expectation.title)): \(plain($0.reason)) (entry \($0.evidence ?? 0))"
    }
    return missed.isEmpty ? ["None of what was expected was missed."] : missed
  }

  private var plan: [[String: Any]] {
    let missed = score.results.filter { $0.verdict == .missed }
    guard !missed.isEmpty else {
      return [["action": "None", "owner": "–", "due": "–", "from": "–"]]
    }
    return missed.map { result in
      let improvement = result.expectation.improvement
      return [
        "action": cell(improvement?.action ?? Self.todo),
        "owner": cell(improvement?.owner ?? "TODO"), "due": cell(improvement?.due ?? "TODO"),
        "from": result.expectation.id,
      ]
    }
  }

  private func answers(to questions: [Drill.Item]) -> [[String: Any]] {
    questions.map { question in
      let answers = state.answers.filter { $0.fact.subject == question.id }.map {
        "> \(plain($0.fact.text)) (\($0.fact.participant ?? "the team"), entry \($0.sequence))"
      }
      return [
        "question": plain(question.text),
        "answer": answers.isEmpty
          ? Self.todo : answers.joined(separator: "\n>\n"),
      ]
    }
  }

  /// Fit for a cell of a table.
  private func cell(_ text: String) -> String { plain(text).replacing("|", with: "\\|") }
}
