package import RunbookModel

/// Looks for a literal, eight bytes at a time.
///
/// A place is looked at closely where the literal's first and last byte both fit.
package struct LiteralSearch: Sendable {
  private let bytes: [UInt8]
  private let foldsCase: Bool
  private let first: UInt64
  private let last: UInt64
  /// Makes a capital letter a small one; other bytes are only made to fit more than they should.
  private let firstFold: UInt64
  private let lastFold: UInt64

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F

  package init(_ literal: RequiredLiteral) {
    bytes = literal.bytes
    foldsCase = literal.foldsCase
    first = UInt64(literal.bytes.first ?? 0) * Self.ones
    last = UInt64(literal.bytes.last ?? 0) * Self.ones
    firstFold = Self.fold(literal.bytes.first, literal.foldsCase)
    lastFold = Self.fold(literal.bytes.last, literal.foldsCase)
  }

  private static func fold(_ byte: UInt8?, _ foldsCase: Bool) -> UInt64 {
    guard foldsCase, let byte, (97...122).contains(byte) else { return 0 }
    return 0x20 * ones
  }

  /// The first place from a position on; nil when there is none.
  package func next(in text: LogBytes, from start: Int) -> Int? {
    guard !bytes.isEmpty, let base = UnsafeRawPointer(text.baseAddress) else { return nil }
    let distance = bytes.count - 1
    let end = text.count - distance
    var position = start
    while position + 8 <= end {
      let head = base.loadUnaligned(fromByteOffset: position, as: UInt64.self) | firstFold
      let tail = base.loadUnaligned(fromByteOffset: position + distance, as: UInt64.self) | lastFold
      // Only a byte that is zero here fits at both ends.
      let misfit = (head ^ first) | (tail ^ last)
      var fits = ~(((misfit & Self.low) &+ Self.low) | misfit | Self.low)
      while fits != 0 {
        let place = position + UInt64(littleEndian: fits).trailingZeroBitCount / 8
        if isThere(text, place) { return place }
        fits &= fits &- 1
      }
      position += 8
    }
    while position < end {
      if isThere(text, position) { return position }
      position += 1
    }
    return nil
  }

  private func isThere(_ text: LogBytes, _ place: Int) -> Bool {
    for (index, byte) in bytes.enumerated() {
      let found = text[place + index]
      let isSame =
        found == byte || (foldsCase && (65...90).contains(found) && found | 0x20 == byte)
      guard isSame else { return false }
    }
    return true
  }
}
