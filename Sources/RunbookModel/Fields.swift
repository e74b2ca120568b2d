/// A mapping of the file, read by its `FieldSpec`s: every value with its place, in the file's order.
public struct Fields: Sendable, Hashable {
  public struct Field: Sendable, Hashable {
    public let name: String
    /// The key.
    public let place: Place
    public let value: FieldValue

    public init(name: String, place: Place, value: FieldValue) {
      self.name = name
      self.place = place
      self.value = value
    }
  }

  public let all: [Field]
  /// The first key, or where the mapping would begin.
  public let place: Place
  /// Whether all that was written could be read. What could not be has been reported, and its lack is
  /// no second mistake.
  public let isWhole: Bool

  public init(_ all: [Field], at place: Place, isWhole: Bool = true) {
    self.all = all
    self.place = place
    self.isWhole = isWhole
  }

  public subscript(name: String) -> FieldValue? {
    all.first { $0.name == name }?.value
  }

  public func place(of name: String) -> Place {
    all.first { $0.name == name }?.place ?? place
  }
}

/// A value of the file, checked against its `FieldType`.
public indirect enum FieldValue: Sendable, Hashable {
  /// `text`, `template`, `expression`, `name` and `enumeration` alike: the type says which it is.
  case text(SourceText)
  case bool(Bool)
  case int(Int64)
  case duration(Duration)
  /// The file's path as written, and its contents with places in that file.
  case file(path: SourceText, contents: SourceText)
  case data(Value, Place)
  case list([FieldValue])
  /// `map`, `fields` and `shorthand` alike.
  case fields(Fields)
  case step(Step)

  public var text: SourceText? { if case .text(let text) = self { text } else { nil } }
  public var string: String? { text?.text }

  /// The text itself, also where a file holds it.
  public var source: SourceText? {
    switch self {
    case .text(let source), .file(_, let source): source
    default: nil
    }
  }

  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var int: Int64? { if case .int(let value) = self { value } else { nil } }
  public var duration: Duration? { if case .duration(let value) = self { value } else { nil } }
  public var fields: Fields? { if case .fields(let value) = self { value } else { nil } }
  public var data: Value? { if case .data(let value, _) = self { value } else { nil } }
  public var step: Step? { if case .step(let value) = self { value } else { nil } }

  /// The items of a list, or the value itself as the only item.
  public var items: [FieldValue] { if case .list(let items) = self { items } else { [self] } }
}
