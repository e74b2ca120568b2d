import Foundation
import RunbookTestSupport
import Synchronization
import Testing

/// The built program as a child process, its outputs in files, so that it never waits for a reader.
final class RunningProgram: Sendable {
  let processIdentifier: pid_t
  private let isReaped = Mutex(false)
  private let outputFile: String
  private let errorFile: String
  private let exit = AsyncStream<Int32>.makeStream()

  /// The program, beside the bundle of the tests.
  static let path: String = {
    // An argument names the bundle, or the program that loads it.
    let places =
      CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
      + [CommandLine.arguments.first ?? "", Bundle.main.bundlePath + "/x"]
    return places.map { ($0 as NSString).deletingLastPathComponent + "/runbook" }
      .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "runbook"
  }()

  /// - Parameters:
  ///   - input: the file that is its standard input.
  ///   - prefix: a command that starts it, such as one that changes the account.
  init(
    _ arguments: [String], in workspace: Workspace, environment: [String: String],
    input: String = "/dev/null", through prefix: [String] = []
  ) throws {
    let name = UUID().uuidString.prefix(8)
    outputFile = workspace.path("out-\(name)")
    errorFile = workspace.path("err-\(name)")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, outputFile, flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errorFile, flags, 0o600)
    SpawnedProgram.closeOthers(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] =
      (Self.command(in: workspace.folder, through: prefix) + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var pid: pid_t = 0
    let problem = posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, &words, &variables)
    try #require(problem == 0, "\(Self.path) cannot be started: \(problem)")
    processIdentifier = pid
    Thread.detachNewThread { [self] in awaitEnd() }
  }

  private static func command(in folder: String, through prefix: [String]) -> [String] {
    ["/usr/bin/env", "--chdir=\(folder)"] + prefix + [path]
  }

  /// Waits by the number: by `Process`, an end is seen late or never where another child has inherited
  /// what tells it.
  private func awaitEnd() {
    var information = siginfo_t()
    while waitid(P_PID, id_t(processIdentifier), &information, WEXITED | WNOWAIT) < 0,
      errno == EINTR
    {}
    var status: Int32 = 0
    isReaped.withLock { isReaped in
      while waitpid(processIdentifier, &status, 0) < 0, errno == EINTR {}
      isReaped = true
    }
    let signal = status & 0x7F
    exit.continuation.yield(signal == 0 ? status >> 8 & 0xFF : -signal)
    exit.continuation.finish()
  }

  /// Does nothing once the program is gone: its number may be another's then.
  func signal(_ number: Int32) {
    isReaped.withLock { if !$0 { kill(processIdentifier, number) } }
  }

  /// What it gave, once it has ended; the status of one that a signal ended is that signal's
  /// number, negative.
  func output() async throws -> Workspace.Output {
    var status: Int32?
    for await one in exit.stream { status = one }
    let text = { (path: String) throws in
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
    return Workspace.Output(
      status: try #require(status), stdout: try text(outputFile), stderr: try text(errorFile))
  }
}
