import RunbookExpression
import RunbookModel
import Testing

@Suite struct TemplateTests {
  private static let pairs: [(String, Value)] = [
    ("name", "o'brien"), ("count", 3), ("ratio", 1.5), ("ok", true), ("none", .null),
    ("rows", [["id": 1], ["id": 2]]), ("at", .timestamp(.epoch)), ("took", .duration(.seconds(90))),
  ]
  private static let scope = ValueMap(pairs)

  @Test(arguments: [
    ("", ""), ("plain $ {{ text }}", "plain $ {{ text }}"), ("${{ name }}", "o'brien"),
    ("a ${{count}}/${{ ratio }} b", "a 3/1.5 b"), ("${{ ok ? 'yes' : 'no' }}", "yes"),
    ("${{ rows }}", #"[{"id":1},{"id":2}]"#), ("${{ at }} ${{ took }}", "1970-01-01T00:00:00Z 90s"),
    ("$${{ name }}", "${{ name }}"), ("$$${{ name }}", "$${{ name }}"),
    ("${{ {'a': {'b': 1}}.a }}", #"{"b":1}"#), ("${{ '}}' }}!", "}}!"), ("é${{ 'é' }}", "éé"),
    ("${{ {}}}", "{}"),
  ])
  func rendersValues(text: String, expected: String) throws {
    #expect(try Template(parsing: .line(text)).render(in: Self.scope) == expected)
  }

  @Test func keepsTheTypeOfASoleValue() throws {
    #expect(try Template(parsing: .line("${{ count }}")).renderValue(in: Self.scope) == 3)
    #expect(try Template(parsing: .line("${{ none }}")).renderValue(in: Self.scope) == .null)
    #expect(try Template(parsing: .line(" ${{ count }}")).renderValue(in: Self.scope) == " 3")
    #expect(try Template(parsing: .line("")).renderValue(in: Self.scope) == "")
  }

  @Test func saysWhetherItIsConstant() throws {
    #expect(try Template(parsing: .line("$${{ a }}")).isConstant)
    let template = try Template(parsing: .line("${{ a.b }} ${{ c }}"))
    #expect(!template.isConstant)
    #expect(template.references.map(\.name) == ["a", "c"])
    #expect(template.references.map(\.place.column) == [5, 16])
  }

  @Test(arguments: [
    ("a ${{ b", 3), ("${{ 1 + }} ${{ 'x }}", 9), ("é ${{ 1 1 }}", 9), ("${{ }}", 5), ("${{ '", 5),
  ])
  func refusesWithPlace(text: String, column: Int) {
    let error = #expect(throws: Diagnostics.self) { try Template(parsing: .line(text)) }
    #expect(error?.all.first?.place?.column == column)
  }

  @Test func reportsAllExpressions() {
    let error = #expect(throws: Diagnostics.self) {
      try Template(parsing: .line("${{ 1 1 }} ${{ 2 2 }}"))
    }
    #expect(error?.all.count == 2)
  }

  @Test(arguments: [("a ${{ none }}", 7), ("a ${{ missing.x }}", 7), ("${{ 1 / 0 }}", 5)])
  func failsWithPlace(text: String, column: Int) throws {
    let template = try Template(parsing: .line(text))
    let error = #expect(throws: EvaluationError.self) { try template.render(in: Self.scope) }
    #expect(error?.place.column == column)
  }
}
