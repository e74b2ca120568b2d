/// The known name that a misspelt one most likely means.
public enum NearestName {
  /// Among more names than these none is looked for: nobody wrote them by hand.
  public static let most = 1000

  /// The nearest candidate, or nil where none is near: a third of the letters may differ, at least
  /// one. Of equally near ones it is the first by code points, whatever their order is.
  public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
    let letters = letters(of: name)
    var best: (distance: Int, name: String)?
    var count = 0
    for candidate in candidates {
      count += 1
      guard count <= most else { return nil }
      let other = Self.letters(of: candidate)
      let limit = max(1, max(letters.count, other.count) / 3)
      guard abs(letters.count - other.count) <= limit,
        let distance = distance(letters, other, within: limit)
      else { continue }
      let found = (distance: distance, name: candidate)
      if let known = best, known <= found { continue }
      best = found
    }
    return best?.name
  }

  private static func letters(of name: String) -> [UInt8] {
    Array(String(decoding: name.utf8.prefix(64), as: UTF8.self).lowercased().utf8.prefix(64))
  }

  /// How many letters were left out, added, changed, or swapped with their neighbour; nil for more than
  /// `limit`.
  private static func distance(_ left: [UInt8], _ right: [UInt8], within limit: Int) -> Int? {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (i, letter) in left.enumerated() {
      var row = [i + 1]
      row.reserveCapacity(right.count + 1)
      for (j, other) in right.enumerated() {
        var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (letter == other ? 0 : 1))
        if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      // A swap looks two rows back, and makes up for one.
      guard (row.min() ?? 0) <= limit + 1 else { return nil }
      (beforeLast, last) = (last, row)
    }
    return last.last.flatMap { $0 <= limit ? $0 : nil }
  }
}

/// Names in a message, of which there may be thousands.
public enum NameList {
  private static let most = 20

  /// The first of them with commas between, and how many more there are.
  public static func text(of names: some Collection<String>) -> String {
    let shown = names.prefix(most).joined(separator: ", ")
    return names.count > most ? "\(shown) and \(names.count - most) more" : shown
  }
}
