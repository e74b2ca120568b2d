package import RunbookEngine
package import RunbookModel

extension [SQLCompletion] {
  package var affected: Int64 {
    reduce(0) { sum, completion in
      let (total, overflow) = sum.addingReportingOverflow(completion.affected)
      return overflow ? .max : total
    }
  }

  /// Of the last statement whose rows were collected.
  package var lastRows: ResultSet? { last { $0.resultSet != nil }?.resultSet }
}

extension SQLRequest {
  /// - Throws: `invalid` where two columns have one name: a row is a map by their names.
  package func result(
    _ completions: [SQLCompletion], _ rows: StepRows, _ notices: [String]
  ) throws(StepFailure) -> StepResult {
    try RowsResult(
      of: activity.step, on: activity.source.name, context, affected: completions.affected, rows,
      notices, timeHint: "timestamptz"
    ).stepResult()
  }
}
