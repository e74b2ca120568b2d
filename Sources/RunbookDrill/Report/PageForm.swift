import RunbookModel

/// Makes a template's values of facts: every text on one line and safe for the page's language. What
/// stands between single backticks is code.
struct PageForm {
  let isHTML: Bool

  /// - Parameter facts: a map. Null is left out, so that a section of it is not shown.
  func context(of facts: Value) -> [String: Any] {
    // The shared style prints the head's mark on each page.
    var context: [String: Any] =
      isHTML ? ["head": ["mark": "DRILL"]] : ["mark": DrillBook.mark]
    for pair in facts.mapValue?.pairs.map({ ($0.key, $0.value) }) ?? [] {
      guard let name = pair.0.stringValue else { continue }
      context[name] = node(pair.1, isCell: Self.tables.contains(name))
    }
    return context
  }

  /// What stands in tables, where a bar is the cell's end.
  private static let tables: Set<String> = [
    "run", "objectives", "key_times", "timeline", "expectations", "time_spent", "plan",
    "comparison", "drills",
  ]

  private func node(_ value: Value, isCell: Bool) -> Any? {
    switch value {
    case .null: nil
    case .bool(let flag): flag
    case .string(let text): self.text(text, isCell: isCell)
    case .list(let items): items.compactMap { node($0, isCell: isCell) }
    case .map(let map): self.map(map, isCell: isCell)
    default: value.plainText
    }
  }

  private func map(_ map: ValueMap, isCell: Bool) -> [String: Any] {
    var node: [String: Any] = [:]
    for pair in map.pairs {
      // A name that is not there would be looked up further out.
      guard let name = pair.key.stringValue else { continue }
      node[name] = self.node(pair.value, isCell: isCell) ?? false
    }
    return node
  }

  private func text(_ text: String, isCell: Bool) -> String {
    let line = text.visibleLine
    let parts = line.pieces(separatedBy: "`", omittingEmptySubsequences: false)
    guard parts.count > 1, !parts.count.isMultiple(of: 2) else { return words(line, isCell) }
    return parts.enumerated().map { index, part in
      index.isMultiple(of: 2) ? words(String(part), isCell) : code(String(part), isCell)
    }
    .joined()
  }

  private func words(_ text: String, _ isCell: Bool) -> String {
    if isHTML { return SVG.escaped(text) }
    var safe = ""
    for character in text {
      if Self.marks.contains(character) || isCell && character == "|" { safe.append("\\") }
      safe.append(character)
    }
    return safe
  }

  /// What Markdown makes something else of, wherever it stands in a line.
  private static let marks: Set<Character> = ["\\", "`", "<", "&", "[", "]", "*"]

  private func code(_ text: String, _ isCell: Bool) -> String {
    if isHTML { return "<code>\(SVG.escaped(text))</code>" }
    // A bar ends a cell in code too, and a backslash before it may be another's.
    return isCell && text.holds("|") ? words(text, isCell) : "`\(text)`"
  }
}

extension Value {
  /// A number or a time, as people read it.
  fileprivate var plainText: String {
    switch self {
    case .int(let number): "\(number)"
    case .timestamp(let time): "\(time)"
    case .duration(let duration): StoryTime(duration).words
    default: json
    }
  }
}

extension String {
  /// On one line, without control characters and what turns the direction of writing.
  var visibleLine: String {
    var scalars = String.UnicodeScalarView()
    for scalar in plain(self).unicodeScalars {
      switch scalar.value {
      case 0x09: scalars.append(" ")
      case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
        scalars.append("\u{FFFD}")
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}
