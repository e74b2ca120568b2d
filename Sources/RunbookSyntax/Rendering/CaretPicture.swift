import RunbookModel

/// A source line as a terminal can show it, and the carets under a part of it.
struct CaretPicture {
  static let widest = 100

  let source: String
  let carets: String

  /// - Parameters:
  ///   - column: counts from 1; one past the line's end is a place too.
  ///   - length: scalars; at least one caret is drawn.
  ///   - hasMore: whether the line goes on before and after what is given of it.
  init(
    _ line: [Unicode.Scalar], column: Int, length: Int,
    hasMore: (before: Bool, after: Bool) = (false, false)
  ) {
    let start = max(0, min(column - 1, line.count))
    let end = max(start, min(start + max(length, 1), line.count))
    let cells = line.indices.map { Self.cell(line, $0) }
    var window = 0..<cells.count
    if cells.reduce(0, { $0 + $1.width }) > Self.widest {
      window = Self.window(around: start, end, cells)
    }
    let lead = window.lowerBound > 0 || hasMore.before ? "…" : ""
    let tail = window.upperBound < cells.count || hasMore.after ? "…" : ""
    source = lead + cells[window].map(\.text).joined() + tail
    let before = cells[window.lowerBound..<max(window.lowerBound, start)]
    let marked = cells[start..<max(start, min(end, window.upperBound))]
    let indent = before.reduce(lead.isEmpty ? 0 : 1) { $0 + $1.width }
    let width = max(1, marked.reduce(0) { $0 + $1.width })
    carets = String(repeating: " ", count: indent) + String(repeating: "^", count: width)
  }

  private typealias Cell = (text: String, width: Int)

  /// Tabs become four spaces, and what would steer the terminal or is hidden is shown.
  private static func cell(_ line: [Unicode.Scalar], _ index: Int) -> Cell {
    let scalar = line[index]
    guard HiddenText.hides(line, at: index, from: .program) else {
      return (String(Character(scalar)), DisplayWidth.of(scalar))
    }
    let shown = TerminalText.inline(String(Character(scalar)), for: .program)
    return (shown, shown.utf8.count)
  }

  private static func window(around start: Int, _ end: Int, _ cells: [Cell]) -> Range<Int> {
    var lower = start
    var upper = start
    var width = 0
    while upper < cells.count, width < widest * 2 / 3 {
      width += cells[upper].width
      upper += 1
    }
    while lower > 0, width + cells[lower - 1].width < widest {
      lower -= 1
      width += cells[lower].width
    }
    return lower..<upper
  }
}
