import RunbookModel

/// The words of a text: letters with their marks, and digits. Capitals do not matter.
struct TextWords {
  struct Word {
    let range: Range<String.Index>
    /// Of its letters, as small ones: FNV-1a, which is the same in each process.
    let hash: UInt64
    /// Scalars.
    let count: Int
    let hasDigit: Bool
    /// Counts from 0.
    let line: Int
  }

  private(set) var words: [Word] = []

  init(_ text: String) {
    let scalars = text.unicodeScalars
    var start: String.Index?
    var (hash, count, hasDigit, line) = (Self.basis, 0, false, 0)
    func word(upTo end: String.Index) -> Word? {
      start.map {
        Word(range: $0..<end, hash: hash, count: count, hasDigit: hasDigit, line: line)
      }
    }
    var index = scalars.startIndex
    while index < scalars.endIndex {
      let scalar = scalars[index]
      if Self.isPart(scalar) {
        if start == nil { (start, hash, count, hasDigit) = (index, Self.basis, 0, false) }
        hash = Self.mixed(hash, UInt64(Self.folded(scalar).value))
        count += 1
        hasDigit = hasDigit || scalar.isASCIIDigit
      } else {
        if let word = word(upTo: index) { words.append(word) }
        start = nil
        if scalar.isNewline { line += 1 }
      }
      index = scalars.index(after: index)
    }
    if let word = word(upTo: scalars.endIndex) { words.append(word) }
  }

  /// Of words in a row.
  static func hash(of words: ArraySlice<Word>) -> UInt64 {
    words.reduce(basis) { mixed($0, $1.hash) }
  }

  static func isPart(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.isASCIILetter || scalar.isASCIIDigit }
    return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || scalar.properties.canonicalCombiningClass != .notReordered
  }

  /// As a small letter, where that is one scalar.
  static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII {
      return (65...90).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar
    }
    let small = scalar.properties.lowercaseMapping.unicodeScalars
    return small.count == 1 ? small.first ?? scalar : scalar
  }

  private static let basis: UInt64 = 0xCBF2_9CE4_8422_2325

  private static func mixed(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    (0..<8).reduce(hash) { hash, byte in
      (hash ^ (value >> (UInt64(byte) * 8) & 0xFF)) &* 0x100_0000_01B3
    }
  }
}
