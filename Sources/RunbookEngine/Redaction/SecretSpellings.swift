// The library's own Unicode normalization; Foundation's would be loaded at every start.
@_spi(_Unicode) private import Swift

/// How else a secret that is not all ASCII may be spelled, before anything encodes it: with its letters and marks in
/// one character or in several, and with its bytes taken for another character set's.
enum SecretSpellings {
  /// The secret itself is the first.
  static func all(of secret: [UInt8]) -> [[UInt8]] {
    guard secret.contains(where: { $0 >= 0x80 }) else { return [secret] }
    let text = String(decoding: secret, as: UTF8.self)
    var spellings = [secret]
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
    var seen: Set<[UInt8]> = []
    return spellings.filter { seen.insert($0).inserted }
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
