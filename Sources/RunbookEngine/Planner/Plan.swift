public import RunbookModel

/// A runbook bound to its inputs and connections: only a plan can be executed.
public struct Plan: Sendable {
  public let runbook: Runbook
  public let inputs: [ResolvedInput]
  public let targets: [ConnectionTarget]
  public let environment: [String: String]
  public let isSandbox: Bool
  /// SHA-256 over the sources, the inputs that are not secret, and the targets.
  public let fingerprint: Digest
  let captures: [OwnedCapture]

  public init(
    runbook: Runbook, inputs: [ResolvedInput], targets: [ConnectionTarget],
    environment: [String: String], isSandbox: Bool
  ) {
    self.runbook = runbook
    self.inputs = inputs
    self.targets = targets
    self.environment = environment
    self.isSandbox = isSandbox
    captures = runbook.steps.flatMap { step in
      step.options.captures.map { OwnedCapture(step: step.id, capture: $0) }
    }
    var hasher = Digest.Hasher()
    for source in runbook.sources { hasher.update("\(source.path)\n\(source.digest)\n") }
    for input in inputs where !input.declaration.isSecret {
      hasher.update("\(input.declaration.name)=\((input.value ?? .null).json)\n")
    }
    for target in targets { hasher.update("\(target.connection.name)=\(target.display)\n") }
    fingerprint = hasher.finalize()
  }

  /// The connection of a step: its own, else the only one there is.
  public func connection(of step: Step) -> Runbook.Connection? {
    guard let name = step.options.connection?.text else {
      return runbook.connections.count == 1 ? runbook.connections.first : nil
    }
    return runbook.connections.first { $0.name == name }
  }
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
