import Mustache

/// What a template may say at one place: names and what stands behind each.
indirect enum TemplateShape: Sendable {
  case text
  case flag
  /// A section whose inside sees these names too.
  case section([String: TemplateShape])
}

/// A fact that templates can write, name by name.
///
/// The names are told apart from any fact, so that a template can be checked before there is one.
protocol Presented: Sendable {
  static var fields: [Field<Self>] { get }
}

extension Presented {
  static var shape: [String: TemplateShape] {
    var shape: [String: TemplateShape] = [:]
    for field in fields { shape[field.name] = field.shape }
    return shape
  }

  /// The fact as Mustache reads it.
  var object: [String: Any] {
    var object: [String: Any] = [:]
    for field in Self.fields { object[field.name] = field.object(self) }
    return object
  }
}

/// One name and how its value comes out of a fact.
struct Field<Subject>: Sendable {
  let name: String
  let shape: TemplateShape
  let object: @Sendable (Subject) -> Any

  /// A text that is ready for its place; nil makes the name false in a section.
  static func text(_ name: String, _ value: @escaping @Sendable (Subject) -> String?) -> Field {
    Field(name: name, shape: .text) { subject in value(subject) ?? Absent() as Any }
  }

  static func flag(_ name: String, _ value: @escaping @Sendable (Subject) -> Bool) -> Field {
    Field(name: name, shape: .flag) { value($0) }
  }

  static func one<Element: Presented>(
    _ name: String, _ value: @escaping @Sendable (Subject) -> Element?
  ) -> Field {
    Field(name: name, shape: .section(Element.shape)) { subject in
      value(subject)?.object ?? Absent() as Any
    }
  }

  static func list<Element: Presented>(
    _ name: String, _ value: @escaping @Sendable (Subject) -> [Element]
  ) -> Field {
    Field(name: name, shape: .section(Element.shape)) { value($0).map(\.object) }
  }

  /// Texts that a template writes with `{{.}}`.
  static func texts(_ name: String, _ value: @escaping @Sendable (Subject) -> [String]) -> Field {
    Field(name: name, shape: .section([".": .text])) { value($0) }
  }
}

/// Nothing: it prints as nothing, and a section on it is not written. It hides an outer name.
private struct Absent: MustacheCustomRenderable {
  var renderText: String { "" }
  var isNull: Bool { true }
}
