/// A point of a YAML file; both count from 1, columns in Unicode scalars.
struct YAMLMark: Sendable, Hashable {
  let line: Int32
  let column: Int32
}

/// One of libyaml's events, with Swift's own values.
struct YAMLEvent {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias(String)
    case scalar(String, YAMLScalar.Style)
    case sequenceStart, sequenceEnd, mappingStart, mappingEnd
  }

  let kind: Kind
  let start: YAMLMark
  let end: YAMLMark
  var anchor: String?
  var hasTag = false
  /// Of a scalar: whether it stands in double quotes, where escapes are read.
  var mayHoldEscapes = false
}
