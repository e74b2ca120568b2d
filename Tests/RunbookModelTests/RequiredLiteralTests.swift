import RunbookModel
import Testing

@Suite struct RequiredLiteralTests {
  private func literals(_ pattern: String, brokenBy breaks: String = " ") throws -> [String] {
    let breaks = Set(breaks.utf8)
    return try RegularExpression(pattern).requiredLiterals(brokenBy: breaks.contains)
      .map { String(decoding: $0.bytes, as: UTF8.self) + ($0.foldsCase ? "/i" : "") }
  }

  @Test(arguments: [
    ("(?i)drop table", ["table/i"]), (#"(?i)\bdrop\s+(table|column)\b"#, ["drop/i"]),
    ("DROP|TRUNCATE", ["DROP", "TRUNCATE"]), ("(abc){2,}d", ["abc"]), ("abc?", []),
    ("(abc)*def", ["def"]), ("(abc)?", []), ("abc|x*", []), ("a[b]cde", ["cde"]), ("ab", []),
    ("", []), ("(?i)session", ["session/i", "\u{17F}"]), ("(?i)éabc", ["abc/i"]), ("été", ["été"]),
    ("abc(?i)DEFG", ["defg/i"]), (#"relation "[^"]+" does not"#, ["relation"]),
    ("(abc|def)ghijk", ["ghijk"]), ("^abc$", ["abc"]), ("(?i)oklok", ["oklok/i", "\u{212A}"]),
    ("abcd|abce|abcf|abcg|abch|abci|abcj|abck|abcl", []),
  ])
  func areInEveryMatch(_ pattern: String, _ expected: [String]) throws {
    #expect(try literals(pattern) == expected)
  }

  @Test func leaveOutWhatIsWrittenInAnotherWay() throws {
    #expect(try literals("ab\"cdef:ghi", brokenBy: "\":") == ["cdef"])
    let usable = try RegularExpression("DETAIL:Key").requiredLiterals(
      brokenBy: { $0 == UInt8(ascii: ":") }, where: { $0 != Array("DETAIL".utf8) })
    #expect(usable.map(\.bytes) == [Array("Key".utf8)])
  }

  @Test(arguments: [
    (#"(?i)\bdrop\b"#, "a Drop"), (#"\bfoo"#, "xfoo foo"), ("(?m)^b", "a\nb"), (#"\Boo"#, "foo"),
    ("(?m)$", "a\n"), (#"\b"#, "é a"), ("(?m)^$", "a\n\nb"),
  ])
  func matchingBytesIsMatchingText(_ pattern: String, _ text: String) throws {
    let expression = try RegularExpression(pattern)
    let isMatch = Array(text.utf8).withUnsafeBufferPointer { expression.matches(utf8: $0) }
    #expect(isMatch)
    #expect(expression.matches(text))
  }

  @Test func matchingBytesTakesWhatIsNoUTF8() throws {
    let expression = try RegularExpression("(?i)[^a]drop.")
    let bytes: [UInt8] = [0xFF, 0x80, 0xE2, 0x84] + Array("drop".utf8) + [0xF0]
    #expect(bytes.withUnsafeBufferPointer { expression.matches(utf8: $0) } == true)
  }
}
