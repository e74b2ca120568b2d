import Glibc
import RunbookTestSupport

/// A server that takes changes, and one after the other a standby that takes its place.
///
/// The standby is asynchronous: what the server has not sent by the time that it crashes is lost.
final class Pair: Host, @unchecked Sendable {
  // Only one round at a time has it: `CrashTest` has one worker then.
  private let cluster: TestCluster
  let workFolder: String
  private var primary = "one"
  private var standby = ""
  private var count = 0
  /// The process that sends what the standby is to have, once it was stopped.
  private var sender = ""

  private static let port = "54322"

  init(workFolder: String) throws {
    guard let cluster = TestCluster(settings: ["autovacuum = off", "max_connections = 60"]) else {
      throw World.Failure(message: "there is no PostgreSQL to be started")
    }
    self.cluster = cluster
    self.workFolder = workFolder
  }

  var folder: String { "\(cluster.folder)/\(primary)" }

  func url(of database: String) -> String {
    "host=\(folder) port=\(Self.port) user=test dbname=\(database)"
  }

  /// Makes a standby of the server that takes changes, and waits until it has all that there is.
  func addStandby() throws {
    count += 1
    standby = "standby-\(count)"
    sender = ""
    let said = cluster.run(
      """
      mkdir \(standby)
      pg_basebackup -D \(standby)/data -h '\(folder)' -p \(Self.port) -U test -R --no-sync -c fast
      """)
    cluster.start(standby)
    cluster.await(
      "EXISTS (SELECT FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn())",
      on: primary)
    guard cluster.psql("SELECT pg_is_in_recovery()", on: standby) == "t" else {
      throw World.Failure(message: "there is no standby: \(said)")
    }
  }

  /// From now on the standby gets nothing any more, and the server does not know it.
  func stopReplication() {
    sender = cluster.psql("SELECT pid FROM pg_stat_replication", on: primary)
    cluster.run("kill -STOP \(sender)")
  }

  /// Ends the server at once, and has the standby take its place.
  func promote() throws {
    // A process that is stopped does not hear that the server ends.
    cluster.run(
      """
      kill -QUIT $(head -n 1 \(primary)/data/postmaster.pid)
      \(sender.isEmpty ? "" : "kill -KILL \(sender) || true")
      while [ -e \(primary)/data/postmaster.pid ]; do sleep 0.01; done
      pg_ctl -D \(standby)/data -w -s promote
      rm -rf \(primary)
      """)
    (primary, standby) = (standby, "")
    guard cluster.psql("SELECT pg_is_in_recovery()", on: primary) == "f" else {
      throw World.Failure(message: "the standby was not promoted")
    }
  }

  /// Removes a standby that was not needed.
  func dropStandby() {
    guard !standby.isEmpty else { return }
    cluster.run("kill -CONT \(sender.isEmpty ? "$$" : sender)")
    cluster.stop(standby, mode: "immediate")
    cluster.run("rm -rf \(standby)")
    standby = ""
  }
}
