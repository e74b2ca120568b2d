/// Text of others made harmless for a terminal: what would steer it, and what nobody would see
/// (`HiddenText`), is shown and not obeyed.
///
/// Ordinary text stays as it is, combining marks, emoji and right-to-left letters included.
public enum TerminalText {
  /// A value within a line: it cannot begin another.
  ///
  /// A tab becomes four spaces, a line break `↵`, and what steers `\u{…}`.
  public static func inline(
    _ text: some StringProtocol, for reader: HiddenText.Reader = .people
  ) -> String {
    harmless(text, keepsLines: false, reader)
  }

  /// A text of many lines; CR LF is a line break too.
  public static func block(
    _ text: some StringProtocol, for reader: HiddenText.Reader = .people
  ) -> String {
    harmless(text, keepsLines: true, reader)
  }

  private static func harmless(
    _ text: some StringProtocol, keepsLines: Bool, _ reader: HiddenText.Reader
  ) -> String {
    let scalars = Substring(text).unicodeScalars
    guard
      scalars.contains(where: {
        HiddenText.mayHide($0, from: reader) && !(keepsLines && $0 == "\n")
      })
    else { return String(text) }
    var result = String.UnicodeScalarView()
    var index = scalars.startIndex
    while index < scalars.endIndex {
      let scalar = scalars[index]
      let next = scalars.index(after: index)
      switch scalar {
      case "\n" where keepsLines: result.append(scalar)
      case "\r" where next < scalars.endIndex && scalars[next] == "\n": break
      case "\n":
        result.append("↵")
        if next < scalars.endIndex { result.append(" ") }
      case "\t": result.append(contentsOf: "    ".unicodeScalars)
      case _ where HiddenText.hides(scalars, at: index, from: reader):
        result.append(contentsOf: HiddenText.shown(scalar).unicodeScalars)
      default: result.append(scalar)
      }
      index = next
    }
    return String(result)
  }

  /// JSON text in which nothing steers a terminal or is hidden: such scalars stand only within its strings,
  /// where an escape means the same.
  public static func json(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.contains(where: { HiddenText.mayHide($0) && $0 != "\n" }) else { return text }
    var result = ""
    for index in scalars.indices {
      let scalar = scalars[index]
      if scalar != "\n", scalar != "\t", HiddenText.hides(scalars, at: index) {
        for unit in String(Character(scalar)).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
