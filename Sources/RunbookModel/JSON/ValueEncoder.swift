/// Makes a value out of one of Swift's types, as `ValueDecoder` reads it.
///
/// A `Value` in it is kept in its stored form, whatever its depth.
struct ValueEncoder: Encoder {
  fileprivate let node: Node
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  private init(_ node: Node, at path: [any CodingKey]) {
    self.node = node
    codingPath = path
  }

  static func value(of item: some Encodable) throws -> Value {
    let node = Node()
    try encode(item, into: node, at: [])
    return node.value
  }

  fileprivate static func encode(
    _ item: some Encodable, into node: Node, at path: [any CodingKey]
  ) throws {
    if let value = item as? Value {
      node.content = .value(value.stored)
    } else {
      try item.encode(to: ValueEncoder(node, at: path))
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .members = node.content {} else { node.content = .members([]) }
    return KeyedEncodingContainer(Members(node: node, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .elements = node.content {} else { node.content = .elements([]) }
    return Elements(node: node, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    Single(node: node, codingPath: codingPath)
  }

  /// What was encoded so far at one place.
  fileprivate final class Node {
    enum Content {
      case value(Value)
      case members([(key: String, node: Node)])
      case elements([Node])
    }

    var content = Content.value(.null)

    var value: Value {
      switch content {
      case .value(let value): value
      case .members(let members): .map(ValueMap(members.map { ($0.key, $0.node.value) }))
      case .elements(let elements): .list(elements.map(\.value))
      }
    }

    func member(_ key: any CodingKey) -> Node {
      guard case .members(var members) = content else { return Node() }
      let node = Node()
      members.append((key.stringValue, node))
      content = .members(members)
      return node
    }

    func element() -> Node {
      guard case .elements(var elements) = content else { return Node() }
      let node = Node()
      elements.append(node)
      content = .elements(elements)
      return node
    }
  }

  private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: Node
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { _ = node.member(key) }

    func encode<Item: Encodable>(_ item: Item, forKey key: Key) throws {
      try ValueEncoder.encode(item, into: node.member(key), at: codingPath + [key])
    }

    func nestedContainer<NestedKey: CodingKey>(
      keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
      ValueEncoder(node.member(key), at: codingPath + [key]).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      ValueEncoder(node.member(key), at: codingPath + [key]).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { ValueEncoder(node, at: codingPath) }
    func superEncoder(forKey key: Key) -> any Encoder {
      ValueEncoder(node.member(key), at: codingPath + [key])
    }
  }

  private struct Elements: UnkeyedEncodingContainer {
    let node: Node
    let codingPath: [any CodingKey]

    var count: Int { if case .elements(let elements) = node.content { elements.count } else { 0 } }

    func encodeNil() { _ = node.element() }

    func encode<Item: Encodable>(_ item: Item) throws {
      try ValueEncoder.encode(item, into: node.element(), at: codingPath)
    }

    func nestedContainer<NestedKey: CodingKey>(
      keyedBy type: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
      ValueEncoder(node.element(), at: codingPath).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      ValueEncoder(node.element(), at: codingPath).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { ValueEncoder(node.element(), at: codingPath) }
  }

  private struct Single: SingleValueEncodingContainer {
    let node: Node
    let codingPath: [any CodingKey]

    private func put(_ value: Value) { node.content = .value(value) }

    func encodeNil() { put(.null) }
    func encode(_ flag: Bool) { put(.bool(flag)) }
    func encode(_ text: String) { put(.string(text)) }
    func encode(_ number: Double) { put(.double(number)) }
    func encode(_ number: Float) { put(.double(Double(number))) }
    func encode(_ number: Int) throws { try integer(number) }
    func encode(_ number: Int8) throws { try integer(number) }
    func encode(_ number: Int16) throws { try integer(number) }
    func encode(_ number: Int32) throws { try integer(number) }
    func encode(_ number: Int64) throws { try integer(number) }
    func encode(_ number: UInt) throws { try integer(number) }
    func encode(_ number: UInt8) throws { try integer(number) }
    func encode(_ number: UInt16) throws { try integer(number) }
    func encode(_ number: UInt32) throws { try integer(number) }
    func encode(_ number: UInt64) throws { try integer(number) }

    private func integer(_ number: some FixedWidthInteger) throws {
      guard let fitting = Int64(exactly: number) else {
        throw EncodingError.invalidValue(
          number, .init(codingPath: codingPath, debugDescription: "beyond 64 bits"))
      }
      put(.int(fitting))
    }

    func encode<Item: Encodable>(_ item: Item) throws {
      try ValueEncoder.encode(item, into: node, at: codingPath)
    }
  }
}
