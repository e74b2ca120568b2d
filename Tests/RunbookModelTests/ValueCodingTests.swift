import Foundation
import RunbookModel
import Testing

@Suite struct ValueCodingTests {
  /// As a value stands in what is stored.
  private struct Entry: Codable, Equatable {
    var values: [Value]
    var extra: Value?
  }

  private func roundTrip(_ value: Value) throws -> Value {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let data = try encoder.encode(Entry(values: [value]))
    let entry = try JSONDecoder().decode(Entry.self, from: data)
    return try #require(entry.values.first)
  }

  private static let values: [Value] = [
    .null, true, 0, .int(.min), .int(.max), 1.5, .double(1), .double(.nan), .double(.infinity),
    .double(-.infinity), .double(.leastNonzeroMagnitude), "", "é", "e\u{301}", "$map", [],
    .map(ValueMap()), [.null, [1, 1.0]], .timestamp(.epoch), .duration(.zero),
    .duration(.nanoseconds(-1)), .duration(.seconds(90)),
    .duration(Duration(secondsComponent: -3, attosecondsComponent: -7)),
    Value.number("12345678901234567890.50") ?? .null, ["a": [Value.number("1e400") ?? .null]],
    ["$double": "1.5", "$map": [], "a": ["b": .map(ValueMap())]], [1: 2, true: 3, "1": 4],
  ]

  @Test(arguments: values)
  func losesNothing(value: Value) throws {
    #expect(try roundTrip(value) == value)
  }

  @Test func keepsTypeAndOrder() throws {
    #expect(try roundTrip(.double(-0.0)).json == "-0.0")
    #expect(try roundTrip("e\u{301}").json.unicodeScalars.count == 4)
    let map: Value = ["z": 1, "a": ["y": 1.0, "b": 2], "m": 3]
    #expect(try roundTrip(map).json == map.json)
  }

  @Test func keepsNilApart() throws {
    let text = #"{"values":[null]}"#
    let entry = try JSONDecoder().decode(Entry.self, from: Data(text.utf8))
    #expect(entry == Entry(values: [.null], extra: nil))
  }

  @Test(arguments: [1, 150, 250, Value.maximumJSONDepth])
  func storesWhatIsDeep(depth: Int) throws {
    let open = String(repeating: #"{"a":[1.5,"#, count: depth / 2)
    let close = String(repeating: "]}", count: depth / 2)
    let value = try Value(json: open + "1" + close)
    #expect(try roundTrip(value).json == value.json)
  }

  @Test(arguments: [
    #"{"values":[{}]}"#, #"{"values":[{"a":1}]}"#, #"{"values":[{"$double":"x"}]}"#,
    #"{"values":[{"$map":["a"]}]}"#, #"{"values":[{"$double":"1","$map":[]}]}"#,
    #"{"values":[{"$text":"["}]}"#, #"{"values":[{"$decimal":"x"}]}"#,
    // Of two values of one key none is the right one, whatever their depth.
    #"{"values":[{"$map":["a",1,"a",2]}]}"#, #"{"values":[{"$map":["b",{"$map":[1,1,1,1]}]}]}"#,
    #"{"values":[{"$map":["a",1,"\u0061",1]}]}"#,
    #"{"values":[{"$text":"{\"$map\":[\"a\",1,\"a\",2]}"}]}"#,
    // Unknown tags, other types, and more than belongs there.
    #"{"values":[{"$date":"x"}]}"#, #"{"values":[{"$map":"a"}]}"#, #"{"values":[{"$double":1.5}]}"#,
    #"{"values":[{"$incomplete":[1,2]}]}"#, #"{"values":[{"$incomplete":[1,2,"rows",3]}]}"#,
    // One value has one spelling.
    #"{"values":[{"$double":"0x1p1"}]}"#, #"{"values":[{"$double":"1.50"}]}"#,
    #"{"values":[{"$double":"2"}]}"#, #"{"values":[{"$duration":"+5s"}]}"#,
    #"{"values":[{"$duration":"1.-5s"}]}"#, #"{"values":[{"$duration":"1.50s"}]}"#,
    #"{"values":[{"$duration":"-0s"}]}"#, #"{"values":[{"$timestamp":"1970-01-01t00:00:00Z"}]}"#,
    #"{"values":[{"$timestamp":"1970-01-01T01:00:00+01:00"}]}"#, #"{"values":[{"$text":" 1"}]}"#,
    #"{"values":[{"$text":"1 "}]}"#,
  ])
  func refusesWhatWasNotStored(text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Entry.self, from: Data(text.utf8))
    }
    #expect(throws: (any Error).self) { try Entry.decoded(fromJSON: text) }
  }
}
