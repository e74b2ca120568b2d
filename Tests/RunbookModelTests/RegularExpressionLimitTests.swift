import RunbookModel
import Testing

/// What hostile patterns may cost.
@Suite struct RegularExpressionLimitTests {
  @Test(arguments: [
    ("(a{1,1000}){1,1000}", "too large"), ("((a{1,1000}){1,1000}){1,1000}", "too large"),
    ("((((a{0,9}){0,9}){0,9}){0,9}){0,99}", "too large"), ("(a|b|c){1000}{2}", "repeated"),
    (String(repeating: "a", count: 60_000), "longer than 50,000"),
    (String(repeating: "a|", count: 20_000), "too large"),
    (String(repeating: "(a)", count: 1200), "more than 1,000 groups"),
    (String(repeating: "(a{1,9})", count: 900), "too"),
    ("[" + String(repeating: "a-z", count: 30_000) + "]", "longer than 50,000"),
    (String(repeating: "(", count: 40_000), "nested too deep"),
    (String(repeating: "[[:a", count: 9000), "`[`"),
  ])
  func refusesWhatIsTooLarge(pattern: String, message: String) {
    let error = #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
    #expect(error?.message.holds(message) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    "a{1,1000}", "(a{1,30}){1,30}", "(?i)(drop|alter|truncate) table [a-z_]{1,63}",
    "[" + String(repeating: "a-z0-9\u{E9}", count: 2000) + "]+", "(\\d{1,3}\\.){3}\\d{1,3}",
    String(repeating: "(?:word)?", count: 500),
  ])
  func takesWhatPeopleWrite(pattern: String) throws {
    let expression = try RegularExpression(pattern)
    #expect(expression.size <= 10_000)
    #expect(expression.matches("") == expression.matches(utf8: .init(start: nil, count: 0)))
  }

  /// The work is at most the text's length times the pattern's, and twice the text is twice the work.
  @Test(arguments: ["a{1,1000}b", "(a?){100}b", "(a|aa|aaa){1,300}b", "(a*)*b|c{1,200}"])
  func worksInProportion(pattern: String) throws {
    let expression = try RegularExpression(pattern)
    func work(_ count: Int) -> Int {
      var work = Int.max / 2
      #expect(expression.matches(String(repeating: "a", count: count), work: &work) == false)
      return Int.max / 2 - work
    }
    let once = work(2000)
    #expect(once <= 2000 * expression.size * 4)
    #expect(work(4000) <= once * 5 / 2)
  }

  @Test func givesUpWhenItsWorkIsDone() throws {
    let expression = try RegularExpression("a{1,1000}b")
    var work = 100_000
    #expect(expression.matches(String(repeating: "a", count: 100_000), work: &work) == nil)
    #expect(work < 0)
    work = 100_000
    #expect(expression.matches("xaab", work: &work) == true)
    #expect(work > 0)
  }
}
