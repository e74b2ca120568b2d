import RunbookEngine
import RunbookModel

/// What an after-action report says, in whatever format: the one source of all of them.
struct AfterActionFacts: Sendable {
  let state: DrillState
  let score: DrillScore
  let entries: [Entry]

  /// Of the report as JSON. A key that is added leaves it; one that is taken away or means something
  /// else raises it.
  private static let version: Int64 = 1

  /// The end of the story until now.
  var storyEnd: StoryTime { state.storyTime(at: entries.last?.recordedAt ?? .epoch) }

  var value: Value {
    let weak = WeakLines(state, DrillSpans(entries: entries), end: storyEnd)
    return [
      "format": "runbook-after-action", "version": .int(Self.version),
      "title": .string(state.drill?.title ?? ""), "scope": .text(state.drill?.scope),
      "run": run, "overview": .string(overview), "score": points,
      "participants": .list(participants), "objectives": .list(objectives),
      "recovery": recovery, "carried_out": .bool(isCarriedOut),
      "key_times": .list(isCarriedOut ? keyTimes : []),
      "timeline": .list(timeline), "expectations": .list(expectations),
      "observations": .list(observations), "strengths": .list(strengths),
      "weaknesses": .list(weaknesses), "weak_lines": .list(weak.items.map(\.value)),
      "weak_note": .text(weak.note), "has_time_spent": .bool(!weak.waits.isEmpty),
      "time_spent": .list(weak.waits.map(\.value)), "plan": .list(plan),
      "comparison": state.comparison?.fact.value(entry: state.comparison?.sequence) ?? .null,
      "questions": .list(answers(to: state.drill?.questions ?? [])),
      "hot_wash": .list(answers(to: state.drill?.hotWash ?? [])),
      "provenance": [
        "hash": .string(entries.last?.hash.hex ?? ""), "entries": .int(Int64(entries.count)),
      ],
    ]
  }

  /// Whether steps ran, and times can be told.
  private var isCarriedOut: Bool { state.started?.mode != .talk }

  private var run: Value {
    let run = state.run.started
    let lifecycle =
      switch state.lifecycle {
      case .ended: "ended"
      case .paused: "paused: this report is not final"
      default: state.run.hasEnded ? "ended" : "going on: this report is not final"
      }
    return [
      "id": .string(run?.run.rawValue ?? ""), "runbook": .string(run?.runbook.name ?? ""),
      "file": .string(run?.runbook.fileName ?? ""),
      "sha256": .string(run?.runbook.sources.first?.digest.hex ?? ""),
      "mode": .string(state.started?.mode.rawValue ?? ""),
      "how": .text(how), "seed": .int(state.started?.seed ?? 0),
      "began": state.run.startedAt.map(Value.timestamp) ?? .null,
      "story_time": .string("\(storyEnd)"), "state": .string(lifecycle),
      "tool": .string(run?.toolVersion ?? ""),
    ]
  }

  /// What is out of the ordinary.
  private var how: String? {
    var parts: [String] = []
    if state.started?.isCheck == true { parts.append("an unattended check, no practice") }
    if state.started?.isSurprise == true { parts.append("a surprise") }
    if let speed = state.started?.speedPercent, speed != 100 {
      parts.append("the story at \(speed) % of the wall clock's speed")
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private var overview: String {
    let all = state.drill?.injects.count ?? 0
    let met = score.results.count { $0.verdict == .met }
    let pending = score.results.count { $0.verdict == .pending }
    return "\(state.deliveries.count) of \(all) injects were told, \(state.skipped.count) skipped; "
      + "\(Self.count(state.answers.count, "answer")) and "
      + "\(Self.count(state.decisions.count, "decision")) recorded, "
      + "\(Self.count(state.hints.count, "hint")) used. "
      + "\(met) of \(score.results.count) expectations were met"
      + (pending == 0 ? "." : ", \(pending) are not judged yet.")
  }

  static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  private var points: Value {
    let percent = score.percent.map { " (\($0) %)" } ?? ""
    return [
      "points": .int(Int64(score.points)), "possible": .int(Int64(score.possible)),
      "percent": score.percent.map { .int(Int64($0)) } ?? .null,
      "text": .string("\(score.points) of \(score.possible) points\(percent)"),
    ]
  }

  /// Null as long as the run goes on, and where nothing was carried out.
  private var recovery: Value {
    switch DrillRecovery(state) {
    case .recovered:
      [
        "is_recovered": true,
        "words": state.started?.mode == .simulate ? "Recovered, as simulated" : "Recovered",
      ]
    case .notRecovered(let reason):
      ["is_recovered": false, "words": .string("Not recovered: \(reason)")]
    case nil: .null
    }
  }

  private var keyTimes: [Value] {
    let times = DrillTimes(state)
    return [
      time("detect", "Detected", times.detect, "the first finding of a detection step"),
      time("mitigate", "Mitigated", times.mitigate, "the end of the last recovery step"),
      time("recover", "Recovered", times.recover, "the run's end, recovered and verified"),
    ]
  }

  private func time(_ id: String, _ name: String, _ time: StoryTime?, _ basis: String) -> Value {
    [
      "id": .string(id), "name": .string(name), "story": time.map { .string("\($0)") } ?? "–",
      "ms": time.map { .int($0.rawValue) } ?? .null,
      "basis": .string(time == nil ? "it did not happen: \(basis)" : basis),
    ]
  }

  private var timeline: [Value] {
    DrillTimeline(entries: entries).rows.map {
      [
        "story": .string($0.story), "time": .timestamp($0.time),
        "second": .string($0.time.second), "what": .string($0.what),
        "who": .string($0.who), "entry": .int($0.sequence),
      ]
    }
  }
}

extension Timestamp {
  /// Such as `2025-10-18 22:01:13`: as fine as people need it.
  var second: String { String(description.prefixOfScalars(19)).replacingAll("T", with: " ") }
}

extension Value {
  static func text(_ text: String?) -> Value { text.map(Value.string) ?? .null }
}

extension WeakLines.Item {
  var value: Value {
    ["place": .string(place), "step": .string(step.rawValue), "words": .string(words)]
  }
}

extension WeakLines.Wait {
  var value: Value {
    [
      "what": .string(what), "place": .string(place), "start": .string("\(start)"),
      "length": .string(length.words), "ms": .int(length.rawValue),
      "percent": .int(Int64(percent)),
    ]
  }
}

/// Who took part, what was expected of them, and what is to be learned.
extension AfterActionFacts {
  var participants: [Value] {
    let listed = state.started?.participants ?? []
    let others = deciders.filter { decider in !listed.contains { $0.name == decider.calledName } }
    return listed.map { one in
      person(one.name, role: one.role ?? "no role") { $0.calledName == one.name }
    }
      + others.map { other in
        person(other.displayName, role: "not listed as a participant") { $0.person == other }
      }
  }

  /// The people who decided on gates, in the order in which they did.
  private var deciders: [Actor] {
    var people: [Actor] = []
    for entry in entries {
      guard case .gateDecided(let decided) = entry.event, decided.means != .sandbox else {
        continue
      }
      if !people.contains(entry.actor.person) { people.append(entry.actor.person) }
    }
    return people
  }

  private func person(_ name: String, role: String, is isOne: (Actor) -> Bool) -> Value {
    let answers = state.answers.count { $0.fact.participant == name }
    let decisions = state.decisions.count { $0.fact.participant == name }
    let approvals = entries.count { entry in
      guard case .gateDecided(let decided) = entry.event else { return false }
      return decided.decision == .approved && decided.means != .sandbox
        && isOne(entry.actor)
    }
    var did = "\(Self.count(answers, "answer")), \(Self.count(decisions, "decision"))"
    if approvals > 0 { did += ", \(Self.count(approvals, "approval"))" }
    return ["name": .string(name), "role": .string(role), "did": .string(did)]
  }

  var objectives: [Value] {
    score.objectives.map {
      [
        "id": .string($0.objective.id), "text": .string($0.objective.text),
        "points": .int(Int64($0.points)), "possible": .int(Int64($0.possible)),
        "rating": .string($0.rating.rawValue), "is_good": .bool($0.rating == .performed),
        "is_bad": .bool($0.rating == .notPerformed),
      ]
    }
  }

  var expectations: [Value] {
    score.results.map { result in
      let sign =
        switch result.verdict {
        case .met: "✅"
        case .missed: "❌"
        case .pending: "…"
        }
      return [
        "id": .string(result.expectation.id), "sign": .string(sign),
        "verdict": .string(result.verdict.rawValue), "is_met": .bool(result.verdict == .met),
        "is_missed": .bool(result.verdict == .missed),
        "is_pending": .bool(result.verdict == .pending),
        "title": .string(result.expectation.title), "points": .int(Int64(result.points)),
        "possible": .int(Int64(result.expectation.points)),
        "deadline": .string(result.expectation.deadline?.description ?? "the end"),
        "reason": .string(result.reason), "entry": result.evidence.map { .int($0) } ?? .null,
      ]
    }
  }

  private var observations: [Value] {
    (state.drill?.injects ?? []).filter { state.deliveries[$0.id] != nil }.map { inject in
      let answers = state.answers.filter { $0.fact.subject == inject.id }.map { answer in
        "\(answer.fact.participant ?? "the team") at \(answer.story): \(plain(answer.fact.text))"
          + " (entry \(answer.sequence))"
      }
      return [
        "id": .string(inject.id), "title": .string(inject.title),
        "story": .string(state.deliveries[inject.id].map { "\($0.story)" } ?? ""),
        "expected": .string(inject.expected ?? "nothing in particular"),
        "observed": .string(
          answers.isEmpty ? "no answer was recorded" : answers.joined(separator: "; ")),
        "hints": .int(Int64(state.hintsGiven(for: inject.id))),
        "hints_possible": .int(Int64(inject.hints.count)),
      ]
    }
  }

  /// What only a person can say, and nobody has.
  private static let todo = "TODO (owner: facilitator)"

  private var strengths: [Value] {
    let met = shown(.met)
    return met.isEmpty ? [.string(Self.todo)] : met
  }

  var weaknesses: [Value] {
    let missed = shown(.missed)
    return missed.isEmpty ? ["None of what was expected was missed."] : missed
  }

  private func shown(_ verdict: DrillScore.Result.Verdict) -> [Value] {
    score.results.filter { $0.verdict == verdict }.map {
      .string("\($0.expectation.title): \($0.reason) (entry \($0.evidence ?? 0))")
    }
  }

  var plan: [Value] {
    let missed = score.results.filter { $0.verdict == .missed }
    guard !missed.isEmpty else {
      return [["action": "None", "owner": "–", "due": "–", "from": "–"]]
    }
    return missed.map { result in
      let improvement = result.expectation.improvement
      return [
        "action": .string(improvement?.action ?? Self.todo),
        "owner": .string(improvement?.owner ?? "TODO"),
        "due": .string(improvement?.due ?? "TODO"), "from": .string(result.expectation.id),
      ]
    }
  }

  func answers(to questions: [Drill.Item]) -> [Value] {
    questions.map { question in
      let answers = state.answers.filter { $0.fact.subject == question.id }.map { answer -> Value in
        [
          "text": .string(answer.fact.text), "by": .string(answer.fact.participant ?? "the team"),
          "entry": .int(answer.sequence),
        ]
      }
      return [
        "id": .string(question.id), "question": .string(question.text),
        "answers": .list(answers), "todo": answers.isEmpty ? .string(Self.todo) : .null,
      ]
    }
  }
}
