import RunbookEngine
package import RunbookModel

/// The role that the statements of a read-only step are held to.
///
/// PostgreSQL lets the session's own user take any role off again that it was given (`RESET ROLE`,
/// `set_config('role', …)`, also inside of a function), and only a superuser may change who the session's
/// user is: https://www.postgresql.org/docs/current/sql-set-role.html. So the role is set again before each
/// statement, and asked for after each: one that left it fails the step, and no other one runs without it.
/// What takes the role off and puts it back within one statement is not seen.
package struct RoleFence {
  package let role: String

  package var entering: SQLCommand { SQLCommand("SET LOCAL ROLE \(SQLQuote.identifier(role))") }

  /// Who the server works for.
  package static let question = SQLCommand(
    "SELECT pg_catalog.current_setting('role'), pg_catalog.current_setting('session_authorization'), "
      + "current_user")

  /// What was left: what the question brought behind a statement is not what it brought before the first.
  package func isLeft(_ before: SQLOutcome, _ after: SQLOutcome) -> Bool {
    guard let expected = Self.answer(before) else { return true }
    return Self.answer(after) != expected
  }

  private static func answer(_ outcome: SQLOutcome) -> [Value]? {
    guard case .completed(let completion) = outcome else { return nil }
    return completion.resultSet?.rows.first
  }

  package func failure(at place: Place) -> StepFailure {
    StepFailure(
      .refused, "a statement left the role '\(role)', which read-only steps are held to (\(place))",
      detail: "what it brought is not used",
      hint: "a role that a session was given it can take off; to be held by the server itself, "
        + "connect as that role")
  }
}
