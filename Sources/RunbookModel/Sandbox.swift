extension Runbook {
  /// The throwaway database that `--sandbox` and drills use.
  public struct Sandbox: Sendable {
    public let place: Place
    /// Values for inputs, as templates over `sandbox.folder`, `sandbox.server_log` and
    /// `sandbox.services`; what the operator sets comes first.
    public let inputs: [Setting]
    /// Server settings (`log_statement: ddl`), as they stand.
    public let settings: [Setting]
    /// Steps that make the database as it was before the incident.
    public let fixture: [Step]
    /// Programs that run beside the server, from the end of the fixture to the end of the run.
    public let services: [Service]
    /// Steps that break the database.
    public let fault: [Step]

    public init(
      place: Place, inputs: [Setting], settings: [Setting], fixture: [Step], services: [Service],
      fault: [Step]
    ) {
      self.place = place
      self.inputs = inputs
      self.settings = settings
      self.fixture = fixture
      self.services = services
      self.fault = fault
    }
  }
}

extension Runbook.Sandbox {
  public struct Setting: Sendable, Hashable {
    public let name: String
    public let place: Place
    public let value: SourceText

    public init(name: String, place: Place, value: SourceText) {
      self.name = name
      self.place = place
      self.value = value
    }
  }

  /// A program whose first line of output is the address at which it answers
  /// (`http://127.0.0.1:41234`); until then it is not ready.
  public struct Service: Sendable, Hashable {
    public let name: String
    public let place: Place
    /// The program and its arguments, as templates.
    public let command: [SourceText]
    /// Variables of its environment, as templates.
    public let environment: [Setting]

    public init(name: String, place: Place, command: [SourceText], environment: [Setting]) {
      self.name = name
      self.place = place
      self.command = command
      self.environment = environment
    }
  }
}
