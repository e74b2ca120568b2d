public import RunbookEngine
public import RunbookModel
private import Synchronization

/// Throwaway servers that are not there.
public final class SimulatedSandboxes: SandboxProvider {
  /// What was asked of the provider and of its servers.
  public enum Call: Sendable, Hashable {
    case start(folder: String)
    case restart(folder: String)
    case startService(String, command: [String], environment: [String: String])
    case stop(folder: String)
    case remove(folder: String)
  }

  private let recorded = Mutex<[Call]>([])
  private let addresses: [String: String]
  private let startFailure: StepFailure?

  /// - Parameters:
  ///   - addresses: of services, by name; a service without one does not start.
  ///   - startFailure: why no server starts.
  public init(addresses: [String: String] = [:], startFailure: StepFailure? = nil) {
    self.addresses = addresses
    self.startFailure = startFailure
  }

  /// In order.
  public var calls: [Call] { recorded.withLock { $0 } }

  public func folder(for run: RunID) -> String { "/simulated/\(run)" }

  public func start(
    in folder: String, settings: [Runbook.Sandbox.Setting]
  ) async throws(StepFailure) -> any RunningSandbox {
    record(.start(folder: folder))
    if let startFailure { throw startFailure }
    return SimulatedSandbox(folder: folder, provider: self)
  }

  public func restart(in folder: String) async throws(StepFailure) -> any RunningSandbox {
    record(.restart(folder: folder))
    if let startFailure { throw startFailure }
    return SimulatedSandbox(folder: folder, provider: self)
  }

  public func remove(folder: String) async throws(StepFailure) {
    record(.remove(folder: folder))
  }

  fileprivate func record(_ call: Call) { recorded.withLock { $0.append(call) } }

  fileprivate func address(of service: String) throws(StepFailure) -> String {
    guard let address = addresses[service] else {
      throw StepFailure(.unreachable, "no service '\(service)' is simulated")
    }
    return address
  }
}

private struct SimulatedSandbox: RunningSandbox {
  let folder: String
  let provider: SimulatedSandboxes

  var url: String { "postgresql://simulated" }
  var serverLog: String { "\(folder)/server.log" }
  var serverVersion: String { "simulated" }

  func start(
    service name: String, command: [String], environment: [String: String],
    workingDirectory: String
  ) async throws(StepFailure) -> String {
    provider.record(.startService(name, command: command, environment: environment))
    return try provider.address(of: name)
  }

  func stop() async { provider.record(.stop(folder: folder)) }
}
