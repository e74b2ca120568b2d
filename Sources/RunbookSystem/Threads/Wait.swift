package import RunbookModel

/// Waits for what only files tell.
package enum Wait {
  private static let pause = Duration.milliseconds(2)

  /// - Returns: what `look` finds, or nil when it found nothing in time.
  /// - Throws: `interrupted` when the task is cancelled.
  package static func until<Found>(
    within limit: Duration, _ look: () -> Found?
  ) async throws(StepFailure) -> Found? {
    let deadline = ContinuousClock.now + limit
    while true {
      if let found = look() { return found }
      guard ContinuousClock.now < deadline else { return nil }
      do {
        try await Task.sleep(for: pause)
      } catch {
        throw StepFailure(.interrupted, "the wait was stopped")
      }
    }
  }
}
