/// A map from values to values that keeps the order in which its keys were first set.
///
/// Equality does not heed the order. Keys are compared as `Value` compares: exactly, by code point.
public struct ValueMap: Sendable {
  public private(set) var keys: [Value] = []
  private var storage: [Value: Value] = [:]

  public init() {}

  public init(_ pairs: some Sequence<(String, Value)>) {
    for (key, value) in pairs { self[.string(key)] = value }
  }

  public var count: Int { keys.count }
  public var isEmpty: Bool { keys.isEmpty }

  /// Setting nil removes the key, which costs time in the number of keys.
  public subscript(key: Value) -> Value? {
    get { storage[key] }
    set {
      guard let newValue else {
        if storage.removeValue(forKey: key) != nil { keys.removeAll { $0 == key } }
        return
      }
      if storage.updateValue(newValue, forKey: key) == nil { keys.append(key) }
    }
  }

  public subscript(key: String) -> Value? {
    get { self[.string(key)] }
    set { self[.string(key)] = newValue }
  }

  /// Keys and values in order.
  public var pairs: some Sequence<(key: Value, value: Value)> {
    keys.lazy.map { (key: $0, value: storage[$0] ?? .null) }
  }

  public func mapValues(_ transform: (Value) -> Value) -> ValueMap {
    var result = self
    result.storage = storage.mapValues(transform)
    return result
  }

  /// The same map with every string in its keys and values put through `transform`.
  func mapStrings(_ transform: (String) -> String) -> ValueMap {
    var result = ValueMap()
    for (key, value) in pairs { result[key.mapStrings(transform)] = value.mapStrings(transform) }
    return result
  }
}

extension ValueMap: Hashable {
  public static func == (left: ValueMap, right: ValueMap) -> Bool { left.storage == right.storage }
  public func hash(into hasher: inout Hasher) { hasher.combine(storage) }
}
