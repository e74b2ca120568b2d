/// Reads one JSON text (RFC 8259) into a `Value`.
///
/// It keeps its own stack, so that nesting costs no call stack.
struct JSONReader {
  /// An array or an object that is being read.
  private enum Container {
    case array([Value])
    case object(ValueMap, key: Value)
  }

  private let maximumDepth: Int
  private var scanner: JSONScanner
  private var stack: [Container] = []

  init(_ text: String, maximumDepth: Int) {
    self.maximumDepth = maximumDepth
    scanner = JSONScanner(text)
  }

  /// The text's only value; anything but white space after it is an error.
  mutating func readDocument() throws(JSONError) -> Value {
    scanner.skipByteOrderMark()
    while true {
      guard let value = try readItem() else { continue }
      if let document = try close(with: value) { return document }
    }
  }

  /// - Returns: nil when a container was opened that has an element to read first.
  private mutating func readItem() throws(JSONError) -> Value? {
    scanner.skipWhitespace()
    switch scanner.current {
    case UInt8(ascii: "["): return try openArray()
    case UInt8(ascii: "{"): return try openObject()
    default: return try scanner.readScalar()
    }
  }

  private mutating func openArray() throws(JSONError) -> Value? {
    try enter()
    guard !scanner.skip("]") else { return .list([]) }
    stack.append(.array([]))
    return nil
  }

  private mutating func openObject() throws(JSONError) -> Value? {
    try enter()
    guard !scanner.skip("}") else { return .map(ValueMap()) }
    stack.append(.object(ValueMap(), key: try scanner.readKey()))
    return nil
  }

  private mutating func enter() throws(JSONError) {
    guard stack.count < maximumDepth else {
      throw scanner.error("arrays and objects are nested more than \(maximumDepth) deep")
    }
    scanner.advance()
    scanner.skipWhitespace()
  }

  /// Puts a value into the container that it belongs to, and closes those that end with it.
  ///
  /// - Returns: the document when it is complete.
  private mutating func close(with value: Value) throws(JSONError) -> Value? {
    var value = value
    while let container = stack.popLast() {
      scanner.skipWhitespace()
      switch container {
      case .array(var items):
        items.append(value)
        if scanner.skip(",") {
          stack.append(.array(items))
          return nil
        }
        guard scanner.skip("]") else { throw scanner.error("expected `,` or `]` in an array") }
        value = .list(items)
      case .object(var map, let key):
        map[key] = value
        if scanner.skip(",") {
          scanner.skipWhitespace()
          stack.append(.object(map, key: try scanner.readKey()))
          return nil
        }
        guard scanner.skip("}") else { throw scanner.error("expected `,` or `}` in an object") }
        value = .map(map)
      }
    }
    scanner.skipWhitespace()
    guard scanner.isAtEnd else { throw scanner.error("expected nothing after the value") }
    return value
  }
}
