import RunbookModel

struct SignOffFacts: Sendable {
  /// Those who ran steps, in order.
  let handledBy: [Actor]
  let reportedBy: AuthoredBlock?
  let reviewedBy: AuthoredBlock?
  /// Who else handled it, as people say.
  let alsoHandledBy: AuthoredBlock?
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
    reportedBy = authored.block("reported_by")
    reviewedBy = authored.block("reviewed_by")
    alsoHandledBy = authored.block("handled_by")
    status = RunStatus(history)
    date = history.ended?.at ?? history.last.at
    confidence = authored.block("confidence")
    risk = authored.block("risk")
  }
}
