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

  /// The same for work that can be interrupted: it is told when the calling task is cancelled, and its failure is the
  /// call's.
  ///
  /// - Parameter body: runs to its end, which it comes to soon once the interruption is set.
  package static func runInterruptibly<Result: Sendable>(
    _ body: @escaping @Sendable (Interruption) throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result {
    let interruption = Interruption()
    let outcome: Swift.Result<Swift.Result<Result, StepFailure>, StepFailure> =
      await withTaskCancellationHandler {
        do throws(StepFailure) {
          return .success(
            try await run {
              do throws(StepFailure) {
                return .success(try body(interruption))
              } catch {
                return .failure(error)
              }
            })
        } catch {
          return .failure(error)
        }
      } onCancel: {
        interruption.set()
      }
    return try outcome.get().get()
  }
}
