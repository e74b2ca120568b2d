/// Makes values of Swift's types out of one that was read from JSON.
///
/// A journal of a long run is tens of megabytes, most of them values. A decoder of Foundation's asks each
/// value in turn whether it is of this or that type, which throws each time that it is not.
struct ValueDecoder: Decoder {
  let value: Value
  let codingPath: [any CodingKey]
  /// What texts are put through, but for names.
  let transform: TextTransform?
  private let isName: Bool
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(
    _ value: Value, at path: [any CodingKey] = [], transform: TextTransform? = nil,
    isName: Bool = false
  ) {
    self.value = value
    codingPath = path
    self.transform = transform
    self.isName = isName
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .map(let map) = value else { throw mismatch("an object") }
    return KeyedDecodingContainer(ValueKeyedContainer(map: map, decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .list(let items) = value else { throw mismatch("an array") }
    return ValueUnkeyedContainer(items: items, decoder: self)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

  fileprivate func mismatch(_ expected: String) -> DecodingError {
    .dataCorrupted(
      .init(
        codingPath: codingPath, debugDescription: "expected \(expected), found \(value.typeName)"))
  }

  fileprivate func member(_ value: Value, _ key: any CodingKey) -> ValueDecoder {
    ValueDecoder(
      value, at: codingPath + [key], transform: transform,
      isName: transform != nil && StoredTexts.names.contains(key.stringValue))
  }

  fileprivate func element(_ value: Value, _ key: any CodingKey) -> ValueDecoder {
    ValueDecoder(value, at: codingPath + [key], transform: transform, isName: isName)
  }

  /// Reads a type of which all texts may be names.
  fileprivate func read<T: Decodable>(_ type: T.Type) throws -> T {
    guard transform != nil, StoredTexts.isName(type) else { return try T(from: self) }
    return try T(from: ValueDecoder(value, at: codingPath))
  }

  /// A value that is stored, with its texts transformed.
  func stored() -> Value? {
    guard let value = value.unstored, let transform else { return value.unstored }
    let name = codingPath.last { $0.intValue == nil }?.stringValue
    guard let name, StoredTexts.mapsByName.contains(name), case .map(let map) = value else {
      return transform.value(value)
    }
    var result = ValueMap()
    for (key, value) in map.pairs { result[key] = transform.value(value) }
    return .map(result)
  }

  fileprivate func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    switch value {
    case .int(let number):
      if let fitting = Number(exactly: number) { return fitting }
    case .decimal(let number):
      if let fitting = Number(number.text) { return fitting }
    default: break
    }
    throw mismatch("an integer")
  }
}

extension ValueDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { value == .null }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let flag) = value else { throw mismatch("true or false") }
    return flag
  }

  func decode(_ type: String.Type) throws -> String {
    guard case .string(let text) = value else { throw mismatch("a string") }
    guard let transform, !isName else { return text }
    return transform.text(text)
  }

  func decode(_ type: Double.Type) throws -> Double {
    switch value {
    case .double(let number): return number
    case .int(let number): return Double(number)
    case .decimal(let number): return number.double
    default: throw mismatch("a number")
    }
  }

  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try read(type) }
}

/// An object's members.
private struct ValueKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let map: ValueMap
  let decoder: ValueDecoder

  var codingPath: [any CodingKey] { decoder.codingPath }
  var allKeys: [Key] { map.keys.compactMap { $0.stringValue.flatMap(Key.init(stringValue:)) } }

  func contains(_ key: Key) -> Bool { map[key.stringValue] != nil }

  private func inner(_ key: Key) throws -> ValueDecoder {
    guard let value = map[key.stringValue] else {
      throw DecodingError.keyNotFound(
        key, .init(codingPath: codingPath, debugDescription: "there is no `\(key.stringValue)`"))
    }
    return decoder.member(value, key)
  }

  func decodeNil(forKey key: Key) throws -> Bool { try inner(key).decodeNil() }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try inner(key).read(type)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try inner(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try inner(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { decoder }
  func superDecoder(forKey key: Key) throws -> any Decoder { try inner(key) }
}

/// An array's elements.
private struct ValueUnkeyedContainer: UnkeyedDecodingContainer {
  let items: [Value]
  let decoder: ValueDecoder
  private(set) var currentIndex = 0

  init(items: [Value], decoder: ValueDecoder) {
    self.items = items
    self.decoder = decoder
  }

  private struct Index: CodingKey {
    let intValue: Int?
    var stringValue: String { "\(intValue ?? 0)" }

    init(_ index: Int) { intValue = index }
    init?(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  private func next() throws -> ValueDecoder {
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        Value.self, .init(codingPath: codingPath, debugDescription: "the array has ended"))
    }
    return decoder.element(items[currentIndex], Index(currentIndex))
  }

  mutating func decodeNil() throws -> Bool {
    let isNil = try next().decodeNil()
    if isNil { currentIndex += 1 }
    return isNil
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let element = try next().read(type)
    currentIndex += 1
    return element
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    let container = try next().container(keyedBy: type)
    currentIndex += 1
    return container
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try next().unkeyedContainer()
    currentIndex += 1
    return container
  }

  mutating func superDecoder() throws -> any Decoder {
    let inner = try next()
    currentIndex += 1
    return inner
  }
}

extension Decodable {
  /// Reads what an encoder of JSON has written.
  ///
  /// - Throws: `JSONError` for a text that is no JSON, and `DecodingError` for another value.
  public static func decoded(fromJSON text: String) throws -> Self {
    // A stored value lies deeper than in the value itself: a map takes two levels.
    try Self(from: ValueDecoder(try Value(json: text, maximumDepth: 4 * Value.maximumJSONDepth)))
  }
}
