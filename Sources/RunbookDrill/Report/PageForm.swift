import RunbookDocument
import RunbookModel

/// Makes a template's values of facts: every text on one line and safe for the page's language. What
/// stands between single backticks is code.
///
/// A text has two more names: with `_code` it is a code span as a whole, with `_plain` it is text alone,
/// for places where nothing else may stand.
struct PageForm {
  let isHTML: Bool

  /// - Parameter facts: a map. Null is left out, so that a section of it is not shown.
  func context(of facts: Value) -> [String: Any] {
    // The shared style prints the head's mark on each page.
    var context: [String: Any] =
      isHTML ? ["head": ["mark": "DRILL"]] : ["mark": DrillBook.mark]
    guard let map = facts.mapValue else { return context }
    for pair in map.pairs {
      guard let name = pair.key.stringValue, let node = node(pair.value) else { continue }
      context[name] = node
      add(pair.value, named: name, to: &context)
    }
    return context
  }

  private func node(_ value: Value) -> Any? {
    switch value {
    case .null: nil
    case .bool(let flag): flag
    case .string(let text): isHTML ? HTMLText.quote(text, limit: .max) : MarkdownText.marked(text)
    case .list(let items): items.compactMap { node($0) }
    case .map(let map): self.map(map)
    default: value.plainText
    }
  }

  private func map(_ map: ValueMap) -> [String: Any] {
    var node: [String: Any] = [:]
    for pair in map.pairs {
      // A name that is not there would be looked up further out.
      guard let name = pair.key.stringValue else { continue }
      node[name] = self.node(pair.value) ?? false
      add(pair.value, named: name, to: &node)
    }
    return node
  }

  private func add(_ value: Value, named name: String, to node: inout [String: Any]) {
    guard case .string(let text) = value else { return }
    node[name + "_code"] = isHTML ? HTMLText.code(text) : MarkdownText.code(text)
    node[name + "_plain"] = isHTML ? HTMLText.plain(text) : MarkdownText.prose(text)
  }
}

extension Value {
  /// A number or a time, as people read it.
  fileprivate var plainText: String {
    switch self {
    case .int(let number): "\(number)"
    case .timestamp(let time): "\(time)"
    case .duration(let duration): StoryTime(duration).words
    default: json
    }
  }
}
