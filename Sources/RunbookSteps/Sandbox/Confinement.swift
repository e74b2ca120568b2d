import Glibc
import RunbookEngine
import RunbookModel

/// What a run in a sandbox may reach: its own database by its own socket, this machine over HTTP, and
/// nothing else, whatever a step, an input or the environment says.
public struct Confinement: Sendable, Hashable {
  private let folder: SandboxFolder

  /// - Parameter folder: the sandbox's, whether it is there yet or not.
  public init(sandboxFolder folder: String) { self.folder = SandboxFolder(path: folder) }

  /// The only one that a connection may lead to.
  var server: OwnServer { OwnServer(folder: folder) }

  /// Variables that lead nowhere else: without libpq's, and without any that holds a URL or the words of
  /// a connection, `host=… dbname=…`.
  public static func environment(_ variables: [String: String]) -> [String: String] {
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
  public func childEnvironment(_ variables: [String: String]) -> [String: String] {
    var kept = Self.environment(variables).filter { name, _ in
      Self.kept.contains(name) || name.begins(with: "LC_") || name.begins(with: "RUNBOOK_")
    }
    kept["PGHOST"] = folder.socket
    // Neither is there: libpq passes a missing one over in silence, and warns of `/dev/null`.
    kept["PGPASSFILE"] = "\(folder.path)/no-passwords"
    kept["PGSERVICEFILE"] = "\(folder.path)/no-services"
    return kept
  }

  private static let kept: Set = [
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR",
    "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV",
  ]

  /// Takes libpq's variables out of this process: `PGHOSTADDR` would lead elsewhere than a URL says.
  public static func forgetDatabases(of variables: [String: String]) {
    for name in variables.keys where isLibPQ(name) { unsetenv(name) }
  }

  private static func isLibPQ(_ name: String) -> Bool { name.begins(with: "PG") }

  /// - Throws: `refused` for any other database than the sandbox's own.
  func check(_ target: PostgresTarget) throws(StepFailure) {
    let isOwn =
      target.value(of: "host") == folder.socket && target.value(of: "hostaddr") == nil
      && target.value(of: "service") == nil
    guard isOwn, getenv("PGHOSTADDR") == nil, getenv("PGSERVICE") == nil else {
      throw StepFailure(
        .refused, "\(target.display) is not this run's own sandbox",
        hint: "a run in a sandbox connects to nothing else")
    }
  }

  /// - Throws: `refused` for a request that leaves this machine, or that goes to a socket outside of the
  ///   sandbox.
  func check(_ request: HTTPRequest) throws(StepFailure) {
    if let socket = request.socket {
      guard !isOwn(socket: socket) else { return }
    } else if let origin = request.origin, origin.isLoopback,
      // `127.1` is this machine too, but nobody reads it so.
      request.url.holds("\(origin.host)")
    {
      return
    }
    throw StepFailure(
      .refused, "\(request.origin?.authority ?? "the target") is not on this machine",
      hint: "a run in a sandbox asks nobody else")
  }

  /// Whether a socket lies in the sandbox's folder, also once links are followed.
  private func isOwn(socket: String) -> Bool {
    guard socket.begins(with: "\(folder.path)/"), !socket.holds("/../"), !socket.utf8.contains(0)
    else { return false }
    guard let real = Self.realPath(socket) else { return true }
    return real.begins(with: "\(Self.realPath(folder.path) ?? folder.path)/")
  }

  /// Nil for what is not there.
  private static func realPath(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }
}
