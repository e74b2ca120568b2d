/// A format that templates are written for.
protocol Markup: Sendable {
  /// The text of a content, safe where it stands.
  func text(_ content: Content) -> String
  /// What stands for a field that nobody filled.
  func todo(owner: String?) -> String
  /// The same in a table's cell.
  var todoWord: String { get }
  /// The last pass over a report, once every name is written.
  func tidied(_ text: String) -> String
  /// The default template's text.
  var mainSource: String { get }
  /// The default template's parts by name.
  var partials: [String: String] { get }
}

extension Markup {
  /// What stands for a fact that is not there; nil for nothing at all.
  func filling(of gap: Gap) -> String? {
    switch gap {
    case .nothing: nil
    case .todo: Mark.todo
    case .todoWord: todoWord
    case .missing: Mark.missing
    case .words(let words): text(Content.words(words))
    }
  }
}
