extension Markdown {
  /// Outside of fenced code, no line ends in a space and no two blank lines follow one another; the
  /// text ends in one line feed.
  func tidied(_ markdown: String) -> String {
    var result: [String] = []
    var fence: String?
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.trimmed
      if let open = fence {
        result.append(String(line))
        if trimmed.count >= open.count, trimmed.allSatisfy({ $0 == "`" }) { fence = nil }
        continue
      }
      let run = trimmed.prefix { $0 == "`" }
      if run.count >= 3, !trimmed.dropFirst(run.count).contains("`") { fence = String(run) }
      if trimmed.isEmpty, result.last?.isEmpty ?? true { continue }
      var kept = line
      while kept.last?.isWhitespace == true { kept.removeLast() }
      result.append(String(kept))
    }
    while result.last?.isEmpty == true { result.removeLast() }
    return result.joined(separator: "\n") + "\n"
  }
}
