import RunbookEngine
import RunbookModel

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

  var observations: [Value] {
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

  var strengths: [Value] {
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
