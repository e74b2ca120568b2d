import Glibc
import RunbookModel

/// What a run in a sandbox may reach: its own database by its own socket, this machine over HTTP, and
/// nothing else, whatever a step, an input or the environment says.
package struct Confinement: Sendable, Hashable {
  /// The sandbox's, whether it is there yet or not.
  package let folder: String
  /// The folder of the only socket that a connection may lead to.
  package let serverSocket: String

  package init(folder: String, serverSocket: String) {
    self.folder = folder
    self.serverSocket = serverSocket
  }

  /// Variables that lead nowhere else: without libpq's, and without any that holds a URL or the words of
  /// a connection, `host=… dbname=…`.
  package static func environment(_ variables: [String: String]) -> [String: String] {
    variables.filter { !isLibPQ($0.key) && !$0.value.holds("://") && !isConnection($0.value) }
  }

  private static func isConnection(_ value: String) -> Bool {
    let words = ["host", "hostaddr", "dbname", "service", "port", "user"]
    // libpq lets blanks stand around the sign.
    let names = value.pieces(separatedBy: "=").dropLast(value.ends(with: "=") ? 0 : 1).compactMap {
      $0.pieces { $0.isWhitespace }.last?.lowercased()
    }
    return names.contains(where: words.contains)
  }

  /// What a step's programs are given of this process's variables: those that say where programs are and
  /// how they speak, and the runbook's own. libpq finds the sandbox, and no file of passwords or services.
  package func childEnvironment(_ variables: [String: String]) -> [String: String] {
    var kept = Self.environment(variables).filter { name, _ in
      Self.kept.contains(name) || name.begins(with: "LC_") || name.begins(with: "RUNBOOK_")
    }
    kept["PGHOST"] = serverSocket
    // Neither is there: libpq passes a missing one over in silence, and warns of `/dev/null`.
    kept["PGPASSFILE"] = "\(folder)/no-passwords"
    kept["PGSERVICEFILE"] = "\(folder)/no-services"
    return kept
  }

  private static let kept: Set = [
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR",
    "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV",
  ]

  /// Takes libpq's variables out of this process: `PGHOSTADDR` would lead elsewhere than a URL says.
  package static func forgetDatabases(of variables: [String: String]) {
    for name in variables.keys where isLibPQ(name) { unsetenv(name) }
  }

  private static func isLibPQ(_ name: String) -> Bool { name.begins(with: "PG") }

  /// Whether a socket lies in the sandbox's folder, also once links are followed.
  package func isOwn(socket: String) -> Bool {
    guard socket.begins(with: "\(folder)/"), !socket.holds("/../"), !socket.utf8.contains(0)
    else { return false }
    guard let real = Self.realPath(socket) else { return true }
    return real.begins(with: "\(Self.realPath(folder) ?? folder)/")
  }

  /// Nil for what is not there.
  private static func realPath(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }
}
