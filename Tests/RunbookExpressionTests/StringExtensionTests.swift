import RunbookExpression
import RunbookModel
import RunbookTestSupport
import Testing

/// The functions on strings, held against what a plain program over lists of code points says.
@Suite struct StringExtensionTests {
  private typealias Scalars = [Unicode.Scalar]

  private static func evaluate(_ text: String, _ pairs: [(String, Value)]) -> Value? {
    // An error is an answer here: the plain program has none then.
    try? Expression(parsing: .line(text)).evaluate(in: ValueMap(pairs))
  }

  private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> Value {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return .string(String(view))
  }

  private static func matches(_ part: Scalars, _ text: Scalars, _ index: Int) -> Bool {
    index + part.count <= text.count && text[index..<(index + part.count)].elementsEqual(part)
  }

  @Test func agreesWithCodePoints() {
    let failure = Property(share: 0.5).firstFailure { generator in
      let alphabet = ["a", "b", "\u{301}", "\u{600}", "😀", " ", "\n", "'"]
      let isPlain = generator.chance(0.7)
      func piece(_ most: Int) -> String {
        guard isPlain else { return HostileText.text(&generator, pieces: 0...most) }
        return (0..<generator.below(most + 1)).map { _ in generator.one(of: alphabet) }.joined()
      }
      let text = piece(10)
      let part = generator.chance(0.3) ? String(text.unicodeScalars.suffix(2)) : piece(2)
      let from = Int64(generator.below(14) - 1)
      let to = Int64(generator.below(14) - 1)
      let pairs: [(String, Value)] = [
        ("s", .string(text)), ("t", .string(part)), ("i", .int(from)), ("j", .int(to)),
      ]
      let scalars = Array(text.unicodeScalars)
      let wanted = Array(part.unicodeScalars)
      for (expression, expected) in Self.plain(scalars, wanted, Int(from), Int(to)) {
        let found = Self.evaluate(expression, pairs)
        guard found == expected else {
          return
            "\(expression) of \(text.debugDescription), \(part.debugDescription), \(from), \(to)"
        }
      }
      return nil
    }
    #expect(failure == nil)
  }

  private static func plain(
    _ text: Scalars, _ part: Scalars, _ from: Int, _ to: Int
  ) -> [(String, Value?)] {
    let count = text.count
    let isInside = (0...count).contains(from)
    let places = (0...count).filter { matches(part, text, $0) }
    func index(_ place: Int?) -> Value { .int(Int64(place ?? -1)) }
    var first: Value? =
      from < 0 ? Optional.none : index(places.first { $0 >= from && from < count })
    var last: Value? = from < 0 ? Optional.none : index(places.last { $0 <= from && from < count })
    if part.isEmpty, from >= 0 {
      first = .int(Int64(min(from, count)))
      last = first
    }
    var pieces: [Scalars] = [[]]
    var position = 0
    while position < count {
      if !part.isEmpty, matches(part, text, position) {
        pieces.append([])
        position += part.count
      } else {
        pieces[pieces.count - 1].append(text[position])
        position += 1
      }
    }
    if part.isEmpty { pieces = text.map { [$0] } }
    let isRange = isInside && (0...count).contains(to) && from <= to
    return [
      ("s.charAt(i)", isInside ? string(text.dropFirst(from).prefix(1)) : Optional.none),
      ("s.substring(i)", isInside ? string(text.dropFirst(from)) : Optional.none),
      ("s.substring(i, j)", isRange ? string(text[from..<to]) : Optional.none),
      ("s.indexOf(t, i)", first), ("s.lastIndexOf(t, i)", last),
      ("s.split(t)", .list(pieces.map(string))),
      ("s.split(t).join(t)", string(text)), ("s.replace(t, t)", string(text)),
      ("s.reverse().reverse()", string(text)), ("s.reverse()", string(text.reversed())),
      (
        "s.replace(t, 'x') == (size(t) == 0 ? 'x' + s.split('').map(c, c + 'x').join() : "
          + "s.split(t).join('x'))", true
      ),
      ("s.lines().size() <= s.split('\\n').size()", true),
    ]
  }

  @Test func quotesWhatReadsBack() throws {
    let quote = try Expression(parsing: .line("strings.quote(s)"))
    let failure = try Property(share: 0.5).firstFailure { generator in
      let text = HostileText.text(&generator)
      let scope = ValueMap([("s", .string(text))])
      let quoted = try quote.evaluate(in: scope).stringValue ?? ""
      let read = try Expression(parsing: .line(quoted)).evaluate(in: ValueMap())
      return read == .string(text) ? nil : text.debugDescription
    }
    #expect(failure == nil)
  }

  @Test(arguments: [
    "s.replace('a', s)", "s.split('a').map(x, s).join(s)", "s.split('').map(x, s.split(''))",
    "[s].map(x, x.replace('', x)).map(x, x.replace('', x))",
  ])
  func boundsWhatItMakes(text: String) throws {
    let expression = try Expression(parsing: .line(text))
    let scope = ValueMap([("s", .string(String(repeating: "a", count: 100_000)))])
    let error = #expect(throws: EvaluationError.self) { try expression.evaluate(in: scope) }
    #expect(error?.cause == .tooMuchWork)
  }

  @Test(arguments: [
    ("'a'.trimm()", "there is no function `trimm`"),
    ("'a'.split()", "`split` cannot be called with these arguments"),
    ("quote('a')", "there is no function `quote`"),
    ("strings.quote('a', 'b')", "`strings.quote` cannot be called with these arguments"),
    ("[1].transformList(i, 1)", "the second argument of `transformList` is a variable's name"),
    ("[1].transformMap(i, i, i)", "both variables of `transformMap` are called `i`"),
    ("[1].filter(i, v, true)", "`filter` does not take 3 arguments"),
    ("[1].all(i, v, true, 1)", "`all` does not take 4 arguments"),
    ("[1].transformList(i, v)", "the second argument of `transformList` is a variable's name"),
  ])
  func isCheckedBeforeItRuns(text: String, message: String) {
    let error = #expect(throws: Diagnostics.self) { try Expression(parsing: .line(text)) }
    #expect(error?.all.first?.message.begins(with: message) == true, "\(String(describing: error))")
  }

  @Test func aFunctionsPrefixIsNoName() throws {
    #expect(try Expression(parsing: .line("strings.quote(a)")).references.map(\.name) == ["a"])
  }
}
