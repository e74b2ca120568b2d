// The library's own Unicode normalization; Foundation's would be loaded at every start.
@_spi(_Unicode) private import Swift

/// How else a secret may be spelled as a whole, before anything writes its characters otherwise: in UTF-7, and, where it
/// is not all ASCII, with its letters and marks in one character or in several, in capitals, and with its bytes taken
/// for another character set's.
enum SecretSpellings {
  /// The secret itself is the first.
  ///
  /// - Parameter ignoringCase: whether it is found in capitals too; those of ASCII are not spelled for it.
  static func all(of secret: [UInt8], ignoringCase: Bool = false) -> [[UInt8]] {
    guard secret.contains(where: { $0 >= 0x80 }) else {
      return isDirect(secret) ? [secret] : unique([secret] + utf7(of: secret))
    }
    let text = String(decoding: secret, as: UTF8.self)
    var spellings = [secret]
    if ignoringCase { spellings += [Array(text.uppercased().utf8), Array(text.lowercased().utf8)] }
    for normal in [text._nfc.map(\.self), text._nfd.map(\.self)] {
      var scalars = String.UnicodeScalarView()
      scalars.append(contentsOf: normal)
      spellings.append(Array(String(scalars).utf8))
    }
    // Programs differ in whether they normalize first.
    for spelling in spellings {
      let once = [misread(spelling) { UInt32($0) }, misread(spelling, windows1252)]
      // What was read as another set's may be so again.
      spellings += once + once.flatMap { [misread($0) { UInt32($0) }, misread($0, windows1252)] }
      spellings += [consoles437, consoles850].map { set in
        misread(spelling) { $0 < 0x80 ? UInt32($0) : set[Int($0) - 0x80] }
      }
    }
    return unique(spellings + utf7(of: secret))
  }

  private static func unique(_ spellings: [[UInt8]]) -> [[UInt8]] {
    var seen: Set<[UInt8]> = []
    return spellings.filter { seen.insert($0).inserted }
  }

  /// Whether UTF-7 writes all of it as it is.
  private static func isDirect(_ secret: [UInt8]) -> Bool {
    secret.allSatisfy { isDirect($0, withOptional: false) }
  }

  /// What UTF-7 leaves as it is, and what it may leave: https://www.rfc-editor.org/rfc/rfc2152
  private static func isDirect(_ byte: UInt8, withOptional: Bool) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, 0x20, 0x09, 0x0A, 0x0D: true
    case 0x27...0x29, 0x2C...0x2F, 0x3A, 0x3F: true
    case 0x21...0x26, 0x2A, 0x3B...0x3E, 0x40, 0x5B, 0x5D...0x60, 0x7B...0x7D: withOptional
    default: false
    }
  }

  /// In UTF-7, as writers differ: in what they leave as it is, and whether they end a code that nothing need end.
  private static func utf7(of secret: [UInt8]) -> [[UInt8]] {
    [(false, true), (true, true), (false, false), (true, false)].map { withOptional, isEnded in
      utf7(of: secret, withOptional, isEnded)
    }
  }

  private static func utf7(
    of secret: [UInt8], _ withOptional: Bool, _ isAlwaysEnded: Bool
  ) -> [UInt8] {
    var written: [UInt8] = []
    var units: [UInt8] = []
    func end(before next: UInt8?) {
      guard !units.isEmpty else { return }
      written.append(UInt8(ascii: "+"))
      written += SecretForms.base64(units, isWhole: true)
      units = []
      guard let next else { return }
      if isAlwaysEnded || next == UInt8(ascii: "-") || SecretForms.isOfBase64(next) {
        written.append(UInt8(ascii: "-"))
      }
    }
    for scalar in String(decoding: secret, as: UTF8.self).unicodeScalars {
      if scalar.value < 0x80, isDirect(UInt8(scalar.value), withOptional: withOptional) {
        end(before: UInt8(scalar.value))
        written.append(UInt8(scalar.value))
      } else if scalar == "+", units.isEmpty {
        written += Array("+-".utf8)
      } else {
        for unit in Array(UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter) {
          units += [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        }
      }
    }
    end(before: nil)
    return written
  }

  /// Bytes of UTF-8 that were taken for characters, and written as UTF-8 again: `Ã¶` for `ö`.
  private static func misread(_ bytes: [UInt8], _ scalar: (UInt8) -> UInt32) -> [UInt8] {
    bytes.flatMap { byte in
      Unicode.Scalar(scalar(byte)).map { Array(String($0).utf8) } ?? [byte]
    }
  }

  /// As everybody reads it (<https://encoding.spec.whatwg.org/#windows-1252>): what it leaves open are controls.
  private static func windows1252(_ byte: UInt8) -> UInt32 {
    (0x80...0x9F).contains(byte) ? from80[Int(byte) - 0x80] : UInt32(byte)
  }

  private static let from80: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039,
    0x152, 0x8D, 0x17D,
    0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161,
    0x203A, 0x153, 0x9D,
    0x17E, 0x178,
  ]

  /// What consoles of DOS and Windows read from 0x80 on: code page 437, and 850 in western Europe.
  private static let consoles437 =
    ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
    + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}").unicodeScalars.map(
      \.value)
  /// Code page 850.
  private static let consoles850 =
    ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐"
    + "└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}").unicodeScalars
    .map(\.value)
}
