/// A map from values to values that keeps the order in which its keys were first set.
///
/// Equality does not heed the order. Keys are compared as `Value` compares: exactly, by code point.
public struct ValueMap: Sendable {
  public private(set) var keys: [Value] = []
  /// Each key's value, in the keys' order. Maps of one shape, such as rows, share their keys in memory.
  private var values: [Value] = []
  /// Where each key is; empty for few keys, which are found faster one by one.
  private var places: [Value: Int] = [:]

  private static let mostWithoutPlaces = 8

  public init() {}

  public init(_ pairs: some Sequence<(String, Value)>) {
    for (key, value) in pairs { self[.string(key)] = value }
  }

  /// A map with the keys of another one, and values in their order; missing ones are null.
  public init(keysOf other: ValueMap, values: [Value]) {
    self = other
    let missing = keys.count - values.count
    self.values =
      missing == 0
      ? values : Array(values.prefix(keys.count)) + Array(repeating: .null, count: max(0, missing))
  }

  public var count: Int { keys.count }
  public var isEmpty: Bool { keys.isEmpty }

  /// Setting nil removes the key, which costs time in the number of keys.
  public subscript(key: Value) -> Value? {
    get { place(of: key).map { values[$0] } }
    set {
      switch (place(of: key), newValue) {
      case (let place?, let value?): values[place] = value
      case (let place?, nil):
        keys.remove(at: place)
        values.remove(at: place)
        places = [:]
        notePlaces()
      case (nil, let value?):
        keys.append(key)
        values.append(value)
        if !places.isEmpty { places[key] = keys.count - 1 } else { notePlaces() }
      case (nil, nil): break
      }
    }
  }

  private func place(of key: Value) -> Int? {
    places.isEmpty ? keys.firstIndex(of: key) : places[key]
  }

  private mutating func notePlaces() {
    guard keys.count > Self.mostWithoutPlaces else { return }
    for (place, key) in keys.enumerated() { places[key] = place }
  }

  public subscript(key: String) -> Value? {
    get { self[.string(key)] }
    set { self[.string(key)] = newValue }
  }

  /// Keys and values in order.
  public var pairs: some Sequence<(key: Value, value: Value)> {
    zip(keys, values).lazy.map { (key: $0, value: $1) }
  }

  public func mapValues(_ transform: (Value) -> Value) -> ValueMap {
    var result = self
    result.values = values.map(transform)
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
  public static func == (left: ValueMap, right: ValueMap) -> Bool {
    left.count == right.count && left.pairs.allSatisfy { right[$0.key] == $0.value }
  }

  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for (key, value) in pairs {
      var one = Hasher()
      one.combine(key)
      one.combine(value)
      sum ^= one.finalize()
    }
    hasher.combine(count)
    hasher.combine(sum)
  }
}
