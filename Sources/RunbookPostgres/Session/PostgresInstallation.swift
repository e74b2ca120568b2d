import Glibc
import RunbookEngine
package import RunbookModel
import RunbookSystem

/// The programs of one installed PostgreSQL server.
package struct PostgresInstallation: Sendable, Hashable {
  /// The folder that holds `postgres`, `initdb` and `psql`.
  package let programs: String

  private static let needed = ["postgres", "initdb", "psql"]

  /// Looks where `pg_config` says, then in `PATH`, then for the newest of Debian's.
  ///
  /// - Parameter version: the major version that is wanted; nil takes the first that is found.
  /// - Throws: `unreachable` when there is none.
  package static func find(
    version: String? = nil, environment: [String: String], debianFolder: String = debianFolder
  ) async throws(StepFailure) -> PostgresInstallation {
    var folders = debianPrograms(in: debianFolder)
    if let version {
      folders = folders.filter { $0 == "\(debianFolder)/\(version)/bin" }
    } else {
      let path = environment["PATH"] ?? ProgramPath.standard
      folders = path.pieces(separatedBy: ":").map(String.init) + folders
      if let configured = await configured(environment) { folders.insert(configured, at: 0) }
    }
    for folder in folders where hasPrograms(folder) {
      return PostgresInstallation(programs: folder)
    }
    guard version == nil else { return try await find(environment: environment) }
    throw StepFailure(
      .unreachable, "no PostgreSQL server is installed for the sandbox",
      detail: "looked for postgres, initdb and psql by pg_config, in PATH and in \(debianFolder)",
      hint: "install it: `apt-get install postgresql`")
  }

  package static let debianFolder = "/usr/lib/postgresql"

  package func path(of program: String) -> String { "\(programs)/\(program)" }

  private static func configured(_ environment: [String: String]) async -> String? {
    // A pg_config that is missing or broken is one place less to look in, and no failure.
    let output = try? await ChildProcess.run(
      ["pg_config", "--bindir"], environment: environment, timeout: .seconds(10))
    guard let output, output.exitCode == 0 else { return nil }
    return output.stdout.pieces(separatedBy: "\n").first.map(String.init)
  }

  /// `/usr/lib/postgresql/VERSION/bin`, the newest first.
  private static func debianPrograms(in folder: String) -> [String] {
    Folder.names(in: folder).compactMap(Int.init).sorted(by: >).map { "\(folder)/\($0)/bin" }
  }

  private static func hasPrograms(_ folder: String) -> Bool {
    needed.allSatisfy { access("\(folder)/\($0)", X_OK) == 0 }
  }
}
