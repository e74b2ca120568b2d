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
