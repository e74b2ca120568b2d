import RunbookModel

/// The lines of one source file, for showing them.
struct SourceLines {
  private let text: String
  private let starts: [Int]

  init(_ text: String) {
    var text = text
    starts = text.withUTF8 { LineTable($0).starts }
    self.text = text
  }

  /// The scalars of a line that counts from 1, without its break; nil past the end.
  func line(_ number: Int) -> [Unicode.Scalar]? {
    guard starts.indices.contains(number &- 1) else { return nil }
    let utf8 = text.utf8
    let start = utf8.index(utf8.startIndex, offsetBy: starts[number - 1])
    let end =
      starts.indices.contains(number)
      ? utf8.index(utf8.startIndex, offsetBy: starts[number]) : utf8.endIndex
    var scalars = Array(text.unicodeScalars[start..<end])
    while let last = scalars.last, ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(last) {
      scalars.removeLast()
    }
    return scalars
  }
}
