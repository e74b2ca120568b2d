/// The last pass over a report's Markdown: what a template leaves untidy, and the marks.
struct Tidy {
  let owner: String?
  /// What a missing fact about the incident is called; nil makes it a TODO.
  let missing: String?

  func text(_ markdown: String) -> String {
    let todo = owner.map { "TODO (owner: \(Markdown.prose($0)))" } ?? "TODO (owner)"
    var count = 0
    for scalar in markdown.unicodeScalars where Mark.all.contains(scalar) {
      switch String(scalar) {
      case Mark.todo, Mark.counted: count += 1
      case Mark.missing where missing == nil: count += 1
      default: break
      }
    }
    var result = String.UnicodeScalarView()
    for scalar in lines(of: markdown).unicodeScalars {
      guard Mark.all.contains(scalar) else {
        result.append(scalar)
        continue
      }
      switch String(scalar) {
      case Mark.todo: result.append(contentsOf: todo.unicodeScalars)
      case Mark.missing: result.append(contentsOf: (missing ?? todo).unicodeScalars)
      case Mark.counted: break
      case Mark.todoCount: result.append(contentsOf: String(count).unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Outside of fenced code, no line ends in a space and no two blank lines follow one another; the
  /// text ends in one line feed.
  private func lines(of markdown: String) -> String {
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
