import RunbookEngine
package import RunbookModel
package import RunbookPostgres
import RunbookSystem

/// A sandbox's server that runs.
///
/// It stops when this value goes away, too.
package final class PostgresServer: RunningSandbox {
  package let folder: String
  package let url: String
  package let serverLog: String
  package let serverVersion: String
  private let place: SandboxFolder
  private let watchdog: Watchdog
  private let tcp: TCPAccess?
  /// What programs beside the server start with.
  private let environment: [String: String]

  /// How long a program may take until it has printed its address.
  private static let addressDeadline = Duration.seconds(20)

  package init(
    in place: SandboxFolder, version: String, watchdog: Watchdog, tcp: TCPAccess? = nil,
    environment: [String: String]
  ) {
    self.place = place
    self.watchdog = watchdog
    self.tcp = tcp
    self.environment = environment
    folder = place.path
    url =
      "postgresql:///sandbox?host=\(place.socket)&user=postgres"
      + (tcp.map { "&port=\($0.port)" } ?? "")
    serverLog = place.serverLog
    serverVersion = version
  }

  /// How this program itself reaches it.
  package var own: OwnServer { place.server }

  /// What leads a service to the sandbox's database, and to no other.
  private var connectionVariables: [String: String] {
    let variables = [
      "DATABASE_URL": url, "PGHOST": place.socket, "PGDATABASE": "sandbox", "PGUSER": "postgres",
    ]
    guard let tcp else { return variables }
    // The socket's name has the port in it.
    let more = [
      "PGPORT": "\(tcp.port)", "PGPASSWORD": tcp.password, "DATABASE_TCP_URL": tcp.url,
    ]
    return variables.merging(more) { $1 }
  }

  package func stop() async {
    watchdog.send("stop")
    await watchdog.awaitEnd()
  }

  package func start(
    service name: String, command: [String], environment: [String: String],
    workingDirectory: String
  ) async throws(StepFailure) -> String {
    try Self.check(name, command, environment)
    let variables = self.environment.filter { !$0.key.begins(with: "PG") }
      .merging(connectionVariables) { _, own in own }
      .merging(environment) { _, given in given }
    let words =
      [name, workingDirectory]
      + variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      + ["--"] + command
    watchdog.send("service " + words.map(SandboxScripts.quoted).joined(separator: " "))
    let address = try await Wait.until(within: Self.addressDeadline) {
      self.watchdog.isAlive ? TextFile.read(self.place.address(of: name)) : ""
    }
    guard let address else {
      throw StepFailure(
        .timeout, "the service `\(name)` did not print its address within 20 s",
        detail: TextFile.tail(place.log(of: name)))
    }
    let line = address.pieces(separatedBy: "\n").first.map(String.init) ?? ""
    guard !line.isEmpty else {
      throw StepFailure(
        .refused, "the service `\(name)` ended before it printed its address",
        detail: TextFile.tail(place.log(of: name)) ?? TextFile.tail(place.watchdogLog))
    }
    return line
  }

  private static func check(
    _ name: String, _ command: [String], _ environment: [String: String]
  ) throws(StepFailure) {
    let isName =
      name.utf8.first.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } == true
      && name.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: "-") }
    let ownNames: Set<String> = [
      "server", "watchdog", "initdb", "work", "data", "socket", "lock", "password",
    ]
    guard isName, !ownNames.contains(name) else {
      throw StepFailure(
        .invalid, "`\(name)` cannot be the name of a service",
        hint: "a name is of letters, digits, `_` and `-`, and none of the sandbox's own files")
    }
    guard let program = command.first, !program.isEmpty else {
      throw StepFailure(.invalid, "the service `\(name)` has no command")
    }
    for variable in environment.keys.sorted() {
      guard !variable.isEmpty, variable.utf8.allSatisfy(isWordByte),
        !variable.utf8.prefix(1).contains(where: { $0 < UInt8(ascii: "A") })
      else {
        throw StepFailure(.invalid, "`\(variable)` cannot be the name of a variable")
      }
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
