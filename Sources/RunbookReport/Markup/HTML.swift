import RunbookDocument
import RunbookModel

/// Writes a report's contents as HTML: every text of the run is escaped, and nothing is loaded.
struct HTML: Sendable {
  /// Lines as they are, none longer than a page shows of one, in a box that scrolls by itself.
  static func listing(
    _ text: String, language: String, for reader: HiddenText.Reader = .people
  ) -> String {
    let lines = String(text.trimmingEnd(where: \.isNewline))
    let body = HTMLText.escaped(lines.shortenedLines(to: String.longestLine), for: reader)
    let name = HTMLText.escaped(language)
    return box("Code", "<pre><code class=\"language-\(name)\">\(body)</code></pre>")
  }

  /// Of a list of values, each one.
  static let longestValue = 2_000

  static func work(_ item: WorkItem, _ became: Phrase?) -> String {
    var parts = [
      listing(item.text, language: item.language.fenceName, for: item.language.reader)
    ]
    let values = item.parameters.map {
      "\(HTMLText.code($0.name)) = \(HTMLText.code($0.value.json, limit: longestValue))"
    }
    if !values.isEmpty { parts.append("<p>Bound values: \(values.joined(separator: ", "))</p>") }
    if let became { parts.append("<p>\(phrase(became))</p>") }
    return parts.joined(separator: "\n")
  }

  static func table(_ rows: [ValueMap]) -> String {
    let columns = ValueMap.columns(of: rows)
    let head = columns.map { "<th scope=\"col\">\(HTMLText.prose($0.displayText))</th>" }.joined()
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
    case .some(let value): "<td>\(HTMLText.quote(value.displayText))</td>"
    }
  }
}
