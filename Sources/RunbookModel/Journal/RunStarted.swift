public struct RunStarted: Sendable, Hashable, Codable {
  /// The version of the entries' format that this program writes. Version 2 came with settlements,
  /// version 3 with edits of the report and drills, version 4 with decimals and with what a result was
  /// cut by, version 5 with runs that end unverified, version 6 with databases that could not be looked at, with
  /// processes that were ended, and with steps that are carried out again, version 7 with checks that are
  /// repeated behind safeguards, version 8 with what rests on steps that brought no answer.
  public static let currentFormat = 8

  public let formatVersion: Int
  public let toolVersion: String
  public let run: RunID
  public let runbook: RunbookRecord
  public let inputs: [InputRecord]
  public let constants: Value
  public let connections: [ConnectionRecord]
  /// SHA-256 over the sources, the inputs and the connections' targets.
  public let planFingerprint: Digest
  public let isSandbox: Bool
  public let isDrill: Bool
  /// The host that the run was started on.
  public let host: String
  /// Gates that were approved on the command line.
  public let approvals: [String]
  /// How many values are redacted from what is stored.
  public let secretCount: Int
  /// Variables of the environment that its steps read, as they were; nil is none, and in journals of before they were
  /// kept.
  public let environment: [VariableRecord]?

  public init(
    formatVersion: Int = currentFormat, toolVersion: String, run: RunID, runbook: RunbookRecord,
    inputs: [InputRecord], constants: Value, connections: [ConnectionRecord],
    planFingerprint: Digest, isSandbox: Bool, isDrill: Bool, host: String, approvals: [String],
    secretCount: Int, environment: [VariableRecord]? = nil
  ) {
    self.environment = environment
    self.formatVersion = formatVersion
    self.toolVersion = toolVersion
    self.run = run
    self.runbook = runbook
    self.inputs = inputs
    self.constants = constants
    self.connections = connections
    self.planFingerprint = planFingerprint
    self.isSandbox = isSandbox
    self.isDrill = isDrill
    self.host = host
    self.approvals = approvals
    self.secretCount = secretCount
  }
}

/// A variable of the environment, told from others by a hash with the run's key: it may be a secret.
public struct VariableRecord: Sendable, Hashable, Codable {
  public let name: String
  /// Of its value; of nothing where it was not set.
  public let digest: Digest

  public init(name: String, digest: Digest) {
    self.name = name
    self.digest = digest
  }
}

/// The runbook as it ran.
public struct RunbookRecord: Sendable, Hashable, Codable {
  public let name: String
  public let title: String
  public let severity: Severity
  public let owner: String?
  public let steps: [StepRecord]
  /// The authored parts of the report: maps, lists and text with `${{ }}` as written.
  public let report: Value
  /// The folder and the file's name, so that the run can be resumed.
  public let folder: String
  public let fileName: String
  /// The file itself first.
  public let sources: [SourceFile]

  public init(
    name: String, title: String, severity: Severity, owner: String?, steps: [StepRecord],
    report: Value, folder: String, fileName: String, sources: [SourceFile]
  ) {
    self.name = name
    self.title = title
    self.severity = severity
    self.owner = owner
    self.steps = steps
    self.report = report
    self.folder = folder
    self.fileName = fileName
    self.sources = sources
  }
}

public struct StepRecord: Sendable, Hashable, Codable {
  public let id: StepID
  public let title: String
  public let phase: Phase
  public let kind: String
  public let line: Int
  /// Captures' names.
  public let captures: [String]
  /// A map of the captures that have a value when the step is skipped; nil where none has.
  public let fallbacks: Value?
  /// Of its `when`, of nothing without one, with the run's key; nil in journals of before it was kept.
  public let when: Digest?

  public init(
    id: StepID, title: String, phase: Phase, kind: String, line: Int, captures: [String],
    fallbacks: Value? = nil, when: Digest? = nil
  ) {
    self.when = when
    self.id = id
    self.title = title
    self.phase = phase
    self.kind = kind
    self.line = line
    self.captures = captures
    self.fallbacks = fallbacks
  }
}

public struct InputRecord: Sendable, Hashable, Codable {
  public let name: String
  public let type: String
  /// `null` when the input was not given; never a secret's value.
  public let value: Value
  public let origin: Origin
  public let isSecret: Bool

  /// Where a value came from.
  public enum Origin: String, Sendable, Hashable, Codable {
    case flag, environment, file, command, fallback, sandbox, answer, none
  }

  public init(name: String, type: String, value: Value, origin: Origin, isSecret: Bool) {
    self.name = name
    self.type = type
    self.value = value
    self.origin = origin
    self.isSecret = isSecret
  }
}

public struct ConnectionRecord: Sendable, Hashable, Codable {
  public let name: String
  public let kind: String
  /// Host, port, database and user; never a password.
  public let target: String

  public init(name: String, kind: String, target: String) {
    self.name = name
    self.kind = kind
    self.target = target
  }
}
