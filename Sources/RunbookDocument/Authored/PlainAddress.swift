import RunbookModel

/// Addresses in plain words: `https://…`, `www.…` and `name@host`.
enum PlainAddress {
  /// What may stand at the end of an address and is not part of it.
  private static let trailing = "?!.,:*_~'\"".unicodeScalars

  /// - Returns: nil where none begins there, and where a value is a part of the word: the author's part and
  ///   the value's would lead somewhere together.
  static func found(
    in text: ArraySlice<Unicode.Scalar>, at start: Int
  ) -> (span: MarkdownSpan, end: Int)? {
    let before = start > text.startIndex ? text[start - 1] : " "
    guard before.isWhitespace || "*_~(".unicodeScalars.contains(before),
      text[start].isASCIILetter || text[start].isASCIIDigit
    else { return nil }
    let word = text[start...].prefix { !$0.isWhitespace && $0 != "<" }
    guard !word.contains(where: PlacedText.isPlace) else { return nil }
    let lower = word.prefix(8).map { $0.value | ($0.isASCIILetter ? 0x20 : 0) }
    let scheme = ["http://", "https://", "www."].first { name in
      lower.starts(with: name.unicodeScalars.map(\.value))
    }
    guard let scheme else { return mail(word) }
    let whole = trimmed(word)
    let host = whole.dropFirst(scheme.utf8.count)
    guard host.first.map({ $0.isASCIILetter || $0.isASCIIDigit }) ?? false else { return nil }
    let address = String(String.UnicodeScalarView(whole))
    return (
      .bare(Array(whole), address: scheme == "www." ? "http://" + address : address), whole.endIndex
    )
  }

  private static func trimmed(_ word: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
    var word = word
    while let last = word.last {
      if trailing.contains(last) {
        word = word.dropLast()
      } else if last == ")", word.count(where: { $0 == ")" }) > word.count(where: { $0 == "(" }) {
        word = word.dropLast()
      } else if last == ";", let start = word.lastIndex(of: "&"),
        word[(start + 1)...].dropLast().allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit })
      {
        word = word[..<start]
      } else {
        break
      }
    }
    return word
  }

  private static func mail(_ word: ArraySlice<Unicode.Scalar>) -> (span: MarkdownSpan, end: Int)? {
    let name = word.prefix { isNamePart($0) || $0 == "+" || $0 == "." }
    guard word[name.endIndex...].first == "@" else { return nil }
    let host = trimmed(word[(name.endIndex + 1)...].prefix { isNamePart($0) || $0 == "." })
    guard let last = host.last, last != "-", last != "_", host.contains("."), host.first != "."
    else { return nil }
    let whole = Array(word[..<host.endIndex])
    return (
      .bare(whole, address: "mailto:" + String(String.UnicodeScalarView(whole))), host.endIndex
    )
  }

  private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCIILetter || scalar.isASCIIDigit || scalar == "-" || scalar == "_"
  }
}
