import RunbookExpression
import RunbookModel
import Testing

/// What an expression makes of what a name holds, part by part.
struct PartsTests {
  private static let scope: ValueMap = {
    var scope = ValueMap()
    scope["inputs"] = ["token": "t0ken-of-4711:hunter", "mode": "fast"]
    scope["constants"] = ["size": 5]
    return scope
  }()

  @Test(arguments: [
    ("inputs.token.substring(0, 6)", ["t0ken-"]),
    ("inputs.token.split(':')[1]", ["t0ken-of-4711", "hunter", "hunter"]),
    ("'a ' + inputs.token.substring(0, constants.size)", ["t0ken", "a t0ken"]),
    ("[1, 2].map(i, inputs.token.substring(0, i))", ["t", "t0"]),
    ("inputs.token.replace('-', '')", ["t0kenof4711:hunter"]),
    // Read, compared, chosen by, or beside what nobody knows yet.
    ("inputs.token == 'x' ? 'production' : 'staging'", []),
    ("inputs.token", []), ("inputs.mode.substring(1)", []),
    ("rows[0].a + inputs.token", []), ("inputs.token.substring(99)", []),
  ]) func areWhatIsMadeOfAName(_ text: String, _ expected: [String]) throws {
    let place = Place(file: "runbook.yaml", line: 1, column: 1)
    let expression = try Expression(parsing: SourceText(text, at: place, layout: .line))
    let values = expression.values(
      madeOf: { $0.name == "inputs" && $0.path.first == "token" },
      known: ["inputs", "constants"], in: Self.scope)
    let texts = values.flatMap { value -> [String] in
      switch value {
      case .string(let text): [text]
      case .list(let items): items.compactMap(\.stringValue)
      default: []
      }
    }
    #expect(texts == expected)
  }
}
