import RunbookModel

/// Puts lines together on one line.
package struct LogText {
  package private(set) var bytes: [UInt8] = []

  package mutating func append(_ line: LogBytes) {
    let line = line.trimmed
    guard !line.isEmpty else { return }
    if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
    bytes += line
  }

  /// - Returns: where in the whole that is which begins at a byte of the line.
  package mutating func append(_ line: LogBytes, shownFrom start: Int) -> Int {
    append(line.part(0..<min(start, line.count)))
    let prefixEnd = bytes.count
    append(line.part(from: min(start, line.count)))
    return bytes.count > prefixEnd && prefixEnd > 0 ? prefixEnd + 1 : prefixEnd
  }

  /// Puts all lines of a text on this one.
  package mutating func append(lines text: String) {
    var text = text
    text.withUTF8 { bytes in
      bytes.eachLine { line in
        append(line)
        return true
      }
    }
  }

  /// A text with its lines put on one.
  package static func oneLine(_ text: String) -> String {
    var line = LogText()
    line.append(lines: text)
    return String(decoding: line.bytes, as: UTF8.self)
  }
}
