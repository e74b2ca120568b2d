import RunbookExpression
import RunbookModel
import Testing

/// Whatever an expression does with a value of which only a part is held, it has no answer.
@Suite struct IncompleteTests {
  private static let mark = Incomplete(held: 1000, total: 2500, noun: "rows")
  private static let result: ValueMap = ValueMap([("rows", .incomplete(mark)), ("row_count", 2500)])
  private static let scope = ValueMap([
    ("rows", .incomplete(mark)), ("row_count", 2500),
    ("steps", .map(ValueMap([("a", .map(result))]))),
  ])

  /// A number of which only the least is known decides the comparisons that more of it would not change.
  @Test(arguments: [
    ("n > 0", true as Bool?), ("0 < n", true), ("n > 4", true), ("n > 5", nil), ("n >= 5", true),
    ("n >= 6", nil), ("n == 0", false), ("n == 5", nil), ("n == 9", nil), ("n != 0", true),
    ("n != 5", nil), ("n < 5", false), ("n < 6", nil), ("n <= 4", false), ("n <= 5", nil),
    ("5 >= n", nil), ("4 >= n", false), ("3 == n", false), ("n > 4.5", true), ("n > '4'", nil),
    ("n + 1 > 0", nil), ("n > n", nil), ("n == n", nil), ("[n] == [0]", nil), ("n in [0]", nil),
    ("-n < 0", nil), ("string(n) == '5'", nil), ("n > 0 && n < 9", nil), ("n > 0 || n < 9", true),
    ("s['n'] > 0", true), ("s.n == 0", false), ("(n > 0) == true", true), ("n", nil),
  ])
  func isAnAnswerWhereMoreOfItIsNone(_ text: String, _ answer: Bool?) throws {
    let mark = Incomplete.atLeast(5, "a.log was not read")
    let scope = ValueMap([
      ("n", .incomplete(mark)), ("s", .map(ValueMap([("n", .incomplete(mark))]))),
    ])
    let source = SourceText(text, at: Place(file: "f", line: 1, column: 1), layout: .line)
    let expression = try Expression(parsing: source)
    do {
      let value = try expression.evaluate(in: scope)
      #expect(answer.map(Value.bool) == value, "\(text)")
    } catch {
      #expect(answer == nil, "\(text): \(error)")
      #expect(error.cause == .incomplete(mark) || text.holds("'4'"), "\(text): \(error)")
    }
  }

  private func outcome(_ text: String) -> Result<Value, EvaluationError> {
    let place = Place(file: "runbook.yaml", line: 1, column: 1)
    do {
      let source = SourceText(text, at: place, layout: .line)
      return .success(try Expression(parsing: source).evaluate(in: Self.scope))
    } catch let error as EvaluationError {
      return .failure(error)
    } catch {
      return .failure(EvaluationError(.invalid, "\(error)", at: place))
    }
  }

  @Test(arguments: [
    "rows", "rows.all(r, !r.broken)", "rows.exists(r, true)", "rows.exists(r, r.broken) || true",
    "true && rows.all(r, false) && false", "size(rows) > 0", "size(rows) == 2500", "rows[0]",
    "rows.map(r, r.id)", "rows == []", "[] == rows", "1 in rows", "rows + []", "[rows]",
    "{'a': rows}", "true ? rows : []", "dyn(rows)", "string(rows)", "steps.a.rows",
    "steps['a'].rows",
    "steps['a']['rows'][0]", "steps.a", "steps", "steps.a == {'rows': [], 'row_count': 2500}",
    "steps.a == steps.a", "['a'].map(s, steps[s].rows)", "['a'].all(s, size(steps[s].rows) == 0)",
    "[steps.a].exists(s, s.rows == [])", "rows != rows", "'x' in [rows]", "rows.filter(r, false)",
  ])
  func isNeverAnAnswer(_ text: String) throws {
    guard case .failure(let error) = outcome(text) else {
      Issue.record("\(text) has an answer: \(outcome(text))")
      return
    }
    #expect(error.cause == .incomplete(Self.mark), "\(text)")
    #expect(error.message.holds("1000 of 2500 rows"))
  }

  @Test(arguments: [
    ("row_count", Value.int(2500)), ("steps.a.row_count > 1000", true), ("has(steps.a.rows)", true),
    ("'rows' in steps.a", true), ("row_count > 0 || size(rows) > 0", true),
    ("row_count == 0 && rows == []", false), ("row_count > 1000 ? 'many' : rows[0].id", "many"),
    ("size(steps.a)", 2),
  ])
  func whatDoesNotReadItHasOne(_ text: String, _ expected: Value) throws {
    #expect(try outcome(text).get() == expected, "\(text)")
  }

  @Test func namesWhatIsHeldInPart() {
    guard case .failure(let error) = outcome("steps.a.rows") else {
      Issue.record("no error")
      return
    }
    #expect(
      error.message == "`rows` is held in part, 1000 of 2500 rows: no answer can rest on that")
  }
}
