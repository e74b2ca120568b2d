import RunbookModel

/// A `FieldType` made ready for reading: keys are found by hash.
indirect enum Shape: Sendable {
  case text, template, expression, name, bool, duration, file, data, step
  case int(ClosedRange<Int64>)
  case enumeration([String])
  case list(Shape)
  case map(Shape)
  case fields(FieldTable)
  case shorthand(key: String, Shape, FieldTable)
  case oneOrMore(Shape)
  case either([Shape])

  init(_ type: FieldType) {
    switch type {
    case .text: self = .text
    case .template: self = .template
    case .expression: self = .expression
    case .name: self = .name
    case .bool: self = .bool
    case .duration: self = .duration
    case .file: self = .file
    case .data: self = .data
    case .step: self = .step
    case .int(let range): self = .int(range)
    case .enumeration(let choices): self = .enumeration(choices)
    case .list(let item): self = .list(Shape(item))
    case .map(let item): self = .map(Shape(item))
    case .fields(let specs): self = .fields(FieldTable(specs))
    case .shorthand(let key, let specs):
      let table = FieldTable(specs)
      self = .shorthand(key: key, table[key]?.shape ?? .text, table)
    case .oneOrMore(let item): self = .oneOrMore(Shape(item))
    case .either(let types): self = .either(types.map(Shape.init))
    }
  }

  /// Whether a node has the shape as far as scalar, list and mapping go.
  func fits(_ content: YAMLNode.Content) -> Bool {
    switch (self, content) {
    case (.data, _): true
    case (.oneOrMore, .sequence): true
    case (.oneOrMore(let item), _): item.fits(content)
    case (.either(let shapes), _): shapes.contains { $0.fits(content) }
    case (.list, .sequence): true
    case (.map, .mapping), (.fields, .mapping), (.shorthand, .mapping), (.step, .mapping): true
    case (.shorthand(_, let shape, _), .scalar): shape.fits(content)
    case (_, .scalar): isScalar
    default: false
    }
  }

  private var isScalar: Bool {
    switch self {
    case .text, .template, .expression, .name, .bool, .duration, .file, .int, .enumeration: true
    default: false
    }
  }

  /// What a message says was expected.
  var expectation: String {
    switch self {
    case .text, .template: "text"
    case .expression: "an expression"
    case .name: "a name"
    case .bool: "true or false"
    case .duration: "a duration"
    case .file: "a file's path"
    case .data: "a value"
    case .step: "a step"
    case .int: "a whole number"
    case .enumeration(let choices): "one of \(choices.joined(separator: ", "))"
    case .list(let item): "a list of \(item.plural)"
    case .map, .fields: "a mapping"
    case .shorthand(_, let shape, _): "\(shape.expectation) or a mapping"
    case .oneOrMore(let item): "\(item.expectation) or a list of \(item.plural)"
    case .either(let shapes): shapes.map(\.expectation).joined(separator: " or ")
    }
  }

  private var plural: String {
    switch self {
    case .text, .template: "texts"
    case .expression: "expressions"
    case .name: "names"
    case .step: "steps"
    case .map, .fields, .shorthand: "mappings"
    case .file: "paths"
    default: "values"
    }
  }
}

/// The keys of one mapping.
final class FieldTable: Sendable {
  struct Entry: Sendable {
    let name: String
    let shape: Shape
    let isRequired: Bool
  }

  let entries: [Entry]
  let required: [String]
  private let positions: [String: Int]

  init(_ specs: [FieldSpec]) {
    entries = specs.map {
      Entry(name: $0.name, shape: Shape($0.type), isRequired: $0.isRequired)
    }
    required = specs.filter(\.isRequired).map(\.name)
    positions = Dictionary(
      specs.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

  var names: [String] { entries.map(\.name) }
}

/// The whole format, made ready for reading.
final class FileTables: Sendable {
  let top: FieldTable
  let stepKeys: FieldTable
  let kindKeys: FieldTable
  /// The keys of `drill:`, which are those of `drill.yaml`.
  let drill: FieldTable
  /// The keys of `simulate:`, which are those of the file that it may name.
  let simulation: FieldTable
  /// Names that a step's own result may have.
  let resultNames: Set<String>

  init(_ spec: FileSpec) {
    top = FieldTable(spec.top)
    stepKeys = FieldTable(spec.stepKeys)
    kindKeys = FieldTable(spec.kindKeys)
    drill = FieldTable(DrillSpec.fields)
    simulation = FieldTable(SimulationSpec.fields)
    resultNames = Set(spec.kinds.flatMap { $0.results.map(\.name) })
  }
}
