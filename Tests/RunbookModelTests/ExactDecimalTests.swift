import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

@Suite struct ExactDecimalTests {
  @Test(
    arguments: [
      ("12345678901234567890", "12345678901234567890"), ("0.10000000000000000001", nil),
      ("-12345678901234567890.50", nil), ("1e400", nil), ("1e-400", nil), ("-15e399", "-1.5e400"),
      ("9223372036854775808", nil), ("0.1000000000000000055511151231257827", nil),
      ("100000000000000000000", nil), ("0.00000000123456789012345678", nil),
      ("3.00", nil), ("7.10", nil), ("7.0", nil), ("-0.50", nil), ("0.0", nil), ("0.000", nil),
      ("0.00000000000000000000000000000000000001", nil), ("1.23456789012345678e-9", nil),
      ("1000000000000000.5", nil), ("100000000000000000.0", nil), ("+007.50", "7.50"),
      ("1000000000000000000000000000000", nil), ("0.00000001", nil),
    ] as [(String, String?)])
  func isADecimalWhereNothingElseKeepsIt(text: String, written: String?) throws {
    let value = try #require(Value.number(text))
    guard case .decimal(let number) = value else {
      Issue.record("\(text) is \(value.typeName)")
      return
    }
    #expect(number.text == written ?? text)
    #expect(value.json == written ?? text)
    #expect(try Value(json: value.json) == value)
  }

  @Test(arguments: [
    ("0.1", Value.double(0.1)), ("3e0", .double(3)), ("1e20", .double(1e20)), ("-0", .int(0)),
    ("-0.0", .double(-0.0)), ("12.75", .double(12.75)), ("0.0001", .double(0.0001)),
    ("0e999999999999", .double(0)), ("1e308", .double(1e308)),
    ("5e-324", .double(.leastNonzeroMagnitude)), ("9007199254740993", .int(9_007_199_254_740_993)),
    ("0.30000000000000004", .double(0.1 + 0.2)), ("+5", .int(5)), (".5", .double(0.5)),
  ])
  func staysAnIntOrADouble(text: String, value: Value) {
    #expect(Value.number(text) == value)
  }

  /// As PostgreSQL writes `float8`.
  @Test(
    arguments: [
      (7.0, "7"), (-7, "-7"), (0.1, "0.1"), (1e14, "100000000000000"), (1e15, "1e+15"),
      (1_234_567_890_123_456, "1.234567890123456e+15"),
      (-1_125_899_906_842_624.5, "-1.1258999068426245e+15"),
      (0.0001, "0.0001"), (0.00001, "1e-05"), (1e300, "1e+300"), (-0.0, "-0"),
      (0.30000000000000004, "0.30000000000000004"),
      (9_007_199_254_740_992, "9.007199254740992e+15"), (123_456_789.5, "123456789.5"),
    ] as [(Double, String)])
  func writesDoublesAsTheServerDoes(number: Double, text: String) {
    #expect(number.shortestText == text)
    #expect(Double(text) == number)
  }

  @Test(arguments: [
    "", "-", ".", "1e", "e5", "1.2.3", "0x10", "1_0", " 1", "1 ", "NaN", "inf", "1e2000000", "--1",
    "1\u{301}", String(repeating: "7", count: ExactDecimal.maximumDigits + 1),
  ])
  func refusesWhatIsNoNumberOrBeyondItsLimits(text: String) {
    #expect(Value.number(text) == nil)
    #expect(ExactDecimal(text) == nil)
  }

  @Test func comparesWhatAnExponentWritesShort() throws {
    let ordered = [
      "-1e1000000", "-1e400", "-2", "-1.5", "-1e-400", "0", "1e-1000000", "1e-400",
      "0.1000000000000000000000000000000000001", "0.2", "1e399", "9.99e399", "1e400", "1e1000000",
    ]
    let numbers = try ordered.map { try #require(ExactDecimal($0)) }
    #expect(numbers.shuffled().sorted() == numbers)
    #expect(ExactDecimal("150e-1") == ExactDecimal("15.000"))
  }

  @Test func convertsOnlyWhatFits() {
    #expect(ExactDecimal("9223372036854775807.000")?.int64 == .max)
    #expect(ExactDecimal("-9223372036854775808")?.int64 == .min)
    #expect(ExactDecimal("9223372036854775808")?.int64 == nil)
    #expect(ExactDecimal("1.5")?.int64 == nil)
    #expect(ExactDecimal("15e1")?.int64 == 150)
    #expect(ExactDecimal("1e400")?.double == .infinity)
    #expect(ExactDecimal("12345678901234567890")?.double == 0x1.56a95319d63e1p63)
  }

  /// A digit far behind decides to which side a number halfway between two doubles is rounded.
  @Test func roundsLongNumbersAsShortOnes() {
    let half = "9007199254740993"
    let zeros = String(repeating: "0", count: 100_000)
    #expect(ExactDecimal(half)?.double == 9_007_199_254_740_992)
    #expect(ExactDecimal(half + "." + zeros)?.double == 9_007_199_254_740_992)
    #expect(ExactDecimal(half + "." + zeros + "1")?.double == 9_007_199_254_740_994)
    #expect(ExactDecimal("-" + half + "." + zeros + "1")?.double == -9_007_199_254_740_994)
    #expect(ExactDecimal("0." + zeros + half)?.double == 0)
    #expect(ExactDecimal(half + zeros)?.double == .infinity)
  }

  @Test func zerosAreEqualAndHashAlike() {
    #expect(Value.double(0.0) == Value.double(-0.0))
    #expect(Set([Value.double(0.0), .double(-0.0)]).count == 1)
    #expect(Set([Value.double(.nan), .double(-.nan), .double(.signalingNaN)]).count == 1)
    var map = ValueMap()
    map[.double(0.0)] = 1
    #expect(map[.double(-0.0)] == 1)
  }

  @Test func aRedactedDecimalIsText() {
    let value = Value.list([Value.number("12345678901234567890") ?? .null, 5])
    #expect(
      value.mapStrings { $0.replacingAll("234", with: "*") }.json == #"["1*5678901*567890",5]"#)
    #expect(value.mapStrings { $0 } == value)
  }

  /// A number's text, as JSON may write it.
  private static func text(_ generator: inout SeededGenerator) -> String {
    func digits(_ count: ClosedRange<Int>) -> String {
      let nines = generator.chance(0.1)
      let zeros = generator.chance(0.1)
      return (0..<Int.random(in: count, using: &generator)).map { _ in
        nines ? "9" : zeros ? "0" : String(generator.below(10))
      }.joined()
    }
    var text = generator.chance(0.4) ? "-" : ""
    text += generator.chance(0.3) ? "0" : String(1 + generator.below(9)) + digits(0...24)
    if generator.chance(0.5) { text += "." + digits(1...24) }
    if generator.chance(0.3) {
      let power = generator.below(generator.chance(0.2) ? 1000 : 30)
      text += generator.one(of: ["e", "E", "e+", "e-"]) + String(power)
    }
    return text
  }

  @Test func keepsEveryNumberOfJSON() {
    let failure = Property().firstFailure { generator in
      let text = Self.text(&generator)
      guard let value = try? Value(json: text) else { return "\(text) is not read" }
      let written = value.json
      // A double without a fraction is read as a decimal of the same digits.
      guard let again = try? Value(json: written), again.json == written,
        ExactDecimal(again.json) == ExactDecimal(value.json)
      else {
        return "\(text) is written as \(written), which is read as another"
      }
      if case .int(let number) = value { return "\(number)" == Plain(text).text ? nil : text }
      let isSame =
        text.utf8.contains { $0 | 0x20 == UInt8(ascii: "e") } || text.begins(with: "-0.0")
        ? Plain(text) == Plain(written) : text.isIdentical(to: written)
      return isSame ? nil : "\(text) is written as \(written)"
    }
    #expect(failure == nil)
  }

  @Test func keepsEveryNumberInTheJournal() throws {
    let encoder = JSONEncoder()
    let failure = try Property(share: 0.2).firstFailure { generator in
      guard let value = Value.number(Self.text(&generator)) else { return "no number" }
      let stored = String(decoding: try encoder.encode([value, [value]]), as: UTF8.self)
      let ours = try [Value].decoded(fromJSON: stored)
      let theirs = try JSONDecoder().decode([Value].self, from: Data(stored.utf8))
      let isKept = ours == [value, [value]] && theirs == ours && ours[0].json == value.json
      return isKept ? nil : stored
    }
    #expect(failure == nil)
  }

  @Test func comparesAsDigitsWrittenOutDo() {
    let failure = Property().firstFailure { generator in
      let one = Self.text(&generator)
      let other =
        generator.chance(0.3) ? one + (one.utf8.contains(0x2E) ? "" : ".0") : Self.text(&generator)
      guard let a = ExactDecimal(one), let b = ExactDecimal(other) else { return nil }
      let order = Plain(one).order(Plain(other))
      guard (a == b) == (order == 0), (a < b) == (order < 0), (a > b) == (order > 0) else {
        return "\(one) and \(other)"
      }
      return a != b || a.hashValue == b.hashValue ? nil : "hash of \(one) and \(other)"
    }
    #expect(failure == nil)
  }
}

/// A number with all of its digits written out: slow, and plain enough to judge another by.
private struct Plain: Equatable {
  let isNegative: Bool
  let whole: String
  let fraction: String

  init(_ text: String) {
    let number = text.utf8.first == UInt8(ascii: "-") ? String(text.dropFirstScalars()) : text
    let parts = number.lowercased().components(separatedBy: "e")
    let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let digits = parts[0].components(separatedBy: ".")
    var whole = digits[0]
    var fraction = digits.count > 1 ? digits[1] : ""
    if power > 0 {
      fraction += String(repeating: "0", count: max(0, power - fraction.unicodeScalars.count))
      whole += fraction.prefixOfScalars(power)
      fraction = String(fraction.dropFirstScalars(power))
    } else if power < 0 {
      whole = String(repeating: "0", count: max(0, -power - whole.unicodeScalars.count)) + whole
      fraction = whole.suffixOfScalars(-power) + fraction
      whole = String(whole.dropLastScalars(-power))
    }
    while whole.firstScalar == "0" { whole.unicodeScalars.removeFirst() }
    while fraction.lastScalar == "0" { fraction.unicodeScalars.removeLast() }
    self.whole = whole
    self.fraction = fraction
    isNegative = text.utf8.first == UInt8(ascii: "-") && !(whole.isEmpty && fraction.isEmpty)
  }

  /// Of a whole number.
  var text: String { (isNegative ? "-" : "") + (whole.isEmpty ? "0" : whole) }

  func order(_ other: Plain) -> Int {
    guard isNegative == other.isNegative else { return isNegative ? -1 : 1 }
    let order = magnitudeOrder(other)
    return isNegative ? -order : order
  }

  private func magnitudeOrder(_ other: Plain) -> Int {
    if whole.utf8.count != other.whole.utf8.count {
      return whole.utf8.count < other.whole.utf8.count ? -1 : 1
    }
    if whole != other.whole { return whole < other.whole ? -1 : 1 }
    return fraction == other.fraction ? 0 : fraction < other.fraction ? -1 : 1
  }
}
