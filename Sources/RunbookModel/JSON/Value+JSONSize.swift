extension Value {
  /// How many bytes `json` has; counting ends where they are more than `limit`.
  public func jsonSize(upTo limit: Int = .max) -> Int {
    var count = 0
    addJSONSize(to: &count, upTo: limit)
    return count
  }

  private func addJSONSize(to count: inout Int, upTo limit: Int) {
    guard count <= limit else { return }
    switch self {
    case .null: count += 4
    case .bool(let value): count += value ? 4 : 5
    case .string(let text): count += 2 + text.utf8.reduce(0) { $0 + Self.jsonSize(of: $1) }
    case .list(let items):
      count += 2 + max(0, items.count - 1)
      for item in items where count <= limit { item.addJSONSize(to: &count, upTo: limit) }
    case .map(let map):
      count += 2 + map.count + max(0, map.count - 1)
      for (key, value) in map.pairs where count <= limit {
        (key.stringValue == nil ? .string(key.json) : key).addJSONSize(to: &count, upTo: limit)
        value.addJSONSize(to: &count, upTo: limit)
      }
    default: count += json.utf8.count
    }
  }

  /// As `JSONWriter` writes it in a string.
  private static func jsonSize(of byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
    case 0..<0x20: 6
    default: 1
    }
  }
}
