import RunbookExpression
import RunbookModel
import RunbookTestSupport
import Testing

@Suite struct DecimalTests {
  private static let numbers: [(String, String)] = [
    ("id", "12345678901234567890"), ("next", "12345678901234567891"),
    ("beyond", "9223372036854775808"), ("whole", "42.00"), ("tenth", "0.10000000000000000001"),
    ("huge", "1e400"), ("amount", "7.00"), ("price", "0.10"), ("average", "2.5000000000000000"),
    ("zero", "0.00"),
  ]
  private static let scope = ValueMap(numbers.map { ($0.0, Value.number($0.1) ?? .null) })

  @Test(
    arguments: [
      ("id == next", "false"), ("id < next", "true"), ("id == id", "true"),
      ("id in [next]", "false"),
      ("id in [1, id]", "true"), ("[id] == [id]", "true"), ("id > 9223372036854775807", "true"),
      ("beyond > 9223372036854775807", "true"), ("9223372036854775807 < beyond", "true"),
      ("-beyond", "-9223372036854775808"), ("-id", "-12345678901234567890"),
      ("whole == 42", "true"), ("42.0 == whole", "true"), ("whole != 42", "false"),
      ("tenth > 0.1", "true"), ("tenth == 0.1", "false"), ("huge > 1e308", "true"),
      ("huge < 1.0 / 0.0", "true"), ("-1.0 / 0.0 < huge", "true"), ("huge == 0.0 / 0.0", "false"),
      ("huge < 0.0 / 0.0 || huge >= 0.0 / 0.0", "false"), ("id == 12345678901234567890.0", "true"),
      ("12345678901234567.5 == 12345678901234568.0", "false"),
      ("12345678901234567.5", "12345678901234567.5"),
      ("-0.10000000000000000001", "-0.10000000000000000001"),
      ("0.1 + 0.2 == 0.30000000000000004", "true"),
      ("1.50", "1.5"), ("1e22", "1e+22"), ("1e23 == 100000000000000000000000.0", "true"),
      ("id == 'a'", "false"), ("string(id)", "\"12345678901234567890\""),
      ("string(tenth)", "\"0.10000000000000000001\""), ("int(whole)", "42"),
      ("double(tenth)", "0.1"), ("double(id)", "1.2345678901234567e+19"),
      ("{'a': id}", #"{"a":12345678901234567890}"#),
      ("amount", "7.00"), ("string(amount)", "\"7.00\""), ("amount == 7", "true"),
      ("amount + 1", "8.00"), ("1 - amount", "-6.00"), ("amount * price", "0.7000"),
      ("price + price + price == price * 3", "true"), ("price * 3", "0.30"),
      ("amount / 2", "3.5"), ("amount / 7", "1"), ("amount / 7 / 2", "0.5"), ("amount % 4", "3.00"),
      ("average % 2", "0.5000000000000000"), ("-7.5 < amount % -2", "true"), ("-amount", "-7.00"),
      ("amount * 1.5", "10.500"), ("1.5 - amount", "-5.50"), ("(amount * amount) / 8.0", "6.125"),
      ("id + 1", "12345678901234567891"), ("1 - id", "-12345678901234567889"),
      ("id * id", "152415787532388367501905199875019052100"),
      ("int(average)", "2"), ("average * 2", "5.0000000000000000"),
      ("average + 0.5", "3.0000000000000000"), ("int(tenth)", "0"), ("int(-amount / 2)", "-3"),
      ("id + 1.5", "12345678901234567891.5"), ("tenth * 0.5", "0.050000000000000000005"),
      ("id / 2", "6172839450617283945"), ("id % 7", "1"), ("amount / 0.1", "70"),
      ("id * id * id / id / id == id", "true"),
      ("amount / 3", "2.333333333333333333333333333333333"),
      ("amount / 3 * 3 == amount", "false"), ("2 / price", "20"),
      ("huge / decimal('1e399')", "1e1"),
      ("huge / huge", "1"), ("(huge + 1) - huge", "1"), ("huge * zero", "0"),
      ("decimal('0.1') + decimal('0.2') == decimal('0.3')", "true"), ("decimal('0.1') * 3", "0.3"),
      ("decimal('1.1') * 2", "2.2"),
      ("decimal('1') / 3 * 3", "0.9999999999999999999999999999999999"),
      ("decimal(5) / 2", "2.5"), ("decimal(0.1) * 3", "0.3"), ("decimal(amount)", "7.00"),
      ("decimal('1e3') + 1", "1001"), ("decimal('-0.0')", "0.0"), ("decimal('.5')", "0.5"),
      ("[decimal('1.0')] == [1]", "true"), ("decimal('2') == 2 && decimal('2.0') == 2.0", "true"),
      ("['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'][amount]", "\"h\""), ("{7: 'x'}[amount]", "\"x\""),
      ("{amount: 'x'}[7]", "\"x\""), ("'abcdefgh'.substring(amount)", "\"h\""),
      ("timestamp(amount)", "\"1970-01-01T00:00:07Z\""), ("zero == 0 && zero == 0.0", "true"),
      ("[amount, price].exists(x, x > 6.99)", "true"), ("amount in [7]", "true"),
    ] as [(String, String)])
  func isComparedAndConvertedExactly(text: String, json: String) throws {
    #expect(try Expression(parsing: .line(text)).evaluate(in: Self.scope).json == json)
  }

  @Test(arguments: [
    ("id + 1.0 / 0.0", "`+` does not work on decimal and double"),
    ("0.0 / 0.0 * id", "`*` does not work on double and decimal"),
    ("decimal('1e1000000') + 1", "more digits, or a larger exponent"),
    ("decimal('1e1000000') * decimal('1e1')", "more digits, or a larger exponent"),
    ("decimal('1e1000000') * decimal('1e1000000')", "more digits, or a larger exponent"),
    ("decimal('1e-1000000') / decimal('1e1000000')", "more digits, or a larger exponent"),
    ("decimal('1e1000000') % 7", "more digits, or a larger exponent"),
    ("decimal('1e999999999')", "cannot be read as a decimal"),
    ("decimal('1e-99999999999999999999')", "cannot be read as a decimal"),
    ("decimal('NaN')", "cannot be read as a decimal"),
    ("decimal('')", "cannot be read as a decimal"),
    ("decimal(1.0 / 0.0)", "out of range"), ("decimal(true)", "does not work on bool"),
    ("amount / 0.0", "division by zero"), ("amount % 0.0", "division by zero"),
    ("amount / zero", "division by zero"),
    ("amount % 0", "division by zero"), ("1 / zero", "division by zero"),
    ("amount + 'a'", "decimal and string"), ("int(id)", "out of range"),
    ("int(huge)", "out of range"),
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

  /// What an int computes, a decimal computes, with as many zeros behind the point as there may be.
  @Test func computesAsIntsDo() throws {
    let operations = try ["a + b", "a - b", "a * b", "a % b", "a / b"].map {
      try Expression(parsing: .line($0))
    }
    let cut = try Expression(parsing: .line("int(x)"))
    let failure = Property(share: 0.2).firstFailure { generator in
      let (a, b) = (Int64(generator.below(2000)) - 1000, Int64(generator.below(200)) - 100)
      let zeros = String(repeating: "0", count: 1 + generator.below(18))
      let exact = [a, b].compactMap { ExactDecimal("\($0).\(zeros)").map(Value.decimal) }
      for (index, operation) in operations.enumerated() {
        let ints = try? operation.evaluate(in: ValueMap([("a", .int(a)), ("b", .int(b))]))
        for (one, other) in [(exact[0], exact[1]), (.int(a), exact[1]), (exact[0], .int(b))] {
          let found = try? operation.evaluate(in: ValueMap([("a", one), ("b", other)]))
          // A quotient has a fraction; without it, it is that of ints.
          let whole = try? cut.evaluate(in: ValueMap([("x", found ?? .null)]))
          guard Self.isSame(index == 4 ? whole : found, ints) else {
            return "\(a), \(b): \(index)"
          }
        }
      }
      return nil
    }
    #expect(failure == nil)
  }

  private static func isSame(_ one: Value?, _ other: Value?) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    return ExactDecimal(one.json) == ExactDecimal(other.json)
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
