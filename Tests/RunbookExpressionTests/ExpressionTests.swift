import RunbookExpression
import RunbookModel
import Testing

@Suite struct ExpressionTests {
  private static let evaluated =
    ExpressionCase.literals + ExpressionCase.arithmetic + ExpressionCase.comparison
    + ExpressionCase.logic + ExpressionCase.access + ExpressionCase.macros
    + ExpressionCase.functions + ExpressionCase.time + ExpressionCase.strings
    + ExpressionCase.pairs

  @Test(arguments: evaluated)
  func evaluatesAsCELSays(_ example: ExpressionCase) {
    let (answer, place) = Self.answer(example)
    #expect(answer == example.expected)
    expect(place, at: example.mark)
  }

  @Test(arguments: ExpressionCase.syntax)
  func refusesWhatIsNoExpression(_ example: ExpressionCase) {
    let error = #expect(throws: Diagnostics.self) {
      try Expression(parsing: example.source)
    }
    #expect(error?.all.first?.message == example.expected)
    expect(error?.all.first?.place, at: example.mark)
  }

  private func expect(_ place: Place?, at mark: (column: Int, length: Int)?) {
    #expect(place?.column == mark?.column)
    #expect(place?.length == mark?.length)
  }

  /// JSON of the value, or the name of the error's cause and its place.
  private static func answer(_ example: ExpressionCase) -> (String, Place?) {
    do throws(Diagnostics) {
      let expression = try Expression(parsing: example.source, allowsUnknownFunctions: true)
      do throws(EvaluationError) {
        return (try expression.evaluate(in: ValueMap()).json, nil)
      } catch {
        return (name(of: error.cause), error.place)
      }
    } catch {
      return (error.all.first?.message ?? "", error.all.first?.place)
    }
  }

  private static func name(of cause: EvaluationError.Cause) -> String {
    switch cause {
    case .undefinedName: "undefinedName"
    case .noSuchKey: "noSuchKey"
    case .noSuchOverload: "noSuchOverload"
    case .noSuchFunction: "noSuchFunction"
    case .overflow: "overflow"
    case .divisionByZero: "divisionByZero"
    case .indexOutOfRange: "indexOutOfRange"
    case .invalid: "invalid"
    case .incomplete: "incomplete"
    case .tooMuchWork: "tooMuchWork"
    }
  }

  @Test func collectsWhatDoesNotStopIt() {
    let error = #expect(throws: Diagnostics.self) {
      try Expression(parsing: .line("1u + foo(b'x') + as"))
    }
    #expect(error?.all.map(\.place?.column) == [1, 10, 6, 18])
  }

  @Test func findsItsPlaceInABlock() {
    let source = SourceText(
      "a &&\n  b.c &&\n  d ! e", at: Place(file: "r.yaml", line: 7, column: 9),
      layout: .block(firstLine: 8, indent: 6))
    let error = #expect(throws: Diagnostics.self) { try Expression(parsing: source) }
    #expect(error?.all.first?.place == Place(file: "r.yaml", line: 10, column: 11, length: 1))
  }

  @Test func prefersTheLongestDottedName() throws {
    let pairs: [(String, Value)] = [
      ("a.b", ["c": 1]), ("a", ["b": ["c": 2], "d": 3]), ("x", 4),
    ]
    let scope = ValueMap(pairs)
    #expect(try Expression(parsing: .line("a.b.c")).evaluate(in: scope) == 1)
    #expect(try Expression(parsing: .line("a.d")).evaluate(in: scope) == 3)
    #expect(try Expression(parsing: .line("has(a.b)")).evaluate(in: scope) == true)
    #expect(try Expression(parsing: .line("[7].map(x, x + .x)")).evaluate(in: scope) == [11])
    #expect(
      try Expression(parsing: .line("[{'b': 5}].map(a, a.b)")).evaluate(in: scope) == [5])
  }

  @Test func tellsWhatItReads() throws {
    let text = "has(inputs.log) && steps['a-b'].rows[0].n > m && [1].all(x, x == y[x]) && .z"
    let references = try Expression(parsing: .line(text)).references
    #expect(references.map(\.name) == ["inputs", "steps", "m", "y", "z"])
    #expect(references.map(\.path) == [["log"], ["a-b", "rows"], [], [], []])
    #expect(references.map(\.isTested) == [true, false, false, false, false])
    #expect(references.map(\.place.column) == [5, 20, 45, 66, 75])
    #expect(references.map(\.place.length) == [10, 17, 1, 1, 2])
  }
}
