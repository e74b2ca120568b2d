/// Finds what was probably meant by a misspelt name.
enum NearestName {
  static func hint(for name: String, among names: some Sequence<String>) -> String? {
    nearest(to: name, among: names).map { "did you mean `\($0)`?" }
  }

  /// - Returns: the name with the fewest changes, at most a third of the length and two at least.
  static func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let limit = max(2, name.unicodeScalars.count / 3)
    return names.map { (name: $0, distance: distance(name, $0)) }
      .filter { $0.distance <= limit }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }

  /// Levenshtein's.
  private static func distance(_ one: String, _ other: String) -> Int {
    let columns = Array(other.unicodeScalars.prefix(100))
    var row = Array(0...columns.count)
    for (index, scalar) in one.unicodeScalars.prefix(100).enumerated() {
      var next = [index + 1]
      for (column, candidate) in columns.enumerated() {
        let replaced = row[column] + (scalar == candidate ? 0 : 1)
        next.append(min(replaced, row[column + 1] + 1, next[column] + 1))
      }
      row = next
    }
    return row.last ?? 0
  }
}
