import Foundation
import RunbookModel
import RunbookSteps

/// What the program is given by the system it runs on; read once, at the start.
struct Surroundings: Sendable {
  let environment: [String: String]
  let workingDirectory: String
  /// The folder of the program's own file.
  let programFolder: String

  static func current() -> Surroundings {
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    return Surroundings(
      environment: ProcessInfo.processInfo.environment,
      workingDirectory: FileManager.default.currentDirectoryPath,
      programFolder: ((program ?? CommandLine.arguments.first ?? ".") as NSString)
        .deletingLastPathComponent)
  }

  /// What a run in a sandbox is given: nothing in it leads to a database or anywhere else.
  func confined() -> Surroundings {
    Confinement.forgetDatabases(of: environment)
    return Surroundings(
      environment: Confinement.environment(environment), workingDirectory: workingDirectory,
      programFolder: programFolder)
  }

  func stateFolder(_ flag: String?) -> String {
    if let folder = flag ?? value("RUNBOOK_STATE") { return absolute(folder) }
    if let base = value("XDG_STATE_HOME") { return absolute(base) + "/runbook" }
    return (value("HOME") ?? workingDirectory) + "/.local/state/runbook"
  }

  /// An environment variable that is set to something.
  func value(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  func absolute(_ path: String) -> String {
    path.begins(with: "/") ? path : "\(workingDirectory)/\(path)"
  }

  func actor(as name: String?) -> Actor {
    let entry = getpwuid(geteuid())
    let account = entry.map { String(cString: $0.pointee.pw_name) } ?? "uid \(geteuid())"
    return Actor(account: account, name: name)
  }

  var host: String { ProcessInfo.processInfo.hostName }
}
