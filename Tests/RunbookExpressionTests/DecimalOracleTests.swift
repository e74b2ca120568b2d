import Foundation
import RunbookExpression
import RunbookModel
import RunbookTestSupport
import Testing

/// Arithmetic with decimals against Python's own.
@Suite struct DecimalOracleTests {
  private static let operations = ["+", "-", "*", "/", "%", "<", "=="]

  private struct Case {
    let operation: String
    let texts: [String]
    let values: [Value]
    let isPlain: Bool
    let seed: UInt64
  }

  @Test func computesAsPythonDoes() throws {
    var cases: [Case] = []
    Property().each { seed, generator in cases.append(Self.made(&generator, seed)) }
    let expressions = try Dictionary(
      uniqueKeysWithValues: Self.operations.map {
        ($0, try Expression(parsing: .line("a \($0) b")))
      })
    let wanted = try Self.ask(
      cases.map { "\($0.operation) \($0.texts.joined(separator: " "))\n" }.joined())
    try #require(wanted.count == cases.count)
    for (one, expected) in zip(cases, wanted) {
      let scope = ValueMap([("a", one.values[0]), ("b", one.values[1])])
      // An error is an answer here.
      let found = (try? expressions[one.operation]?.evaluate(in: scope))?.json ?? "error"
      // What had no exponent has none, and its zeros; with one, the number is what counts.
      let isSame =
        one.isPlain || ExactDecimal(found) == nil
        ? found.isIdentical(to: expected) : ExactDecimal(found) == ExactDecimal(expected)
      guard isSame else {
        Issue.record(
          "seed \(one.seed): \(one.texts[0]) \(one.operation) \(one.texts[1]) is \(found), not \(expected)"
        )
        return
      }
    }
  }

  /// Long numbers, whose quotients end late or never, and take a division of many limbs.
  @Test(arguments: [
    ("1", "1024"), ("1", "3e-500"), ("2", "3"), ("-2", "3"), ("1", "70368744177664"),
    ("99999999999999999999999999999999995", "10.0"), ("9999999999999999999999999999999999.5", "3"),
    ("123456789012345678901234567890123456789012345678901234567890", "7"),
    ("1000000000000000000000000000000000000000000", "999999999999999999999"),
    ("1000000000000000000000000000000000000000000", "1000000000000000000000000001"),
    ("999999999999999999999999999999999999999999999", "999999999000000000000000001"),
  ])
  func divides(one: String, other: String) throws {
    let expected = try #require(Self.ask("/ \(one) \(other)\n").first)
    let divisor = try #require(ExactDecimal(other))
    let quotient = try #require(ExactDecimal(one)?.divided(by: divisor))
    #expect(quotient == ExactDecimal(expected))
  }

  @Test(arguments: [
    ("1e1000000", "1", "1e1000000"), ("1", "1e1000000", "1e-1000000"),
    ("1e999999", "-0.1", "-1e1000000"), ("5e-1000000", "5", "1e-1000000"),
    ("2e-1000000", "0.2", "1e-999999"), ("7e1000000", "7e1000000", "1"),
  ])
  func dividesByWhatAnExponentWritesShort(one: String, other: String, expected: String) throws {
    let divisor = try #require(ExactDecimal(other))
    #expect(ExactDecimal(one)?.divided(by: divisor) == ExactDecimal(expected))
  }

  private static func ask(_ questions: String) throws -> [String] {
    let file = FileManager.default.temporaryDirectory.appending(path: "decimals-\(UUID())")
    // A file that is left over harms nobody.
    defer { try? FileManager.default.removeItem(at: file) }
    try questions.write(to: file, atomically: true, encoding: .utf8)
    let script = URL(filePath: #filePath).appending(
      path: "../../Support/Programs/decimal_oracle.py")
    let command = ["/usr/bin/python3", script.standardized.path, file.path]
    let program = try #require(SpawnedProgram(command))
    return program.text().pieces(separatedBy: "\n").map { String($0) }
  }

  private static func made(_ generator: inout SeededGenerator, _ seed: UInt64) -> Case {
    var texts: [String] = []
    var values: [Value] = []
    let decimal = generator.below(2)
    for index in 0..<2 {
      let (text, value) = number(&generator, isDecimal: index == decimal)
      texts.append(text)
      values.append(value)
    }
    let isPlain = !texts.joined().utf8.contains { $0 | 0x20 == UInt8(ascii: "e") }
    return Case(
      operation: generator.one(of: operations), texts: texts, values: values, isPlain: isPlain,
      seed: seed)
  }

  private static func number(
    _ generator: inout SeededGenerator, isDecimal: Bool
  ) -> (String, Value) {
    if !isDecimal, generator.chance(0.3) {
      let number =
        generator.chance(0.5)
        ? Int64.random(in: .min ... .max, using: &generator) : Int64(generator.below(40)) - 20
      return ("\(number)", .int(number))
    }
    if !isDecimal, generator.chance(0.4) {
      let number =
        generator.chance(0.3)
        ? Double(bitPattern: generator.next() & 0xBFFF_FFFF_FFFF_FFFF)
        : (Double(generator.below(4000)) - 2000) / generator.one(of: [1, 8, 10, 1000])
      return (number.description, .double(number))
    }
    let text = decimalText(&generator)
    return (text, ExactDecimal(text).map(Value.decimal) ?? .null)
  }

  /// Short and long ones, many nines or zeros, powers of two and five.
  private static func decimalText(_ generator: inout SeededGenerator) -> String {
    func digits(_ count: ClosedRange<Int>) -> String {
      let repeated = generator.chance(0.2) ? generator.one(of: ["0", "9", "5"]) : nil
      return (0..<Int.random(in: count, using: &generator)).map { _ in
        repeated ?? String(generator.below(10))
      }.joined()
    }
    var text = generator.chance(0.4) ? "-" : ""
    switch generator.below(5) {
    case 0: text += String(UInt64(1) << UInt64(generator.below(60)))
    case 1: text += generator.one(of: ["0", "1", "5", "25", "48828125", "1000000000", "999999999"])
    case 2: text += digits(1...4)
    default: text += String(1 + generator.below(9)) + digits(0...60)
    }
    if generator.chance(0.5) { text += "." + digits(1...(generator.chance(0.2) ? 60 : 4)) }
    if generator.chance(0.1) { text += "e\(generator.below(600) - 300)" }
    return text
  }
}
