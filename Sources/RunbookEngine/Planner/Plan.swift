public import RunbookModel

/// A runbook bound to its inputs and connections: only a plan can be executed.
public struct Plan: Sendable {
  public let runbook: Runbook
  public let inputs: [ResolvedInput]
  public let targets: [ConnectionTarget]
  public let environment: [String: String]
  public let isSandbox: Bool
  /// Values that are secret, though neither an input, a connection nor the environment holds them: those that were
  /// given, and what the runbook's expressions make of secrets.
  public private(set) var knownSecrets: [String]
  /// SHA-256 over the sources, the inputs that are not secret, and the targets.
  public var fingerprint: Digest { fingerprint(Digest.Hasher()) }
  let captures: [OwnedCapture]
  let secretCaptures: SecretCaptures

  public init(
    runbook: Runbook, inputs: [ResolvedInput], targets: [ConnectionTarget],
    environment: [String: String], isSandbox: Bool, knownSecrets: [String] = []
  ) {
    self.runbook = runbook
    self.inputs = inputs
    self.targets = targets
    self.environment = environment
    self.isSandbox = isSandbox
    self.knownSecrets = knownSecrets
    captures = runbook.steps.flatMap { step in
      step.options.captures.map { OwnedCapture(step: step.id, capture: $0) }
    }
    let names = SecretNames(inputs, environment)
    secretCaptures = SecretCaptures(runbook, inputs, names)
    self.knownSecrets += BoundCredentials(runbook, inputs, environment).values
    self.knownSecrets += DerivedSecrets(runbook, inputs, environment, names)
      .values(in: runbook, beside: secrets)
  }

  /// What a fingerprint is made over.
  private var fingerprinted: [String] {
    runbook.sources.map { "\($0.path)\n\($0.digest)\n" }
      + inputs.filter { !$0.declaration.isSecret }.map {
        "\($0.declaration.name)=\(($0.value ?? .null).json)\n"
      } + targets.map { "\($0.connection.name)=\($0.display)\n" }
  }

  private func fingerprint(_ hasher: Digest.Hasher) -> Digest {
    var hasher = hasher
    for text in fingerprinted { hasher.update(text) }
    return hasher.finalize()
  }

  /// The fingerprint as it is stored: with the run's key where a secret is in what it is made over.
  func fingerprint(_ redactor: Redactor, _ key: RunKey?) -> Digest {
    let isTelling =
      fingerprinted.contains { redactor.holdsSecret($0) }
      || runbook.sources.contains { redactor.holdsSecret($0.text) }
    return isTelling ? fingerprint(key.hasher) : fingerprint
  }

  /// Whether a stored fingerprint is this plan's.
  public func fits(_ stored: Digest, _ key: RunKey?) -> Bool {
    stored == fingerprint || stored == fingerprint(key.hasher)
  }

  /// The connection of a step: its own, else the only one there is.
  public func connection(of step: Step) -> Runbook.Connection? { runbook.connection(of: step) }
}

/// An input and the value that it was given.
public struct ResolvedInput: Sendable {
  public let declaration: Runbook.Input
  /// nil when an optional input was not given.
  public let value: Value?
  public let origin: InputRecord.Origin

  public init(declaration: Runbook.Input, value: Value?, origin: InputRecord.Origin) {
    self.declaration = declaration
    self.value = value
    self.origin = origin
  }

  /// As the journal holds it.
  public var record: InputRecord {
    InputRecord(
      name: declaration.name, type: declaration.type.name,
      value: declaration.isSecret ? .null : value ?? .null, origin: origin,
      isSecret: declaration.isSecret)
  }
}

/// A connection and where it leads.
public struct ConnectionTarget: Sendable {
  public let connection: Runbook.Connection
  /// With the password, so never shown.
  public let url: String
  public let display: String
  public let secrets: [String]

  public init(connection: Runbook.Connection, url: String, display: String, secrets: [String]) {
    self.connection = connection
    self.url = url
    self.display = display
    self.secrets = secrets
  }

  public var record: ConnectionRecord {
    ConnectionRecord(name: connection.name, kind: connection.kind, target: display)
  }
}

/// A capture and the step that makes it.
struct OwnedCapture: Sendable {
  let step: StepID
  let capture: StepOptions.Capture
}
