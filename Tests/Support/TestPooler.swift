import Foundation

/// PgBouncer before the tests' server, with one session of the server for all of its clients.
///
/// It ends with the value, and with the tests' process: it reads a stream whose other end only that holds.
public final class TestPooler: Sendable {
  private let folder: String
  private let server: String
  private let program: SpawnedProgram
  private static let port = "54323"

  private static let binary = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  /// Whether it is installed.
  public static var isAvailable: Bool { TestServer.isAvailable && binary != nil }

  /// - Parameters:
  ///   - mode: `transaction` or `session`.
  ///   - front: where the database `front` leads at first.
  public init?(before server: TestServer, mode: String = "transaction", front: String = "postgres")
  {
    guard let binary = Self.binary else { return nil }
    folder = NSTemporaryDirectory() + "runbook-pool-\(UUID().uuidString.prefix(8))"
    let owner =
      geteuid() == 0 ? "setpriv --reuid postgres --regid postgres --clear-groups" : ""
    self.server = "host=\(server.folder) port=\(server.port)"
    let script = """
      mkdir -m 0755 '\(folder)' && cd '\(folder)'
      echo '"test" ""' >users
      cat >ini <<'END'
      [databases]
      front = host=\(server.folder) port=\(server.port) dbname=\(front)
      * = host=\(server.folder) port=\(server.port)
      [pgbouncer]
      listen_port = \(Self.port)
      unix_socket_dir = \(folder)
      auth_type = trust
      auth_file = \(folder)/users
      pool_mode = \(mode)
      default_pool_size = 1
      ignore_startup_parameters = options
      END
      \(geteuid() == 0 ? "chown postgres ." : "true")
      \(owner) '\(binary)' ini >log 2>&1 &
      pid=$!
      echo $pid >pid
      while ! grep -q 'process up' log; do sleep 0.02; done
      echo ready
      exec 3<&0
      (read line <&3; kill $pid; rm -rf '\(folder)') >/dev/null 2>&1 &
      wait
      """
    guard let program = SpawnedProgram(TestServer.watchdog + [script]),
      String(decoding: program.available(), as: UTF8.self).hasPrefix("ready")
    else { return nil }
    self.program = program
  }

  /// A script that leads the database `front` elsewhere; the sessions of the server that it had are closed.
  public func leading(to database: String) -> String {
    """
    cd '\(folder)'
    sed -i 's|^front = .*|front = \(server) dbname=\(database)|' ini
    kill -HUP "$(cat pid)"
    while ! '\(TestServer.programs)/psql' -X -q -A -t -c 'SELECT current_database()' \
      '\(url(of: "front"))' | grep -q '^\(database)$'; do sleep 0.02; done
    """
  }

  public func lead(to database: String) {
    _ = SpawnedProgram(["/bin/sh", "-c", leading(to: database)])?.text()
  }

  /// Libpq's keywords.
  public func url(of database: String) -> String {
    "host=\(folder) port=\(Self.port) user=test dbname=\(database)"
  }

  /// As an application would ask that is given the same session of the server.
  public func psql(_ sql: String, database: String) -> String {
    let command = [
      "\(TestServer.programs)/psql", "-X", "-q", "-A", "-t", "-c", sql, url(of: database),
    ]
    return SpawnedProgram(command)?.text().trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
  }
}
