import RunbookModel

extension Evaluator {
  mutating func binary(
    _ operation: BinaryOperator, _ left: Value, _ right: Value
  ) throws(Fault) -> Value {
    switch operation {
    case .add: return try made(try Arithmetic.sum(left, right))
    case .subtract: return try made(try Arithmetic.difference(left, right))
    case .multiply, .divide, .remainder:
      try charge(DecimalArithmetic.work(operation, left, right))
      return try made(try Self.product(operation, left, right))
    case .equal: return .bool(try isEqual(left, right))
    case .notEqual: return .bool(!(try isEqual(left, right)))
    case .isIn: return .bool(try isIn(left, right))
    default: return .bool(try isOrdered(operation, left, right))
    }
  }

  private static func product(
    _ operation: BinaryOperator, _ left: Value, _ right: Value
  ) throws(Fault) -> Value {
    switch operation {
    case .divide: try Arithmetic.quotient(left, right)
    case .remainder: try Arithmetic.remainder(left, right)
    default: try Arithmetic.product(left, right)
    }
  }

  private mutating func made(_ value: Value) throws(Fault) -> Value {
    try charge(value.copyingWork)
    return value
  }

  /// CEL's equality: numbers are compared across types, and values of other types differ.
  mutating func isEqual(_ left: Value, _ right: Value) throws(Fault) -> Bool {
    try charge(1)
    try charge(comparing: left, right)
    switch (left, right) {
    case (.int(let a), .double(let b)), (.double(let b), .int(let a)):
      return Numbers.order(a, b) == .same
    case (.double(let a), .double(let b)): return a == b
    case (.decimal, .int), (.decimal, .double), (.int, .decimal), (.double, .decimal):
      return Numbers.order(left, right) == .same
    case (.incomplete(let mark), _), (_, .incomplete(let mark)): throw .incomplete(mark)
    case (.list(let a), .list(let b)):
      guard a.count == b.count else { return false }
      for (one, other) in zip(a, b) {
        guard try isEqual(one, other) else { return false }
      }
      return true
    case (.map(let a), .map(let b)):
      guard a.count == b.count else { return false }
      for (key, value) in a.pairs {
        guard let other = try self.value(atKey: key, of: b), try isEqual(value, other) else {
          return false
        }
      }
      return true
    default: return left == right
    }
  }

  /// What a comparison comes to, however much larger a number is of which only the least is known; nil where that matters.
  static func decided(_ operation: BinaryOperator, _ left: Value, _ right: Value) -> Bool? {
    switch (left, right) {
    case (.incomplete, .incomplete): nil
    case (.incomplete(let mark), _): decided(operation, mark.atLeast, right)
    case (_, .incomplete(let mark)):
      switch operation {
      case .less: decided(.greater, mark.atLeast, left)
      case .lessOrEqual: decided(.greaterOrEqual, mark.atLeast, left)
      case .greater: decided(.less, mark.atLeast, left)
      case .greaterOrEqual: decided(.lessOrEqual, mark.atLeast, left)
      default: decided(operation, mark.atLeast, left)
      }
    default: nil
    }
  }

  private static func decided(
    _ operation: BinaryOperator, _ least: Int64?, _ other: Value
  ) -> Bool? {
    guard let least, let order = Numbers.order(.int(least), other) else { return nil }
    let isMore = order == .more
    return switch operation {
    case .greater, .notEqual: isMore ? true : nil
    case .greaterOrEqual: isMore || order == .same ? true : nil
    case .less: isMore || order == .same ? false : nil
    case .lessOrEqual, .equal: isMore ? false : nil
    default: nil
    }
  }

  private mutating func isIn(_ element: Value, _ container: Value) throws(Fault) -> Bool {
    switch container {
    case .map(let map): return try value(atKey: element, of: map) != nil
    case .list(let items):
      for item in items {
        if try isEqual(element, item) { return true }
      }
      return false
    default:
      throw .overload("in", element.typeName, container.typeName)
    }
  }

  private mutating func isOrdered(
    _ operation: BinaryOperator, _ left: Value, _ right: Value
  ) throws(Fault) -> Bool {
    try charge(comparing: left, right)
    guard let order = Numbers.order(left, right) else {
      throw .overload(operation.symbol, left.typeName, right.typeName)
    }
    switch operation {
    case .less: return order == .less
    case .lessOrEqual: return order == .less || order == .same
    case .greater: return order == .more
    default: return order == .more || order == .same
    }
  }
}

extension Value {
  /// The int that a decimal is, where it is one: `7.00` counts for 7 wherever an int is asked for.
  var wholeAsInt: Value {
    guard case .decimal(let number) = self, let whole = number.int64 else { return self }
    return .int(whole)
  }

  /// What a new string, list or decimal costs to make, in nodes.
  fileprivate var copyingWork: Int {
    switch self {
    case .string(let text): text.utf8.count / 16
    case .decimal(let number): number.digitCount / 16
    case .list(let items): items.count
    default: 0
    }
  }

  fileprivate var keyText: String {
    switch self {
    case .string(let text): "`\(text)`"
    case .int(let value): String(value)
    case .bool(let value): String(value)
    default: "of type \(typeName)"
    }
  }

  /// The int that it is, also when it is a double without a fraction.
  var integralValue: Int64? {
    switch self {
    case .int(let value): value
    case .double(let value): Int64(exactly: value)
    case .decimal(let value): value.int64
    default: nil
    }
  }
}

extension Evaluator {
  /// `container[index]`
  mutating func element(of container: Value, at index: Value) throws(Fault) -> Value {
    switch container {
    case .list(let items):
      guard let position = index.integralValue else {
        throw Fault(.invalid, "a list's index is an int, not \(index.typeName)")
      }
      guard position >= 0, position < items.count else {
        throw Fault(
          .indexOutOfRange, "index \(position) is outside of a list of \(items.count)")
      }
      return items[Int(position)]
    case .map(let map):
      guard let value = try value(atKey: index, of: map) else {
        throw Fault(.noSuchKey(index.keyText), "there is no key \(index.keyText)")
      }
      return value
    default:
      throw .overload("[]", container.typeName)
    }
  }
}

extension ValueMap {
  /// A value by CEL's equality of keys, where `1.0` finds the key `1`.
  func value(atKey key: Value) -> Value? {
    switch key.wholeAsInt {
    case .string, .bool: return self[key]
    case .int(let number):
      return self[.int(number)] ?? Double(exactly: number).flatMap { self[.double($0)] }
    case .double(let number):
      return Int64(exactly: number).flatMap { self[.int($0)] } ?? self[key]
    case .decimal(let number): return number.exactDouble.flatMap { self[.double($0)] }
    default: return nil
    }
  }
}

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
