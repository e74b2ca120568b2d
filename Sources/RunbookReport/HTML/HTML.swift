import RunbookModel

/// Writes a report's contents as HTML: every text of the run is escaped, and nothing is loaded.
struct HTML: Sendable {
  /// Text of an element or of an attribute's value in quotes.
  static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Running text on one line.
  static func prose(_ text: String) -> String { escaped(text.onOneLine) }

  static func code(_ text: String) -> String {
    let line = text.onOneLine
    return line.isEmpty ? "(empty)" : "<code>\(escaped(line))</code>"
  }

  /// Free text on one line; what stands between single backticks is code.
  static func quote(_ text: String, limit: Int = 400) -> String {
    let line = text.onOneLine
    let cut = line.unicodeScalars.count > limit ? String(line.prefixOfScalars(limit)) + " …" : line
    let parts = cut.pieces(separatedBy: "`", omittingEmptySubsequences: false)
    guard parts.count > 1, !parts.count.isMultiple(of: 2), !cut.holds("``") else {
      return escaped(cut)
    }
    return parts.enumerated().map { index, part in
      index.isMultiple(of: 2) ? escaped(part) : "<code>\(escaped(part))</code>"
    }
    .joined()
  }

  /// Lines exactly as they are, in a box that scrolls by itself.
  static func listing(_ text: String, language: String) -> String {
    var body = text.visible
    while body.lastScalar?.isNewline == true { body.unicodeScalars.removeLast() }
    return box(
      "Code", "<pre><code class=\"language-\(escaped(language))\">\(escaped(body))</code></pre>")
  }

  static func work(_ item: WorkItem) -> String {
    let block = listing(item.text, language: item.language.fenceName)
    guard !item.parameters.isEmpty else { return block }
    let values = item.parameters.map { "\(code($0.name)) = \(code($0.value.json))" }
    return block + "\n<p>Bound values: \(values.joined(separator: ", "))</p>"
  }

  static func table(_ rows: [ValueMap]) -> String {
    let columns = ValueMap.columns(of: rows)
    let head = columns.map { "<th scope=\"col\">\(prose($0.displayText))</th>" }.joined()
    let body = rows.map { row in
      "<tr>" + columns.map { cell(row[$0]) }.joined() + "</tr>"
    }
    return box(
      "Table",
      """
      <table>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody>
      </table>
      """)
  }

  /// What may be wider than the page: it can be reached by keyboard, and scrolls alone.
  static func box(_ label: String, _ content: String) -> String {
    "<div class=\"scroll\" role=\"region\" aria-label=\"\(label)\" tabindex=\"0\">\(content)</div>"
  }

  private static func cell(_ value: Value?) -> String {
    switch value {
    case nil: "<td></td>"
    case .null: "<td><em>null</em></td>"
    case .string(let text) where text.isEmpty: "<td><em>empty</em></td>"
    case .int(let number): "<td class=\"number\">\(number)</td>"
    case .some(let value): "<td>\(quote(value.displayText))</td>"
    }
  }
}
