public import RunbookModel

/// The whole file format as data, from which the reader, the JSON Schema and the documentation are
/// made.
public struct FileSpec: Sendable {
  public let kinds: [KindSpec]
  /// The kinds of connections, by name.
  public let connectionKinds: [String]

  public init(kinds: [KindSpec], connectionKinds: [String] = ["postgres"]) {
    self.kinds = kinds
    self.connectionKinds = connectionKinds
  }

  /// The keys of the file itself.
  public var top: [FieldSpec] {
    [
      FieldSpec(
        "runbook", .name, required: true, "The runbook's name, which is its folder's name."),
      FieldSpec("title", .text, "What the incident is, in a line."),
      FieldSpec("summary", .text, "When to use the runbook, and what it does."),
      FieldSpec(
        "severity", .enumeration(Severity.allCases.map(\.rawValue)),
        "How bad the incident is; high unless given."),
      FieldSpec("owner", .text, "The team that keeps the runbook, and gets its TODOs."),
      FieldSpec("deadline", .duration, "How long a run may go on before it is held."),
      FieldSpec("inputs", .map(Self.input), "Typed values that a run is given, by name."),
      FieldSpec(
        "connections", .map(.fields(connection)), "Databases that steps use, by name."),
      FieldSpec(
        "constants", .map(.data),
        "Fixed values, by name; `{file: F, at: [KEYS]}` is read from a YAML file beside the runbook."
      ),
    ] + Phase.allCases.map { FieldSpec($0.rawValue, .list(.step), $0.summary) } + [
      FieldSpec("report", .fields(ReportSpec.fields), "The authored parts of the report."),
      FieldSpec(
        "sandbox", .fields(Self.sandbox),
        "The throwaway database that --sandbox and drills use."),
      FieldSpec(
        "drill", .fields(DrillSpec.fields),
        "How the runbook is practised; or the file drill.yaml beside it."),
    ]
  }

  /// The keys that a step of any kind may have.
  public var stepKeys: [FieldSpec] {
    [
      FieldSpec("id", .name, required: true, "The step's name, unique in the file."),
      FieldSpec("title", .text, "What the step does, in a line; its id unless given."),
      FieldSpec("when", .expression, "The step is skipped unless this is true."),
      FieldSpec(
        "expect", .oneOrMore(.expression), "Must be true of the result, else the step failed."),
      FieldSpec(
        "confirms", .expression, "A finding is established when this is true of the result."),
      FieldSpec("capture", .map(Self.capture), "Names that later steps see, from the result."),
      FieldSpec("connection", .text, "The connection to use, where there are several."),
      FieldSpec("trial", .bool, "Read-write, and always rolled back."),
      FieldSpec("retry", .fields(Self.retry), "When a failed attempt is tried again."),
      FieldSpec("timeout", .duration, "The longest time for one attempt."),
      FieldSpec("deadline", .duration, "The longest time for all attempts together."),
      FieldSpec(
        "gate", .either([.bool, .fields(Self.gate)]), "People must approve before the step runs."),
      FieldSpec(
        "effect", .enumeration(["readOnly", "mutating", "destructive"]),
        "What the step does to the world, where that cannot be told."),
      FieldSpec(
        "settle", .fields(kindKeys + Self.settle),
        "A read-only probe that says after a crash whether the step took effect."),
    ]
  }

  /// One key for each kind: a step has exactly one of them.
  public var kindKeys: [FieldSpec] { kinds.map { FieldSpec($0.name, $0.type, $0.summary) } }

  static let inputTypes = ["string", "int", "bool", "path", "url", "enum", "list"]
  static let itemTypes = ["string", "int", "bool", "path", "url"]

  private static let input = FieldType.either([.enumeration(inputTypes), .fields(inputKeys)])

  static let inputKeys = [
    FieldSpec("type", .enumeration(inputTypes), required: true, "The type of the value."),
    FieldSpec("values", .list(.text), "What an enum may be."),
    FieldSpec("items", .enumeration(itemTypes), "The type of a list's items; string unless given."),
    FieldSpec("optional", .bool, "Whether the run can do without."),
    FieldSpec("default", .data, "The value when none is given."),
    FieldSpec(
      "exists", .bool, "Whether a path has to be there and readable, or nothing runs."),
    FieldSpec("secret", .bool, "Whether the value must never be shown or stored."),
    FieldSpec(
      "from",
      .fields([
        FieldSpec("file", .template, "A file that holds it."),
        FieldSpec("command", .list(.template), "A program and its arguments that print it."),
      ]), "Where the value comes from when it is not given."),
    FieldSpec("summary", .text, "What the value is."),
  ]

  private var connection: [FieldSpec] {
    [
      FieldSpec("kind", .enumeration(connectionKinds), required: true, "The sort of database."),
      FieldSpec(
        "url", .template, required: true, "A URL, SQLAlchemy's form of one, or libpq's keywords."),
      FieldSpec("read_only_role", .text, "A role that read-only phases change to."),
      FieldSpec(
        "receipts", .enumeration(["none", "database"]),
        "Where it is kept that a step was done; the database unless given."),
    ]
  }

  private static let capture = FieldType.either([
    .expression,
    .fields([
      FieldSpec("value", .expression, required: true, "The value, from the step's result."),
      FieldSpec("default", .data, "The value when the step was skipped."),
    ]),
  ])

  private static let retry = [
    FieldSpec("every", .duration, required: true, "The pause between two attempts."),
    FieldSpec("for", .duration, "No attempt starts later than this after the first."),
    FieldSpec("attempts", .int(1...1_000_000), "The most attempts, the first included."),
    FieldSpec(
      "backoff", .enumeration(["constant", "exponential"]),
      "Whether each pause is twice the one before; constant unless given."),
    FieldSpec("longest", .duration, "The longest pause."),
    FieldSpec(
      "jitter", .int(0...100), "By how many percent a pause may be shorter; none unless given."),
    FieldSpec(
      "on", .fields(retryCondition), "Which failures are tried again; all unless given."),
  ]

  private static let retryCondition = [
    FieldSpec("exit_codes", .oneOrMore(.int(1...255)), "Of a shell step."),
    FieldSpec("sqlstates", .oneOrMore(.text), "SQLSTATEs, or the two characters of a class."),
    FieldSpec("statuses", .oneOrMore(.int(100...599)), "Of an http step."),
    FieldSpec("failure", .expression, "True of the result and `failure` (cause, code, message)."),
  ]

  private static let gate = [
    FieldSpec("approvals", .int(1...9), "How many people must approve; one unless given."),
    FieldSpec("question", .text, "What the gate asks."),
  ]

  private static let settle = [
    FieldSpec("done", .expression, "The step took effect when this is true of the probe's result."),
    FieldSpec("not_done", .expression, "It did not when this is true."),
    FieldSpec(
      "effect", .enumeration(["readOnly"]),
      "Of a request that is not GET or HEAD: the author's word that it only reads."),
  ]

  private static let sandbox = [
    FieldSpec("inputs", .map(.template), "Values for inputs."),
    FieldSpec("settings", .map(.text), "Settings of the server."),
    FieldSpec(
      "fixture", .list(.step), "Steps that make the database as it was before the incident."),
    FieldSpec(
      "services",
      .map(
        .fields([
          FieldSpec("command", .list(.template), required: true, "The program and its arguments."),
          FieldSpec("env", .map(.template), "Variables of its environment."),
        ])), "Programs that run beside the server; the first line of output is the address."),
    FieldSpec("fault", .list(.step), "Steps that break the database."),
  ]
}

extension Phase {
  var summary: String {
    switch self {
    case .timeline: "Steps that gather what happened; they change nothing."
    case .detection: "Steps that find out whether this is the incident; they change nothing."
    case .recovery: "Steps that repair, after approval."
    case .verification: "Steps that prove the repair; they change nothing."
    case .safeguards: "Steps that keep it from happening again."
    }
  }
}
