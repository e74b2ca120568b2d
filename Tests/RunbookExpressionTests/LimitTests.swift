import Foundation
import RunbookModel
import Synchronization
import Testing

@testable import RunbookExpression

/// What hostile expressions may cost: neither the stack of a small thread, nor time without end.
@Suite struct LimitTests {
  @Test(arguments: [
    "(", "[", "{1: ", "size(", "a[", "!(", "1 + (", "[1].map(x, ", "true ? (", "-(", "f(", "a.b(",
  ])
  func refusesHostileNesting(piece: String) throws {
    let answer = try onSmallThread(String(repeating: piece, count: 100_000))
    #expect(answer.begins(with: "RB205"))
  }

  @Test(arguments: [
    ("(", "1", ")"), ("[", "1", "]"), ("{1: ", "1", "}"), ("dyn(", "1", ")"),
    ("true || (1 < 1 + 2 * (", "1", "))"), ("[true].all(x, ", "true", ")"),
    ("true ? 1 : ", "1", ""), ("true || ", "true", ""), ("1 + ", "1", ""), ("!", "true", ""),
    ("-", "1", ""), ("[0][", "0", "]"), ("{'a': ", "1", "}"),
    ("true || true && 1 == 1 + 1 * -([1].map(x, ", "1", ")[0])"),
  ])
  func takesWhatPeopleWrite(open: String, core: String, close: String) throws {
    for count in [2, 8, 12] {
      let text =
        String(repeating: open, count: count) + core + String(repeating: close, count: count)
      #expect(try onSmallThread(text).begins(with: "="), "\(count)")
    }
  }

  @Test(arguments: [
    ("(", "1", ")"), ("[", "1", "]"), ("{1: ", "1", "}"), ("dyn(", "1", ")"), ("[0][", "0", "]"),
    ("true ? 1 : ", "1", ""),
  ])
  func takesTwiceWhatCELAsksFor(open: String, core: String, close: String) throws {
    let text = String(repeating: open, count: 60) + core + String(repeating: close, count: 60)
    #expect(try onSmallThread(text).begins(with: "="))
  }

  @Test(arguments: ["1 + ", "true && ", "'a' + ", "!", "-", "1 - "])
  func takesLongChains(piece: String) throws {
    let last = piece.holds("a") ? "'a'" : "1"
    let core = piece == "!" || piece.holds("&") ? "true" : last
    let text = String(repeating: piece, count: 10_000) + core
    #expect(try onSmallThread(text).begins(with: "="))
  }

  @Test(arguments: [
    "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].all(x, ", "[1].map(x, [x, x]).map(x, [x, x])",
  ])
  func limitsWork(piece: String) throws {
    var text = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
    if piece.ends(with: ", ") {
      text =
        String(repeating: piece, count: 12) + "true" + String(repeating: ")", count: 12)
    } else {
      text += String(repeating: ".map(x, [x, x])", count: 60)
    }
    #expect(try onSmallThread(text) == "tooMuchWork")
  }

  @Test func limitsDoubledStrings() throws {
    let text = "['aaaaaaaa']" + String(repeating: ".map(x, x + x)", count: 60)
    #expect(try onSmallThread(text) == "tooMuchWork")
  }

  @Test(arguments: [
    "s.matches('a{1,1000}b')", "[1, 2, 3].all(x, s.matches('(a|aa|aaa){1,300}b') || true)",
  ])
  func limitsTheWorkOfPatterns(text: String) throws {
    let scope = ValueMap([("s", .string(String(repeating: "a", count: 1_000_000)))])
    let expression = try RunbookExpression.Expression(parsing: .line(text))
    let error = #expect(throws: EvaluationError.self) { try expression.evaluate(in: scope) }
    #expect(error?.cause == .tooMuchWork)
  }

  @Test func limitsTheCompilingOfPatterns() throws {
    let numbers = (0..<40).map { "s.matches('(a{1,60}){\($0 + 1)}')" }.joined(separator: " || ")
    let text = "range.map(x, \(numbers) || true)"
    let scope = ValueMap([
      ("s", "b"), ("range", .list((0..<20_000).map { .int($0) })),
    ])
    let expression = try RunbookExpression.Expression(parsing: .line(text))
    let error = #expect(throws: EvaluationError.self) { try expression.evaluate(in: scope) }
    #expect(error?.cause == .tooMuchWork)
  }

  /// Whatever reads a long text is charged for it, again and again.
  @Test(arguments: [
    "size(s) > 0", "s.charAt(0) == 'a'", "s.reverse() != ''", "s == t", "s != t || true", "s <= t",
    "s in [t]", "[s] == [t]", "s in m", "m[s] == 1", "m == n", "{s: 1}.size() == 1",
    "s.contains('b') || true", "t.startsWith(s)", "s.endsWith(t)",
    "s.indexOf('b') == -1", "s.lastIndexOf('b') == -1", "s.substring(1) != ''", "s.trim() == s",
    "strings.quote(s) != ''", "s.lines() != []", "s.lowerAscii() == s", "s.upperAscii() != s",
    "string(s) == s", "dyn(s) == s", "digits == digits", "digits < other || true",
    "[1].transformMapEntry(i, v, m) == m", "digits + other > 0", "digits - 1 > 0",
    "digits * 7 > 0", "digits / 4 > 0", "digits % 7 < 7",
  ])
  func limitsTheReadingOfTexts(text: String) throws {
    let long = String(repeating: "a", count: 200_000)
    let number = ExactDecimal(String(repeating: "1", count: 150_000)).map(Value.decimal) ?? .null
    let scope = ValueMap([
      ("s", .string(long)), ("t", .string(long)), ("m", .map(ValueMap([(long, .int(1))]))),
      ("n", .map(ValueMap([(long, .int(1))]))),
      ("digits", number), ("other", number), ("range", .list((0..<200).map { .int($0) })),
    ])
    let expression = try RunbookExpression.Expression(parsing: .line("range.all(x, \(text))"))
    // What the nodes take alone is less.
    let error = #expect(throws: EvaluationError.self) {
      try expression.evaluate(in: scope, maximumWork: 4_000)
    }
    #expect(error?.cause == .tooMuchWork)
  }

  /// What two long numbers cost is the product of their lengths.
  @Test(arguments: [
    "digits * other > 0", "digits / other > 0", "1 / other > 0", "large % other > 0",
  ])
  func limitsTheArithmeticOfLongNumbers(text: String) throws {
    let ones = String(repeating: "1", count: 60_000)
    let number = ExactDecimal(ones).map(Value.decimal) ?? .null
    let large = ExactDecimal("1e140000").map(Value.decimal) ?? .null
    let scope = ValueMap([("digits", number), ("other", number), ("large", large)])
    let expression = try RunbookExpression.Expression(parsing: .line(text))
    let error = #expect(throws: EvaluationError.self) {
      try expression.evaluate(in: scope, maximumWork: 1_000_000)
    }
    #expect(error?.cause == .tooMuchWork)
  }

  /// Evaluates on a thread with 512 KiB of stack.
  ///
  /// - Returns: `=` and the beginning of the value, or the code or cause of the error.
  private func onSmallThread(_ text: String) throws -> String {
    let result = Result()
    let thread = Thread { result.set(Self.answer(text)) }
    thread.stackSize = 512 << 10
    thread.start()
    return result.wait()
  }

  private final class Result: Sendable {
    private let text = Mutex("")
    private let isSet = DispatchSemaphore(value: 0)

    func set(_ value: String) {
      text.withLock { $0 = value }
      isSet.signal()
    }

    func wait() -> String {
      isSet.wait()
      return text.withLock { $0 }
    }
  }

  private static func answer(_ text: String) -> String {
    do throws(Diagnostics) {
      let expression = try RunbookExpression.Expression(
        parsing: .line(text), allowsUnknownFunctions: true)
      do throws(EvaluationError) {
        let value = try expression.evaluate(in: ValueMap())
        return "=" + value.json.prefixOfScalars(20)
      } catch {
        return error.cause == .tooMuchWork ? "tooMuchWork" : error.message
      }
    } catch {
      return error.all.first?.code.rawValue ?? ""
    }
  }
}
