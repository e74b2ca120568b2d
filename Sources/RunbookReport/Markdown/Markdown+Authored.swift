import RunbookModel

extension Markdown {
  /// An authored part with its lines: paragraphs, or a list.
  static func block(_ block: AuthoredBlock, isNumbered: Bool = false) -> String {
    switch block {
    case .text(let text): return authored(text)
    case .list(let items):
      return items.enumerated().map { index, item in
        Self.item(Self.block(item), marker: isNumbered ? "\(index + 1)." : "-")
      }
      .joined(separator: "\n")
    case .fields(let fields):
      return fields.map { field in
        let inner = Self.block(field.block)
        let separator = inner.holds("\n") || inner.begins(with: "- ") ? "\n\n" : " "
        return Self.item("**\(prose(field.name))**:\(separator)\(inner)", marker: "-")
      }
      .joined(separator: "\n")
    }
  }

  /// An authored part as it is; a text of one line as a list's only item.
  static func listed(_ block: AuthoredBlock) -> String {
    let text = Self.block(block)
    if case .text = block, !text.holds("\n") { return "- " + text }
    return text
  }

  static func checklist(_ items: [PreventionFacts.CheckItem]) -> String {
    items.map { Self.item(block($0.text), marker: $0.isDone ? "- [x]" : "- [ ]") }
      .joined(separator: "\n")
  }

  static func lessons(_ blocks: [AuthoredBlock], mark: String) -> String {
    blocks.enumerated().map { Self.item(mark + block($1), marker: "\($0 + 1).") }
      .joined(separator: "\n")
  }

  /// An authored part on one line: its first paragraph, or the items with semicolons.
  static func headline(_ block: AuthoredBlock) -> String {
    switch block {
    case .text(let text):
      let paragraph = authored(text).lines.prefix { !$0.unicodeScalars.allSatisfy(\.isWhitespace) }
      return paragraph.joined(separator: " ")
    case .list(let items): return items.map { headline($0) }.joined(separator: "; ")
    case .fields(let fields):
      return fields.map { "\(prose($0.name)): \(headline($0.block))" }.joined(separator: "; ")
    }
  }

  /// An authored text in a table's cell.
  static func cell(_ text: AuthoredText) -> String {
    authored(text).replacingAll("|", with: "\\|").lines.map(\.trimmed).filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  /// The author's Markdown with the values in it made text, each for the place where it stands.
  static func authored(_ text: AuthoredText) -> String {
    var result = ""
    var own = ""
    for segment in text.segments {
      let place = AuthoredPlace(after: own)
      switch segment {
      case .words(let words):
        result += words.cleaned
        own += words.cleaned
        continue
      case .value(let value): result += written(value, in: place)
      case .said(let name, let at, let reference):
        result += " (\(quote(name)), \(at.day) \(at.minute) UTC) \(Self.reference(reference))"
      case .undefined(let name):
        result += Mark.counted + "TODO (undefined: \(written(name, in: place)))"
      case .failed(let message):
        result += Mark.counted + "TODO (no value: \(written(message, in: place)))"
      }
      own += "x"
    }
    if case .fence(let fence) = AuthoredPlace(after: own + "\n") { result += "\n" + fence }
    while result.lastScalar?.isWhitespace == true { result.unicodeScalars.removeLast() }
    while result.firstScalar?.isNewline == true { result.unicodeScalars.removeFirst() }
    return result
  }

  private static func written(_ value: String, in place: AuthoredPlace) -> String {
    switch place {
    case .prose:
      let text = prose(value)
      guard !text.isEmpty else { return value.isEmpty ? "" : " " }
      return (value.firstScalar?.isWhitespace == true ? " " : "") + text
        + (value.lastScalar?.isWhitespace == true ? " " : "")
    case .span:
      return value.cleaned.replacingAll("`", with: "'").pieces(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
    case .fence:
      return value.cleaned.replacingAll("```", with: "'''").replacingAll("~~~", with: "---")
    }
  }
}

/// Where in an author's Markdown the next value stands.
enum AuthoredPlace: Equatable {
  case prose
  /// In a code span.
  case span
  /// In a fenced block, with the fence that closes it.
  case fence(String)

  init(after text: String) {
    var fence: String?
    var backticks = 0
    for line in text.lines {
      let mark = Self.fenceMark(line.trimmed)
      if let open = fence {
        if let mark, mark.begins(with: open) { fence = nil }
        backticks = 0
      } else if let mark {
        fence = mark
        backticks = 0
      } else if line.unicodeScalars.allSatisfy(\.isWhitespace) {
        backticks = 0
      } else {
        backticks += Self.runs(of: "`", in: line)
      }
    }
    if let fence {
      self = .fence(fence)
    } else {
      self = backticks.isMultiple(of: 2) ? .prose : .span
    }
  }

  private static func fenceMark(_ line: String) -> String? {
    for character in ["`", "~"] as [Unicode.Scalar] {
      let run = line.prefixOfScalars { $0 == character }
      if run.utf8.count >= 3, !line.dropping(prefix: run).holds(character) { return String(run) }
    }
    return nil
  }

  private static func runs(of character: Unicode.Scalar, in line: Substring) -> Int {
    line.pieces(separatedBy: character, omittingEmptySubsequences: true).count == 0
      ? (line.holds(character) ? 1 : 0)
      : zip((" " + line).unicodeScalars, line.unicodeScalars).count {
        $0 != character && $1 == character
      }
  }
}
