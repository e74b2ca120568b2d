import RunbookModel

/// Two texts, line by line, as `diff -u` shows them.
struct TextDifference {
  private enum Line {
    case same(String)
    case removed(String)
    case added(String)

    /// A change of one blank for another is one that is seen.
    var text: String {
      switch self {
      case .same(let text): " " + TerminalText.inline(text, for: .program)
      case .removed(let text): "-" + TerminalText.inline(text, for: .program)
      case .added(let text): "+" + TerminalText.inline(text, for: .program)
      }
    }

    var isChange: Bool { if case .same = self { false } else { true } }
  }

  private let lines: [Line]
  private static let context = 3

  init(from old: String, to new: String) {
    let old = Self.lines(of: old)
    let new = Self.lines(of: new)
    let difference = new.map { ExactText($0) }.difference(from: old.map { ExactText($0) })
    let removed = Set(
      difference.removals.compactMap { if case .remove(let at, _, _) = $0 { at } else { nil } })
    let added = Set(
      difference.insertions.compactMap { if case .insert(let at, _, _) = $0 { at } else { nil } })
    var lines: [Line] = []
    var (left, right) = (0, 0)
    while left < old.count || right < new.count {
      if left < old.count, removed.contains(left) {
        lines.append(.removed(old[left]))
        left += 1
      } else if right < new.count, added.contains(right) {
        lines.append(.added(new[right]))
        right += 1
      } else {
        if left < old.count { lines.append(.same(old[left])) }
        left += 1
        right += 1
      }
    }
    self.lines = lines
  }

  /// The changed lines with three around them.
  func text(_ name: String) -> String {
    var shown = Set<Int>()
    for (index, line) in lines.enumerated() where line.isChange {
      shown.formUnion(max(0, index - Self.context)...min(lines.count - 1, index + Self.context))
    }
    var text = "--- \(name) (as the run began with it)\n+++ \(name) (now)"
    var (left, right, last) = (1, 1, -2)
    for (index, line) in lines.enumerated() {
      if shown.contains(index) {
        if index != last + 1 { text += "\n@@ -\(left) +\(right) @@" }
        text += "\n" + line.text
        last = index
      }
      if case .added = line {} else { left += 1 }
      if case .removed = line {} else { right += 1 }
    }
    return text
  }

  private static func lines(of text: String) -> [String] {
    var lines = text.pieces(separatedBy: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}
