import RunbookModel

/// Collects the timeline's rows: what the sources told, and the run's own entries.
struct TimelineRows {
  private let history: RunHistory

  init(_ history: RunHistory) { self.history = history }

  var rows: [TimelineFacts.Row] {
    external + preparation + [start] + attempts + notices + settlements + gates + holds + acts
      + looks + endings + notes + end
  }

  private var external: [TimelineFacts.Row] {
    history.finishedAttempts.flatMap { step, finished in
      finished.payload.timeline.map { row in
        TimelineFacts.Row(
          at: row.at, text: "\(quote: row.text)", source: row.source,
          reference: Reference(finished), isDamage: row.isDamage,
          part: step.record.kind == "migrations" ? .migration : .external, order: 0)
      }
    }
  }

  /// What was done to a sandbox before the runbook began.
  private var preparation: [TimelineFacts.Row] {
    guard let sandbox = history.sandbox else { return [] }
    let steps = sandbox.payload.steps
    var rows: [TimelineFacts.Row] = []
    if let last = steps.last(where: { $0.part == .fixture }) {
      let count = steps.count { $0.part == .fixture && $0.outcome == .succeeded }
      let text: Phrase = "Sandbox: the database as it was before, made by \(count) fixture steps"
      rows.append(row(text, at: last.finishedAt, of: sandbox))
    }
    for step in steps where step.part == .fault && step.outcome != .skipped {
      let text: Phrase = """
        Sandbox: Fault \(name: step.id) (\(quote: step.title)) \(words: step.outcome.rawValue)
        """
      rows.append(row(text, at: step.finishedAt, of: sandbox))
    }
    return rows
  }

  private func row(
    _ text: Phrase, at time: Timestamp, of sandbox: Stamped<SandboxPrepared>
  ) -> TimelineFacts.Row {
    TimelineFacts.Row(
      at: time, text: text, source: nil, reference: Reference(sandbox.stamp), isDamage: false,
      part: .external, order: sandbox.stamp.sequence)
  }

  private var start: TimelineFacts.Row {
    let started = history.started
    return row(
      started.stamp,
      """
      Run \(name: started.payload.run.rawValue) of runbook \(name: started.payload.runbook.name) \
      started by \(quote: started.actor.displayName) on host \(quote: started.payload.host)
      """, .check)
  }

  private var attempts: [TimelineFacts.Row] {
    history.steps.flatMap { step in
      step.episodes.compactMap { episode in row(of: episode, in: step) }
    }
  }

  private func row(of episode: Episode, in step: StepHistory) -> TimelineFacts.Row? {
    guard let finished = episode.last.finished else {
      guard episode.last.settlements.isEmpty else {
        return row(
          episode.last.started.stamp,
          "Step \(name: step.id) (\(quote: episode.last.record.title)) began; its process stored no outcome",
          part(of: step))
      }
      return row(
        episode.last.started.stamp,
        "Step \(name: step.id) (\(quote: episode.last.record.title)) began; the journal holds no outcome",
        part(of: step))
    }
    return text(finished.payload, episode, step).map {
      row(finished.stamp, $0, part(of: step), reference: Reference(finished))
    }
  }

  private func text(
    _ payload: AttemptFinished, _ episode: Episode, _ step: StepHistory
  ) -> Phrase? {
    let took = Duration.microseconds(payload.elapsedMicroseconds)
    switch (step.record.phase, payload.outcome) {
    case (.timeline, .succeeded): return nil
    case (.detection, .succeeded):
      guard let isConfirmed = payload.isConfirmed else { return nil }
      if payload.isUnestablished, let words = payload.restsOn?.leftOut.words() {
        return
          "What \(name: step.id) found (\(quote: episode.last.record.title)) rests on \(words: words): no finding"
      }
      return isConfirmed
        ? "Finding confirmed by \(name: step.id): \(quote: episode.last.record.title)"
        : "Checked by \(name: step.id) and not confirmed: \(quote: episode.last.record.title)"
    case (.recovery, .succeeded) where payload.isWord == true,
      (.safeguards, .succeeded) where payload.isWord == true:
      let answer = payload.result.mapValue?.text("answer")
      return """
        \(words: Self.noun(step.record.phase)) \(name: step.id) (\(quote: episode.last.record.title)) \
        was answered by a person
        """ + Phrase.why(answer)
    case (.recovery, .succeeded) where episode.last.started.payload.bearing != .changes,
      (.safeguards, .succeeded) where episode.last.started.payload.bearing != .changes:
      return """
        \(words: Self.noun(step.record.phase)) \(name: step.id) (\(quote: episode.last.record.title)) \
        \(words: episode.last.started.payload.bearing.success), in \(took)
        """
    case (.recovery, .succeeded):
      return
        "Recovery step \(name: step.id) (\(quote: episode.last.record.title)) succeeded in \(took)"
    case (.verification, .succeeded) where payload.isWord == true:
      return
        "Verification \(name: step.id) (\(quote: episode.last.record.title)) was answered by a person"
    case (.verification, .succeeded) where payload.restsOn?.isEmpty == false:
      return
        "Verification \(name: step.id) (\(quote: episode.last.record.title)) rests on \(words: payload.restsOn?.words() ?? "")"
    case (.verification, .succeeded):
      return "Verification \(name: step.id) (\(quote: episode.last.record.title)) passed"
    case (.safeguards, .succeeded):
      return "Safeguard \(name: step.id) (\(quote: episode.last.record.title)) succeeded in \(took)"
    case (_, .unknown):
      return "Step \(name: step.id), \(words: episode.numbers), ended with its effect unknown"
    case (_, .failed), (_, .skipped):
      let reason = payload.failure?.reason ?? "no reason recorded"
      let isNoFinding = payload.isWithoutAnswer && !step.record.phase.mayChange
      return """
        \(words: Self.noun(step.record.phase)) \(name: step.id), \(words: episode.numbers), \
        \(words: isNoFinding ? "could not be carried out" : "failed"): \(quote: reason)
        """
    }
  }

  private static func noun(_ phase: Phase) -> String {
    switch phase {
    case .timeline: "Timeline step"
    case .detection: "Detection step"
    case .recovery: "Recovery step"
    case .verification: "Verification"
    case .safeguards: "Safeguard"
    }
  }

  /// What was told of changes: what a step left running, or what a server warned of. Of steps that only read: what they
  /// left out, such as lines of a log; a server's words on a question are none of it.
  private var notices: [TimelineFacts.Row] {
    history.finishedAttempts.flatMap { step, finished in
      let isTold = step.record.phase.mayChange || step.record.kind != "sql"
      return (isTold ? finished.payload.notices : []).map { notice in
        row(
          finished.stamp, "Notice of step \(name: step.id): \(quote: notice)", part(of: step),
          reference: Reference(finished))
      }
    }
  }

  /// What was found out; what a person said is among the acts.
  private var settlements: [TimelineFacts.Row] {
    history.steps.flatMap { step in
      step.attempts.flatMap { attempt in
        attempt.settlements.filter { $0.payload.means != .word }.map { settled in
          row(
            settled.stamp,
            """
            Step \(name: step.id), attempt \(attempt.number), settled as \
            \(words: settled.payload.settlement.words): \(quote: settled.payload.detail)
            """, part(of: step))
        }
      }
    }
  }

  private var acts: [TimelineFacts.Row] {
    history.acts.map { row($0.stamp, $0.row, part(of: $0.subject, $0.stamp)) }
  }

  private func part(of subject: PersonsAct.Subject, _ stamp: Stamp) -> TimelineFacts.Part {
    switch subject {
    case .run, .report: .surroundings
    case .gate(let name): part(ofGate: name, stamp)
    case .step(let id): history.steps.first { $0.id == id }.map { part(of: $0) } ?? .surroundings
    }
  }

  private var gates: [TimelineFacts.Row] {
    history.gates.map {
      row($0.opened.stamp, opening(of: $0), part(ofGate: $0.name, $0.opened.stamp))
    }
  }

  /// A gate that shows no steps is about what it asks alone.
  private func opening(of gate: GateHistory) -> Phrase {
    let changes = gate.opened.payload.changes ?? []
    let all = changes + [gate.opened.payload.lapsedWords].compactMap(\.self)
    let anew: Phrase =
      changes.isEmpty
      ? ""
      : ", as it is not what was approved: \(quote: all.joined(separator: "; "))"
    let opened: Phrase = "Gate \(name: gate.name) opened" + anew
    guard gate.opened.payload.steps.isEmpty, let question = gate.opened.payload.question else {
      return opened
    }
    return opened + ": \(quote: question)"
  }

  private var holds: [TimelineFacts.Row] {
    history.holds.map { row($0.stamp, "Run held: \(quote: $0.payload.message)", .surroundings) }
  }

  private var looks: [TimelineFacts.Row] {
    history.unseen.map { row($0.stamp, "Not looked at: \(quote: $0.payload.words)", .surroundings) }
  }

  private var endings: [TimelineFacts.Row] {
    history.endings.flatMap { ending in
      ending.payload.ended.map { one in
        row(
          ending.stamp,
          "Ended by \(quote: ending.actor.displayName): \(quote: one.words)", .surroundings)
      }
    }
  }

  private var notes: [TimelineFacts.Row] {
    history.notes.map { note in
      TimelineFacts.Row(
        at: note.payload.at ?? note.at,
        text: "Note by \(quote: note.actor.displayName): \(quote: note.payload.text)",
        source: note.payload.at == nil ? nil : "a person's word",
        reference: Reference(note.stamp), isDamage: false,
        part: note.payload.at == nil ? .surroundings : .external, order: note.stamp.sequence)
    }
  }

  /// That a person gave it up is among the acts.
  private var end: [TimelineFacts.Row] {
    guard let ended = history.ended, ended.payload.status != .abandoned else { return [] }
    let status = RunStatus(history).title.lowercased()
    return [
      row(
        ended.stamp, "Run ended: \(words: status) (\(quote: ended.payload.reason))", .surroundings)
    ]
  }

  private func row(
    _ stamp: Stamp, _ text: Phrase, _ part: TimelineFacts.Part, reference: Reference? = nil
  ) -> TimelineFacts.Row {
    TimelineFacts.Row(
      at: stamp.at, text: text, source: nil, reference: reference ?? Reference(stamp),
      isDamage: false, part: part, order: stamp.sequence)
  }

  private func part(of step: StepHistory) -> TimelineFacts.Part {
    switch step.record.phase {
    case .timeline, .detection: .check
    case .recovery: .recovery
    case .verification: .verification
    case .safeguards: .safeguards
    }
  }

  /// One that is not a step's belongs to the checks before recovery; opened later, to what it interrupts.
  private func part(ofGate name: String, _ stamp: Stamp) -> TimelineFacts.Part {
    if let step = history.steps.first(where: { $0.id.rawValue == name }) { return part(of: step) }
    let hasBegun = history.steps.contains { step in
      step.record.phase > .detection
        && step.attempts.contains { $0.started.stamp.sequence < stamp.sequence }
    }
    return hasBegun ? .surroundings : .check
  }
}
