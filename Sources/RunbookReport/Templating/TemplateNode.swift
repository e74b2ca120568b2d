import Mustache

/// A fact as Mustache reads it: a name is written when the template asks for it.
struct TemplateNode: MustacheParent {
  let fact: any Presented
  let markup: any Markup

  func child(named name: String) -> Any? {
    switch fact.value(named: name) {
    case nil: nil
    case .text(let content): markup.text(content)
    case .gap(let gap): markup.filling(of: gap) ?? Absent() as Any
    case .flag(let flag): flag
    case .one(let fact): fact.map { TemplateNode(fact: $0, markup: markup) } ?? Absent() as Any
    case .list(let facts): facts.map { TemplateNode(fact: $0, markup: markup) }
    case .texts(let contents): contents.map { markup.text($0) }
    }
  }
}

/// Nothing: it prints as nothing, and a section on it is not written. It hides an outer name.
private struct Absent: MustacheCustomRenderable {
  var renderText: String { "" }
  var isNull: Bool { true }
}
