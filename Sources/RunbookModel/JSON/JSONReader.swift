/// Reads one JSON text (RFC 8259) into a `Value`.
///
/// It keeps its own stack, so that nesting costs no call stack.
struct JSONReader {
  /// An array or an object that is being read; it grows in its place.
  private struct Container {
    /// The key that the next value belongs to; nil in an array.
    var key: Value?
    var items: [Value] = []
    var map = ValueMap()

    mutating func insert(_ value: Value) {
      if let key { map[key] = value } else { items.append(value) }
    }

    var value: Value { key == nil ? .list(items) : .map(map) }
  }

  private let maximumDepth: Int
  private let allowsRepeatedKeys: Bool
  private var scanner: JSONScanner
  private var stack: [Container] = []
  /// The keys that the text's own object has twice.
  private(set) var repeatedKeys: Set<String> = []

  /// - Parameter allowsRepeatedKeys: whether of keys that are there twice the last value counts; else
  ///   they are an error.
  init(_ text: String, maximumDepth: Int, allowsRepeatedKeys: Bool) {
    self.maximumDepth = maximumDepth
    self.allowsRepeatedKeys = allowsRepeatedKeys
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
    stack.append(Container())
    return nil
  }

  private mutating func openObject() throws(JSONError) -> Value? {
    try enter()
    guard !scanner.skip("}") else { return .map(ValueMap()) }
    stack.append(Container(key: try scanner.readKey()))
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
    while !stack.isEmpty {
      let last = stack.count - 1
      stack[last].insert(value)
      scanner.skipWhitespace()
      let isObject = stack[last].key != nil
      if scanner.skip(",") {
        guard isObject else { return nil }
        scanner.skipWhitespace()
        let key = try scanner.readKey()
        guard allowsRepeatedKeys || stack[last].map[key] == nil else {
          throw scanner.error("an object has a key twice")
        }
        if allowsRepeatedKeys, stack.count == 1, stack[last].map[key] != nil,
          let name = key.stringValue
        {
          repeatedKeys.insert(name)
        }
        stack[last].key = key
        return nil
      }
      guard scanner.skip(isObject ? "}" : "]") else {
        throw scanner.error(
          isObject ? "expected `,` or `}` in an object" : "expected `,` or `]` in an array")
      }
      value = stack.removeLast().value
    }
    scanner.skipWhitespace()
    guard scanner.isAtEnd else { throw scanner.error("expected nothing after the value") }
    return value
  }
}
