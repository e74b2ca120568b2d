import Foundation

/// Servers of a test's own, which may be stopped, copied and promoted; their sockets are in their folders.
///
/// They are stopped and removed with the value, and when the tests' process ends in any way: a shell waits
/// for the end of a stream whose other end only this process holds.
public final class TestCluster: Sendable {
  public let folder: String
  private let watchdog: SpawnedProgram
  private static let port = "54322"

  /// Makes one server, `one`, and starts it.
  ///
  /// - Parameter settings: lines of its `postgresql.conf`.
  public init?(settings: [String] = []) {
    folder = NSTemporaryDirectory() + "runbook-cluster-\(UUID().uuidString.prefix(8))"
    let cleaning = """
      mkdir -m 0755 '\(folder)' && \(geteuid() == 0 ? "chown postgres '\(folder)'" : "true")
      exec 3<&0
      (read line <&3
      for data in '\(folder)'/*/data; do
        \(Self.asOwner) '\(TestServer.programs)/pg_ctl' -D "$data" -w -s -m immediate stop
      done
      rm -rf '\(folder)') >/dev/null 2>&1 &
      echo made
      """
    guard let watchdog = SpawnedProgram(TestServer.watchdog + [cleaning]),
      String(decoding: watchdog.available(), as: UTF8.self).hasPrefix("made")
    else { return nil }
    self.watchdog = watchdog
    let lines = settings.map { "echo \"\($0)\" >>one/data/postgresql.conf" }
    run(
      """
      mkdir one
      initdb -D one/data -U test -A trust -E UTF8 --no-locale --no-sync
      echo "listen_addresses = ''" >>one/data/postgresql.conf
      echo "port = \(Self.port)" >>one/data/postgresql.conf
      echo "fsync = off" >>one/data/postgresql.conf
      \(lines.joined(separator: "\n"))
      """)
    start("one")
  }

  private static var asOwner: String {
    geteuid() == 0 ? "setpriv --reuid postgres --regid postgres --clear-groups" : ""
  }

  /// Runs a script as the servers' user, in the folder, with the server's programs at hand.
  @discardableResult
  public func run(_ script: String) -> String {
    let text = SpawnedProgram(["/bin/sh", "-c", self.script(script)])?.text() ?? ""
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// What `run` gives a shell, for others to run.
  public func script(_ script: String) -> String {
    """
    cd '\(folder)' && export PATH='\(TestServer.programs)':"$PATH" && exec \(Self.asOwner) sh -ec '
    \(script.replacingOccurrences(of: "'", with: "'\\''"))' 2>&1
    """
  }

  public func start(_ name: String) { run(starting(name)) }

  public func stop(_ name: String, mode: String = "fast") { run(stopping(name, mode: mode)) }

  /// A script that starts a server.
  public func starting(_ name: String) -> String {
    """
    pg_ctl -D \(name)/data -w -s -l \(name)/log -o "-c unix_socket_directories=\(folder)/\(name)" \
      start </dev/null >/dev/null
    """
  }

  /// A script that stops it.
  public func stopping(_ name: String, mode: String = "fast") -> String {
    "pg_ctl -D \(name)/data -w -s -m \(mode) stop"
  }

  /// Makes a standby `name` of `one`, and starts it: it streams asynchronously.
  public func addStandby(_ name: String) {
    run(
      """
      mkdir \(name)
      pg_basebackup -D \(name)/data -h '\(folder)/one' -p \(Self.port) -U test -R --no-sync -c fast
      """)
    start(name)
  }

  public func socket(of name: String) -> String { "\(folder)/\(name)/.s.PGSQL.\(Self.port)" }

  /// Libpq's keywords; of several servers the one that takes changes is meant.
  public func url(of names: [String]) -> String {
    let hosts = names.map { "\(folder)/\($0)" }.joined(separator: ",")
    let attributes = names.count > 1 ? " target_session_attrs=read-write" : ""
    return "host=\(hosts) port=\(Self.port) user=test dbname=postgres" + attributes
  }

  @discardableResult
  public func psql(_ sql: String, on name: String = "one") -> String {
    let command = [
      "\(TestServer.programs)/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql,
      url(of: [name]),
    ]
    return SpawnedProgram(command)?.text().trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
  }

  /// Returns once the server says `t`; by a statement of its own, so that nothing is polled from here.
  public func await(_ condition: String, on name: String) {
    psql(
      """
      DO $$ BEGIN
        WHILE NOT (\(condition)) LOOP
          PERFORM pg_sleep(0.01);
          PERFORM pg_stat_clear_snapshot();
        END LOOP;
      END $$
      """, on: name)
  }
}
