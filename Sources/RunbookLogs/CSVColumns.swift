import RunbookModel

/// The columns of a record, one after the other.
package struct CSVColumns {
  package struct Column {
    /// Without the quotes around it.
    package let bytes: LogBytes
    package let isQuoted: Bool

    package var text: String {
      guard isQuoted, bytes.contains(UInt8(ascii: "\"")) else { return bytes.text }
      var text: [UInt8] = []
      text.reserveCapacity(bytes.count)
      var isDoubled = false
      for byte in bytes {
        isDoubled = byte == UInt8(ascii: "\"") && !isDoubled
        if !isDoubled { text.append(byte) }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }

  private let record: LogBytes
  private var position = 0
  private var isAtEnd = false

  package init(_ record: LogBytes) { self.record = record }

  /// - Returns: nil after the last, and where a quote is not closed.
  package mutating func next() -> Column? {
    guard !isAtEnd else { return nil }
    let isQuoted = position < record.count && record[position] == UInt8(ascii: "\"")
    let start = isQuoted ? position + 1 : position
    var end = start
    if isQuoted {
      guard let close = closingQuote(from: start) else { return nil }
      end = close
    }
    var stop = isQuoted ? end + 1 : end
    while stop < record.count, record[stop] != UInt8(ascii: ","), record[stop] != 10 { stop += 1 }
    if !isQuoted { end = stop }
    isAtEnd = stop >= record.count || record[stop] == 10
    position = stop + 1
    return Column(bytes: record.part(start..<end), isQuoted: isQuoted)
  }

  private func closingQuote(from start: Int) -> Int? {
    var index = start
    while index < record.count {
      if record[index] == UInt8(ascii: "\"") {
        guard index + 1 < record.count, record[index + 1] == UInt8(ascii: "\"") else {
          return index
        }
        index += 1
      }
      index += 1
    }
    return nil
  }
}
