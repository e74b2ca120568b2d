/// Texts that break what quotes, parses or cuts: every language's own signs, with the scalars beside
/// them that Swift joins into one character.
public enum HostileText {
  /// Signs of SQL, sh, Markdown, HTML, JSON, CSV, URLs and terminals.
  public static let signs = [
    "'", "\"", "\\", "`", "$", "$$", "|", "<", ">", "&", "/", "=", "-", "--", "-->", "]]>", "/*",
    "*/", "#", "*", "_", "~", "~~~", "```", "[", "]", "(", ")", "![", "](", "{", "}", "{{", "}}",
    ";", ":", "://", ",", ".", "..", "@", "%", "%00", "!", "?", "+", "^", "\r\n", "\n", "\r", "\t",
    " ", "\u{0B}", "\u{0C}", "\u{1B}[31m", "\u{1B}]0;x\u{7}", "\u{9B}2J", "\u{85}", "\u{2028}",
    "\u{7F}",
    "&amp;", "&#39;", "&lt;", "<script>", "</pre>", "<b>", "<!--", "javascript:", "onerror=",
    "http://evil.example/", "www.evil.example", "a@evil.example", ":'v'", ":v", "E'", "U&'", "0",
    "1",
  ]

  /// Scalars that join with their neighbours, have no width, turn the direction, or are noncharacters.
  public static let joiners = [
    "\u{0600}", "\u{06DD}", "\u{070F}", "\u{110BD}", "\u{0301}", "\u{0338}", "\u{20D2}", "\u{FE0F}",
    "\u{200D}", "\u{200B}", "\u{200C}", "\u{2060}", "\u{FEFF}", "\u{00AD}", "\u{202E}", "\u{202D}",
    "\u{2066}", "\u{2069}", "\u{200E}", "\u{200F}", "\u{061C}", "\u{1F1E6}", "\u{1F3FB}",
    "\u{0E33}",
    "\u{0903}", "\u{1100}", "\u{1161}", "\u{11A8}", "\u{FFFE}", "\u{FFFF}", "\u{E000}",
    "\u{10FFFF}",
    "\u{E0001}", "\u{E0020}", "\u{E0041}", "\u{1F3F4}", "\u{E0067}", "\u{E007F}", "\u{034F}",
    "\u{17B4}", "\u{2800}",
    "\u{1BCA0}", "\u{1D173}", "\u{E0100}", "\u{FE00}", "\u{180B}", "\u{2028}", "\u{3164}",
    "\u{115F}",
  ]

  /// What is ordinary, and has to stay as it is.
  public static let ordinary = [
    "a", "Z", "user", "Łukasz", "José", "Jose\u{0301}", "שלום", "مرحبا", "日本語", "한국", "👩‍👩‍👧", "🇩🇪",
    "é", "ß", "İ", "می‌خواهم", "❤️‍🔥", "1️⃣", "葛\u{E0100}", "क्‍ष", "⠓⠀⠺", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "𝒳", "x y", "CREATE",
    "select", "NULL", "true", "3.14",
  ]

  /// - Parameter excluding: scalars that never stand in it: NUL where the language has none.
  public static func text(
    _ generator: inout SeededGenerator, pieces: ClosedRange<Int> = 0...12, excluding: [String] = []
  ) -> String {
    var text = ""
    for _ in 0..<Int.random(in: pieces, using: &generator) {
      switch generator.below(8) {
      case 0...2: text += generator.one(of: signs)
      case 3, 4: text += generator.one(of: joiners)
      case 5, 6: text += generator.one(of: ordinary)
      default:
        let value = UInt32.random(in: 1...0x10_FFFF, using: &generator)
        if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
      }
    }
    guard !excluding.isEmpty else { return text }
    let unwanted = Set(excluding.flatMap { Array($0.unicodeScalars) })
    var kept = String.UnicodeScalarView()
    kept.append(contentsOf: text.unicodeScalars.filter { !unwanted.contains($0) })
    return String(kept)
  }
}
