/// The throwaway database was started again with the data that it had.
public struct SandboxRestarted: Sendable, Hashable, Codable {
  public let serverVersion: String
  /// Inputs that the sandbox set anew, as its services have other addresses.
  public let inputs: [InputRecord]

  public init(serverVersion: String, inputs: [InputRecord]) {
    self.serverVersion = serverVersion
    self.inputs = inputs
  }
}
