/// Reads what was written to a terminal as a terminal would, and says what was more than text: written
/// without the product's own tables, to hold them against.
public enum TerminalReader {
  /// - Parameter allowsRedraw: whether the live line's own sequence may be there: CR, ESC [ K.
  /// - Returns: what steers the terminal beside line breaks and styles (SGR), or misleads who reads it.
  public static func violations(in text: String, allowsRedraw: Bool = false) -> [String] {
    var found: [String] = []
    let scalars = Array(text.unicodeScalars)
    var index = 0
    func follows(_ words: [UInt32]) -> Bool {
      zip(words.indices, words).allSatisfy {
        index + $0 < scalars.count && scalars[index + $0].value == $1
      }
    }
    while index < scalars.count {
      let scalar = scalars[index]
      if allowsRedraw, follows([0x0D, 0x1B, 0x5B, 0x4B]) {
        index += 4
        continue
      }
      if follows([0x1B, 0x5B]) {
        var end = index + 2
        while end < scalars.count, scalars[end].value == 0x3B || (0x30...0x39) ~= scalars[end].value
        {
          end += 1
        }
        if end < scalars.count, scalars[end].value == 0x6D {
          index = end + 1
          continue
        }
      }
      if scalar.value == 0x1F3F4, let end = flagEnd(scalars, index) {
        index = end
        continue
      }
      if misleads(scalar) { found.append("U+\(String(scalar.value, radix: 16)) at \(index)") }
      index += 1
    }
    return found
  }

  private static func misleads(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control: scalar.value != 0x0A
    case .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isBidiControl || (0xE0000...0xE007F).contains(scalar.value)
    }
  }

  private static func flagEnd(_ scalars: [Unicode.Scalar], _ start: Int) -> Int? {
    let tags = scalars[(start + 1)...].prefix { (0xE0030...0xE007A).contains($0.value) }
    let end = tags.endIndex
    return !tags.isEmpty && end < scalars.count && scalars[end].value == 0xE007F ? end + 1 : nil
  }
}
