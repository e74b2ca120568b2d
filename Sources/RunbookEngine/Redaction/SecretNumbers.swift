import RunbookModel

/// The secrets that are numbers, by what they are: a value of a database or of JSON may be written otherwise.
struct SecretNumbers: Sendable {
  /// What numbers are written in.
  static let characters = Set("0123456789.eE+-".unicodeScalars.map(\.value))

  static func isHexDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte | 0x20)
  }

  private var exact: Set<ExactDecimal> = []
  /// A double keeps fewer digits than a secret may have.
  private var rounded: Set<Double> = []

  /// - Parameter shortest: how many characters a number has at least that is taken for a secret.
  init(_ secrets: Set<[UInt8]>, shortest: Int) {
    for secret in secrets where secret.count >= shortest && secret.count <= 400 {
      let text = String(decoding: secret, as: UTF8.self)
      let unsigned = text.begins(with: "-") ? String(text.dropFirstScalars(1)) : text
      guard let number = ExactDecimal(unsigned), !number.isZero,
        number.text.utf8.count >= shortest
      else { continue }
      exact.insert(number)
      if let double = Double(number.text), double.isFinite { rounded.insert(double) }
    }
  }

  /// - Parameters:
  ///   - text: a number without a sign.
  ///   - isRounded: whether it is a double.
  func contains(_ text: String, isRounded: Bool) -> Bool {
    guard !exact.isEmpty, let number = ExactDecimal(text) else { return false }
    return exact.contains(number) || (isRounded && Double(text).map(rounded.contains) == true)
  }
}
