/// Endings of words, found by a word's last byte: to ask each of a hundred in turn would be most of the time that a
/// file of many names takes.
struct WordEnds: Sendable {
  private let byLast: [[[UInt8]]]

  /// - Parameter ends: not empty.
  init(_ ends: [String]) {
    var byLast = [[[UInt8]]](repeating: [], count: 256)
    for end in ends {
      let bytes = Array(end.utf8)
      if let last = bytes.last { byLast[Int(last)].append(bytes) }
    }
    self.byLast = byLast
  }

  func isEnd(of word: String) -> Bool {
    guard let last = word.utf8.last, !byLast[Int(last)].isEmpty else { return false }
    var word = word
    return word.withUTF8 { bytes in
      byLast[Int(last)].contains { end in
        guard end.count <= bytes.count else { return false }
        let start = bytes.count - end.count
        for index in end.indices.reversed() where end[index] != bytes[start + index] {
          return false
        }
        return true
      }
    }
  }
}
