public import RunbookModel

/// The file format as a JSON Schema (draft 2020-12), for editors.
///
/// It is made from the same `FileSpec` as the reader. What concerns several keys at once (names that
/// clash, defaults that do not fit, what a phase permits) is the reader's alone.
public struct JSONSchema: Sendable {
  private let spec: FileSpec

  public init(_ spec: FileSpec) { self.spec = spec }

  public init(kinds: [KindSpec]) { self.init(FileSpec(kinds: kinds)) }

  public init(kinds: [KindSpec], connectionKinds: [String]) {
    self.init(FileSpec(kinds: kinds, connectionKinds: connectionKinds))
  }

  /// The schema as indented JSON, keys in the format's order.
  public var text: String { value.prettyJSON }

  public var value: Value {
    var schema = Self.mapping([
      ("$schema", "https://json-schema.org/draft/2020-12/schema"),
      ("title", "runbook"),
    ])
    for (key, value) in Self.object(spec.top).pairs { schema[key] = value }
    schema["$defs"] = .map(Self.mapping([("step", .map(step))]))
    return .map(schema)
  }

  private var step: ValueMap {
    let keys = spec.stepKeys.filter { $0.name != "settle" }
    var step = Self.object(keys + spec.kindKeys)
    if let settle = spec.stepKeys.first(where: { $0.name == "settle" }),
      case .fields(let fields) = settle.type, var properties = step["properties"]?.mapValue
    {
      var schema = Self.object(fields)
      schema["description"] = .string(settle.summary)
      schema["oneOf"] = oneKind
      schema["anyOf"] = [["required": ["done"]], ["required": ["not_done"]]]
      properties["settle"] = .map(schema)
      step["properties"] = .map(properties)
    }
    step["oneOf"] = oneKind
    return step
  }

  private var oneKind: Value {
    .list(spec.kinds.map { ["required": [.string($0.name)]] })
  }

  private static func object(_ specs: [FieldSpec]) -> ValueMap {
    var properties = ValueMap()
    for spec in specs {
      var property = Self.mapping([("description", .string(spec.summary))])
      for (key, value) in schema(spec.type).pairs { property[key] = value }
      properties[spec.name] = .map(property)
    }
    var object = Self.mapping([("type", "object"), ("properties", .map(properties))])
    let required = specs.filter(\.isRequired).map { Value.string($0.name) }
    if !required.isEmpty { object["required"] = .list(required) }
    object["additionalProperties"] = false
    return object
  }

  private static func schema(_ type: FieldType) -> ValueMap {
    switch type {
    case .text, .template, .expression:
      Self.mapping([("type", ["string", "number", "boolean"])])
    case .name:
      Self.mapping([("type", ["string", "integer"]), ("pattern", "^[a-z0-9][a-z0-9_-]{0,99}$")])
    case .bool: Self.mapping([("type", "boolean")])
    case .int(let range):
      Self.mapping([
        ("type", "integer"), ("minimum", .int(range.lowerBound)),
        ("maximum", .int(range.upperBound)),
      ])
    case .duration:
      Self.mapping([
        ("type", "string"), ("minLength", 2),
        ("pattern", "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"),
      ])
    case .enumeration(let choices): Self.mapping([("enum", .list(choices.map(Value.string)))])
    case .file: Self.mapping([("type", "string"), ("minLength", 1)])
    case .data: ValueMap()
    case .list(let item): Self.mapping([("type", "array"), ("items", .map(schema(item)))])
    case .map(let item):
      Self.mapping([("type", "object"), ("additionalProperties", .map(schema(item)))])
    case .fields(let specs): object(specs)
    case .shorthand(let key, let specs):
      any([specs.first { $0.name == key }?.type ?? .text].map(schema) + [object(specs)])
    case .oneOrMore(let item):
      any([
        schema(item),
        Self.mapping([("type", "array"), ("items", .map(schema(item))), ("minItems", 1)]),
      ])
    case .either(let types): any(types.map(schema))
    case .step: Self.mapping([("$ref", "#/$defs/step")])
    }
  }

  private static func any(_ schemas: [ValueMap]) -> ValueMap {
    Self.mapping([("anyOf", .list(schemas.map(Value.map)))])
  }

  private static func mapping(_ pairs: [(String, Value)]) -> ValueMap { ValueMap(pairs) }
}
