import Foundation
import RunbookTestSupport

extension TestServer {
  /// Ends the server as `pg_ctl stop -m immediate` does, without the time that a program takes to
  /// start: nothing is written any more, and what was not yet flushed is lost.
  ///
  /// - Returns: once it is gone; false when it was not there.
  @discardableResult
  func crash() -> Bool {
    guard signal(SIGQUIT) else { return false }
    // The server removes the file last of all, when its own processes are gone.
    while access(processFile, F_OK) == 0 { usleep(500) }
    return true
  }

  private var processFile: String { "\(folder)/data/postmaster.pid" }

  private func signal(_ number: Int32) -> Bool {
    // No file: no server.
    guard let text = try? String(contentsOfFile: processFile, encoding: .utf8),
      let line = text.split(separator: "\n").first, let pid = Int32(line)
    else { return false }
    return kill(pid, number) == 0
  }

  /// Starts the server again, with the data that it had.
  ///
  /// - Parameter settings: once it has recovered, which would take long with `fsync`.
  /// - Throws: when it does not take connections.
  func start(_ settings: [String: String]) throws {
    try configure(["fsync": "off"])
    let options = [
      "-c listen_addresses=''", "-c unix_socket_directories='\(folder)'", "-c port=\(port)",
    ]
    let drop = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    let command =
      ["/usr/bin/env"] + (geteuid() == 0 ? drop : []) + [
        "\(Self.programs)/pg_ctl", "-D", "\(folder)/data", "-w", "-s", "-l", "\(folder)/log", "-o",
        options.joined(separator: " "), "start",
      ]
    let output = try RunningCommand(
      command, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], folder: folder
    ).finish(within: World.patience)
    guard output.status == 0 else {
      throw World.Failure(message: "the server does not start: \(output.end)")
    }
    try apply(settings)
  }

  /// Changes the running server's settings.
  func apply(_ settings: [String: String]) throws {
    try configure(settings)
    _ = signal(SIGHUP)
  }

  private func configure(_ settings: [String: String]) throws {
    let lines = settings.sorted { $0.key < $1.key }.map { "\($0.key) = '\($0.value)'\n" }
    try lines.joined().write(
      toFile: "\(folder)/data/postgresql.auto.conf", atomically: false, encoding: .utf8)
  }
}
