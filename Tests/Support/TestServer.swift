import Foundation
import Synchronization

/// One throwaway PostgreSQL for the whole test process: private socket, no TCP, a database per test.
///
/// It is stopped and removed when the process ends in any way: a watchdog `sh` waits on a pipe whose
/// other end only this process holds.
public final class TestServer: Sendable {
  /// Its socket and its data.
  public let folder: String
  public let port = "54321"
  /// A folder of this account's own: what runs `runbook` keeps its state there. Removed with the server.
  public let workFolder: String
  private let counter = Atomic<Int>(0)

  /// nil when no PostgreSQL is installed.
  public static let shared: TestServer? = binaries.flatMap { TestServer(binaries: $0) }
  /// Whether a PostgreSQL is installed.
  public static var isAvailable: Bool { binaries != nil }

  /// Where the server's programs are.
  public static var programs: String { binaries ?? "" }

  private static let binaries: String? = {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }
      .map { "\(root)/\($0)/bin" }
      .first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
  }()

  private init?(binaries: String) {
    folder = NSTemporaryDirectory() + "runbook-test-\(UUID().uuidString.prefix(8))"
    workFolder = folder + ".work"
    let isRoot = geteuid() == 0
    let drop = isRoot ? "setpriv --reuid postgres --regid postgres --clear-groups" : ""
    let script = """
      set -e
      mkdir -m 0755 '\(folder)'
      mkdir -m 0700 '\(workFolder)'
      \(isRoot ? "chown postgres '\(folder)'" : "")
      cd /
      \(drop) '\(binaries)/initdb' -D '\(folder)/data' -U test -A trust -E UTF8 --no-locale \
        --no-sync >/dev/null
      \(drop) '\(binaries)/pg_ctl' -D '\(folder)/data' -w -s -l '\(folder)/log' \
        -o "-c listen_addresses= -c unix_socket_directories='\(folder)' -c port=\(port) \
        -c fsync=off -c max_connections=500 -c autovacuum=off -c log_statement=all" start </dev/null >/dev/null
      echo ready
      read line || true
      \(drop) '\(binaries)/pg_ctl' -D '\(folder)/data' -w -s -m immediate stop || true
      rm -rf '\(folder)' '\(workFolder)'
      """
    guard let watchdog = SpawnedProgram(Self.watchdog + [script]) else { return nil }
    // Kept on purpose: the closing of its input, by the end of this process, is its sign.
    _ = Unmanaged.passRetained(watchdog)
    guard String(decoding: watchdog.available(), as: UTF8.self).hasPrefix("ready") else {
      return nil
    }
  }

  /// The command of a `SpawnedProgram` that runs a script which cleans up behind the tests: in a session of its
  /// own, as a signal to the tests' whole group must not end it. (Of a group's leader setsid(1) makes a
  /// second process; the first is one that nobody waits for, and hides the ends of others from exit tests.)
  static let watchdog = ["/usr/bin/setsid", "/bin/sh", "-c"]

  /// A database of the server in libpq's keywords.
  public func url(of database: String = "postgres") -> String {
    "host=\(folder) port=\(port) user=test dbname=\(database)"
  }

  /// A new database's name.
  ///
  /// - Parameter template: what it is a copy of; nobody may be connected to that.
  public func makeDatabase(like template: String = "template1") -> String {
    let name = "test_\(counter.wrappingAdd(1, ordering: .relaxed).newValue)"
    psql("CREATE DATABASE \(name) TEMPLATE \(template)", database: "postgres")
    return name
  }

  /// Runs SQL outside of what is tested.
  @discardableResult
  public func psql(_ sql: String, database: String) -> String {
    let command = [
      "\(Self.binaries ?? "")/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql,
      url(of: database),
    ]
    guard let text = SpawnedProgram(command)?.text() else { return "" }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
