/// The known name that a misspelt one most likely means.
public enum NearestName {
  /// The nearest candidate, or nil where none is near: a third of the letters may differ, at least
  /// one. Of equally near ones it is the first by code points, whatever their order is.
  public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
    let letters = Array(name.lowercased().utf8.prefix(64))
    var best: (distance: Int, name: String)?
    for candidate in candidates {
      let other = Array(candidate.lowercased().utf8.prefix(64))
      let limit = max(1, max(letters.count, other.count) / 3)
      guard abs(letters.count - other.count) <= limit else { continue }
      let found = (distance: distance(letters, other), name: candidate)
      guard found.distance <= limit else { continue }
      if let known = best, known <= found { continue }
      best = found
    }
    return best?.name
  }

  /// How many letters were left out, added, changed, or swapped with their neighbour.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
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
      (beforeLast, last) = (last, row)
    }
    return last.last ?? 0
  }
}
