import Foundation
import RunbookEngine
import Testing

/// What terminals, printers and programs make of a secret that they show, in all ways to cut the text.
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

  private static let forms: [(String, [UInt8])] =
    [".", "/", "_", ";", " ", ":", "|", ", "].flatMap { sign in
      [("numbers by '\(sign)'", joined(sign)), ("hex by '\(sign)'", joined(sign, hex: true))]
    } + [
      ("cat -v", meta(bytes)),
      ("a list", Array("[\(bytes.map { String($0) }.joined(separator: ", "))]".utf8)),
      (
        "an object of bytes",
        Array(
          "{\(bytes.enumerated().map { "\"\($0.offset)\": \($0.element)" }.joined(separator: ", "))}"
            .utf8)
      ),
      (
        "systemd-escape",
        Array("pässw0rd\\x2dGeheim/7".utf8)
      ),
      (
        "quotemeta of bytes",
        bytes.flatMap { byte in
          (48...57).contains(byte) || (97...122).contains(byte | 0x20) && byte < 0x80
            ? [byte] : [0x5C, byte]
        }
      ),
      ("quotemeta", Array("p\\ässw0rd\\-Geheim\\/7".utf8)),
      ("a return", within("\r")), ("a bell", within("\u{7}")), ("a delete", within("\u{7F}")),
      ("a link", within("\u{1B}]8;;http://127.0.0.1/x\u{7}")),
      ("a title", within("\u{1B}]0;title\u{1B}\\")), ("a character set", within("\u{1B}(B")),
      ("colours", within("\u{1B}[1;31m")), ("a saved place", within("\u{1B}7")),
      (
        "overstrike",
        secret.unicodeScalars.flatMap { Array("\($0)\u{8}\($0)".utf8) }
      ),
    ]

  @Test(arguments: forms.indices) func isFound(_ number: Int) {
    let (name, form) = Self.forms[number]
    let redactor = Redactor(secrets: [Self.secret])
    let text = Array("said <".utf8) + form + Array("> here".utf8)
    for cut in 0...text.count {
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
