import RunbookModel

/// Finds out how a scalar's text lies in its file, which libyaml does not say.
struct ScalarLayout {
  let event: YAMLEvent
  let bytes: UnsafeBufferPointer<UInt8>
  let lines: LineTable

  /// The layout, and where the text itself begins.
  func of(_ text: String, _ style: YAMLScalar.Style) -> (YAMLScalar.Layout, YAMLMark) {
    switch style {
    case .plain: plain(text)
    case .quoted: quoted(text)
    case .literal, .folded: block(text, style)
    }
  }

  private var isOnOneLine: Bool { event.start.line == event.end.line }

  private func plain(_ text: String) -> (YAMLScalar.Layout, YAMLMark) {
    guard isOnOneLine else { return (.opaque, event.start) }
    guard event.anchor != nil || event.hasTag else { return (.line, event.start) }
    let column = max(1, event.end.column - Self.scalarCount(text))
    return (.line, YAMLMark(line: event.start.line, column: column))
  }

  /// Every escape is longer than what it stands for, so that equal lengths mean that there is none.
  private func quoted(_ text: String) -> (YAMLScalar.Layout, YAMLMark) {
    let first = YAMLMark(line: event.start.line, column: event.start.column + 1)
    guard event.anchor == nil, !event.hasTag else { return (.opaque, event.start) }
    let length = event.end.column - event.start.column - 2
    return (isOnOneLine && length == Self.scalarCount(text) ? .line : .opaque, first)
  }

  private func block(
    _ text: String, _ style: YAMLScalar.Style
  ) -> (YAMLScalar.Layout, YAMLMark) {
    let firstLine = event.start.line + 1
    guard let indent = indent(of: text, firstLine: Int(firstLine)) else {
      return (.opaque, event.start)
    }
    let mark = YAMLMark(line: firstLine, column: indent + 1)
    return (style == .literal ? .block(indent: indent) : .opaque, mark)
  }

  /// The columns by which the text's first line that is not empty was moved in, or nil where that
  /// line is not found in the file.
  private func indent(of text: String, firstLine: Int) -> Int32? {
    let emptyLines = text.utf8.prefix { $0 == 0x0A }.count
    guard let start = lines.start(ofLine: firstLine + emptyLines) else { return nil }
    let line = text.utf8.dropFirst(emptyLines).prefix { $0 != 0x0A }
    let own = line.prefix { $0 == 0x20 }.count
    var end = start
    while end < bytes.count, bytes[end] == 0x20 { end += 1 }
    let indent = end - start - own
    let from = start + indent
    guard indent >= 0, from + line.count <= bytes.count,
      bytes[from..<from + line.count].elementsEqual(line)
    else { return nil }
    return Int32(clamping: indent)
  }

  private static func scalarCount(_ text: String) -> Int32 {
    Int32(clamping: text.utf8.reduce(into: 0) { if $1 & 0xC0 != 0x80 { $0 += 1 } })
  }
}
