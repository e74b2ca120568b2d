/// One key that a mapping of the file may have.
///
/// These specifications drive the reader, the JSON Schema and the documentation alike, so that the
/// three cannot disagree.
public struct FieldSpec: Sendable, Hashable {
  public let name: String
  /// One line for editors and for the documentation.
  public let summary: String
  public let type: FieldType
  public let isRequired: Bool

  public init(_ name: String, _ type: FieldType, required: Bool = false, _ summary: String) {
    self.name = name
    self.type = type
    self.isRequired = required
    self.summary = summary
  }
}

/// What a key's value may be.
public indirect enum FieldType: Sendable, Hashable {
  /// Text taken as it is; `${{` is refused.
  case text
  /// Text that may hold `${{ expression }}`.
  case template
  /// One CEL expression.
  case expression
  /// An identifier: a lower-case word, digits, `-` and `_`.
  case name
  case bool
  case int(ClosedRange<Int64>)
  /// `500ms`, `30s`, `5m`, `1h30m`: read as a `Duration` above zero.
  case duration
  case enumeration([String])
  /// A file beside the runbook, read when the runbook is.
  case file
  /// Any YAML value, as data.
  case data
  case list(FieldType)
  /// A mapping with keys of the author's choice.
  case map(FieldType)
  case fields([FieldSpec])
  /// A scalar that stands for the mapping with only `key`, or the mapping itself.
  case shorthand(key: String, [FieldSpec])
  /// One value or a list of such.
  case oneOrMore(FieldType)
  /// The first that fits the YAML node's shape (scalar, list or mapping).
  case either([FieldType])
  /// A step, in full, with the keys that every step has.
  case step
}
