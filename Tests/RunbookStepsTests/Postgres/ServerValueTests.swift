import RunbookModel
import Testing

@testable import RunbookPostgres

struct ServerValueTests {
  @Test(arguments: [
    ("2025-10-18 22:01:13.123456+02", "2025-10-18T20:01:13.123456Z"),
    ("2025-10-18 22:01:13-03:30", "2025-10-19T01:31:13Z"),
    ("1880-01-01 00:00:00+00:53:28", "1879-12-31T23:06:32Z"),
  ])
  func readsTimestamps(text: String, expected: String) {
    #expect(ServerTimestamp.read(text)?.description == expected)
  }

  @Test(arguments: [
    "2025-10-18 22:01:13",
    "infinity", "-infinity", "0044-03-15 12:00:00 BC", "12025-01-01 00:00:00", "",
  ])
  func leavesOtherTimestampsAsText(text: String) {
    #expect(ServerTimestamp.read(text) == nil)
    #expect(ServerValue.value(of: text, type: 1184) == .string(text))
  }

  @Test(arguments: [
    ("NaN", Value.double(.nan)), ("9223372036854775808", Self.decimal("9223372036854775808")),
    ("1.10", Self.decimal("1.10")), ("-7.000", Self.decimal("-7.000")), ("-7", .int(-7)),
    ("Infinity", .double(.infinity)),
    ("12345678901234567890", Self.decimal("12345678901234567890")), ("0.00", Self.decimal("0.00")),
    ("0.5", Self.decimal("0.5")),
    ("0.1234567890123456789", Self.decimal("0.1234567890123456789")),
  ])
  func readsNumerics(text: String, expected: Value) {
    let value = ServerValue.value(of: text, type: 1700)
    #expect(value == expected)
    #expect(SQLValue.text(of: value) == text)
  }

  private static func decimal(_ text: String) -> Value {
    ExactDecimal(text).map(Value.decimal) ?? .null
  }

  /// JSON and numbers that are no value here are none of another type: whatever reads them fails.
  @Test(
    arguments: [
      (#"{"a": 1, "a": 2}"#, 114), (#""\ud800""#, 114),
      (String(repeating: "[", count: 600) + String(repeating: "]", count: 600), 3802),
      (String(repeating: "9", count: 150_001), 3802),
      (String(repeating: "9", count: 150_001), 1700),
      (#"{"{\"a\": 1, \"a\": 2}"}"#, 199),
    ] as [(String, UInt32)]) func whatIsNoValueHereIsUnreadable(_ text: String, _ type: UInt32)
  {
    switch ServerValue.value(of: text, type: type) {
    case .incomplete(let mark): #expect(mark.isUnreadable)
    case .list(let items):
      #expect(items.allSatisfy { if case .incomplete = $0 { true } else { false } })
    case let other: Issue.record("\(other.typeName)")
    }
  }

  @Test func readsNumbersInArraysAndJSONExactly() {
    let number = Self.decimal("12345678901234567890")
    #expect(ServerValue.value(of: "{12345678901234567890,NULL}", type: 1231) == [number, .null])
    #expect(ServerValue.value(of: "{\"a\": 12345678901234567890}", type: 3802) == ["a": number])
  }

  @Test(arguments: [
    "{1", "1}", "}", "{\"a", "{\"a\\", "", "{{1}", "[0:1]=", "{1}{2}",
  ])
  func leavesMalformedArraysAsText(text: String) {
    #expect(ServerValue.value(of: text, type: 1007) == .string(text))
  }

  /// What a list or a value would not be the same as is the server's own text.
  @Test(
    arguments: [
      ("[0:1]={1,2}", 1007), ("[0:0][2:2]={{1}}", 1007), ("{{1},{2}}", 3807),
      ("2025-10-18 22:01:13", 1114), ("22:01:13", 1083), ("2025-10-18", 1082),
    ] as [(String, UInt32)]) func leavesWhatIsMoreThanAValueAsText(_ text: String, _ type: UInt32)
  {
    #expect(ServerValue.value(of: text, type: type) == .string(text))
  }

  @Test func leavesTimesWithoutZoneInArraysAsText() {
    #expect(
      ServerValue.value(of: "{\"2025-10-18 22:01:13\",NULL}", type: 1115)
        == ["2025-10-18 22:01:13", .null])
  }

  @Test func tellsJSONsNullFromNULL() {
    #expect(ServerValue.value(of: "null", type: 3802).incompletePart?.isUnreadable == true)
    #expect(ServerValue.value(of: "{\"null\"}", type: 3807).incompletePart?.isUnreadable == true)
    #expect(ServerValue.value(of: "{NULL,\"1\"}", type: 3807) == [.null, 1])
    #expect(ServerValue.value(of: "[null]", type: 3802) == [.null])
  }
}
