import RunbookModel

/// What a template may say at one place: names and what stands behind each.
indirect enum TemplateShape: Sendable {
  case text
  case flag
  /// A section whose inside sees these names too.
  case section([String: TemplateShape])
}

/// A fact that formats can write, name by name: each name is said once for all of them.
///
/// The names are told apart from any fact, so that a template can be checked, and the schema of the
/// JSON written, before there is one.
protocol Presented: Sendable {
  static var fields: [Field<Self>] { get }
}

extension Presented {
  static var shape: [String: TemplateShape] {
    var shape: [String: TemplateShape] = [:]
    for field in fields where field.audience != .tools { shape[field.name] = field.shape }
    return shape
  }

  /// What a template reads at a name; nil where the fact has no such name.
  func value(named name: String) -> FieldValue? {
    Self.fields.first { $0.name == name && $0.audience != .tools }?.value(self)
  }
}

/// What a fact has at a name.
enum FieldValue: Sendable {
  case text(Content)
  case gap(Gap)
  case flag(Bool)
  case one((any Presented)?)
  case list([any Presented])
  /// Texts that a template writes with `{{.}}`.
  case texts([Content])
}

/// A value, or what stands for it.
enum Filling<Value> {
  case value(Value)
  case gap(Gap)

  init(_ value: Value?, or gap: Gap) { self = value.map { .value($0) } ?? .gap(gap) }
}

/// Who reads a field.
enum Audience: Sendable {
  case everybody
  /// Templates alone: it only says in another way what tools read under another name.
  case people
  /// The JSON alone.
  case tools
}

/// One name and how its value comes out of a fact.
struct Field<Subject: Presented>: Sendable {
  let name: String
  let shape: TemplateShape
  let schema: JSONForm
  private(set) var audience = Audience.everybody
  let value: @Sendable (Subject) -> FieldValue

  /// The field for some readers only.
  func only(for audience: Audience) -> Field {
    var copy = self
    copy.audience = audience
    return copy
  }

  static func text<Value>(
    _ name: String, _ form: Form<Value>, _ value: @escaping @Sendable (Subject) -> Value
  ) -> Field {
    Field(name: name, shape: .text, schema: form.schema) { .text(form.content(value($0))) }
  }

  /// A text that may not be there.
  static func text<Value>(
    _ name: String, _ form: Form<Value>, or gap: Gap,
    _ value: @escaping @Sendable (Subject) -> Value?
  ) -> Field {
    Field(name: name, shape: .text, schema: .optional(form.schema)) { subject in
      value(subject).map { .text(form.content($0)) } ?? .gap(gap)
    }
  }

  /// A text that may not be there; what stands for it depends.
  static func text<Value>(
    _ name: String, _ form: Form<Value>, _ value: @escaping @Sendable (Subject) -> Filling<Value>
  ) -> Field {
    Field(name: name, shape: .text, schema: .optional(form.schema)) { subject in
      switch value(subject) {
      case .value(let value): .text(form.content(value))
      case .gap(let gap): .gap(gap)
      }
    }
  }

  /// A text for people to fill.
  static func unfilled(_ name: String, _ gap: @escaping @Sendable (Subject) -> Gap) -> Field {
    Field(name: name, shape: .text, schema: .optional(.text)) { .gap(gap($0)) }
  }

  static func flag(_ name: String, _ value: @escaping @Sendable (Subject) -> Bool) -> Field {
    Field(name: name, shape: .flag, schema: .flag) { .flag(value($0)) }
  }

  /// A flag that only says whether there is something under another name.
  static func has(_ name: String, _ value: @escaping @Sendable (Subject) -> Bool) -> Field {
    flag("has_" + name, value).only(for: .people)
  }

  static func one<Element: Presented>(
    _ name: String, _ value: @escaping @Sendable (Subject) -> Element
  ) -> Field {
    Field(name: name, shape: .section(Element.shape), schema: .object(Element.members)) {
      .one(value($0))
    }
  }

  static func maybe<Element: Presented>(
    _ name: String, _ value: @escaping @Sendable (Subject) -> Element?
  ) -> Field {
    Field(name: name, shape: .section(Element.shape), schema: .optional(.object(Element.members))) {
      .one(value($0))
    }
  }

  static func list<Element: Presented>(
    _ name: String, _ value: @escaping @Sendable (Subject) -> [Element]
  ) -> Field {
    Field(name: name, shape: .section(Element.shape), schema: .list(.object(Element.members))) {
      .list(value($0))
    }
  }

  /// Texts that a template writes with `{{.}}`.
  static func texts(
    _ name: String, _ schema: JSONForm = .text, _ value: @escaping @Sendable (Subject) -> [Content]
  ) -> Field {
    Field(name: name, shape: .section([".": .text]), schema: .list(schema)) { .texts(value($0)) }
  }
}
