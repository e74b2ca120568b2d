import RunbookModel

extension RunRecord {
  /// Holds the run as somebody stopped it.
  func holdInterrupted() throws(StoreError) {
    let open = openStep.map {
      "; it is not known whether step '\($0)' took effect: 'resume' finds out, or holds where nothing can tell"
    }
    try queue(
      .runHeld(
        RunHeld(
          cause: .interruption, subject: nil, message: "the run was interrupted" + (open ?? ""))))
  }

  /// Holds the run for what is in the way of a gate, or of looking at a database.
  func hold(
    for obstacle: FailureRecord, about subject: String, saying start: String = ""
  ) throws(StoreError) {
    guard obstacle.cause != .interrupted else { return try holdInterrupted() }
    try queue(
      .runHeld(
        RunHeld(
          cause: obstacle.cause == .refused ? .privilege : .obstacle, subject: subject,
          message: start + obstacle.message + (obstacle.hint.map { "\n\($0)" } ?? ""))))
  }
}

extension FailureRecord {
  /// All that is said of it in one line.
  var text: String { message + (detail.map { " (\($0))" } ?? "") }
}
