import RunbookModel

struct SignOffFacts: Sendable {
  /// Those who ran steps, in order.
  let handledBy: [Actor]
  let status: RunStatus
  /// The day of the journal's last entry.
  let date: Timestamp
  let confidence: AuthoredBlock?
  let risk: AuthoredBlock?

  init(_ history: RunHistory, _ authored: AuthoredReport) {
    var actors = [history.started.actor]
    for step in history.steps {
      for attempt in step.attempts where !actors.contains(attempt.started.actor) {
        actors.append(attempt.started.actor)
      }
    }
    handledBy = actors
    status = RunStatus(history)
    date = history.ended?.at ?? history.last.at
    confidence = authored.block("confidence")
    risk = authored.block("risk")
  }
}
