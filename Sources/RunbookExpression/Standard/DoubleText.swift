import RunbookModel

/// Doubles as text for people: the shortest digits that read back the same, no fraction where there
/// is none, an exponent only below 1e-6 and from 1e21 on.
enum DoubleText {
  static func text(of number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    let (digits, exponent) = decimal(number.magnitude)
    let sign = number.sign == .minus ? "-" : ""
    return sign + layOut(digits, exponent)
  }

  /// Significant digits without zeros at either end, and where the point stands after the first.
  private static func decimal(_ number: Double) -> (digits: [UInt8], exponent: Int) {
    let parts = number.description.utf8.split(separator: UInt8(ascii: "e"))
    let mantissa = parts.first.map(Array.init) ?? []
    var exponent = parts.count > 1 ? Int(String(parts[1]) ?? "") ?? 0 : 0
    let point = mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissa.count
    var digits = mantissa.filter { $0 != UInt8(ascii: ".") }
    exponent += point - 1
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    while digits.count > 1, digits.first == UInt8(ascii: "0") {
      digits.removeFirst()
      exponent -= 1
    }
    return digits == [UInt8(ascii: "0")] ? (digits, 0) : (digits, exponent)
  }

  private static func layOut(_ digits: [UInt8], _ exponent: Int) -> String {
    let text = String(decoding: digits, as: UTF8.self)
    switch exponent {
    case -6..<0:
      return "0." + String(repeating: "0", count: -exponent - 1) + text
    case 0..<21:
      let zeros = String(repeating: "0", count: max(0, exponent + 1 - digits.count))
      guard digits.count > exponent + 1 else { return text + zeros }
      return "\(text.prefixOfScalars(exponent + 1)).\(text.dropFirstScalars(exponent + 1))"
    default:
      let fraction = digits.count > 1 ? "." + text.dropFirstScalars() : ""
      return
        "\(text.prefixOfScalars(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
    }
  }
}
