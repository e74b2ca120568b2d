import Foundation
import RunbookEngine
import Testing

/// What terminals, printers and programs make of a secret that they show, in several ways to cut the text.
struct SecretDisguiseTests {
  private static let secret = "pässw0rd-Geheim/7"
  private static let bytes = Array(secret.utf8)

  private static func joined(_ sign: String, hex: Bool = false) -> [UInt8] {
    let numbers = bytes.map { byte in
      hex ? (byte < 16 ? "0" : "") + String(byte, radix: 16) : String(byte)
    }
    return Array(numbers.joined(separator: sign).utf8)
  }

  /// As `cat -v` has it.
  private static func meta(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte -> [UInt8] in
      guard byte >= 0x80 else { return [byte] }
      let low = byte & 0x7F
      return Array("M-".utf8) + (low < 0x20 ? [0x5E, low ^ 0x40] : [low])
    }
  }

  private static func within(_ text: String, at place: Int = 5) -> [UInt8] {
    Array(bytes[..<place]) + Array(text.utf8) + Array(bytes[place...])
  }

  private static let forms: [(String, [UInt8])] = listed + written + interrupted

  private static var listed: [(String, [UInt8])] {
    var found: [(String, [UInt8])] = []
    for sign in [".", "/", "_", ";", " ", ":", "|", ", "] {
      found.append(("numbers by '\(sign)'", joined(sign)))
      if sign != "|" { found.append(("hex by '\(sign)'", joined(sign, hex: true))) }
    }
    let members = bytes.enumerated().map { number, byte in "\"\(number)\": \(byte)" }
    let object = "{" + members.joined(separator: ", ") + "}"
    found.append(("an object of bytes", Array(object.utf8)))
    return found
  }

  private static var written: [(String, [UInt8])] {
    let quoted = bytes.flatMap { byte -> [UInt8] in
      let isWord = (48...57).contains(byte) || (97...122).contains(byte | 0x20)
      return isWord && byte < 0x80 ? [byte] : [0x5C, byte]
    }
    let overstrike = secret.unicodeScalars.map { "\($0)\u{8}\($0)" }.joined()
    return [
      ("cat -v", meta(bytes)), ("quotemeta of bytes", quoted),
      ("quotemeta", Array(#"p\ässw0rd\-Geheim\/7"#.utf8)),
      ("systemd-escape", Array(#"pässw0rd\x2dGeheim/7"#.utf8)),
      ("overstrike", Array(overstrike.utf8)),
    ]
  }

  private static var interrupted: [(String, [UInt8])] {
    let signs = [
      "\r", "\u{7}", "\u{7F}", "\u{1B}]8;;http://127.0.0.1/x\u{7}", "\u{1B}]0;title\u{1B}\\",
      "\u{1B}(B", "\u{1B}[1;31m", "\u{1B}7",
    ]
    return signs.map { ("a sign within", within($0)) }
  }

  @Test(arguments: forms.indices) func isFound(_ number: Int) {
    let (name, form) = Self.forms[number]
    let redactor = Redactor(secrets: [Self.secret])
    let text = Array("said <".utf8) + form + Array("> here".utf8)
    for cut in [0, text.count / 3, text.count / 2, text.count - 9] {
      var stream = redactor.stream()
      let shown =
        stream.append(Array(text[..<cut])) + stream.append(Array(text[cut...])) + stream.finish()
      let words = String(decoding: shown, as: UTF8.self)
      #expect(words.contains(Redactor.mark), "\(name), cut at \(cut): \(words)")
      // At most what stands at a code's edges stays.
      #expect(shown.count < 40, "\(name), cut at \(cut): \(words)")
    }
  }

  /// Ordinary text with such signs is shown as it is.
  @Test(arguments: [
    "a\rb", "\u{1B}[1mbold\u{1B}[0m", "H\u{8}He\u{8}e", "192.168.0.1", "1/2/3; 4_5", "M-x M-^",
    "{\"0\": 1, \"1\": 2}",
  ]) func nothingElseIs(_ text: String) {
    #expect(Redactor(secrets: [Self.secret]).redact(text) == text)
  }
}
