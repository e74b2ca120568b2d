extension Value {
  /// How deep arrays and objects of a JSON text may be nested.
  public static let maximumJSONDepth = 512

  /// Reads one JSON value (RFC 8259).
  ///
  /// Numbers are as `Value.number` reads them: `1` is an int, `1.0` and `1e3` are doubles, and what no
  /// double reads back from is a decimal. Objects keep the order of their keys.
  ///
  /// - Throws: `JSONError` for anything else, for a key that is there twice, and for nesting deeper than
  ///   `maximumJSONDepth`.
  public init(json text: String) throws(JSONError) {
    try self.init(json: text, maximumDepth: Value.maximumJSONDepth)
  }

  /// As `init(json:)`, but that of keys which are there twice the last value is taken.
  ///
  /// - Returns: also which keys of the text's own object those are.
  public static func withRepeatedKeys(
    json text: String
  ) throws(JSONError) -> (value: Value, repeatedKeys: Set<String>) {
    var reader = JSONReader(
      text, maximumDepth: Value.maximumJSONDepth, allowsRepeatedKeys: true)
    let value = try reader.readDocument()
    return (value, reader.repeatedKeys)
  }

  init(json text: String, maximumDepth: Int) throws(JSONError) {
    var reader = JSONReader(text, maximumDepth: maximumDepth, allowsRepeatedKeys: false)
    self = try reader.readDocument()
  }

  /// One line of JSON.
  ///
  /// Doubles are written in the shortest form that reads back the same, always with a point or an
  /// exponent, decimals with all of their digits; what JSON cannot say is a string: `"NaN"`, `"Infinity"`, `"-Infinity"`, timestamps as
  /// RFC 3339, durations as `"90s"`. Keys that are not strings are written as strings.
  public var json: String {
    var writer = JSONWriter()
    writer.write(self)
    return writer.text
  }

  /// JSON as in `json`, for people: a line for each element, two spaces a level.
  public var prettyJSON: String {
    var writer = JSONWriter(isPretty: true)
    writer.write(self)
    return writer.text
  }
}

extension Value {
  /// How many bytes `json` has; counting ends where they are more than `limit`.
  public func jsonSize(upTo limit: Int = .max) -> Int {
    var count = 0
    addJSONSize(to: &count, upTo: limit)
    return count
  }

  private func addJSONSize(to count: inout Int, upTo limit: Int) {
    guard count <= limit else { return }
    switch self {
    case .null: count += 4
    case .bool(let value): count += value ? 4 : 5
    case .string(let text): count += 2 + text.utf8.reduce(0) { $0 + Self.jsonSize(of: $1) }
    case .list(let items):
      count += 2 + max(0, items.count - 1)
      for item in items where count <= limit { item.addJSONSize(to: &count, upTo: limit) }
    case .map(let map):
      count += 2 + map.count + max(0, map.count - 1)
      for (key, value) in map.pairs where count <= limit {
        (key.stringValue == nil ? .string(key.json) : key).addJSONSize(to: &count, upTo: limit)
        value.addJSONSize(to: &count, upTo: limit)
      }
    default: count += json.utf8.count
    }
  }

  /// As `JSONWriter` writes it in a string.
  private static func jsonSize(of byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
    case 0..<0x20: 6
    default: 1
    }
  }
}
