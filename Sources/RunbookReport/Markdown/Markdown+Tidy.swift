import RunbookModel

extension Markdown {
  /// Outside of fenced code, no line ends in a space and no two blank lines follow one another; the
  /// text ends in one line feed.
  func tidied(_ markdown: String) -> String {
    var result: [String] = []
    var fence: String?
    for line in markdown.pieces(separatedBy: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.trimmed
      if let open = fence {
        result.append(String(line))
        if trimmed.unicodeScalars.count >= open.unicodeScalars.count,
          trimmed.unicodeScalars.allSatisfy({ $0 == "`" })
        {
          fence = nil
        }
        continue
      }
      let run = trimmed.prefixOfScalars { $0 == "`" }
      if run.unicodeScalars.count >= 3,
        !trimmed.dropFirstScalars(run.unicodeScalars.count).holds("`")
      {
        fence = String(run)
      }
      if trimmed.isEmpty, result.last?.isEmpty ?? true { continue }
      var kept = line
      while kept.lastScalar?.isWhitespace == true { kept.unicodeScalars.removeLast() }
      result.append(String(kept))
    }
    while result.last?.isEmpty == true { result.removeLast() }
    return result.joined(separator: "\n") + "\n"
  }
}
