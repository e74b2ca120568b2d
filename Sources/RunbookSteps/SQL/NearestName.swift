/// The known name that a misspelt one was most likely meant to be.
enum NearestName {
  /// - Returns: nil when none is near: within a third of the name's length, at least one and at most
  ///   three edits away. Of equally near ones the first in order.
  static func of(_ name: String, among names: some Sequence<String>) -> String? {
    let limit = min(3, max(1, name.unicodeScalars.count / 3))
    let wanted = Array(name.lowercased().unicodeScalars)
    return names.sorted()
      .map { (name: $0, distance: distance(wanted, Array($0.lowercased().unicodeScalars))) }
      .filter { $0.distance <= limit }
      .min { $0.distance < $1.distance }?.name
  }

  private static func distance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
    var row = Array(0...other.count)
    for (i, a) in one.enumerated() {
      var diagonal = i
      row[0] = i + 1
      for (j, b) in other.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
        diagonal = above
      }
    }
    return row[other.count]
  }
}
