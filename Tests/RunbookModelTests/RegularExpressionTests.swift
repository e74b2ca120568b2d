import RunbookModel
import Testing

@Suite struct RegularExpressionTests {
  @Test(arguments: [
    ("", ""), ("b", "abc"), ("^a", "abc"), ("c$", "abc"), ("^$", ""), ("a.c", "abc"),
    ("a|b|c", "xc"), ("(ab)+c", "ababc"), ("a{2,3}", "xaay"), ("a{2}", "aa"), ("a{2,}", "aaaa"),
    ("a{,2}", "a{,2}"), ("x*", "y"), ("[abc]", "b"), ("[^abc]", "d"), ("[a-c-]", "-"),
    ("[]a]", "]"), ("[^]a]", "b"), (#"\d\D\w\W\s\S"#, "1x_- y"), ("[[:alpha:]]+[[:^digit:]]", "ab"),
    (#"[\d_]"#, "_"), (#"\bfoo\b"#, "a foo b"), (#"\Boo\b"#, "foo"), ("(?i)ABC", "abc"),
    ("(?i)[a-c]", "B"), ("(?i)k", "\u{212A}"), ("a(?i)b", "aB"), ("(?i:a)b", "Ab"), ("(?s).", "\n"),
    ("(?m)^b$", "a\nb\nc"), ("(?U)a+", "aa"), (#"\pL\p{Lu}\PN"#, "éÉx"), (#"[\p{Nd}]"#, "٣"),
    (#"\p{^L}"#, "1"), (#"\x41\x{1F600}\101\a\t"#, "A😀A\u{7}\t"), (#"\Qa.b\E+"#, "a.bbb"),
    (#"\.\*\["#, ".*["), ("é", "é"), ("a??b", "b"), (#"\Aab\z"#, "ab"), ("(?P<n>a)(?<m>b)", "ab"),
    ("(|a)*b", "aab"), ("(a*)*", "b"), ("(a|b|)+c", "abc"), ("[^\n]", "é"), ("(?i)ß", "ß"),
    ("日本", "x日本y"), (#"[^\d\s]"#, "a"), ("^*", "a"),
  ])
  func matches(pattern: String, text: String) throws {
    #expect(try RegularExpression(pattern).matches(text))
  }

  @Test(arguments: [
    ("a", ""), ("^b", "ab"), ("a$", "ab"), ("a.c", "a\nc"), ("[^abc]", "abc"), ("A", "a"),
    (#"\bfoo\b"#, "food"), (#"\d"#, "٣"), (#"\w"#, "é"), ("a{3}", "aa"), ("^a$", "b\na\nb"),
    ("é", "e\u{301}"), ("(?i-i)A", "a"), ("(?i:a)b", "aB"), (#"\z."#, "a"), ("[^a]", ""),
  ])
  func doesNotMatch(pattern: String, text: String) throws {
    #expect(try !RegularExpression(pattern).matches(text))
  }

  @Test(arguments: [
    "(", ")", "a)", "[", "[a", "[b-a]", "*", "+a", "|*", "a**", "a*+", "a{2}{3}", "a{1001}",
    "a{2,1}", #"\"#, #"\1"#, #"\8"#, #"\y"#, #"\Z"#, #"\C"#, #"\p{Nope}"#, #"\pX"#, "[[:nope:]]",
    "(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(?>a)", "(?P<n>a)(?P<n>b)", "(?P<>a)", "(?z)", "(?i",
    #"\x{110000}"#, #"\xg0"#, "((a{100}){100}){100}", "(((a{0}){1000}){1000}){1000}",
    "[[.a.]-\\d]*)",
  ])
  func refuses(pattern: String) {
    #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
  }

  @Test(arguments: [
    ("a+", "baab", ["aa"]), ("a+?", "baab", ["a"]),
    ("(a|ab)(c|bcd)", "abcd", ["abcd", "a", "bcd"]),
    ("(a*)(a*)", "aa", ["aa", "aa", ""]), ("(a)|(b)", "b", ["b", nil, "b"]),
    (#"(\d+)-(\d+)"#, "x 12-345 y", ["12-345", "12", "345"]), ("b|a", "ab", ["a"]),
    ("(?:a|b)+", "xabay", ["aba"]), ("x*", "aax", [""]), ("(é+)(.)", "aéé😀", ["éé😀", "éé", "😀"]),
    ("(a+)(b+)?", "aac", ["aa", "aa", nil]), ("a.*c", "abcbc", ["abcbc"]),
    ("a.*?c", "abcbc", ["abc"]),
  ])
  func findsTheLeftmostPreferred(pattern: String, text: String, groups: [String?]) throws {
    let match = try #require(RegularExpression(pattern).firstMatch(in: text))
    for (index, group) in groups.enumerated() {
      #expect(match[index].map(String.init) == group)
    }
    #expect(match[groups.count] == nil)
  }

  /// Whether there is a match, and where it is, are found in two ways.
  @Test func findsAMatchWhereItSaysThereIsOne() throws {
    let parts = [
      "a", "b", ".", "[ab]", "[^a]", #"\b"#, #"\B"#, "^", "$", "(?m:^)", "(?m:$)", "é", #"\w"#,
      "(a|)",
      "a*", "b+?", "(?:ab){0,2}", "(?i:K)", #"\z"#, "\n", "(?s:.)",
    ]
    let letters = ["a", "b", "c", " ", "\n", "é", "K", "\u{212A}", "_"]
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<3000 {
      let pattern = (0..<Int.random(in: 1...5, using: &generator))
        .map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
      let text = (0..<Int.random(in: 0...8, using: &generator))
        .map { _ in letters.randomElement(using: &generator) ?? "" }.joined()
      let expression: RegularExpression
      do { expression = try RegularExpression(pattern) } catch { continue }
      #expect(
        expression.matches(text) == (expression.firstMatch(in: text) != nil),
        "\(pattern.debugDescription) in \(text.debugDescription)")
    }
  }

  @Test func namesGroups() throws {
    let expression = try RegularExpression(
      #"^(?P<time>\S+ \S+) \w+ \[(?P<pid>\d+)\] (?P<level>[A-Z]+):\s+(?P<text>.*)$"#)
    let line = #"2025-10-18 22:01:13.123 UTC [42] LOG:  statement: DROP TABLE "user""#
    let match = try #require(expression.firstMatch(in: line))
    #expect(match["time"] == "2025-10-18 22:01:13.123")
    #expect(match["pid"] == "42")
    #expect(match["text"] == #"statement: DROP TABLE "user""#)
    #expect(match["other"] == nil)
    #expect(expression.groupNames == [nil, "time", "pid", "level", "text"])
  }

  @Test(arguments: ["(a*)*b", "(a|a)*b", "(a?){500}a{500}b", "(.*)(.*)(.*)(.*)x", "(a+)+$"])
  func isNotHungByAPattern(pattern: String) throws {
    let text = String(repeating: "a", count: 2000) + "c"
    #expect(try !RegularExpression(pattern).matches(text))
  }

  @Test func refusesDeepGroups() {
    let pattern = String(repeating: "(", count: 100_000)
    #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
  }
}
