import RunbookModel
import Testing

@Suite struct JSONTests {
  /// Of two values under one key none is the right one.
  @Test(arguments: [
    #"{"a":1,"a":2}"#, #"{"a":1,"b":0,"\u0061":1}"#, #"[{"x":{"a":null,"a":null}}]"#,
  ]) func refusesAKeyThatIsThereTwice(_ text: String) throws {
    #expect(throws: JSONError.self) { try Value(json: text) }
    _ = try Value.withRepeatedKeys(json: text)
  }

  @Test(arguments: ReadCase.all)
  func reads(_ example: ReadCase) throws {
    #expect(try Value(json: example.text) == example.value)
  }

  @Test func keepsTheOrderOfKeys() throws {
    let text = #"{"z":1,"a":{"y":1,"b":2},"m":[]}"#
    #expect(try Value(json: text).json == text)
  }

  @Test(arguments: [
    ("", 0, 1), ("nul", 0, 1), ("[1,]", 3, 4), ("[1 2]", 3, 4), ("{\"a\"}", 4, 5), ("{a:1}", 1, 2),
    ("{\"a\":1,}", 7, 8), ("01", 1, 2), ("1.", 2, 3), ("-", 1, 2), ("1e", 2, 3), ("+1", 0, 1),
    ("\"abc", 0, 1), ("\"é\u{1}\"", 3, 3), (#""é\x""#, 3, 3), (#""\uD83D""#, 1, 2),
    (#""\uD83Dx""#, 1, 2), (#""\uDE00""#, 1, 2), (#""\u12G4""#, 5, 6), ("1 2", 2, 3),
    ("1e9999999", 0, 1), ("[1", 2, 3), ("nan", 0, 1), ("'a'", 0, 1), ("[1]//", 3, 4),
  ])
  func refusesWithPlace(text: String, offset: Int, column: Int) {
    let error = #expect(throws: JSONError.self) { try Value(json: text) }
    #expect(error?.byteOffset == offset)
    #expect(error?.column == column)
    #expect(error?.line == 1)
  }

  @Test func countsLines() {
    let error = #expect(throws: JSONError.self) { try Value(json: "[\n  1,\n  x]") }
    #expect(error?.description == "line 3, column 3: expected a value")
  }

  /// Each element must cost the same: at a copy of the array for each, this would take minutes.
  @Test func readsLongArrays() throws {
    let text = "[" + String(repeating: #"{"a":1},"#, count: 50_000) + "1]"
    #expect(try Value(json: text).listValue?.count == 50_001)
  }

  @Test func limitsNesting() throws {
    let deepest = Value.maximumJSONDepth
    let open = String(repeating: "[", count: deepest)
    let close = String(repeating: "]", count: deepest)
    #expect(try Value(json: open + close).json == open + close)
    #expect(throws: JSONError.self) { try Value(json: "[" + open + close + "]") }
    #expect(throws: JSONError.self) { try Value(json: String(repeating: "[", count: 1_000_000)) }
  }

  @Test(arguments: ReadCase.written)
  func writesOneLine(_ example: ReadCase) {
    #expect(example.value.json == example.text)
  }

  @Test func writesForPeople() {
    let value: Value = ["a": [1, [:]], "b": [], "c": ["d": "e"]]
    #expect(
      value.prettyJSON == """
        {
          "a": [
            1,
            {}
          ],
          "b": [],
          "c": {
            "d": "e"
          }
        }
        """)
  }
}

/// A JSON text and the value that it says.
struct ReadCase: Sendable, CustomTestStringConvertible {
  let text: String
  let value: Value

  init(_ text: String, _ value: Value) {
    self.text = text
    self.value = value
  }

  var testDescription: String { text }

  static let all: [ReadCase] = [
    .init("null", .null),
    .init(" true ", true),
    .init("false", false),
    .init("1", 1),
    .init("-0", 0),
    .init("1.0", Value.number("1.0") ?? .null),
    .init("1e3", 1000.0),
    .init("-1.5E-2", -0.015),
    .init("9223372036854775807", .int(.max)),
    .init("-9223372036854775808", .int(.min)),
    .init("9223372036854775808", Value.number("9223372036854775808") ?? .null),
    .init(#""a\"\\\/\b\f\n\r\t\u0041\uD83D\uDE00é""#, "a\"\\/\u{8}\u{C}\n\r\tA😀é"),
    .init("[]", []),
    .init("{}", .map(ValueMap())),
    .init("[1,[2, 3.5],{}]", [1, [2, 3.5], .map(ValueMap())]),
    .init(#"{"b":1,"a":{"c":null}}"#, ["b": 1, "a": ["c": .null]]),
    .init("\u{FEFF}1", 1),
  ]

  static let written: [ReadCase] = [
    .init("1.0", .double(1)),
    .init("1e+16", .double(1e16)),
    .init("0.1", .double(0.1)),
    .init("-0.0", .double(-0.0)),
    .init(#""NaN""#, .double(.nan)),
    .init(#""Infinity""#, .double(.infinity)),
    .init(#""-Infinity""#, .double(-.infinity)),
    .init(#""a\"\\\n\u0001"# + "\u{7F}é\"", "a\"\\\n\u{1}\u{7F}é"),
    .init(#""1970-01-01T00:00:00Z""#, .timestamp(.epoch)),
    .init(#""-1.5s""#, .duration(.milliseconds(-1500))),
    .init(#"{"1":"a","true":[],"k":null}"#, [1: "a", true: [], "k": .null]),
  ]
}
