import Foundation

extension TestServer {
  /// Where the server's programs are.
  public static var programs: String { binaries ?? "" }

  /// Ends the server as `pg_ctl stop -m immediate` does, without the time that a program takes to
  /// start: nothing is written any more, and what was not yet flushed is lost.
  ///
  /// - Returns: once it is gone; false when it was not there.
  @discardableResult
  public func crash() -> Bool {
    let file = "\(folder)/data/postmaster.pid"
    guard let text = try? String(contentsOfFile: file, encoding: .utf8),
      let line = text.split(separator: "\n").first, let pid = Int32(line),
      kill(pid, SIGQUIT) == 0
    else { return false }
    // The server removes the file last of all, when its own processes are gone.
    while access(file, F_OK) == 0 { usleep(500) }
    return true
  }

  /// Starts the server again, with the data that it had.
  ///
  /// - Parameter settings: for this time.
  /// - Returns: whether it takes connections.
  public func start(_ settings: [String: String] = [:]) -> Bool {
    var all = [
      "listen_addresses": "", "unix_socket_directories": folder, "port": port, "fsync": "off",
    ]
    all.merge(settings) { $1 }
    let options = all.sorted { $0.key < $1.key }.map { "-c \($0.key)='\($0.value)'" }
    let command = [
      "\(Self.programs)/pg_ctl", "-D", "\(folder)/data", "-w", "-s", "-l", "\(folder)/log", "-o",
      options.joined(separator: " "), "start",
    ]
    let drop = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = (geteuid() == 0 ? drop : []) + command
    process.currentDirectoryURL = URL(fileURLWithPath: "/")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
