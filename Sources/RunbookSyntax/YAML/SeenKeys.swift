import RunbookModel

/// The keys of one mapping: found by looking through them while they are few, else by hash.
///
/// Keys are compared by their bytes, where Swift's `==` would take "é" in one and in two code points
/// for the same.
struct SeenKeys {
  private static let fewest = 16
  private var marks: [[UInt8]: YAMLMark] = [:]

  /// The place of the same key before, or nil.
  mutating func insert(
    _ key: String, at mark: YAMLMark, among pairs: [YAMLPair]
  ) -> YAMLMark? {
    guard pairs.count >= Self.fewest else {
      return pairs.first { Self.same($0.key.text, key) }?.key.mark
    }
    if marks.isEmpty {
      for pair in pairs { marks[Array(pair.key.text.utf8)] = pair.key.mark }
    }
    if let first = marks[Array(key.utf8)] { return first }
    marks[Array(key.utf8)] = mark
    return nil
  }

  private static func same(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
  }
}
