import Glibc
package import RunbookEngine
package import RunbookModel
package import RunbookPostgres
package import RunbookSystem

/// Throwaway PostgreSQL servers of this machine's own installation.
///
/// A server answers on a socket in its folder, which only its user may enter, and nowhere else unless
/// its settings ask for TCP: then on this machine's own addresses too, with a password. Root runs it
/// as `postgres`, or `nobody` where there is no such user. A watchdog stops it when this process
/// ends, in any way.
package struct PostgresSandbox: SandboxProvider, TemporaryServers {
  private let environment: [String: String]

  private static let readyDeadline = Duration.seconds(60)

  /// - Parameter environment: `PATH` is where programs are looked for, `RUNBOOK_SANDBOX_DIR` the
  ///   folder that sandboxes are made in, else `/var/tmp`.
  package init(environment: [String: String]) {
    self.environment = environment
  }

  package func folder(for run: RunID) -> String { folder(named: "runbook-sandbox-\(run)") }

  private func folder(named name: String) -> String {
    let parent = environment["RUNBOOK_SANDBOX_DIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/var/tmp"
    return "\(parent)/\(name)"
  }

  package func start(
    in folder: String, settings: [Runbook.Sandbox.Setting]
  ) async throws(StepFailure) -> any RunningSandbox {
    try await start(in: folder, settings: settings, isTemporary: false)
  }

  /// What a run in its sandbox may reach, whether that is there yet or not.
  package func confinement(for run: RunID) -> Confinement {
    let folder = SandboxFolder(path: folder(for: run))
    return Confinement(folder: folder.path, serverSocket: folder.socket)
  }

  package func withTemporary<Result: Sendable>(
    named name: String, _ body: (TemporaryServer) async throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result {
    let folder = folder(named: "runbook-temporary-\(getpid())-\(name)")
    let server = try await start(in: folder, settings: [], isTemporary: true)
    do throws(StepFailure) {
      let result = try await body(TemporaryServer(url: server.url, own: server.own))
      await server.stop()
      return result
    } catch {
      await server.stop()
      throw error
    }
  }

  private func start(
    in folder: String, settings: [Runbook.Sandbox.Setting], isTemporary: Bool
  ) async throws(StepFailure) -> PostgresServer {
    let folder = SandboxFolder(path: folder)
    try folder.check()
    let configuration = try ServerConfiguration(folder: folder, settings: settings)
    let user = try SandboxUser.current()
    let installation = try await PostgresInstallation.find(environment: environment)
    try folder.make(for: user)
    do throws(StepFailure) {
      try await prepare(folder, with: installation, configuration, as: user)
      return try await launch(
        folder, with: installation, as: user, isNew: true, isTemporary: isTemporary)
    } catch {
      // The failure that is thrown says more than one of tidying up after it.
      try? await folder.delete()
      throw error
    }
  }

  package func restart(in folder: String) async throws(StepFailure) -> any RunningSandbox {
    let folder = SandboxFolder(path: folder)
    try folder.check()
    let user = try SandboxUser.current()
    try folder.checkIsSandbox(of: user)
    let version = TextFile.read("\(folder.data)/PG_VERSION")?.pieces(separatedBy: "\n").first
    guard let version else {
      throw StepFailure(.unreachable, "\(folder.path) holds no database that could be started")
    }
    let installation = try await PostgresInstallation.find(
      version: String(version), environment: environment)
    return try await launch(folder, with: installation, as: user, isNew: false)
  }

  package func remove(folder: String) async throws(StepFailure) {
    let folder = SandboxFolder(path: folder)
    guard folder.exists else { return }
    try folder.checkIsSandbox(of: try SandboxUser.current())
    try await folder.delete()
  }
}

extension PostgresSandbox {
  /// Nothing of the executor's own environment reaches the server.
  private func environment(in folder: SandboxFolder) -> [String: String] {
    ["PATH": ProgramPath.standard, "LANG": "C.UTF-8", "HOME": folder.work]
  }

  private func serviceEnvironment(in folder: SandboxFolder) -> [String: String] {
    [
      "PATH": environment["PATH"].map { "\($0):\(ProgramPath.standard)" } ?? ProgramPath.standard,
      "TMPDIR": folder.work, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
    ]
  }

  private func prepare(
    _ folder: SandboxFolder, with installation: PostgresInstallation,
    _ configuration: ServerConfiguration, as user: SandboxUser
  ) async throws(StepFailure) {
    let command = try user.command(
      ["/bin/sh", "-c", SandboxScripts.prepare, "sandbox", folder.path, installation.programs]
        + [configuration.listenAddresses.text])
    let output = try await ChildProcess.run(
      command, environment: environment(in: folder), workingDirectory: "/",
      input: configuration.text, timeout: .seconds(120))
    switch output.exitCode {
    case 0:
      return
    case 71:
      throw StepFailure(
        .unreachable, "\(folder.path) cannot be reached by the user that runs the sandbox's server",
        detail: output.stderr,
        hint: "set RUNBOOK_SANDBOX_DIR to a folder that \(user.name ?? "this user") may enter")
    default:
      throw StepFailure(
        .unreachable, "the sandbox's database could not be made", detail: output.stderr,
        code: "\(output.exitCode)")
    }
  }

  private func launch(
    _ folder: SandboxFolder, with installation: PostgresInstallation, as user: SandboxUser,
    isNew: Bool, isTemporary: Bool = false
  ) async throws(StepFailure) -> PostgresServer {
    let variables = environment(in: folder)
    let password = TextFile.read(folder.password)
    let port = password == nil ? nil : try FreePort()
    defer { port?.release() }
    let watchdog = try Watchdog(
      command: try user.command(
        ["/bin/sh", "-c", SandboxScripts.watchdog, "sandbox", folder.path, installation.programs]
          + [port.map { "\($0.number)" } ?? "", isTemporary ? "temporary" : ""]),
      environment: variables)
    do throws(StepFailure) {
      try await awaitReady(folder, watchdog)
      let (version, address) = try await introduce(
        folder, with: installation, variables, port: port?.number, isNew: isNew)
      var tcp: TCPAccess?
      if let port, let address, let password {
        tcp = TCPAccess(address: address, port: port.number, password: password)
      }
      return PostgresServer(
        in: folder, version: version, watchdog: watchdog, tcp: tcp,
        environment: variables.merging(serviceEnvironment(in: folder)) { _, special in special })
    } catch {
      watchdog.send("stop")
      await watchdog.awaitEnd()
      throw error
    }
  }

  /// The last line of `postmaster.pid` says when connections are taken.
  private func awaitReady(
    _ folder: SandboxFolder, _ watchdog: Watchdog
  ) async throws(StepFailure) {
    let isReady = try await Wait.until(within: Self.readyDeadline) { () -> Bool? in
      guard watchdog.isAlive else { return false }
      guard let server = Self.server(of: watchdog, in: folder) else { return nil }
      guard Self.isRunning(server) else { return false }
      let lines = TextFile.read("\(folder.data)/postmaster.pid")?.pieces(separatedBy: "\n") ?? []
      return lines.first == server && lines.last?.begins(with: "ready") == true ? true : nil
    }
    guard isReady == true else {
      throw StepFailure(
        isReady == nil ? .timeout : .unreachable, "the sandbox's server did not start",
        detail: TextFile.tail(folder.serverLog) ?? TextFile.tail(folder.watchdogLog))
    }
  }

  /// The process id of the server that this watchdog started: the file may be of an earlier one.
  private static func server(of watchdog: Watchdog, in folder: SandboxFolder) -> Substring? {
    let numbers = TextFile.read(folder.serverNumbers)?.pieces { $0 == " " || $0 == "\n" } ?? []
    return numbers.count == 2 && numbers.last == "\(watchdog.pid)" ? numbers.first : nil
  }

  /// A server that has ended is a zombie until its watchdog waits for it.
  private static func isRunning(_ server: Substring) -> Bool {
    guard let number = pid_t(server) else { return false }
    return access("/proc/\(number)", F_OK) == 0 && !ProcessTable.isZombie(number)
  }

  /// Gives the new server its database, and asks for its version and where it answers over TCP.
  ///
  /// A copy of `template1` would take eight times as long as another name for `postgres`.
  private func introduce(
    _ folder: SandboxFolder, with installation: PostgresInstallation,
    _ environment: [String: String], port: UInt16?, isNew: Bool
  ) async throws(StepFailure) -> (version: String, address: String?) {
    let statements = isNew ? ["ALTER DATABASE postgres RENAME TO sandbox"] : []
    let output = try await ChildProcess.run(
      [installation.path(of: "psql"), "-XAtqw", "-h", folder.socket, "-U", "postgres"]
        + ["-d", "template1", "-v", "ON_ERROR_STOP=1"]
        + (port.map { ["-p", "\($0)"] } ?? [])
        + (statements + ["SHOW server_version", "SHOW listen_addresses"]).flatMap { ["-c", $0] },
      environment: environment.merging(["PGCONNECT_TIMEOUT": "10"]) { _, new in new },
      workingDirectory: "/", timeout: .seconds(30))
    let lines = output.stdout.pieces(separatedBy: "\n").map(String.init)
    guard output.exitCode == 0, let version = lines.first else {
      throw StepFailure(
        .unreachable, "the sandbox's server does not answer", detail: output.stderr,
        code: "\(output.exitCode)")
    }
    let addresses = lines.dropFirst().first?.pieces(separatedBy: ",")
    return (version, addresses?.first.map(String.init))
  }
}
