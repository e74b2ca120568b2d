import RunbookDocument
import RunbookModel

extension Markdown {
  /// Outside of fenced code, no line ends in a space and no two blank lines follow one another; the
  /// text ends in one line feed.
  func tidied(_ markdown: String) -> String {
    var result: [String] = []
    var fence: String?
    for line in markdown.pieces(separatedBy: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.trimming(where: \.isWhitespace)
      if let open = fence {
        result.append(String(line))
        if trimmed.begins(with: open), trimmed.unicodeScalars.allSatisfy({ $0 == "`" }) {
          fence = nil
        }
        continue
      }
      let run = String(trimmed.unicodeScalars.prefix { $0 == "`" })
      if run.begins(with: "```"), !trimmed.dropping(prefix: run).holds("`") { fence = run }
      if trimmed.isEmpty, result.last?.isEmpty ?? true { continue }
      result.append(String(line.trimmingEnd(where: \.isWhitespace)))
    }
    while result.last?.isEmpty == true { result.removeLast() }
    return result.joined(separator: "\n") + "\n"
  }
}
