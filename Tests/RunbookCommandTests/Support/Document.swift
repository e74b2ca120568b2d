/// What a page of documentation shows that can be tried.
struct Document {
  private let lines: [Substring]

  init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The fenced YAML that is a whole runbook.
  var runbooks: [String] {
    var found: [String] = []
    var block: [Substring]?
    for line in lines {
      if line == "```yaml" {
        block = []
      } else if line == "```", let lines = block {
        if lines.first?.hasPrefix("runbook: ") == true {
          found.append(lines.joined(separator: "\n") + "\n")
        }
        block = nil
      } else {
        block?.append(line)
      }
    }
    return found
  }

  /// The words after `runbook` of each command that is shown, in a block or in a line of text; the
  /// first is empty where no subcommand is named.
  var commands: [[String]] { shownLines.compactMap(Self.command) }

  /// Where links lead that stay in the repository: a path, a heading, or both.
  var links: [String] {
    text.flatMap { line in
      line.matches(of: /\]\(([^)\s]+)\)/).map { String($0.output.1) }
        .filter { !$0.contains("://") && !$0.hasPrefix("mailto:") }
    }
  }

  /// The names by which headings are linked to, as GitHub makes them.
  var anchors: Set<String> {
    Set(
      text.filter { $0.hasPrefix("#") }.map { line in
        line.drop { $0 == "#" }.dropFirst().lowercased().compactMap { character -> String? in
          switch character {
          case " ", "-": "-"
          case "_": "_"
          default: character.isLetter || character.isNumber ? String(character) : nil
          }
        }.joined()
      })
  }

  /// The lines that are no code.
  private var text: [Substring] {
    var isCode = false
    return lines.filter { line in
      if line.hasPrefix("```") { isCode.toggle() }
      return !isCode && !line.hasPrefix("    ")
    }
  }

  private static func command(_ line: String) -> [String]? {
    let all = words(of: line).drop { $0.contains("=") && !$0.hasPrefix("-") }
    guard all.first == "runbook" else { return nil }
    var found: [String] = []
    for word in all.dropFirst() {
      // `[RUN]` and `--a|--b` show what may be left out or chosen.
      for choice in word.split(separator: "|") {
        found.append(choice.filter { $0 != "[" && $0 != "]" })
      }
    }
    let namesCommand = found.first?.hasPrefix("-") == false
    return namesCommand ? found : [""] + found
  }

  private var shownLines: [String] {
    lines.flatMap { line -> [String] in
      if line.hasPrefix("    ") { return [String(line.dropFirst(4))] }
      return line.matches(of: /`(runbook [^`]*)`/).map { String($0.output.1) }
    }
  }

  /// Words as a shell reads them, up to a comment.
  private static func words(of line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == " " {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else if character == "#", word.isEmpty {
        return words
      } else {
        word.append(character)
      }
    }
    return word.isEmpty ? words : words + [word]
  }
}
