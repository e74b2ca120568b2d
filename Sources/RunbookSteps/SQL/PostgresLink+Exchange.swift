import RunbookEngine

extension PostgresLink {
  /// `run`, with the failures of a step.
  ///
  /// - Parameter mayHaveCommitted: whether work without an answer may be there for good all the same.
  func exchange(
    _ batches: [[SQLCommand]], leaving: Int = 0, rows: RowDestination? = nil,
    mayHaveCommitted: Bool = false,
    canCancel: Bool = true
  ) throws(StepFailure) -> [[SQLOutcome]] {
    do throws(LinkError) {
      return try run(batches, leaving: leaving, rows: rows, canCancel: canCancel)
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: mayHaveCommitted, holders: holders)
    }
  }
}
