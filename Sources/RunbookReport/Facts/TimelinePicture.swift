import RunbookModel

/// What a drawing of the timeline shows, before it is drawn.
struct TimelinePicture: Sendable {
  /// An attempt of a step, from its intent to its outcome.
  struct Bar: Sendable {
    let step: StepID
    let title: String
    let phase: Phase
    let attempt: Int
    let start: Timestamp
    /// Nil where the journal holds no outcome.
    let end: Timestamp?
    let outcome: Outcome?
  }

  /// Something that a person or the run itself did at an instant.
  struct Sign: Sendable {
    enum Sort: Sendable { case started, gate, decision, hold, resumption, note, ended }

    let at: Timestamp
    let sort: Sort
    let text: String
  }

  /// A time that has a meaning as a whole.
  struct Band: Sendable {
    let start: Timestamp
    let end: Timestamp
  }

  /// What the sources told, in order of time.
  let rows: [TimelineFacts.Row]
  let bars: [Bar]
  let signs: [Sign]
  let runStart: Timestamp
  /// From the first damage to the first finding.
  let undetected: Band?
  /// While the run waited for a person.
  let holds: [Band]

  init(_ history: RunHistory, rows: [TimelineFacts.Row], _ times: KeyTimeFacts) {
    self.rows = rows.filter { $0.part == .external || $0.part == .migration }
    bars = history.steps.flatMap { step in
      step.attempts.map { attempt in
        Bar(
          step: step.id, title: step.record.title, phase: step.record.phase,
          attempt: attempt.number, start: attempt.started.at, end: attempt.finished?.at,
          outcome: attempt.outcome)
      }
    }
    runStart = history.started.at
    signs = Self.signs(history).sorted { $0.at < $1.at }
    if let start = times.incidentStart.at, let found = times.detected.at, start < found {
      undetected = Band(start: start, end: found)
    } else {
      undetected = nil
    }
    holds = history.holds.compactMap { hold in
      let ends = history.resumptions.map(\.stamp) + (history.ended.map { [$0.stamp] } ?? [])
      guard let end = ends.first(where: { $0.sequence > hold.stamp.sequence })?.at,
        hold.at < end
      else { return nil }
      return Band(start: hold.at, end: end)
    }
  }

  private static func end(_ ended: Stamped<RunEnded>) -> String {
    let who =
      ended.payload.status == .abandoned
      ? "abandoned by \(ended.actor.displayName)" : "ended"
    return "run \(who): \(ended.payload.reason)"
  }

  private static func signs(_ history: RunHistory) -> [Sign] {
    var signs = [
      Sign(
        at: history.started.at, sort: .started,
        text: "run started by \(history.started.actor.displayName)")
    ]
    for gate in history.gates {
      signs.append(Sign(at: gate.opened.at, sort: .gate, text: "gate \(gate.name) opened"))
    }
    signs += history.acts.filter(\.isAtGate).map {
      Sign(at: $0.stamp.at, sort: .decision, text: $0.row.plainText)
    }
    signs += history.holds.map {
      Sign(at: $0.at, sort: .hold, text: "run held: \($0.payload.message)")
    }
    signs += history.resumptions.map {
      Sign(
        at: $0.at, sort: .resumption,
        text: "run \($0.payload.takenFrom == nil ? "resumed" : "taken over") by "
          + $0.actor.displayName)
    }
    signs += history.notes.filter { $0.payload.at == nil }.map {
      Sign(at: $0.at, sort: .note, text: "note by \($0.actor.displayName): \($0.payload.text)")
    }
    signs += (history.ended.map { [$0] } ?? []).map {
      Sign(at: $0.at, sort: .ended, text: Self.end($0))
    }
    return signs
  }
}
