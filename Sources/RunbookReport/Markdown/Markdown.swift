import RunbookModel

/// Writes texts of a run so that each is only text where it stands, in GitHub's dialect of Markdown.
struct Markdown: Sendable {
  /// Lines under a list item's marker.
  static func item(_ text: String, marker: String) -> String {
    let indent = String(repeating: " ", count: marker.unicodeScalars.count + 1)
    let lines = text.lines.enumerated().map { index, line in
      index == 0 ? "\(marker) \(line)" : line.isEmpty ? "" : indent + line
    }
    return lines.joined(separator: "\n")
  }
}
