/// The parsed, well-formed procedure of one file.
public struct Runbook: Sendable {
  public let name: String
  public let title: String
  public let summary: String?
  public let severity: Severity
  public let owner: String?
  public let inputs: [Input]
  public let connections: [Connection]
  public let constants: [Constant]
  /// In the order of phases, then of the file.
  public let steps: [Step]
  /// The authored parts of the report, as `report:` holds them.
  public let report: Fields?
  public let sandbox: Sandbox?
  public let drill: Drill?
  /// `drill.yaml` and what it names: apart from `sources`, as no real run depends on them.
  public let drillSources: [SourceFile]
  /// How long a run may go on before it is held, from its start.
  public let deadline: Duration?
  /// The file itself first, then what it names, in order of appearance.
  public let sources: [SourceFile]
  /// The folder that relative paths start from.
  public let folder: String
  /// The name of the file inside of the folder.
  public let fileName: String

  public init(
    name: String, title: String, summary: String? = nil, severity: Severity, owner: String? = nil,
    inputs: [Input] = [], connections: [Connection] = [], constants: [Constant] = [],
    steps: [Step], report: Fields? = nil, sandbox: Sandbox? = nil,
    drill: Drill? = nil, drillSources: [SourceFile] = [],
    deadline: Duration? = nil, sources: [SourceFile],
    folder: String, fileName: String
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.severity = severity
    self.owner = owner
    self.inputs = inputs
    self.connections = connections
    self.constants = constants
    self.steps = steps
    self.report = report
    self.sandbox = sandbox
    self.drill = drill
    self.drillSources = drillSources
    self.deadline = deadline
    self.sources = sources
    self.folder = folder
    self.fileName = fileName
  }

  public func steps(in phase: Phase) -> [Step] { steps.filter { $0.phase == phase } }

  /// The connection of a step: its own, else the only one there is.
  public func connection(of step: Step) -> Connection? {
    guard let name = step.options.connection?.text else {
      return connections.count == 1 ? connections.first : nil
    }
    return connections.first { $0.name == name }
  }
}

extension Runbook {
  public struct Constant: Sendable, Hashable {
    public let name: String
    public let place: Place
    public let value: Value

    public init(name: String, place: Place, value: Value) {
      self.name = name
      self.place = place
      self.value = value
    }
  }

  /// A named database that steps use.
  public struct Connection: Sendable, Hashable {
    public let name: String
    public let place: Place
    /// `postgres`, `sqlite`.
    public let kind: String
    /// A template: a URL, SQLAlchemy's form of one, or libpq's keywords.
    public let url: SourceText
    /// A role that read-only phases change to.
    public let readOnlyRole: String?
    /// Whether receipts may be kept in the database.
    public let keepsReceipts: Bool

    public init(
      name: String, place: Place, kind: String, url: SourceText, readOnlyRole: String? = nil,
      keepsReceipts: Bool = true
    ) {
      self.name = name
      self.place = place
      self.kind = kind
      self.url = url
      self.readOnlyRole = readOnlyRole
      self.keepsReceipts = keepsReceipts
    }
  }
}
