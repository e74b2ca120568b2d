import RunbookModel
import Testing

/// A line of a table: an expression, and its value as JSON, the cause of its error, or the message
/// about its syntax. `⟦` and `⟧` stand around what an error points at.
struct ExpressionCase: Sendable, CustomTestStringConvertible {
  let text: String
  let expected: String
  /// Column and length, in scalars, of what is marked.
  let mark: (column: Int, length: Int)?

  var testDescription: String { text }

  init(_ marked: String, expected: String) {
    let scalars = marked.unicodeScalars
    if let open = scalars.firstIndex(of: "⟦"), let close = scalars.firstIndex(of: "⟧") {
      let column = scalars.distance(from: scalars.startIndex, to: open)
      mark = (column + 1, scalars.distance(from: open, to: close) - 1)
    } else {
      mark = nil
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars.filter { $0 != "⟦" && $0 != "⟧" })
    self.text = String(text)
    self.expected = expected
  }

  static func cases(_ table: String) -> [ExpressionCase] {
    table.pieces(separatedBy: "\n").compactMap { line in
      let parts = line.pieces(separatedBy: "  =>  ", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      return ExpressionCase(String(parts[0]), expected: String(parts[1]))
    }
  }

  var source: SourceText { .line(text) }
}

extension SourceText {
  static func line(_ text: String) -> SourceText {
    SourceText(
      text, at: Place(file: "test.yaml", line: 1, column: 1),
      layout: .block(firstLine: 1, indent: 0))
  }
}
