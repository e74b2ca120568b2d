/// The scalars of a pattern, one after the other.
struct PatternScanner {
  private let scalars: [Unicode.Scalar]
  private var offset = 0

  init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

  var count: Int { scalars.count }
  var isAtEnd: Bool { offset >= scalars.count }
  var current: Unicode.Scalar? { peek(0) }

  func peek(_ distance: Int) -> Unicode.Scalar? {
    let index = offset + distance
    return index < scalars.count ? scalars[index] : nil
  }

  mutating func next() -> Unicode.Scalar? {
    guard let scalar = current else { return nil }
    offset += 1
    return scalar
  }

  mutating func skip(_ text: String) -> Bool {
    let wanted = text.unicodeScalars
    guard scalars[min(offset, scalars.count)...].starts(with: wanted) else { return false }
    offset += wanted.count
    return true
  }

  /// A decimal number; too many digits give a number beyond all limits.
  mutating func number() -> Int? {
    var number: Int?
    while let scalar = current, ("0"..."9").contains(scalar) {
      number = min((number ?? 0) * 10 + Int(scalar.value) - 0x30, 1_000_000)
      offset += 1
    }
    return number
  }

  func error(_ message: String, back: Int = 0) -> RegularExpressionError {
    RegularExpressionError(message, at: max(0, offset - back))
  }
}
