/// A text with one mark in it, `▸`, that says where something is expected.
struct Marked {
  let text: String
  /// Counts from 1; 0 without a mark.
  let line: Int
  let column: Int

  init(_ marked: String) {
    guard let mark = marked.firstIndex(of: "▸") else {
      text = marked
      line = 0
      column = 0
      return
    }
    let head = marked[..<mark]
    line = head.count { $0.isNewline } + 1
    column = head.unicodeScalars.reversed().prefix { $0 != "\n" }.count + 1
    text = String(head + marked[marked.index(after: mark)...])
  }
}
