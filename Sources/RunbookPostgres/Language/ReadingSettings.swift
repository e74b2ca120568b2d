import RunbookModel

/// The settings by which SQL is read and values are written, as this program takes them to be.
package enum ReadingSettings {
  /// By these SQL is read: with others a literal may end elsewhere.
  package static let reading = [
    ("standard_conforming_strings", "on"), ("backslash_quote", "safe_encoding"),
    ("client_encoding", "UTF8"),
  ]

  /// By these values are read and written. `DateStyle` keeps the order of day and month.
  static let values = [
    ("array_nulls", "on"), ("transform_null_equals", "off"), ("xmloption", "content"),
    ("quote_all_identifiers", "off"), ("DateStyle", "ISO"), ("IntervalStyle", "postgres"),
    ("extra_float_digits", "3"), ("bytea_output", "hex"),
  ]

  /// Whether two names are of one setting: PostgreSQL compares them without regard to the case of ASCII
  /// letters (`guc_name_compare`).
  package static func isSame(_ name: String, _ other: String) -> Bool {
    folded(name).utf8.elementsEqual(folded(other).utf8)
  }

  /// Whether SQL is read, and values are written, as before once the setting has that value; true for
  /// settings of another sort.
  ///
  /// - Parameter value: nil where it is not known, or is whatever it was set to elsewhere.
  package static func isReadTheSame(_ name: String, by value: String?) -> Bool {
    guard let (_, usual) = (reading + values).first(where: { isSame($0.0, name) }) else {
      return true
    }
    guard let value = value.map(folded) else { return false }
    if usual.isIdentical(to: "ISO") {
      return value.utf8.split { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
        .allSatisfy { dateWords.contains(String(decoding: $0, as: UTF8.self)) }
    }
    let same: [String: Set<String>] = [
      "on": ["on", "true", "yes", "1"], "off": ["off", "false", "no", "0"],
      "UTF8": ["utf8", "utf-8", "unicode"],
    ]
    return same[usual, default: [usual]].contains(value)
  }

  /// What a `DateStyle` that writes as ISO may be made of: the order of day and month is the step's.
  private static let dateWords: Set<String> = ["iso", "dmy", "mdy", "ymd"]

  package static func folded(_ name: String) -> String {
    String(
      decoding: name.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  }
}
