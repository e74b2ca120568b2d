import Foundation
import RunbookEngine
import RunbookModel
import RunbookStore
import RunbookSystem

/// What the program is given by the system it runs on; read once, at the start.
struct Surroundings: Sendable {
  let environment: [String: String]
  let workingDirectory: String
  /// The folder of the program's own file.
  let programFolder: String
  /// Whose word is recorded.
  let responsible: ResponsibleAccount

  init(
    environment: [String: String], workingDirectory: String, programFolder: String,
    responsible: ResponsibleAccount? = nil
  ) {
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.programFolder = programFolder
    self.responsible = responsible ?? .current(environment)
  }

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
      programFolder: programFolder, responsible: responsible)
  }

  func stateFolder(_ flag: String?) -> String {
    if let folder = flag ?? value("RUNBOOK_STATE") { return absolute(folder) }
    return usualStateFolder
  }

  /// Where runs are kept unless something is said: a variable that is set for one command is not there for the next.
  var usualStateFolder: String {
    if let base = value("XDG_STATE_HOME") { return absolute(base) + "/runbook" }
    return (value("HOME") ?? workingDirectory) + "/.local/state/runbook"
  }

  /// Where runs are kept. Whatever is added to one loses the secrets that this process knows.
  func store(_ flag: String?) -> RunStore {
    // A sandbox's surroundings lack what leads elsewhere, and with it secrets.
    RunStore(folder: stateFolder(flag), redactor: Surroundings.current().redactor)
  }

  /// An environment variable that is set to something.
  func value(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  func absolute(_ path: String) -> String {
    path.begins(with: "/") ? path : "\(workingDirectory)/\(path)"
  }

  func actor(as name: String?) -> Actor {
    redactor.redact(Actor(account: responsible.name, name: name, via: responsible.via))
  }

  /// What can be known of secrets without a runbook.
  var redactor: Redactor {
    Redactor(secrets: EnvironmentSecrets.values(of: environment) + filedSecrets)
  }

  /// Passwords in the files that libpq reads by itself.
  var filedSecrets: [String] {
    EnvironmentSecrets.values(inFilesOf: environment) { path in
      // What cannot be read is known to nobody here, and a device is not waited for.
      let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard file >= 0 else { return nil }
      defer { close(file) }
      var status = stat()
      guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = read(file, &bytes, bytes.count)
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
  }

  var host: String { ProcessInfo.processInfo.hostName }
}
