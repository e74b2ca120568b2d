import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookSystem

@Suite struct LiteralSearchTests {
  private func places(of pattern: String, in text: String) throws -> [Int] {
    let literals = try RegularExpression(pattern).requiredLiterals()
    let filter = try #require(LogPrefilter(literals))
    var text = text
    return text.withUTF8 { bytes in
      var places = filter.places
      var found: [Int] = []
      var position = 0
      while let place = filter.next(in: bytes, from: position, &places) {
        found.append(place)
        position = place + 1
      }
      return found
    }
  }

  @Test(arguments: [
    ("(?i)drop", "drop DROP dRoP dro", [0, 5, 10]), ("DROP", "drop DROP", [5]),
    ("abc", "abc", [0]), ("abc", "ab", []), ("abc", "", []), ("abc", "xxxxxxxxxxxxxabc", [13]),
    ("aaa", "aaaaaaaaaa", [0, 1, 2, 3, 4, 5, 6, 7]), ("abc|cde", "abcde", [0, 2]),
    ("(?i)[x]@b@", "`B`", []), ("(?i)[x]@b@", "xxxxxxxx@B@xxxxx", [8]), ("été", "l’été", [4]),
    ("(?i)session", "\u{17F}ession SESSION", [0, 9]),
  ])
  func findsAllPlaces(_ pattern: String, _ text: String, _ expected: [Int]) throws {
    #expect(try places(of: pattern, in: text) == expected)
  }

  /// Against the plain way, with texts of few letters so that much nearly fits.
  @Test func findsWhatThePlainWayFinds() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let text = String((0..<200).map { _ in "aAbB@`".randomElement(using: &generator) ?? "a" })
      let word = String((0..<4).map { _ in "ab@".randomElement(using: &generator) ?? "a" })
      let lower = Array(text.lowercased().utf8)
      let expected = (0...lower.count - 4).filter { Array(lower[$0..<$0 + 4]) == Array(word.utf8) }
      #expect(try places(of: "(?i)" + word, in: text) == expected, "\(word) in \(text)")
    }
  }
}
