import RunbookEngine
package import RunbookModel

extension PostgresLink {
  /// `run`, with the failures of a step.
  ///
  /// - Parameters:
  ///   - mayHaveCommitted: whether work without an answer may be there for good all the same.
  ///   - isGuarded: whether a transaction guards all of it, as far as is known.
  package func exchange(
    _ batches: [[SQLCommand]], leaving: Int = 0, rows: RowDestination? = nil,
    mayHaveCommitted: Bool = false, isGuarded: Bool = true,
    canCancel: Bool = true
  ) throws(StepFailure) -> [[SQLOutcome]] {
    do throws(LinkError) {
      return try run(batches, leaving: leaving, rows: rows, canCancel: canCancel)
    } catch {
      throw StepFailure(
        link: error, mayHaveCommitted: mayHaveCommitted, isGuarded: isGuarded, holders: holders)
    }
  }

  /// `ask`, with the failures of a step.
  ///
  /// - Returns: each question's answer.
  /// - Throws: the server's first refusal.
  package func answers(to questions: [SQLCommand]) throws(StepFailure) -> [SQLCompletion] {
    let outcomes: [SQLOutcome]
    do throws(LinkError) {
      outcomes = try ask(questions)
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false, holders: holders)
    }
    var answers: [SQLCompletion] = []
    for outcome in outcomes {
      switch outcome {
      case .completed(let completion): answers.append(completion)
      case .failed(let error): throw StepFailure(error, holders: holders)
      case .skipped: break
      }
    }
    guard answers.count == questions.count else {
      throw StepFailure(.unreachable, "the server did not answer to all questions")
    }
    return answers
  }
}
