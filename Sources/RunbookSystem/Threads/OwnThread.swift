package import RunbookModel

/// Runs work that blocks on a thread of its own, so that the cooperative pool is never held up.
package enum OwnThread {
  /// - Parameter body: runs to its end whatever becomes of the calling task; it must be told of a
  ///   cancellation by other means (see `Interruption`).
  /// - Throws: `refused` when the system has no thread to give.
  package static func run<Result: Sendable>(
    _ body: @escaping @Sendable () -> Result
  ) async throws(StepFailure) -> Result {
    let result: Result? = await withCheckedContinuation { continuation in
      let isStarted = BackgroundThread.start { continuation.resume(returning: body()) }
      if !isStarted { continuation.resume(returning: nil) }
    }
    guard let result else {
      throw StepFailure(.refused, "the system has no thread to give", mayRetryHelp: true)
    }
    return result
  }
}
