import RunbookModel

/// What an evaluation is charged for values beside its nodes: for each text and decimal that is read, by its
/// length. What functions make and lists hold is charged where it is made.
extension Evaluator {
  /// Bytes that are read in the time of one node.
  private static let bytesOfWork = 64
  /// Bytes that are hashed in the time of one node.
  private static let hashedBytesOfWork = 8

  /// For a function that reads the value from end to end.
  mutating func charge(reading value: Value, bytesOfWork: Int) throws(Fault) {
    try charge(value.readBytes / bytesOfWork)
  }

  /// For a comparison, which ends with the shorter one.
  mutating func charge(comparing left: Value, _ right: Value) throws(Fault) {
    try charge(min(left.readBytes, right.readBytes) / Self.bytesOfWork)
  }

  /// The value of a key, by CEL's equality of keys.
  mutating func value(atKey key: Value, of map: ValueMap) throws(Fault) -> Value? {
    try charge(key.readBytes / Self.hashedBytesOfWork)
    return map.value(atKey: key)
  }
}

extension Value {
  /// What of the value itself, not of what it holds, is read byte by byte.
  fileprivate var readBytes: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .decimal(let number): number.digitCount
    default: 0
    }
  }
}

extension StandardFunction {
  /// Bytes of its arguments that it handles in the time of one node.
  var bytesOfWork: Int {
    switch self {
    case .reverse, .quote, .lowerAscii, .upperAscii, .lines, .decimal: 8
    default: 64
    }
  }
}
