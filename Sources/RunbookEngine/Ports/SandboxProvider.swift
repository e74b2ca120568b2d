public import RunbookModel

/// Makes throwaway database servers.
public protocol SandboxProvider: Sendable {
  /// Where the sandbox of a run will be: outside of the run's own folder, as the server's user must
  /// reach it. Nothing is made.
  func folder(for run: RunID) -> String

  /// Makes and starts a server in `folder`, which must not exist.
  ///
  /// - Throws: `unreachable` when no PostgreSQL is installed or it does not start; what was made is
  ///   removed then.
  func start(in folder: String, settings: [Runbook.Sandbox.Setting])
    async throws(StepFailure) -> any RunningSandbox

  /// Starts the server of a folder that `start` made anew, with the data that it holds; services are
  /// not started again.
  ///
  /// - Throws: `refused` when the folder is not a sandbox of this user, `unreachable` when its server
  ///   does not start; the folder stays.
  func restart(in folder: String) async throws(StepFailure) -> any RunningSandbox

  /// Removes a sandbox's folder; its server must have stopped. A folder that is gone is no failure.
  ///
  /// - Throws: `refused` when the folder is not a sandbox of this user, or is still in use.
  func remove(folder: String) async throws(StepFailure)
}

/// A throwaway server that runs until `stop`, or until this process ends in any way.
public protocol RunningSandbox: Sendable {
  var folder: String { get }
  /// For the sandbox's one database; a private socket, no password, also where TCP was asked for.
  var url: String { get }
  var serverLog: String { get }
  var serverVersion: String { get }

  /// Starts a program beside the server; it ends when the server does. Its environment leads to the
  /// sandbox's database (`PGHOST`, `PGDATABASE`, `PGUSER`, `DATABASE_URL`; with TCP also `PGPORT`,
  /// `PGPASSWORD`, `DATABASE_TCP_URL`), with `environment` on top.
  ///
  /// - Returns: the first line that it printed: its address.
  func start(
    service name: String, command: [String], environment: [String: String],
    workingDirectory: String
  ) async throws(StepFailure) -> String

  /// Stops the services and the server; the data stays.
  func stop() async
}
