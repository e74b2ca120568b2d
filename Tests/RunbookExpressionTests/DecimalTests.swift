import RunbookExpression
import RunbookModel
import RunbookTestSupport
import Testing

@Suite struct DecimalTests {
  private static let scope = ValueMap([
    ("id", Value.number("12345678901234567890") ?? .null),
    ("next", Value.number("12345678901234567891") ?? .null),
    ("beyond", Value.number("9223372036854775808") ?? .null),
    ("whole", ExactDecimal("42.00").map(Value.decimal) ?? .null),
    ("tenth", Value.number("0.10000000000000000001") ?? .null),
    ("huge", Value.number("1e400") ?? .null),
  ])

  @Test(arguments: [
    ("id == next", "false"), ("id < next", "true"), ("id == id", "true"), ("id in [next]", "false"),
    ("id in [1, id]", "true"), ("[id] == [id]", "true"), ("id > 9223372036854775807", "true"),
    ("beyond > 9223372036854775807", "true"), ("9223372036854775807 < beyond", "true"),
    ("-beyond", "-9223372036854775808"), ("-id", "-12345678901234567890"),
    ("whole == 42", "true"), ("42.0 == whole", "true"), ("whole != 42", "false"),
    ("tenth > 0.1", "true"), ("tenth == 0.1", "false"), ("huge > 1e308", "true"),
    ("huge < 1.0 / 0.0", "true"), ("-1.0 / 0.0 < huge", "true"), ("huge == 0.0 / 0.0", "false"),
    ("huge < 0.0 / 0.0 || huge >= 0.0 / 0.0", "false"), ("id == 12345678901234567890.0", "false"),
    ("id == 'a'", "false"), ("string(id)", "\"12345678901234567890\""),
    ("string(tenth)", "\"0.10000000000000000001\""), ("int(whole)", "42"),
    ("double(tenth)", "0.1"), ("double(id)", "1.2345678901234567e+19"),
    ("{'a': id}", #"{"a":12345678901234567890}"#),
  ])
  func isComparedAndConvertedExactly(text: String, json: String) throws {
    #expect(try Expression(parsing: .line(text)).evaluate(in: Self.scope).json == json)
  }

  @Test(arguments: [
    ("id + 1", "`+` does not work on decimal and int"),
    ("1 - id", "`-` does not work on int and decimal"), ("id * id", "decimal and decimal"),
    ("id / 2", "`double()` makes a number of a decimal, rounded"), ("id % 2", "decimal and int"),
    ("int(id)", "not a whole number of 64 bits"), ("int(tenth)", "not a whole number"),
    ("double(huge)", "out of range"), ("id < 'a'", "decimal and string"),
    ("[1][id]", "a list's index is an int, not decimal"),
  ])
  func neverGivesARoundedNumber(text: String, message: String) throws {
    let expression = try Expression(parsing: .line(text))
    let error = #expect(throws: EvaluationError.self) { try expression.evaluate(in: Self.scope) }
    #expect(error?.message.holds(message) == true, "\(error?.message ?? "")")
  }

  /// With ints and doubles against the same numbers as decimals: three ways to one answer.
  @Test func comparesAcrossTypesAsAmongDecimals() throws {
    let less = try Expression(parsing: .line("a < b"))
    let same = try Expression(parsing: .line("a == b"))
    let failure = try Property(share: 0.5).firstFailure { generator in
      let texts = (0..<2).map { _ in Self.text(&generator) }
      let values = texts.compactMap { Value.number($0) }
      let exact = texts.compactMap { ExactDecimal($0) }
      guard values.count == 2, exact.count == 2 else { return "\(texts)" }
      for mixed in [[.decimal(exact[0]), values[1]], [values[0], .decimal(exact[1])]] {
        let scope = ValueMap([("a", mixed[0]), ("b", mixed[1])])
        guard try less.evaluate(in: scope) == .bool(exact[0] < exact[1]),
          try same.evaluate(in: scope) == .bool(exact[0] == exact[1])
        else { return "\(texts)" }
      }
      return nil
    }
    #expect(failure == nil)
  }

  private static func text(_ generator: inout SeededGenerator) -> String {
    switch generator.below(4) {
    case 0: "\(Int64.random(in: .min ... .max, using: &generator))"
    case 1: "\(Double(bitPattern: generator.next() & 0xBFFF_FFFF_FFFF_FFFF))"
    case 2: "\(generator.below(3)).\(generator.below(3))"
    default: "\(generator.next())\(generator.below(10)).\(generator.below(100))"
    }
  }
}
