import RunbookModel

/// The JSON Schema (draft 2020-12) of the report's JSON, made from the same list of names.
public enum ReportSchema {
  public static var text: String {
    let version: Value = ["const": .int(JSONReport.formatVersion)]
    var properties = ValueMap([("format_version", version)])
    for member in ReportFacts.members { properties[member.name] = member.form.schema }
    properties["todos"] = ["type": "array", "items": ["$ref": "#/$defs/todo"]]
    let schema = ValueMap([
      ("$schema", "https://json-schema.org/draft/2020-12/schema"),
      ("title", "Incident report of runbook"),
      (
        "description",
        """
        What `runbook report --format json` writes. Within a format version names are added and \
        none is taken away or changed.
        """
      ),
      ("type", "object"), ("required", .list(properties.keys)),
      ("properties", .map(properties)), ("$defs", .map(definitions)),
    ])
    return Value.map(schema).prettyJSON + "\n"
  }

  private static let definitions = ValueMap([
    ("time", time), ("reference", reference), ("status", status), ("actor", actor),
    ("authored", authored), ("work", work), ("todo", todo),
  ])

  private static let nullableText: Value = ["type": ["string", "null"]]

  private static let time: Value = [
    "type": "string", "format": "date-time", "description": "RFC 3339, in UTC",
  ]

  private static let reference: Value = [
    "type": "string",
    "description": "What a fact rests on: E and an evidence's number, or J and an entry's",
  ]

  private static let status: Value = [
    "enum": [
      "pending", "in_flight", "succeeded", "failed", "unknown", "skipped", "declared",
      "could_not_run", "not_begun", "not_done", "missing", "attested", "resting", "again",
      "outdated",
    ]
  ]

  private static let actor = object([("account", ["type": "string"]), ("name", nullableText)])

  private static let authored: Value = [
    "description": "Words of the runbook's author, in Markdown: a text, a list, or named parts",
    "anyOf": [
      ["type": "string"], ["type": "array", "items": ["$ref": "#/$defs/authored"]],
      ["type": "object", "additionalProperties": ["$ref": "#/$defs/authored"]],
    ],
  ]

  private static let parameter = object([("name", ["type": "string"]), ("value", [:])])

  private static let work = object([
    ("language", ["enum": ["sql", "shell", "http", "text"]]), ("text", ["type": "string"]),
    ("effect", ["enum": ["read_only", "mutating", "destructive", "undetermined"]]),
    ("parameters", ["type": "array", "items": parameter]),
    ("became", nullableText),
  ])

  private static let field: Value = [
    "type": "string", "description": "Which field nobody filled: a JSON pointer, RFC 6901",
  ]

  private static let todo = object([
    ("field", field), ("owner", nullableText), ("reason", nullableText),
  ])

  fileprivate static func object(_ members: [(String, Value)]) -> Value {
    .map(
      ValueMap([
        ("type", "object"), ("required", .list(members.map { .string($0.0) })),
        ("properties", .map(ValueMap(members))),
      ]))
  }
}

extension JSONForm {
  /// The form as JSON Schema says it.
  fileprivate var schema: Value {
    switch self {
    case .text: ["type": "string"]
    case .number, .bytes: ["type": "integer"]
    case .flag: ["type": "boolean"]
    case .seconds: ["type": "number"]
    case .texts: ["type": "array", "items": ["type": "string"]]
    case .time: Self.definition("time")
    case .status: Self.definition("status")
    case .reference: Self.definition("reference")
    case .actor: Self.definition("actor")
    case .actors: ["type": "array", "items": Self.definition("actor")]
    case .authored: Self.definition("authored")
    case .work: Self.definition("work")
    case .rows: ["type": "array", "items": ["type": "object"]]
    case .value: [:]
    case .optional(let form): ["anyOf": [form.schema, ["type": "null"]]]
    case .list(let form): ["type": "array", "items": form.schema]
    case .object(let members):
      ReportSchema.object(members.map { ($0.name, $0.form.schema) })
    }
  }

  private static func definition(_ name: String) -> Value {
    .map(ValueMap([("$ref", .string("#/$defs/\(name)"))]))
  }
}
