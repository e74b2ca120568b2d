import RunbookModel

/// On which line of a text a byte lies, the first being 0.
package struct LineNumbers: Sendable {
  private let breaks: [Int]

  package init(_ bytes: [UInt8]) {
    breaks = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
  }

  package func line(ofByte byte: Int) -> Int { breaks.count(before: byte) { $0 } }
}

extension Array {
  /// How many elements of a sorted array have a key below the limit.
  package func count(before limit: Int, _ key: (Element) -> Int) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if key(self[middle]) < limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
