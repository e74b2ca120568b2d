import RunbookModel

/// The lines of one source file, for showing them.
struct SourceLines {
  /// What is looked at on each side of a place: a terminal shows less.
  static let margin = 400

  private let text: String
  private let starts: [Int]
  private let index: ScalarIndex

  init(_ text: String) {
    var text = text
    starts = text.withUTF8 { LineTable($0).starts }
    self.text = text
    index = ScalarIndex(text.utf8)
  }

  /// The part of a line around a place, without the line's break; nil past the end.
  ///
  /// - Returns: its scalars, the place's column among them, and on which sides the line goes on.
  func part(
    of place: Place
  ) -> (scalars: [Unicode.Scalar], column: Int, hasMore: (before: Bool, after: Bool))? {
    guard starts.indices.contains(place.line &- 1) else { return nil }
    let utf8 = text.utf8
    let lineStart = starts[place.line - 1]
    let lineEnd = starts.indices.contains(place.line) ? starts[place.line] : utf8.count
    let first = index.scalars(beforeByte: lineStart, in: utf8)
    // No further than a place can be that is told of this text.
    let column = max(1, min(place.column, utf8.count + 1))
    let skipped = max(0, column - 1 - Self.margin)
    let start = skipped == 0 ? lineStart : min(lineEnd, byte(first + skipped))
    let end = min(lineEnd, byte(first + column - 1 + Self.margin))
    guard start <= end else { return nil }
    let range =
      utf8.index(utf8.startIndex, offsetBy: start)..<utf8.index(utf8.startIndex, offsetBy: end)
    var scalars = Array(text.unicodeScalars[range])
    if end == lineEnd {
      while let last = scalars.last, last.isNewline, last != "\u{0B}", last != "\u{0C}" {
        scalars.removeLast()
      }
    }
    return (scalars, column - skipped, (skipped > 0, end < lineEnd))
  }

  private func byte(_ scalar: Int) -> Int { index.byte(ofScalar: scalar, in: text.utf8) }
}
